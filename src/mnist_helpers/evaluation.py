"""How good a classifier is, and how sure one can be of that."""

from typing import NamedTuple

import numpy as np
from scipy.stats import binomtest


class Accuracy(NamedTuple):
    """A share of right answers with its 95 % interval.

    Attributes
    ----------
    value : float
        Right answers as a share of all, 0 to 1.
    low, high : float
        The ends of Wilson's interval at 95 % confidence.
    correct, count : int
        Right answers, and answers in all.
    """

    value: float
    low: float
    high: float
    correct: int
    count: int

    def __str__(self):
        """Write the accuracy in per cent, with its interval and the number of images."""
        return (
            f"{self.value:.2%} (95 % interval {self.low:.2%} to {self.high:.2%}, n = {self.count})"
        )


def accuracy(predicted, labels):
    """Compute the share of right answers and how far chance could have moved it.

    Images are drawn independently, so the number of right answers is binomial, and Wilson's
    interval says which true shares would make the one observed unsurprising.

    Parameters
    ----------
    predicted : array_like of int, shape (count,)
        The classes that a network gave.
    labels : array_like of int, shape (count,)
        The classes that are right.

    Returns
    -------
    Accuracy

    Raises
    ------
    ValueError
        If both do not have the same shape, are not one-dimensional, or are empty.

    References
    ----------
    E. B. Wilson, "Probable inference, the law of succession, and statistical inference",
    *Journal of the American Statistical Association* 22, 1927.

    Examples
    --------
    >>> print(accuracy([7, 2, 1, 0], [7, 2, 1, 6]))
    75.00% (95 % interval 30.06% to 95.44%, n = 4)
    """
    predicted, labels = np.asarray(predicted), np.asarray(labels)
    if predicted.shape != labels.shape or labels.ndim != 1 or not len(labels):
        raise ValueError(
            f"predictions have shape {predicted.shape} and labels {labels.shape}; "
            "expected two lists of classes, equally long"
        )
    correct = int((predicted == labels).sum())
    interval = binomtest(correct, len(labels)).proportion_ci(0.95, method="wilson")
    return Accuracy(correct / len(labels), interval.low, interval.high, correct, len(labels))
