"""Statistics: the formulas are the published ones, chance is seldom taken for a finding."""

import numpy as np
import pytest
from checks import refuses
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import softmax
from scipy.stats import t as student

from mnist_helpers import statistics

# ---- intervals -------------------------------------------------------------------------------


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
    found = statistics.accuracy((np.arange(count) >= correct).astype(int), labels)
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
        found = statistics.accuracy(right, np.ones(1_000, int))
        covered += found.low <= 0.9 <= found.high
    assert 0.92 < covered / 500 < 0.98


def test_an_accuracy_reads_as_a_sentence():
    right = (np.arange(10_000) < 9_919).astype(int)
    text = "99.19% (95 % interval 98.99% to 99.35%, n = 10000)"
    assert str(statistics.accuracy(right, np.ones(10_000, int))) == text


def test_all_right_and_all_wrong():
    everything = statistics.accuracy([1, 2, 3], [1, 2, 3])
    nothing = statistics.accuracy([1, 2, 3], [0, 0, 0])
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
        statistics.accuracy(predicted, labels)


# ---- differences -----------------------------------------------------------------------------


def test_a_paired_difference_is_students():
    values = {"a": [0.5, 0.6, 0.8], "b": [0.6, 0.8, 0.9]}
    difference = statistics.paired_differences(values, "a")["b"]
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
        differences = statistics.paired_differences(values, "c")
        assert list(differences) == list("abdefghij")
        wrong += any(difference.told_apart for difference in differences.values())
    assert wrong / 400 < 0.08  # nine comparisons without adjustment: about 0.25


def test_what_differs_is_told_apart():
    generator = np.random.default_rng(0)
    values = {name: generator.normal(0.99, 0.001, 5) for name in "abcdef"}
    values["f"] -= 0.01
    differences = statistics.paired_differences(values, "a")
    assert differences["f"].told_apart
    assert differences["f"].high < 0


@pytest.mark.parametrize(
    ("values", "baseline", "message"),
    [
        ({"a": [1, 2]}, "b", "no 'b' to compare with"),
        ({"a": [1, 2]}, "a", "no 'a' to compare with"),
        ({"a": [1], "b": [2]}, "a", "at least two"),
        ({"a": [1, 2, 3], "b": [2, 4]}, "a", "'b' has 2 runs and 'a' 3; .* same seeds"),
        ({"a": [1, 2], "b": [2, 3]}, "a", "same amount"),
    ],
)
def test_paired_differences_refuse(values, baseline, message):
    with refuses(message):
        statistics.paired_differences(values, baseline)


def test_an_interval_around_a_mean_is_students():
    values = np.array([[0.5, 1.0], [0.6, 3.0], [0.8, 2.0]])
    mean, low, high = statistics.mean_interval(values)
    half = 4.302653 * values.std(axis=0, ddof=1) / np.sqrt(3)
    np.testing.assert_allclose(mean, values.mean(axis=0))
    np.testing.assert_allclose([low, high], [mean - half, mean + half], rtol=1e-6)


@pytest.mark.parametrize("values", [[], [0.5], 0.5])
def test_an_interval_takes_two_measurements(values):
    with refuses("an interval takes at least two measurements"):
        statistics.mean_interval(values)


def test_an_unpaired_difference_is_welchs():
    values = {"a": [0.5, 0.6, 0.8], "b": [0.6, 0.8, 0.9, 0.9]}
    found = statistics.welch_differences(values, "a")["b"]
    a, b = (np.array(runs) for runs in values.values())
    shares = np.array([b.var(ddof=1) / 4, a.var(ddof=1) / 3])
    freedom = shares.sum() ** 2 / (shares**2 / [3, 2]).sum()  # Welch and Satterthwaite
    half = student.ppf(0.975, freedom) * np.sqrt(shares.sum())
    expected = (b.mean() - a.mean()) + half * np.array([-1, 0, 1])
    np.testing.assert_allclose([found.low, found.mean, found.high], expected)
    assert statistics.welch_differences(values)["a", "b"].mean == pytest.approx(-found.mean)


def test_of_many_pairs_that_do_not_differ_few_are_told_apart():
    generator = np.random.default_rng(0)
    wrong = 0
    for _ in range(400):
        values = {name: generator.normal(0.99, 0.001, 5) for name in "abcdef"}
        differences = statistics.welch_differences(values)
        assert len(differences) == 15
        wrong += any(difference.told_apart for difference in differences.values())
    assert wrong / 400 < 0.08


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"a": [1, 2]}, "to compare with others"),
        ({"a": [1, 2], "b": [3]}, "at least two"),
        ({"a": [1, 2], "b": [3, np.nan]}, "'b' is no finite number"),
        ({"a": [1, 1], "b": [3, 3]}, "runs of 'a' do not differ, nor those of 'b'"),
    ],
)
def test_welch_differences_refuse(values, message):
    with refuses(message):
        statistics.welch_differences(values)


def test_a_verdict_takes_both_sets():
    def found(mean, p_value):
        return {"a": statistics.Difference(mean, mean - 1, mean + 1, p_value, np.zeros(2))}

    assert statistics.verdicts(found(0.2, 0.01), found(0.1, 0.01)) == {"a": "higher"}
    assert statistics.verdicts(found(-0.2, 0.01), found(-0.1, 0.04)) == {"a": "lower"}
    assert statistics.verdicts(found(0.2, 0.01), found(-0.1, 0.01)) == {"a": "undecided"}
    assert statistics.verdicts(found(0.2, 0.2), found(0.1, 0.01)) == {"a": "undecided"}
    assert statistics.verdicts(found(0.2, 0.2), found(0.1, 0.2)) == {"a": "not told apart"}
    with refuses("on the test set, but"):
        statistics.verdicts(found(0, 1), {"b": found(0, 1)["a"]})


# ---- calibration -----------------------------------------------------------------------------


@pytest.fixture
def honest():
    """Make a network that is as often right as it says."""
    generator = np.random.default_rng(17)
    probabilities = softmax(2 * generator.normal(size=(20_000, 10)), axis=1)
    labels = (probabilities.cumsum(axis=1) < generator.random((20_000, 1))).sum(axis=1)
    return probabilities, labels


def test_an_honest_network_is_found_honest(honest):
    found = statistics.reliability(*honest)
    assert found.error < 0.02
    assert found.count.tolist() == [2000] * 10
    assert (np.diff(found.confidence) > 0).all()
    assert abs(statistics.fit_temperature(*honest) - 1) < 0.03


@pytest.mark.parametrize("temperature", [0.3, 0.5, 2, 5])
def test_a_temperature_that_was_changed_is_found_and_changed_back(honest, temperature):
    probabilities, labels = honest
    changed = statistics.at_temperature(probabilities, 1 / temperature)
    assert (changed.argmax(axis=1) == probabilities.argmax(axis=1)).all()
    found = statistics.fit_temperature(changed, labels)
    assert found == pytest.approx(temperature, rel=0.03)
    np.testing.assert_allclose(
        statistics.at_temperature(changed, temperature), probabilities, atol=1e-6
    )
    assert statistics.reliability(changed, labels).error > 0.05


def test_certainty_has_a_finite_loss():
    assert statistics.fit_temperature([[1.0, 0.0]] * 4, [0, 0, 0, 1]) > 5


def test_the_calibration_error_weighs_groups_by_their_size():
    found = statistics.Reliability(np.array([0.5, 1.0]), np.array([0.5, 0.6]), np.array([30, 10]))
    assert found.error == pytest.approx(0.1)


def test_silence_on_doubtful_images_is_worth_something(honest):
    coverage, error = statistics.errors_by_coverage(*honest)
    wrong = honest[0].argmax(axis=1) != honest[1]
    assert coverage[-1] == 1 and error[-1] == wrong.mean()
    assert error[len(error) // 2] < 0.8 * error[-1]


def test_errors_by_coverage_are_those_of_a_plain_count(honest):
    probabilities, labels = (array[:50] for array in honest)
    coverage, error = statistics.errors_by_coverage(probabilities, labels)
    surest_first = sorted(range(50), key=lambda image: -probabilities[image].max())
    for answered in range(1, 51):
        given = surest_first[:answered]
        wrong = sum(probabilities[image].argmax() != labels[image] for image in given)
        assert coverage[answered - 1] == pytest.approx(answered / 50)
        assert error[answered - 1] == pytest.approx(wrong / answered)


@pytest.mark.parametrize(
    "function",
    [statistics.reliability, statistics.fit_temperature, statistics.errors_by_coverage],
)
def test_what_does_not_fit_together_is_refused(function):
    with refuses(r"probabilities have shape \(2,\); expected \(count, classes\)"):
        function([0.5, 0.5], [0, 1])
    with refuses(r"probabilities have shape \(0, 2\)"):
        function(np.zeros((0, 2)), [])
    with refuses("are negative, or do not add up"):
        function([[1.2, -0.2]], [0])
    with refuses("do not add up to 1"):
        function([[0.5, 0.6]], [0])
    with refuses("labels have type float64"):
        function([[0.5, 0.5]], [0.0])
    with refuses("labels reach from -1"):
        function([[0.5, 0.5]], [-1])
    with refuses(r"labels have type int64 and shape \(2,\); .* each of 1 images"):
        function([[0.5, 0.5]], [0, 1])
    with refuses("do not add up to 1"):
        function([[0.5, 0.7]], [0])
    with refuses("labels reach from 0 to 2; expected 0 to 1"):
        function([[0.5, 0.5], [0.5, 0.5]], np.array([0, 2]))


def test_groups_and_temperatures_that_make_no_sense_are_refused():
    with refuses("2 answers do not make 3 groups"):
        statistics.reliability([[0.5, 0.5]] * 2, [0, 1], groups=3)
    for temperature in (0, -1, np.nan, np.inf, 1e-300, 1e300):
        with refuses("expected one from 0.001 to 1000"):
            statistics.at_temperature([[0.5, 0.5]], temperature)
    for logits in ([[2.0, -1.0]], [0.5, 0.5], [[np.nan, 1.0]]):
        with refuses("probabilities"):
            statistics.at_temperature(logits, 2)
