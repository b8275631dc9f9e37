"""How good a classifier is, what repeated measurements say, and how sure one can be of either."""

from typing import NamedTuple

import numpy as np
from scipy.stats import binomtest, sem, t

from mnist_helpers.data import check_classes


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
        If both are not equally long, empty, or something other than classes from 0 to 9: text,
        one-hot rows, probabilities.

    References
    ----------
    E. B. Wilson, "Probable inference, the law of succession, and statistical inference",
    *Journal of the American Statistical Association* 22, 1927.

    Examples
    --------
    >>> print(accuracy([7, 2, 1, 0], [7, 2, 1, 6]))
    75.00% (95 % interval 30.06% to 95.44%, n = 4)
    """
    labels = check_classes(labels)
    predicted = check_classes(predicted, len(labels), name="predictions")
    if not len(labels):
        raise ValueError("there are no predictions and labels; expected at least one of each")
    correct = int((predicted == labels).sum())
    interval = binomtest(correct, len(labels)).proportion_ci(0.95, method="wilson")
    return Accuracy(correct / len(labels), interval.low, interval.high, correct, len(labels))


def mean_interval(values):
    """Return a mean and Student's interval around it, at 95 % confidence.

    Parameters
    ----------
    values : array_like of float, shape (count, ...)
        Repeated measurements, at least two.

    Returns
    -------
    ndarray, shape (3, ...)
        The mean, and the lower and the upper end.

    Raises
    ------
    ValueError
        If there are fewer than two measurements, or one is not finite.

    Examples
    --------
    >>> mean_interval([1.0, 2.0, 3.0]).round(2).tolist()
    [2.0, -0.48, 4.48]
    """
    values = np.asarray(values, float)
    if not values.ndim or len(values) < 2:
        raise ValueError(f"an interval takes at least two measurements, not shape {values.shape}")
    if not np.isfinite(values).all():
        raise ValueError("a measurement is no finite number; expected only such")
    half = t.ppf(0.975, len(values) - 1) * sem(values)
    return values.mean(axis=0) + np.multiply.outer([0, -1, 1], half)
