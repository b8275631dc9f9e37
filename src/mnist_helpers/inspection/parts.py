"""The layers of a network by name, and what may be asked of them."""

import keras
import numpy as np
from keras import ops

LOGITS = "logits"
BATCH = 250  # images computed at once


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


def one_hot(outputs, layer, units, count):
    """Return one row an image with a 1 at its unit, shape (count, units); others are refused."""
    units = check_units(outputs, layer, units, count)
    return np.eye(outputs.shape[-1], dtype=outputs.dtype)[units]
