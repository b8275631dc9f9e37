"""Activation maximisation: gradient ascent on the images, all units of a layer in one batch."""

from typing import NamedTuple

import numpy as np
from keras import ops

from mnist_helpers.inspection.gradients import compiled, unit_gradient
from mnist_helpers.inspection.parts import (
    check_images,
    check_units,
    mean_of_units,
    output_of,
    part,
)

# What the image becomes after each step: weights of its blur, its decay, and itself clipped.
REGULARISERS = {
    "none": (0, 0, 0),
    "decay": (0, 1, 0),
    "blur": (1, 0, 0),
    "clip": (0, 0, 1),
    "all": (3, 3, 1),
}
DECAY = 0.8
WEAKEST = 0.01  # share of the pixels that clipping makes zero


class Maximised(NamedTuple):
    """Images that were made to excite one unit each.

    Attributes
    ----------
    images : ndarray, shape (units, height, width, channels)
        Values from 0 to 1.
    responses : ndarray, shape (units,)
        Each unit's response to its image: the mean of its map, or what it writes.
    moved : ndarray of bool, shape (units,)
        Whether the unit had a gradient other than zero at any step. Where it had none, the image
        is only its start, regularised.
    """

    images: np.ndarray
    responses: np.ndarray
    moved: np.ndarray


def maximise(network, layer, units=None, regulariser="all", steps=40, step_size=0.1, start=None):
    """Change images until each excites one unit of a layer as strongly as it can.

    In each step an image moves along the gradient of its unit's response, divided by the
    gradient's root mean square, is kept between 0 and 1, and is regularised. A gradient of zero
    moves nothing.

    Parameters
    ----------
    network : keras.Sequential
        Built.
    layer : str
        The name of a layer, or ``"logits"``.
    units : sequence of int, optional
        The filters or units, one image each; by default all of the layer's.
    regulariser : {"none", "decay", "blur", "clip", "all"}
        Nothing; the image times 0.8; its blur by a 3 × 3 box; the image with its weakest
        hundredth of the pixels zeroed; or the mean of blur, decay and clipping, weighted 3:3:1.
    steps : int
        At least 1.
    step_size : float
        Root mean square of a step, in grey values from 0 to 1.
    start : ndarray of float, shape (units, height, width, channels), optional
        Values from 0 to 1; by default noise that is uniform between them.

    Returns
    -------
    Maximised

    Raises
    ------
    ValueError
        If the network has no such layer or unit, the regulariser is unknown, there is no step, the
        step size is not above zero, or `start` does not fit.

    References
    ----------
    D. Erhan, Y. Bengio, A. Courville and P. Vincent, "Visualizing higher-layer features of a deep
    network", Université de Montréal, 2009. The step and the regularisers: J. Gil, "Visualizing
    CNN filters with Keras", 2016.

    Examples
    --------
    >>> from mnist_helpers import models
    >>> found = maximise(models.digit_pad(), "conv1", steps=2)
    >>> found.images.shape, found.responses.shape
    ((24, 28, 28, 1), (24,))
    """
    available = output_of(network, layer).shape[-1]
    units = np.arange(available) if units is None else np.asarray(units)
    if not units.size:
        raise ValueError("there is no unit to make an image for")
    units = check_units(output_of(network, layer), layer, units, units.size)
    shape = (len(units), *network.input_shape[1:])
    if start is None:
        start = np.random.default_rng(0).random(shape)
    if np.shape(start) != shape:
        raise ValueError(
            f"the start has shape {np.shape(start)}; expected one image for each of "
            f"{len(units)} units, {shape}"
        )
    if steps != int(steps) or steps < 1:
        raise ValueError(f"there are {steps} steps; expected a whole number, at least 1")
    step = ascent(network, layer, regulariser, step_size)
    images = ops.convert_to_tensor(check_images(network, start))
    chosen = ops.one_hot(units, available, dtype=network.inputs[0].dtype)
    moved = np.zeros(len(units), bool)
    for _ in range(int(steps)):
        images, length = step(images, chosen)
        moved |= ops.convert_to_numpy(length) > 0
    outputs = mean_of_units(part(network, layer)(images, training=False))
    responses = ops.convert_to_numpy(ops.sum(outputs * chosen, axis=1))
    return Maximised(ops.convert_to_numpy(images), responses, moved)


def ascent(network, layer, regulariser="all", step_size=0.1):
    """Return the compiled step of `maximise`.

    Parameters
    ----------
    network, layer, regulariser, step_size
        As for `maximise`.

    Returns
    -------
    callable
        Takes images, shape (count, height, width, channels), and one-hot units, shape (count,
        units); returns the next images and each gradient's root mean square, shape (count,).

    Raises
    ------
    ValueError
        If the network has no such layer, the regulariser is unknown, or the step size is not above
        zero.
    """
    if regulariser not in REGULARISERS:
        raise ValueError(
            f"there is no regulariser {regulariser!r}; expected one of {', '.join(REGULARISERS)}"
        )
    if not 0 < step_size < np.inf:
        raise ValueError(f"the step size is {step_size}; expected one above zero")
    model = part(network, layer)

    def step(images, chosen):
        slope = unit_gradient(model, images, chosen)
        length = ops.sqrt(ops.mean(slope**2, axis=(1, 2, 3)))
        divisor = ops.where(length > 0, length, 1)[:, None, None, None]
        images = ops.clip(images + step_size * slope / divisor, 0, 1)
        return regularise(images, REGULARISERS[regulariser]), length

    return compiled(step)


def regularise(images, weights):
    """Average an image's blur, its decay and its clipping; with no weight at all, leave it.

    Parameters
    ----------
    images : tensor, shape (count, height, width, channels)
    weights : (float, float, float)
        Of the 3 × 3 box blur, of the decay to 0.8, and of zeroing the weakest hundredth.

    Returns
    -------
    tensor of the backend, shape (count, height, width, channels)
    """
    if not any(weights):
        return images
    blur, decay, clip = (weight / sum(weights) for weight in weights)
    result = decay * DECAY * images
    if blur:
        result += blur * ops.average_pool(images, 3, strides=1, padding="same")
    if clip:
        flat = ops.reshape(ops.abs(images), (images.shape[0], -1))
        weakest = round(WEAKEST * flat.shape[1])
        threshold = -ops.top_k(-flat, weakest + 1)[0][:, -1]
        result += clip * ops.where(ops.abs(images) < threshold[:, None, None, None], 0.0, images)
    return result
