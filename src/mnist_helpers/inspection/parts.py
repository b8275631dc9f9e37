"""The layers of a network by name, and what they write.

Used by chapter 11.
"""

import keras
import numpy as np
from keras import ops

LOGITS = "logits"
BATCH = 250  # images computed at once


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


def part(network, layer):
    """Return the network up to a layer, as a Keras model that shares its weights."""
    output = output_of(network, layer)
    return keras.Model(network.inputs[0], output)


def output_of(network, layer):
    """Return the symbolic output of a layer by its name; an unknown name is refused."""
    check_network(network)
    last = network.layers[-1]
    softmax = getattr(last, "activation", None) is keras.activations.softmax
    if layer == LOGITS and isinstance(last, keras.layers.Softmax):
        return last.input
    if layer == LOGITS and isinstance(last, keras.layers.Dense) and softmax:
        settings = last.get_config() | {"activation": "linear", "name": LOGITS}
        linear = keras.layers.Dense.from_config(settings)
        logits = linear(last.input)
        linear.set_weights(last.get_weights())  # a copy; parts are made anew in every call
        return logits
    names = [each.name for each in network.layers]
    if layer in names:
        return network.get_layer(layer).output
    known = ", ".join(names)
    if layer == LOGITS:
        raise ValueError(
            f"{network.name} does not end in a softmax, so it has no 'logits'; it has {known}"
        )
    raise ValueError(f"{network.name} has no layer {layer!r}; it has {known}, and 'logits'")


def batches(count):
    """List the slices in which so many images are computed."""
    return [slice(first, first + BATCH) for first in range(0, count, BATCH)]


def _run(model, images):
    """Compute a model's outputs in batches; `predict` would make float32 of float64."""
    found = []
    for batch in batches(len(images)):
        outputs = model(images[batch], training=False)
        outputs = outputs if isinstance(outputs, list) else [outputs]
        found.append([ops.convert_to_numpy(output) for output in outputs])
    return [np.concatenate(output) for output in zip(*found, strict=True)]


def mean_of_units(outputs):
    """Average maps over their places: (count, height, width, maps) to (count, maps)."""
    places = tuple(range(1, len(outputs.shape) - 1))
    return ops.mean(outputs, axis=places) if places else outputs


def check_network(network):
    """Refuse what is not a built chain of layers that reads images."""
    if not isinstance(network, keras.Sequential):
        raise ValueError(f"the network is a {type(network).__name__}; expected keras.Sequential")
    if not network.built:
        raise ValueError(
            f"the network {network.name} is not built; expected one that begins with keras.Input"
        )
    if len(network.input_shape) != 4:
        raise ValueError(
            f"{network.name} reads shape {network.input_shape[1:]}; expected a network that reads "
            "images, (height, width, channels)"
        )


def check_layers(layers):
    """Refuse what is not a list of names."""
    if isinstance(layers, str) or not len(layers):
        raise ValueError(f"layers is {layers!r}; expected a list of at least one name")


def check_images(network, images):
    """Return images as the network reads them; others are refused."""
    check_network(network)
    images = np.asarray(images)
    expected = tuple(network.input_shape[1:])
    if images.shape[1:] != expected or not len(images):
        sizes = ", ".join(map(str, expected))
        raise ValueError(f"images have shape {images.shape}; {network.name} reads (count, {sizes})")
    if images.dtype.kind != "f" or not (images.min() >= 0 and images.max() <= 1):
        raise ValueError(
            f"images are {images.dtype} from {images.min()} to {images.max()}; "
            "expected floats from 0 to 1, as data.prepare_images makes them"
        )
    return images.astype(network.inputs[0].dtype, copy=False)


def check_units(outputs, layer, units, count):
    """Return one unit an image as an array of int; others are refused."""
    units, available = np.asarray(units), outputs.shape[-1]
    if units.shape != (count,):
        raise ValueError(f"units have shape {units.shape}; expected ({count},), one for each image")
    if units.dtype.kind not in "iu" or not (units.min() >= 0 and units.max() < available):
        raise ValueError(
            f"units are {units.dtype} from {units.min()} to {units.max()}; "
            f"{layer} has {available}, counted from 0 to {available - 1}"
        )
    return units
