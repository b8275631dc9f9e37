"""Accuracy and its interval."""

import numpy as np
import pytest
from checks import refuses
from hypothesis import given
from hypothesis import strategies as st

from mnist_helpers import evaluation


def wilson(correct, count, z=1.959963984540054):
    """Compute Wilson's interval by the formula of 1927."""
    share = correct / count
    middle = share + z**2 / (2 * count)
    reach = z * np.sqrt(share * (1 - share) / count + z**2 / (4 * count**2))
    return (middle - reach) / (1 + z**2 / count), (middle + reach) / (1 + z**2 / count)


@given(count=st.integers(1, 10_000), share=st.floats(0, 1))
def test_the_interval_is_wilsons(count, share):
    correct = round(share * count)
    labels = np.zeros(count, int)
    found = evaluation.accuracy((np.arange(count) >= correct).astype(int), labels)
    low, high = wilson(correct, count)
    assert (found.correct, found.count, found.value) == (correct, count, correct / count)
    assert found.low == pytest.approx(low, abs=1e-12)
    assert found.high == pytest.approx(high, abs=1e-12)
    assert 0 <= found.low <= found.value + 1e-12 and found.value - 1e-12 <= found.high <= 1


def test_the_interval_covers_the_truth_as_often_as_it_says():
    generator = np.random.default_rng(0)
    covered = 0
    for _ in range(500):
        right = (generator.random(1_000) < 0.9).astype(int)
        found = evaluation.accuracy(right, np.ones(1_000, int))
        covered += found.low <= 0.9 <= found.high
    assert 0.92 < covered / 500 < 0.98


def test_an_accuracy_reads_as_a_sentence():
    right = (np.arange(10_000) < 9_919).astype(int)
    text = "99.19% (95 % interval 98.99% to 99.35%, n = 10000)"
    assert str(evaluation.accuracy(right, np.ones(10_000, int))) == text


def test_all_right_and_all_wrong():
    everything = evaluation.accuracy([1, 2, 3], [1, 2, 3])
    nothing = evaluation.accuracy([1, 2, 3], [0, 0, 0])
    assert everything.value == everything.high == 1 and 0 < everything.low < 1
    assert nothing.value == nothing.low == 0 and 0 < nothing.high < 1


@pytest.mark.parametrize(
    ("predicted", "labels"),
    [
        ([], []),
        ([1, 2], [1, 2, 3]),
        (np.zeros((3, 10)), [1, 2, 3]),  # probabilities, not classes
        (np.zeros((3, 10)), np.zeros((3, 10))),  # both one-hot
        (7, 7),
        ([7, 2, 1], ["7", "2", "1"]),  # text, as OpenML has it, equals no number
    ],
    ids=["empty", "lengths", "probabilities", "one-hot", "numbers", "text"],
)
def test_accuracy_refuses(predicted, labels):
    with refuses("(predictions|labels) .*expected (whole numbers, one for|at least one of each)"):
        evaluation.accuracy(predicted, labels)
