"""Calibration: known cases come out, what does not fit together is refused."""

import numpy as np
import pytest
from checks import refuses
from scipy.special import softmax

from mnist_helpers import calibration


@pytest.fixture
def honest():
    """Make a network that is as often right as it says."""
    generator = np.random.default_rng(17)
    probabilities = softmax(2 * generator.normal(size=(20_000, 10)), axis=1)
    labels = (probabilities.cumsum(axis=1) < generator.random((20_000, 1))).sum(axis=1)
    return probabilities, labels


def test_an_honest_network_is_found_honest(honest):
    found = calibration.reliability(*honest)
    assert found.error < 0.02
    assert found.count.tolist() == [2000] * 10
    assert (np.diff(found.confidence) > 0).all()
    assert abs(calibration.fit_temperature(*honest) - 1) < 0.03


@pytest.mark.parametrize("temperature", [0.3, 0.5, 2, 5])
def test_a_temperature_that_was_changed_is_found_and_changed_back(honest, temperature):
    probabilities, labels = honest
    changed = calibration.at_temperature(probabilities, 1 / temperature)
    assert (changed.argmax(axis=1) == probabilities.argmax(axis=1)).all()
    found = calibration.fit_temperature(changed, labels)
    assert found == pytest.approx(temperature, rel=0.03)
    np.testing.assert_allclose(
        calibration.at_temperature(changed, temperature), probabilities, atol=1e-6
    )
    assert calibration.reliability(changed, labels).error > 0.05


def test_certainty_has_a_finite_loss():
    assert calibration.fit_temperature([[1.0, 0.0]] * 4, [0, 0, 0, 1]) > 5


def test_the_calibration_error_weighs_groups_by_their_size():
    found = calibration.Reliability(np.array([0.5, 1.0]), np.array([0.5, 0.6]), np.array([30, 10]))
    assert found.error == pytest.approx(0.1)


def test_silence_on_doubtful_images_is_worth_something(honest):
    coverage, error = calibration.errors_by_coverage(*honest)
    wrong = honest[0].argmax(axis=1) != honest[1]
    assert coverage[-1] == 1 and error[-1] == wrong.mean()
    assert error[len(error) // 2] < 0.8 * error[-1]


def test_errors_by_coverage_are_those_of_a_plain_count(honest):
    probabilities, labels = (array[:50] for array in honest)
    coverage, error = calibration.errors_by_coverage(probabilities, labels)
    surest_first = sorted(range(50), key=lambda image: -probabilities[image].max())
    for answered in range(1, 51):
        given = surest_first[:answered]
        wrong = sum(probabilities[image].argmax() != labels[image] for image in given)
        assert coverage[answered - 1] == pytest.approx(answered / 50)
        assert error[answered - 1] == pytest.approx(wrong / answered)


@pytest.mark.parametrize(
    "function",
    [calibration.reliability, calibration.fit_temperature, calibration.errors_by_coverage],
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
        calibration.reliability([[0.5, 0.5]] * 2, [0, 1], groups=3)
    for temperature in (0, -1, np.nan, np.inf, 1e-300, 1e300):
        with refuses("expected one from 0.001 to 1000"):
            calibration.at_temperature([[0.5, 0.5]], temperature)
    for logits in ([[2.0, -1.0]], [0.5, 0.5], [[np.nan, 1.0]]):
        with refuses("probabilities"):
            calibration.at_temperature(logits, 2)
