"""The networks of the book by name, networks from one line, and what they cost.

Each network is a function that returns an uncompiled Keras model; `NETWORKS` lists them by name.
"""

import random

import keras
from keras import layers

from mnist_helpers import numpy_cnn
from mnist_helpers.data import CLASSES, IMAGE_SIZE
from mnist_helpers.notation import count_multiply_adds, parse

# The networks of `NETWORKS`, as `mnist_helpers.notation` writes them.
NOTATIONS = {
    "digit_pad": "24C5S2sameB-48C3B-48C3B-P2-96C3B-96C3B-F-D.3",
    "ensemble_member": "24C5S2same-B-48C3-B-48C3-B-P2-96C3-B-96C3-B-D.3",
    "post_cnn": "32C3-64C3-P2-D.25-128-D.5",
}


def post_cnn():
    """Build the network of the 2018 post, which is that of Keras's own MNIST example.

    Two convolutions, one max pooling, two dense layers; 1,199,882 parameters. Chapter 02 builds
    it line by line.

    Returns
    -------
    keras.Sequential
        Reads images of shape (batch, 28, 28, 1), or (batch, 1, 28, 28) where Keras is set to
        ``channels_first``; returns probabilities of shape (batch, 10).

    Examples
    --------
    >>> post_cnn().count_params()
    1199882
    """
    if keras.config.image_data_format() == "channels_first":
        input_shape = (1, IMAGE_SIZE, IMAGE_SIZE)
    else:
        input_shape = (IMAGE_SIZE, IMAGE_SIZE, 1)
    return keras.Sequential(
        [
            keras.Input(input_shape),
            layers.Conv2D(32, kernel_size=(3, 3), activation="relu"),
            layers.Conv2D(64, (3, 3), activation="relu"),
            layers.MaxPooling2D(pool_size=(2, 2)),
            layers.Dropout(0.25),
            layers.Flatten(),
            layers.Dense(128, activation="relu"),
            layers.Dropout(0.5),
            layers.Dense(CLASSES, activation="softmax"),
        ],
        name="post_cnn",
    )


def digit_pad():
    """Build the network behind the digit pad of chapter 14.

    Five convolutions, each followed by batch normalisation and ReLU, and one dense layer; 158,338
    parameters. The first convolution pads and steps by two; the last one's maps are single numbers.

    Returns
    -------
    keras.Sequential
        Reads images of shape (batch, 28, 28, 1); returns probabilities of shape (batch, 10).
        The output of the last layer but one are the logits.

    Examples
    --------
    >>> digit_pad().count_params()
    158338
    """
    *described, softmax = parse(NOTATIONS["digit_pad"])
    stack = [keras.Input(described[0].input_shape), *_keras_layers(described)]
    stack.append(layers.Softmax(name=softmax.name))  # apart, for those who ask for the logits
    return keras.Sequential(stack, name="digit_pad")


def from_notation(notation, activation="relu", initializer="glorot_uniform", seed=None):
    """Build a network from a line such as ``"32C3-64C3-P2-D.25-128-D.5"``, which is the post's.

    Parameters
    ----------
    notation : str
        As `mnist_helpers.notation.parse` explains it.
    activation, initializer : str
        Of all convolutions and dense layers but the last, in Keras's names.
    seed : int, optional
        Of the initial weights and the dropout. Without one they hang on Python's global generator,
        which ``keras.utils.set_random_seed`` sets, and from which other threads may draw.

    Returns
    -------
    keras.Sequential
        Reads images of shape (batch, 28, 28, 1); returns probabilities of shape (batch, 10).

    Raises
    ------
    ValueError
        If a part of the notation is no layer that can stand there.

    Examples
    --------
    >>> from_notation("32C3-64C3-P2-D.25-128-D.5").count_params()
    1199882
    """
    generator = random.Random(seed)

    def draw():
        return None if seed is None else generator.randrange(2**31)

    def kernel_initializer(name):
        made = keras.initializers.get(name)
        if "seed" not in made.get_config():
            return made
        return type(made)(**made.get_config() | {"seed": draw()})

    described = parse(notation, activation=activation)
    stack = _keras_layers(described, lambda: kernel_initializer(initializer), draw)
    stack[-1].kernel_initializer = kernel_initializer("glorot_uniform")
    return keras.Sequential([keras.Input(described[0].input_shape), *stack])


def _keras_layers(described, initializer=lambda: "glorot_uniform", draw=lambda: None):
    """Make Keras's layers, each with the activation that follows it; seeds are drawn in order."""
    makers = {
        "convolution": lambda filters, kernel_size, strides, padding, bias: layers.Conv2D(
            filters, kernel_size, strides, padding, use_bias=bias, kernel_initializer=initializer()
        ),
        "dense": lambda units: layers.Dense(units, kernel_initializer=initializer()),
        "max_pooling": layers.MaxPooling2D,
        "average_pooling": layers.AveragePooling2D,
        "global_average_pooling": layers.GlobalAveragePooling2D,
        "batch_normalization": layers.BatchNormalization,
        "dropout": lambda rate: layers.Dropout(rate, seed=draw()),
        "flatten": layers.Flatten,
        "activation": lambda function: layers.Activation(function),
    }
    stack = []
    for layer in described:
        before = stack[-1] if stack else None
        if layer.kind == "activation" and isinstance(before, layers.Conv2D | layers.Dense):
            before.activation = keras.activations.get(layer.options["function"])
            continue
        stack.append(makers[layer.kind](**layer.options))
        stack[-1].name = layer.name
    return stack


def numpy_from_notation(notation, pool_first=False, margin=0, activation="relu", **options):
    """Build the same network in NumPy.

    Parameters
    ----------
    notation, activation : str
        As for `from_notation`.
    pool_first : bool
        Whether a pooling that follows a convolution comes before its ReLU, and the two are one
        layer, `numpy_cnn.PooledConv2D`.
    margin : int
        Rows and columns that the images lack at each side.
    **options
        Of `numpy_cnn.Network`.

    Returns
    -------
    numpy_cnn.Network

    Raises
    ------
    ValueError
        If a part of the notation is no layer that can stand there, or none that NumPy has.

    Examples
    --------
    >>> numpy_from_notation("24C5-P2-32C3-P2-256").parameter_count
    215194
    >>> numpy_from_notation("24C5-P2-32C3-P2-256", pool_first=True, margin=2).parameter_count
    141466
    """
    side = IMAGE_SIZE - 2 * margin
    *described, _ = parse(notation, (side, side, 1), activation)  # softmax is in the loss
    makers = {
        "convolution": numpy_cnn.Conv2D,
        "dense": numpy_cnn.Dense,
        "max_pooling": numpy_cnn.MaxPooling2D,
        "average_pooling": numpy_cnn.AveragePooling2D,
        "batch_normalization": numpy_cnn.BatchNormalization,
        "dropout": numpy_cnn.Dropout,
        "flatten": numpy_cnn.Flatten,
        "relu": numpy_cnn.ReLU,
    }
    stack, fusible = [], [numpy_cnn.Conv2D, numpy_cnn.ReLU]
    for layer in described:
        arguments = dict(layer.options)
        kind = arguments.pop("function", layer.kind)
        if kind not in makers or not arguments.pop("bias", True):
            raise ValueError(
                f"the layer {layer.name} of the network {notation!r} is not there in NumPy; "
                f"expected {', '.join(makers)}, and a bias in every convolution"
            )
        if pool_first and kind == "max_pooling" and [*map(type, stack[-2:])] == fusible:
            before = stack[-2]
            pooled = numpy_cnn.PooledConv2D(
                before.filters, before.kernel_size, before.strides, before.padding, **arguments
            )
            stack[-2:] = [pooled, numpy_cnn.ReLU()]
        else:
            stack.append(makers[kind](**arguments))
    return numpy_cnn.Network(stack, input_shape=described[0].input_shape, **options)


def ensemble_member(seed=None):
    """Build the network of which fifteen vote in chapter 15: 4.1 million multiply-adds.

    Parameters
    ----------
    seed : int, optional
        As in `from_notation`.

    Returns
    -------
    keras.Sequential
        Reads images of shape (batch, 28, 28, 1); returns probabilities of shape (batch, 10).

    Examples
    --------
    >>> ensemble_member().count_params()
    158650
    """
    network = from_notation(NOTATIONS["ensemble_member"], seed=seed)
    network.name = "ensemble_member"
    return network


NETWORKS = {"digit_pad": digit_pad, "ensemble_member": ensemble_member, "post_cnn": post_cnn}


def build(name):
    """Build a network of the book by its name.

    Parameters
    ----------
    name : str
        One of `NETWORKS`.

    Returns
    -------
    keras.Model
        Uncompiled, with random weights.

    Raises
    ------
    ValueError
        If there is no network of that name.

    Examples
    --------
    >>> build("post_cnn").output_shape
    (None, 10)
    """
    if name not in NETWORKS:
        raise ValueError(f"there is no network {name!r}; expected one of {sorted(NETWORKS)}")
    return NETWORKS[name]()


def multiply_adds(model):
    """Count the multiply-adds of each layer, for one image.

    The formula is `mnist_helpers.notation.count_multiply_adds`. Layers without weights to multiply
    by count as 0.

    Parameters
    ----------
    model : keras.Sequential
        Built, of convolutions (``Conv2D``), dense layers and layers that multiply nothing.

    Returns
    -------
    dict of str to int
        Layer name to multiply-adds, in the order of the layers.

    Examples
    --------
    >>> sum(multiply_adds(post_cnn()).values())
    11992448
    """
    counts = {}
    for layer in model.layers:
        counts[layer.name] = 0
        if isinstance(layer, layers.Conv2D | layers.Dense):
            shapes = layer.kernel.shape, layer.output.shape[1:]
            counts[layer.name] = count_multiply_adds(*shapes)
    return counts
