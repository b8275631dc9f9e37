"""Whether a network is as often right as it says, and what it gains by keeping silent."""

from typing import NamedTuple

import numpy as np
from scipy.optimize import minimize_scalar
from scipy.special import log_softmax, softmax


class Reliability(NamedTuple):
    """Answers in groups of like confidence.

    Attributes
    ----------
    confidence : ndarray, shape (groups,)
        Mean probability that the answers of a group were given.
    accuracy : ndarray, shape (groups,)
        Share of them that are right.
    count : ndarray of int, shape (groups,)
    """

    confidence: np.ndarray
    accuracy: np.ndarray
    count: np.ndarray

    @property
    def error(self):
        """The expected calibration error: how far both lie apart, on average over the answers."""
        return float(np.average(abs(self.confidence - self.accuracy), weights=self.count))


def check_probabilities(probabilities):
    """Return probabilities as an array, with log(0) made impossible; others are refused."""
    probabilities = np.asarray(probabilities, float)
    if probabilities.ndim != 2 or not probabilities.size:
        raise ValueError(
            f"probabilities have shape {probabilities.shape}; expected (count, classes), none zero"
        )
    if not (probabilities.min() >= 0 and np.allclose(probabilities.sum(axis=1), 1, atol=1e-3)):
        raise ValueError("probabilities are negative, or do not add up to 1 for each image")
    return probabilities.clip(np.finfo(np.float32).tiny)


def check(probabilities, labels):
    """Return both as arrays, probabilities as `check_probabilities` does; others are refused."""
    probabilities, labels = check_probabilities(probabilities), np.asarray(labels)
    if labels.shape != probabilities.shape[:1]:
        raise ValueError(
            f"probabilities have shape {probabilities.shape} and labels {labels.shape}; "
            "expected (count, classes) and (count,)"
        )
    if labels.dtype.kind not in "iu" or labels.min() < 0 or labels.max() >= probabilities.shape[1]:
        raise ValueError(
            f"labels are {labels.dtype} from {labels.min()} to {labels.max()}; "
            f"expected whole numbers from 0 to {probabilities.shape[1] - 1}"
        )
    return probabilities, labels


def reliability(probabilities, labels, groups=10):
    """Group answers by confidence, equally many in each, and see how many are right.

    Parameters
    ----------
    probabilities : array_like of float, shape (count, classes)
    labels : array_like of int, shape (count,)
    groups : int
        From 1 to the number of images.

    Returns
    -------
    Reliability
        From the least to the most confident group.

    Raises
    ------
    ValueError
        If the arguments do not fit together.

    References
    ----------
    C. Guo, G. Pleiss, Y. Sun and K. Q. Weinberger, "On calibration of modern neural networks",
    *International Conference on Machine Learning*, 2017.

    Examples
    --------
    >>> probabilities = [[0.6, 0.4], [0.4, 0.6], [0.1, 0.9], [0.9, 0.1]]
    >>> found = reliability(probabilities, [0, 0, 1, 0], groups=2)
    >>> found.accuracy.tolist(), round(found.error, 3)
    ([0.5, 1.0], 0.1)
    """
    probabilities, labels = check(probabilities, labels)
    if not 1 <= groups <= len(labels):
        raise ValueError(f"{len(labels)} answers do not make {groups} groups")
    confidence, right = probabilities.max(axis=1), probabilities.argmax(axis=1) == labels
    parts = np.array_split(np.argsort(confidence, kind="stable"), groups)
    return Reliability(
        np.array([confidence[part].mean() for part in parts]),
        np.array([right[part].mean() for part in parts]),
        np.array([len(part) for part in parts]),
    )


def fit_temperature(probabilities, labels):
    """Find the temperature by which logits are to be divided so that the loss is least.

    Only on images that were neither trained nor tested on does it say anything.

    Parameters
    ----------
    probabilities : array_like of float, shape (count, classes)
    labels : array_like of int, shape (count,)

    Returns
    -------
    float
        Above 1 if the network was too sure of itself, below if not sure enough; between 0.05
        and 20, which are reached where no temperature is best: where all answers are right, say.

    Raises
    ------
    ValueError
        If the arguments do not fit together.

    References
    ----------
    As for `reliability`.

    Examples
    --------
    >>> round(fit_temperature([[0.99, 0.01]] * 10, [0] * 9 + [1]), 2)
    2.09
    """
    probabilities, labels = check(probabilities, labels)
    logits, rows = np.log(probabilities), np.arange(len(labels))

    def loss(log_temperature):
        return -log_softmax(logits / np.exp(log_temperature), axis=1)[rows, labels].mean()

    return float(np.exp(minimize_scalar(loss, bounds=np.log([0.05, 20]), method="bounded").x))


def at_temperature(probabilities, temperature):
    """Return the probabilities of a network whose logits are divided by a temperature.

    Parameters
    ----------
    probabilities : array_like of float, shape (count, classes)
    temperature : float
        From 0.001 to 1000; the answers stay the same.

    Returns
    -------
    ndarray of float, shape (count, classes)

    Raises
    ------
    ValueError
        If the temperature lies outside, or these are no probabilities.

    Examples
    --------
    >>> at_temperature([[0.9, 0.1]], 2).round(2).tolist()
    [[0.75, 0.25]]
    """
    if not 0.001 <= temperature <= 1000:
        raise ValueError(f"the temperature is {temperature}; expected one from 0.001 to 1000")
    return softmax(np.log(check_probabilities(probabilities)) / temperature, axis=1)


def errors_by_coverage(probabilities, labels):
    """Say how many answers are wrong if only the most confident ones are given.

    Parameters
    ----------
    probabilities : array_like of float, shape (count, classes)
    labels : array_like of int, shape (count,)

    Returns
    -------
    coverage : ndarray, shape (count,)
        Share of the images that are answered, from one image to all.
    error : ndarray, shape (count,)
        Share of these answers that are wrong.

    Raises
    ------
    ValueError
        If the arguments do not fit together.

    Examples
    --------
    >>> coverage, error = errors_by_coverage([[0.9, 0.1], [0.4, 0.6]], [0, 0])
    >>> coverage.tolist(), error.tolist()
    ([0.5, 1.0], [0.0, 0.5])
    """
    probabilities, labels = check(probabilities, labels)
    order = np.argsort(-probabilities.max(axis=1), kind="stable")
    wrong = (probabilities.argmax(axis=1) != labels)[order]
    answered = np.arange(1, len(labels) + 1)
    return answered / len(labels), wrong.cumsum() / answered
