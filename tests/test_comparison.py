"""Comparing recorded runs: the interval is Student's, and chance is seldom taken for a finding."""

import numpy as np
import pytest
from checks import refuses

from mnist_helpers.experiments import comparison


def test_a_paired_difference_is_students():
    values = {"a": [0.5, 0.6, 0.8], "b": [0.6, 0.8, 0.9]}
    difference = comparison.paired_differences(values, "a")["b"]
    each = np.array([0.1, 0.2, 0.1])
    half = 4.302653 * each.std(ddof=1) / np.sqrt(3)  # Student's, two degrees of freedom
    np.testing.assert_allclose(difference.each, each)
    np.testing.assert_allclose(
        [difference.low, difference.mean, difference.high],
        each.mean() + half * np.array([-1, 0, 1]),
        rtol=1e-6,
    )
    assert str(difference) == (
        "+13.33 points (95 % interval -1.01 to +27.68, n = 3, not told apart)"
    )


def test_what_does_not_differ_is_seldom_told_apart():
    generator = np.random.default_rng(0)
    wrong = 0
    for _ in range(400):
        values = {name: generator.normal(0.99, 0.001, 5) for name in "abcdefghij"}
        differences = comparison.paired_differences(values, "c")
        assert list(differences) == list("abdefghij")
        wrong += any(difference.told_apart for difference in differences.values())
    assert wrong / 400 < 0.08  # nine comparisons without adjustment: about 0.25


def test_what_differs_is_told_apart():
    generator = np.random.default_rng(0)
    values = {name: generator.normal(0.99, 0.001, 5) for name in "abcdef"}
    values["f"] -= 0.01
    differences = comparison.paired_differences(values, "a")
    assert differences["f"].told_apart
    assert differences["f"].high < 0


@pytest.mark.parametrize(
    ("values", "baseline", "message"),
    [
        ({"a": [1, 2]}, "b", "no 'b' to compare with"),
        ({"a": [1, 2]}, "a", "no 'a' to compare with"),
        ({"a": [1], "b": [2]}, "a", "at least two"),
        ({"a": [1, 2], "b": [2]}, "a", "'b' has 1 runs and 'a' 2; .* same seeds"),
        ({"a": [1, 2], "b": [2, 3]}, "a", "same amount"),
    ],
)
def test_paired_differences_refuse(values, baseline, message):
    with refuses(message):
        comparison.paired_differences(values, baseline)


def test_an_interval_around_a_mean_is_students():
    values = np.array([[0.5, 1.0], [0.6, 3.0], [0.8, 2.0]])
    mean, low, high = comparison.mean_interval(values)
    half = 4.302653 * values.std(axis=0, ddof=1) / np.sqrt(3)
    np.testing.assert_allclose(mean, values.mean(axis=0))
    np.testing.assert_allclose([low, high], [mean - half, mean + half], rtol=1e-6)


@pytest.mark.parametrize("values", [[], [0.5], 0.5])
def test_an_interval_takes_two_measurements(values):
    with refuses("an interval takes at least two measurements"):
        comparison.mean_interval(values)
