"""How good a classifier is, and how sure one can be of that.

Used by chapters 01, 03, 05, 06 and 08 to 10.
"""

from typing import NamedTuple

import numpy as np
from scipy.stats import binomtest, false_discovery_control, ttest_rel


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


class Difference(NamedTuple):
    """By how much the runs of one variant lie above those of another, seed by seed.

    Attributes
    ----------
    mean : float
        Of the differences.
    low, high : float
        The ends of Student's interval around the mean, at 95 % confidence.
    p_value : float
        Of the paired t-test, adjusted for the number of variants that were compared.
    each : ndarray, shape (seeds,)
        The differences.
    """

    mean: float
    low: float
    high: float
    p_value: float
    each: np.ndarray

    @property
    def told_apart(self):
        """Whether the two can be told apart: of such claims, one in twenty may be wrong."""
        return bool(self.p_value < 0.05)

    def __str__(self):
        """Write the difference in percentage points, with its interval and the number of seeds."""
        mean, low, high = (f"{100 * value:+.2f}" for value in self[:3])
        told = "" if self.told_apart else ", not told apart"
        return f"{mean} points (95 % interval {low} to {high}, n = {len(self.each)}{told})"


def paired_differences(values, baseline):
    """Compare the runs of several variants with those of one, seed by seed.

    Runs with the same seed see the images in the same order, so their difference is taken first,
    and the interval is that of the differences. Of many comparisons some come out far from nothing
    by chance; the p-values are adjusted for that, by Benjamini and Hochberg's method.

    Parameters
    ----------
    values : dict of str to array_like of float, shape (seeds,)
        A metric of each variant, as `mnist_helpers.experiments.by_variant` gathers it.
    baseline : str
        The variant with which all others are compared.

    Returns
    -------
    dict of str to Difference
        In the order of the variants, without the baseline.

    Raises
    ------
    ValueError
        If the baseline is not among the variants, there is nothing to compare it with, it has
        fewer than two seeds, a variant has another number of seeds, or differs by the same amount
        in each of them, which no training does.

    References
    ----------
    Y. Benjamini and Y. Hochberg, "Controlling the false discovery rate", *Journal of the Royal
    Statistical Society* B 57, 1995.

    Examples
    --------
    >>> accuracies = {"Adam": [0.990, 0.991, 0.992], "SGD": [0.985, 0.987, 0.988]}
    >>> print(paired_differences(accuracies, "Adam")["SGD"])
    -0.43 points (95 % interval -0.58 to -0.29, n = 3)
    """
    if baseline not in values or len(values) < 2:
        raise ValueError(f"there is no {baseline!r} to compare with others in {list(values)}")
    reference = np.asarray(values[baseline], dtype=float)
    if len(reference) < 2:
        raise ValueError(f"{baseline!r} has {len(reference)} run; an interval takes at least two")
    each = {}
    for name in values:
        if name == baseline:
            continue
        if len(values[name]) != len(reference):
            raise ValueError(
                f"{name!r} has {len(values[name])} runs and {baseline!r} {len(reference)}; "
                "a comparison takes the same seeds"
            )
        each[name] = np.asarray(values[name], dtype=float) - reference
        if not np.ptp(each[name]):
            raise ValueError(f"{name!r} differs from {baseline!r} by the same amount in each run")
    tests = [ttest_rel(values[name], reference) for name in each]
    p_values = false_discovery_control([test.pvalue for test in tests])
    return {
        name: Difference(each[name].mean(), *test.confidence_interval(0.95), p_value, each[name])
        for name, test, p_value in zip(each, tests, p_values, strict=True)
    }
