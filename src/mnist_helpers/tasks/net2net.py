"""A trained network's weights in a wider or deeper one, which begins where the first one ended.

T. Chen, I. Goodfellow and J. Shlens, "Net2Net: accelerating learning via knowledge transfer", 2016.
"""

import keras
import numpy as np

from mnist_helpers import models
from mnist_helpers.tasks import parts


def copied(kernel, bias, following, extra, generator, noise=0.0):
    """Widen a layer by copies of its units, and share out what the next layer makes of them.

    Parameters
    ----------
    kernel : ndarray, shape (..., inputs, units)
    bias : ndarray, shape (units,)
    following : ndarray, shape (..., units, outputs)
        The kernel of the next layer.
    extra : int
        How many units are added, each a copy of one drawn at random.
    generator : numpy.random.Generator
    noise : float
        Deviation of what is added to the next layer's new weights, as a share of its weights'.

    Returns
    -------
    kernel, bias, following : ndarray

    Examples
    --------
    >>> kernel, bias, following = np.array([[2.0]]), np.zeros(1), np.array([[6.0]])
    >>> copied(kernel, bias, following, 2, np.random.default_rng(0))[2].tolist()
    [[2.0], [2.0], [2.0]]
    """
    units = len(bias)
    of = np.concatenate([np.arange(units), generator.integers(units, size=extra)])
    shared = following[..., of, :] / np.bincount(of)[of][:, None]
    deviation = noise * following.std()
    shared[..., units:, :] += generator.normal(0, deviation, shared[..., units:, :].shape)
    return kernel[..., of], bias[of], shared


def padded(kernel, bias, following, extra, generator):
    """Widen a layer by units with random weights, as large as the old ones: the other way."""
    wide = (*kernel.shape[:-1], extra)
    deep = (*following.shape[:-2], extra, following.shape[-1])
    return (
        np.concatenate([kernel, generator.normal(0, kernel.std(), wide)], axis=-1),
        np.concatenate([bias, np.zeros(extra)]),
        np.concatenate([following, generator.normal(0, following.std(), deep)], axis=-2),
    )


def unchanged(kernel):
    """Return a kernel of the same shape with which a layer hands on what it reads.

    Examples
    --------
    >>> unchanged(np.zeros((3, 3, 2, 2)))[1, 1].tolist()
    [[1.0, 0.0], [0.0, 1.0]]
    """
    made = np.zeros(kernel.shape)
    centre = tuple(size // 2 for size in kernel.shape[:-2])
    made[centre] = np.eye(kernel.shape[-1])
    return made


def wider(teacher, maps, units, how, seed):
    """Give a network with more maps in its first convolution and more units in its dense layer.

    Parameters
    ----------
    teacher : keras.Sequential
        Two convolutions, each with a pooling, one dense layer and the last one.
    maps, units : int
        How many there are then.
    how : callable
        `copied` or `padded`.
    seed : int
        Of what is drawn.

    Returns
    -------
    keras.Sequential
    """
    generator = np.random.default_rng(seed)
    first, second, dense, last = (layer.get_weights() for layer in teacher.layers if layer.weights)
    *first, second[0] = how(*first, second[0], maps - len(first[1]), generator)
    *dense, last[0] = how(*dense, last[0], units - len(dense[1]), generator)
    notation = f"{maps}C3same-P2-{len(second[1])}C3same-P2-{units}"
    student = models.from_notation(notation, seed=seed)
    student.set_weights([*first, *second, *dense, *last])
    return student


def deeper(teacher, identity, seed):
    """Give a network with one more convolution behind the second, and one more dense layer.

    Parameters
    ----------
    teacher : keras.Sequential
        As in `wider`.
    identity : bool
        Whether the new layers hand on what they read; else their weights are random.
    seed : int

    Returns
    -------
    keras.Sequential
    """
    first, second, dense, last = (layer.get_weights() for layer in teacher.layers if layer.weights)
    maps, units = len(second[1]), len(dense[1])
    notation = f"{len(first[1])}C3same-P2-{maps}C3same-{maps}C3same-P2-{units}-{units}"
    student = models.from_notation(notation, seed=seed)
    new = student.get_weights()
    if identity:
        new[4], new[8] = unchanged(new[4]), unchanged(new[8])
    student.set_weights([*first, *second, *new[4:6], *dense, *new[8:10], *last])
    return student


def train(settings, seed, training, validation, test):
    """Train a teacher, then its four students and itself once more at the students' rate.

    The columns are the teacher's; ``measures`` holds each one's validation losses by epoch, with
    that before the first one at the head, and its loss and accuracy on the test set.

    Task options: ``maps``, the teacher's in both convolutions, ``units``, and ``student_rate``.
    """
    options, measures = settings["task_options"], {}
    maps, units = options["maps"], options["units"]
    teacher = models.from_notation(f"{maps}C3same-P2-{maps}C3same-P2-{units}", seed=seed)
    history = parts.fit_classifier(teacher, settings, seed, training, validation)
    tested = teacher.evaluate(*test, batch_size=1000, verbose=0)

    def with_noise(*arguments):
        return copied(*arguments, noise=0.05)

    again = keras.models.clone_model(teacher)
    again.set_weights(teacher.get_weights())
    students = {
        "teacher, trained on": again,
        "wider, random": wider(teacher, 2 * maps, 2 * units, padded, seed),
        "wider, copied": wider(teacher, 2 * maps, 2 * units, with_noise, seed),
        "deeper, random": deeper(teacher, False, seed),
        "deeper, identity": deeper(teacher, True, seed),
    }
    for name, student in students.items():
        of_this = parts.fit_classifier(
            student,
            settings,
            seed + 1000,
            training,
            validation,
            learning_rate=options["student_rate"],
        )
        measures[name] = of_this["before"] + of_this["val_loss"]
        measures[f"{name}, test"] = parts.rounded(
            student.evaluate(*test, batch_size=1000, verbose=0)
        )
    return parts.columns(history, tested, teacher) | {"measures": measures}
