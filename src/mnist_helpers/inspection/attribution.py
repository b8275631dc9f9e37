"""Which pixels mattered: saliency, Grad-CAM, occlusion."""

import keras
import numpy as np
from keras import ops

from mnist_helpers.inspection.gradients import unit_gradient
from mnist_helpers.inspection.parts import (
    LOGITS,
    batches,
    check_images,
    check_units,
    one_hot,
    output_of,
    part,
)
from mnist_helpers.inspection.responses import mean_activations


def saliency(network, layer, images, units, signed=False):
    """Map how much a small change of each pixel would change a unit's response.

    Parameters
    ----------
    network : keras.Sequential
        Built.
    layer : str
        The name of a layer; ``"logits"`` for classes.
    images : ndarray of float, shape (count, height, width, channels)
        Values from 0 to 1.
    units : sequence of int, shape (count,)
        For each image the unit or class whose response is explained.
    signed : bool
        Whether a pixel where more ink would lower the response is negative.

    Returns
    -------
    ndarray, shape (count, height, width)
        Response per grey value: the gradient's absolute value, the largest of the channels; or,
        signed, the gradient itself, added over the channels.

    Raises
    ------
    ValueError
        If the network has no such layer or unit, or the images are not what it reads.

    References
    ----------
    K. Simonyan, A. Vedaldi and A. Zisserman, "Deep inside convolutional networks: Visualising
    image classification models and saliency maps", arXiv:1312.6034, 2013.

    Examples
    --------
    >>> from mnist_helpers import models
    >>> images = np.zeros((2, 28, 28, 1), "float32")
    >>> saliency(models.digit_pad(), "logits", images, [3, 8]).shape
    (2, 28, 28)
    """
    images = check_images(network, images)
    model = part(network, layer)
    chosen = one_hot(model.outputs[0], layer, units, len(images))
    slopes = [
        ops.convert_to_numpy(unit_gradient(model, images[batch], chosen[batch]))
        for batch in batches(len(images))
    ]
    slopes = np.concatenate(slopes)
    return slopes.sum(axis=-1) if signed else np.abs(slopes).max(axis=-1)


def grad_cam(network, layer, images, classes, rectified=True):
    """Map where the feature maps that speak for a class are active.

    Each map of a convolution is weighted by the mean gradient of the class's logit by its values;
    as published, what is negative in the sum counts as zero.

    Parameters
    ----------
    network : keras.Sequential
        Built.
    layer : str
        The name of a layer that writes maps, usually the last one.
    images : ndarray of float, shape (count, height, width, channels)
        Values from 0 to 1.
    classes : sequence of int, shape (count,)
        For each image the class that is explained.
    rectified : bool
        Whether what is negative counts as zero.

    Returns
    -------
    ndarray, shape (count, height', width')
        As large as the layer's maps.

    Raises
    ------
    ValueError
        If the network has no such layer or class, the layer writes no maps, or the images are not
        what it reads.

    References
    ----------
    R. R. Selvaraju and others, "Grad-CAM: Visual explanations from deep networks via
    gradient-based localization", ICCV 2017.

    Examples
    --------
    >>> from mnist_helpers import models
    >>> images = np.zeros((2, 28, 28, 1), "float32")
    >>> grad_cam(models.digit_pad(), "conv3_relu", images, [3, 8]).shape
    (2, 10, 10)
    """
    images = check_images(network, images)
    maps = output_of(network, layer)
    if len(maps.shape) != 4:
        writing = [each.name for each in network.layers if len(each.output.shape) == 4]
        raise ValueError(f"{layer} writes no maps; expected one of {', '.join(writing)}")
    front = keras.Model(network.inputs[0], maps)
    back = keras.Model(maps, output_of(network, LOGITS))
    chosen = one_hot(back.outputs[0], LOGITS, classes, len(images))
    results = []
    for batch in batches(len(images)):
        found = front(images[batch], training=False)
        weights = ops.mean(unit_gradient(back, found, chosen[batch]), axis=(1, 2), keepdims=True)
        results.append(ops.convert_to_numpy(ops.sum(weights * found, axis=-1)))
    cam = np.concatenate(results)
    return np.maximum(cam, 0) if rectified else cam


def occlusion(network, layer, images, units, size=4, stride=2, ink=0.0):
    """Map how much a unit's response falls when a square of the image is covered.

    Parameters
    ----------
    network : keras.Sequential
        Built.
    layer : str
        The name of a layer; ``"logits"`` for classes.
    images : ndarray of float, shape (count, height, width, channels)
        Values from 0 to 1.
    units : sequence of int, shape (count,)
        For each image the unit or class whose response is explained.
    size, stride : int
        Side of the square, and how far it moves from one place to the next; in pixels.
    ink : float
        What it is covered with, from 0 to 1: 0 is paper.

    Returns
    -------
    ndarray, shape (count, rows, columns)
        Response to the image minus response to the covered image; positive where what was covered
        spoke for the unit. At row i and column j the square's corner lay at pixel (i, j) × stride.

    Raises
    ------
    ValueError
        If the network has no such layer or unit, the images are not what it reads, the square does
        not fit, or the ink is no grey value.

    References
    ----------
    M. D. Zeiler and R. Fergus, "Visualizing and understanding convolutional networks", ECCV 2014.

    Examples
    --------
    >>> from mnist_helpers import models
    >>> images = np.zeros((2, 28, 28, 1), "float32")
    >>> occlusion(models.digit_pad(), "logits", images, [3, 8], size=7, stride=7).shape
    (2, 4, 4)
    """
    images = check_images(network, images)
    height, width = images.shape[1:3]
    if size != int(size) or stride != int(stride):
        raise ValueError(f"size and stride are {size} and {stride}; expected whole pixels")
    size, stride = int(size), int(stride)
    if not 1 <= size <= min(height, width) or stride < 1:
        raise ValueError(
            f"a square of {size} pixels that moves by {stride} does not fit {height} × {width}"
        )
    if not 0 <= ink <= 1:
        raise ValueError(f"the ink is {ink}; expected a grey value from 0 to 1")
    units = check_units(output_of(network, layer), layer, units, len(images))
    rows = range(0, height - size + 1, stride)
    columns = range(0, width - size + 1, stride)
    covered, places = [], []  # what stays as it is when covered needs no pass
    for number, row, column in np.ndindex(len(images), len(rows), len(columns)):
        square = slice(rows[row], rows[row] + size), slice(columns[column], columns[column] + size)
        if (images[number][square] != ink).any():
            covered.append(images[number].copy())
            covered[-1][square] = ink
            places.append((number, row, column))
    means = mean_activations(network, [layer], np.stack([*images, *covered]))[layer]
    drops = np.zeros((len(images), len(rows), len(columns)), images.dtype)
    for place, after in zip(places, means[len(images) :], strict=True):
        unit = units[place[0]]
        drops[place] = means[place[0], unit] - after[unit]
    return drops
