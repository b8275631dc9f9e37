"""Which pixels mattered: saliency, Grad-CAM, occlusion, and a network to check them by."""

import keras
import numpy as np
from keras import ops

from mnist_helpers.inspection.gradients import compiled, unit_gradient
from mnist_helpers.inspection.parts import (
    LOGITS,
    batches,
    check_images,
    check_layers,
    check_network,
    check_units,
    mean_of_units,
    output_of,
    part,
)


def saliency(network, layer, images, units):
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

    Returns
    -------
    ndarray, shape (count, height, width)
        The gradient's absolute value, the largest of the channels: response per grey value.

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
    chosen = _one_hot(model, layer, units, len(images))
    slopes = [
        ops.convert_to_numpy(unit_gradient(model, images[batch], chosen[batch]))
        for batch in batches(len(images))
    ]
    return np.abs(np.concatenate(slopes)).max(axis=-1)


def grad_cam(network, layer, images, classes):
    """Map where the feature maps that speak for a class are active.

    Each map of a convolution is weighted by the mean gradient of the class's logit by its values;
    what is negative in the sum counts as zero.

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
    chosen = _one_hot(back, LOGITS, classes, len(images))
    results = []
    for batch in batches(len(images)):
        found = front(images[batch], training=False)
        weights = ops.mean(unit_gradient(back, found, chosen[batch]), axis=(1, 2), keepdims=True)
        results.append(ops.convert_to_numpy(ops.relu(ops.sum(weights * found, axis=-1))))
    return np.concatenate(results)


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
    outputs = output_of(network, layer)
    units = check_units(outputs, layer, units, len(images))
    model = keras.Model(network.inputs[0], mean_of_units(outputs))
    forward = compiled(lambda covered: model(covered, training=False))
    rows = range(0, height - size + 1, stride)
    columns = range(0, width - size + 1, stride)
    drops = np.empty((len(images), len(rows), len(columns)), images.dtype)
    for image, unit, drop in zip(images, units, drops, strict=True):
        covered = np.repeat(image[None], drop.size + 1, axis=0)  # the last one stays as it is
        places = [(row, column) for row in rows for column in columns]
        for copy, (row, column) in zip(covered, places, strict=False):
            copy[row : row + size, column : column + size] = ink
        responses = ops.convert_to_numpy(forward(ops.convert_to_tensor(covered)))[:, unit]
        drop[:] = (responses[-1] - responses[:-1]).reshape(drop.shape)
    return drops


def shuffled(network, layers, seed=0):
    """Copy a network with the weights of some layers in random order.

    A map that claims to show what the network has learned must change with them. Shuffled, the
    weights keep their sizes and lose what was learned; the source draws new ones instead.

    Parameters
    ----------
    network : keras.Sequential
        Built; it stays as it is.
    layers : sequence of str
        Names of the layers.
    seed : int
        Of the order.

    Returns
    -------
    keras.Sequential

    Raises
    ------
    ValueError
        If the network has no such layer.

    References
    ----------
    J. Adebayo and others, "Sanity checks for saliency maps", NeurIPS 2018.

    Examples
    --------
    >>> from mnist_helpers import models
    >>> network = models.digit_pad()
    >>> before = network.get_layer("conv1").get_weights()[0].ravel()
    >>> after = shuffled(network, ["conv1"]).get_layer("conv1").get_weights()[0].ravel()
    >>> np.array_equal(before, after), np.array_equal(np.sort(before), np.sort(after))
    (False, True)
    """
    check_network(network)
    check_layers(layers)
    names = [each.name for each in network.layers]
    if unknown := [layer for layer in layers if layer not in names]:
        raise ValueError(f"{network.name} has no layer {unknown[0]!r}; it has {', '.join(names)}")
    generator = np.random.default_rng(seed)
    copy = keras.models.clone_model(network)
    copy.set_weights(network.get_weights())
    for layer in layers:
        arrays = copy.get_layer(layer).get_weights()
        copy.get_layer(layer).set_weights(
            [generator.permutation(array.ravel()).reshape(array.shape) for array in arrays]
        )
    return copy


def _one_hot(model, layer, units, count):
    output = model.outputs[0]
    units = check_units(output, layer, units, count)
    return np.eye(output.shape[-1], dtype=output.dtype)[units]
