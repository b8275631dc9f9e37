"""Comparing runs: how sure a mean is, and which variants can be told apart."""

from typing import NamedTuple

import numpy as np
from scipy.stats import false_discovery_control, sem, t, ttest_rel


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
        fewer than two seeds, a run is not finite, a variant has another number of seeds, or differs
        by the same amount in each of them, which no training does.

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
        if not np.isfinite(each[name]).all():
            raise ValueError(f"a run of {name!r} or {baseline!r} is no finite number")
        if np.ptp(each[name]) < 1e-12:
            raise ValueError(f"{name!r} differs from {baseline!r} by the same amount in each run")
    tests = [ttest_rel(values[name], reference) for name in each]
    p_values = false_discovery_control([test.pvalue for test in tests])
    return {
        name: Difference(each[name].mean(), *test.confidence_interval(0.95), p_value, each[name])
        for name, test, p_value in zip(each, tests, p_values, strict=True)
    }
