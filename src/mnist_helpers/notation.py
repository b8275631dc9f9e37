"""A network as one line: the layers that it stands for, their shapes and what they cost.

From the list that `parse` returns, `mnist_helpers.models` builds networks in Keras and in NumPy,
and `mnist_helpers.export` tells the digit pad's page what to build.
"""

import math
import re
from typing import NamedTuple

INPUT_SHAPE = (28, 28, 1)
CLASSES = 10
PARTS = {
    "convolution": r"(?P<filters>\d+)C(?P<size>\d+)(S(?P<stride>\d+))?(?P<same>same)?(?P<norm>B)?",
    "max_pooling": r"P(?P<size>\d+)",
    "average_pooling": r"A(?P<size>\d+)",
    "global_average_pooling": r"G",
    "batch_normalization": r"B",
    "dropout": r"D(?P<rate>0?\.\d+)",
    "flatten": r"F",
    "dense": r"(?P<units>\d+)",
}


class Layer(NamedTuple):
    """One layer of a network, for whoever builds it.

    Attributes
    ----------
    name : str
        Numbered where the network has several of a kind: ``"conv1"``, ``"conv1_relu"``, ``"pool"``.
    kind : str
        One of `PARTS`, or ``"activation"``.
    options : dict
        ``filters``, ``kernel_size``, ``strides``, ``padding`` and ``bias`` of a convolution,
        ``pool_size`` of a pooling, ``rate`` of a dropout, ``units`` of a dense layer, ``function``
        of an activation.
    input_shape, output_shape : tuple of int
        Of one example: (height, width, channels), or (values,).
    parameters : int
        As Keras counts them, the averages of batch normalisation included.
    multiply_adds : int
        For one example.
    """

    name: str
    kind: str
    options: dict
    input_shape: tuple
    output_shape: tuple
    parameters: int = 0
    multiply_adds: int = 0


def parse(notation, input_shape=INPUT_SHAPE, activation="relu"):
    """List the layers of a network such as ``"32C3-64C3-P2-D.25-128-D.5"``, which is the post's.

    The notation is Deotte's (2018), who wrote networks as one line. Between hyphens stand

    ====== ===================================================================
    32C3   32 kernels of 3 × 3; ``S2`` behind it steps by two, ``same`` pads,
           ``B`` normalises the batch before the activation, in the bias's place
    P2     the largest of 2 × 2; ``A2``: the mean of 2 × 2
    G      the mean of each whole map
    B      batch normalisation
    D.25   dropout of a quarter
    F      every example as one row; the first dense layer brings its own
    128    a dense layer of 128 units
    ====== ===================================================================

    A dense layer of ten units with softmax ends every network.

    Parameters
    ----------
    notation : str
        ``""`` for the last layer alone, which is logistic regression.
    input_shape : tuple of int
        Height, width and channels of an image.
    activation : str
        Of all convolutions and dense layers but the last, in Keras's names.

    Returns
    -------
    list of Layer

    Raises
    ------
    ValueError
        If a part of the notation is none of these, or cannot stand where it does.

    Examples
    --------
    >>> for layer in parse("24C5-P2"):
    ...     print(layer.name, layer.output_shape, layer.parameters, layer.multiply_adds)
    conv (24, 24, 24) 624 345600
    conv_relu (24, 24, 24) 0 0
    pool (12, 12, 24) 0 0
    flatten (3456,) 0 0
    dense (10,) 34570 34560
    softmax (10,) 0 0
    """
    parts = [*filter(None, notation.split("-")), str(CLASSES)]
    layers, shape = [], tuple(input_shape)
    for number, part in enumerate(parts, start=1):
        try:
            for kind, options in _options(part, shape, activation, number == len(parts)):
                layers.append(_layer(kind, options, shape))
                shape = layers[-1].output_shape
        except ValueError as error:
            raise ValueError(
                f"{part!r} in the network {notation!r} is no layer that can stand there: {error}"
            ) from None
    return _named(layers)


def count_multiply_adds(kernel_shape, output_shape):
    """Count the multiply-adds that a kernel costs, for one example.

    A convolution computes every value of its output from one kernel's worth of inputs; a dense
    layer reads every input for every output.

    Examples
    --------
    >>> count_multiply_adds((3, 3, 1, 32), (26, 26, 32))  # the post's first convolution
    194688
    """
    return math.prod(output_shape) * math.prod(kernel_shape[:-1])


def _options(part, shape, activation, is_last):
    """Give kind and options of each layer that a part of the notation stands for."""
    matches = ((kind, re.fullmatch(pattern, part)) for kind, pattern in PARTS.items())
    kind, match = next(((kind, match) for kind, match in matches if match), (None, None))
    if match is None:
        raise ValueError("expected parts such as 32C3, 32C5S2sameB, P2, A2, G, B, D.25, F or 128")
    found = match.groupdict()
    options = {name: int(found[name]) for name in ("filters", "units") if name in found}
    if kind == "dense" and len(shape) > 1:
        yield "flatten", {}
    if kind == "convolution":
        options |= {"kernel_size": int(found["size"]), "strides": int(found["stride"] or 1)}
        options |= {"padding": found["same"] or "valid", "bias": not found["norm"]}
    elif "size" in found:
        options = {"pool_size": int(found["size"])}
    elif kind == "dropout":
        options = {"rate": float(found["rate"])}
    yield kind, options
    if found.get("norm"):
        yield "batch_normalization", {}
    function = "softmax" if is_last else activation
    if kind in ("convolution", "dense") and function != "linear":
        yield "activation", {"function": function}


def _layer(kind, options, shape):
    """Work out what a layer returns and costs, given the shape of its input."""
    if not all(options.get(name, 1) for name in ("filters", "strides", "units")):
        raise ValueError("it would return nothing")
    if (kind == "convolution" or "pooling" in kind) and len(shape) != 3:
        raise ValueError("it reads images, and stands behind what makes rows of them")
    output, kernel, parameters = shape, None, 0
    if kind == "convolution":
        size, filters = options["kernel_size"], options["filters"]
        kernel = size, size, shape[2], filters
        rule = options["strides"], options["padding"]
        output = *(_windows(side, size, *rule) for side in shape[:2]), filters
    elif kind == "dense":
        kernel = *shape, options["units"]
        output = kernel[1:]
    elif kind in ("max_pooling", "average_pooling"):
        size = options["pool_size"]
        output = *(_windows(side, size, size) for side in shape[:2]), shape[2]
    elif kind == "global_average_pooling":
        output = shape[2:]
    elif kind == "flatten":
        output = (math.prod(shape),)
    elif kind == "batch_normalization":
        parameters = 4 * shape[-1]
    if kernel is None:
        return Layer("", kind, options, shape, output, parameters)
    parameters = math.prod(kernel) + kernel[-1] * options.get("bias", True)
    cost = count_multiply_adds(kernel, output)
    return Layer("", kind, options, shape, output, parameters, cost)


def _windows(side, size, stride, padding="valid"):
    """Count the windows along a side, by TensorFlow's rule for 'same'."""
    if padding == "same":
        return -(-side // stride)
    if not 0 < size <= side:
        raise ValueError(f"a window of {size} does not fit into {side} pixels")
    return (side - size) // stride + 1


def _named(layers):
    """Name the layers, with a number where there are several of a kind."""
    short = {"convolution": "conv", "pooling": "pool", "normalization": "norm"}
    words = [layer.kind.split("_")[-1] for layer in layers]
    bases = [short.get(word, word) for word in words]
    names = []
    for place, (base, layer) in enumerate(zip(bases, layers, strict=True)):
        number = bases[: place + 1].count(base) if bases.count(base) > 1 else ""
        name = f"{base}{number}"
        if base in ("conv", "dense"):
            owner = name
        elif base == "activation":
            name = f"{owner}_{layer.options['function']}"
        elif base == "norm" and bases[place - 1] == "conv":
            name = f"{owner}_norm"
        names.append(name)
    names[-1] = layers[-1].options["function"]
    return [layer._replace(name=name) for layer, name in zip(layers, names, strict=True)]
