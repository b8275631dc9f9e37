"""Which variants can be told apart by their runs, and by how much they differ."""

from itertools import combinations
from typing import NamedTuple

import numpy as np
from scipy.stats import false_discovery_control, ttest_ind, ttest_rel


class Difference(NamedTuple):
    """By how much the runs of one variant lie above those of another.

    Attributes
    ----------
    mean : float
        Of the differences.
    low, high : float
        The ends of Student's interval around the mean, at 95 % confidence.
    p_value : float
        Of the t-test, paired or Welch's, adjusted for the number of comparisons.
    each : ndarray, shape (seeds,)
        The differences seed by seed; by Welch's test those of the one variant's runs from the mean
        of the other's.
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
    runs = _checked(values)
    reference = runs.pop(baseline)
    each = {}
    for name in runs:
        if len(runs[name]) != len(reference):
            raise ValueError(
                f"{name!r} has {len(runs[name])} runs and {baseline!r} {len(reference)}; "
                "a comparison takes the same seeds"
            )
        each[name] = runs[name] - reference
        if np.ptp(each[name]) < 1e-12:
            raise ValueError(f"{name!r} differs from {baseline!r} by the same amount in each run")
    return _adjusted(each, {name: ttest_rel(runs[name], reference) for name in runs})


def welch_differences(values, baseline=None):
    """Compare the runs of variants that share nothing, by Welch's t-test.

    It asks neither for equal seeds nor for equal scatter. The p-values are adjusted for the number
    of comparisons, by Benjamini and Hochberg's method.

    Parameters
    ----------
    values : dict of str to array_like of float, shape (seeds,)
        A metric of each variant; not all need have equally many runs.
    baseline : str, optional
        The variant with which all others are compared; without one, all are compared in pairs.

    Returns
    -------
    dict of str, or of (str, str), to Difference
        By the name of the variant; without a baseline by the names of both, the first less the
        second.

    Raises
    ------
    ValueError
        If the baseline is not among the variants, there is nothing to compare, a variant has fewer
        than two runs, a run is not finite, or two variants that are compared do not scatter at all.

    References
    ----------
    B. L. Welch, "The generalization of 'Student's' problem when several different population
    variances are involved", *Biometrika* 34, 1947; for the adjustment as `paired_differences`.

    Examples
    --------
    >>> accuracies = {"Adam": [0.990, 0.991, 0.992], "SGD": [0.985, 0.987, 0.988, 0.986]}
    >>> print(welch_differences(accuracies, "Adam")["SGD"])
    -0.45 points (95 % interval -0.67 to -0.23, n = 4)
    """
    if baseline not in (None, *values) or len(values) < 2:
        raise ValueError(f"there is no {baseline!r} to compare with others in {list(values)}")
    runs = _checked(values)
    pairs = {pair: pair for pair in combinations(runs, 2)}
    if baseline is not None:
        pairs = {name: (name, baseline) for name in runs if name != baseline}
    for pair in pairs.values():
        if max(np.ptp(runs[name]) for name in pair) < 1e-12:
            raise ValueError(f"the runs of {pair[0]!r} do not differ, nor those of {pair[1]!r}")
    return _adjusted(
        {key: runs[one] - runs[other].mean() for key, (one, other) in pairs.items()},
        {
            key: ttest_ind(runs[one], runs[other], equal_var=False)
            for key, (one, other) in pairs.items()
        },
    )


def adjusted(differences):
    """Adjust the p-values of comparisons that were made one by one for how many they are.

    Parameters
    ----------
    differences : dict to Difference
        By anything; each from a call of its own, which compared two variants only.

    Returns
    -------
    dict to Difference

    References
    ----------
    As for `paired_differences`.

    Examples
    --------
    >>> one = Difference(-0.004, -0.006, -0.002, 0.03, np.array([]))
    >>> found = adjusted({"Adam": one, "SGD": one._replace(p_value=0.5)})
    >>> [difference.p_value for difference in found.values()]
    [0.06, 0.5]
    """
    p_values = false_discovery_control([one.p_value for one in differences.values()])
    return {
        key: one._replace(p_value=float(p_value))
        for (key, one), p_value in zip(differences.items(), p_values, strict=True)
    }


def verdicts(test, validation):
    """Say which variants can be told apart on the test set and on the validation set alike.

    An interval over seeds does not know that the images are a sample, too: what one set of images
    shows and the other does not is undecided.

    Parameters
    ----------
    test, validation : dict of str to Difference
        Of the same comparisons, as `paired_differences` or `welch_differences` returns them.

    Returns
    -------
    dict of str to {"higher", "lower", "undecided", "not told apart"}

    Raises
    ------
    ValueError
        If they are not of the same comparisons.

    Examples
    --------
    >>> test = {"SGD": Difference(-0.004, -0.006, -0.002, 0.01, np.array([]))}
    >>> verdicts(test, test), verdicts(test, {"SGD": test["SGD"]._replace(p_value=0.3)})
    ({'SGD': 'lower'}, {'SGD': 'undecided'})
    """
    if set(test) != set(validation):
        raise ValueError(f"{list(test)} on the test set, but {list(validation)} on the other")
    found = {}
    for name, difference in test.items():
        both = difference, validation[name]
        apart = [each.told_apart for each in both]
        if not any(apart):
            found[name] = "not told apart"
        elif all(apart) and both[0].mean * both[1].mean > 0:
            found[name] = "higher" if difference.mean > 0 else "lower"
        else:
            found[name] = "undecided"
    return found


def _checked(values):
    """Return the runs as arrays; too few of them, and what is no finite number, are refused."""
    runs = {name: np.asarray(values[name], dtype=float) for name in values}
    for name in runs:
        if len(runs[name]) < 2:
            raise ValueError(f"{name!r} has {len(runs[name])} run; an interval takes at least two")
        if not np.isfinite(runs[name]).all():
            raise ValueError(f"a run of {name!r} is no finite number")
    return runs


def _adjusted(each, tests):
    """Gather tests as differences, their p-values adjusted for how many they are."""
    return adjusted(
        {
            name: Difference(
                each[name].mean(), *test.confidence_interval(0.95), test.pvalue, each[name]
            )
            for name, test in tests.items()
        }
    )
