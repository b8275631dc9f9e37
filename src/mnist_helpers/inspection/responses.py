"""What the layers of a network write for some images."""

import keras
import numpy as np
from keras import ops

from mnist_helpers.inspection.gradients import compiled
from mnist_helpers.inspection.parts import (
    batches,
    check_images,
    check_layers,
    mean_of_units,
    output_of,
    part,
)


def activations(network, layer, images):
    """Compute what a layer writes for some images.

    Parameters
    ----------
    network : keras.Sequential
        Built.
    layer : str
        The name of a layer, or ``"logits"``.
    images : ndarray of float, shape (count, height, width, channels)
        Values from 0 to 1, of the size that the network reads.

    Returns
    -------
    ndarray, shape (count, height', width', maps) or (count, units)

    Raises
    ------
    ValueError
        If the network has no such layer, or the images are not what it reads.

    Examples
    --------
    >>> from mnist_helpers import models
    >>> images = np.zeros((2, 28, 28, 1), "float32")
    >>> activations(models.digit_pad(), "conv1", images).shape
    (2, 14, 14, 24)
    """
    return _run(part(network, layer), check_images(network, images))[0]


def mean_activations(network, layers, images):
    """Compute how strongly each unit of some layers responds to each image.

    A unit is a filter of a convolution, and its response the mean of its map; or it is one of a
    dense layer's units, and its response what it writes. All layers are computed in one pass.

    Parameters
    ----------
    network : keras.Sequential
        Built.
    layers : sequence of str
        Names of layers, or ``"logits"``.
    images : ndarray of float, shape (count, height, width, channels)
        Values from 0 to 1, of the size that the network reads.

    Returns
    -------
    dict of str to ndarray, shape (count, units)
        By the names of the layers.

    Raises
    ------
    ValueError
        If the network has no such layer, there is none to compute, or the images are not what it
        reads.

    Examples
    --------
    >>> from mnist_helpers import models
    >>> images = np.zeros((2, 28, 28, 1), "float32")
    >>> responses = mean_activations(models.digit_pad(), ["conv2", "logits"], images)
    >>> responses["conv2"].shape, responses["logits"].shape
    ((2, 48), (2, 10))
    """
    images = check_images(network, images)
    check_layers(layers)
    means = [mean_of_units(output_of(network, layer)) for layer in layers]
    return dict(zip(layers, _run(keras.Model(network.inputs[0], means), images), strict=True))


def _run(model, images):
    """Compute a model's outputs in batches; `predict` would make float32 of float64."""

    def forward(batch):
        return model(batch, training=False)

    slices, traced, found = batches(len(images)), compiled(forward), []
    for batch in slices:
        # From a few batches on tracing pays: a pass takes two thirds of the time. A last batch
        # of another size would be traced again.
        pays = len(slices) > 4 and batch.stop <= len(images)
        outputs = (traced if pays else forward)(ops.convert_to_tensor(images[batch]))
        outputs = outputs if isinstance(outputs, list) else [outputs]
        found.append([ops.convert_to_numpy(output) for output in outputs])
    return [np.concatenate(output) for output in zip(*found, strict=True)]
