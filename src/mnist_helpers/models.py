"""The networks of the book by name, and what a network costs.

Each network is a function that returns an uncompiled Keras model; `NETWORKS` lists them by name.
"""

import math
import random
import re

import keras
from keras import layers

from mnist_helpers.data import CLASSES, IMAGE_SIZE


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

    Five convolutions, each followed by batch normalisation and ReLU, and one dense layer;
    158,338 parameters: [24C5S2]-[48C3-48C3-P2]-[96C3-96C3]-D.3-10. The first convolution pads
    and steps by two; the last one's maps are single numbers.

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

    def convolution(name, filters, kernel_size, **options):
        return [
            layers.Conv2D(filters, kernel_size, use_bias=False, name=name, **options),
            layers.BatchNormalization(name=f"{name}_norm"),
            layers.ReLU(name=f"{name}_relu"),
        ]

    return keras.Sequential(
        [
            keras.Input((IMAGE_SIZE, IMAGE_SIZE, 1)),
            *convolution("conv1", 24, 5, strides=2, padding="same"),
            *convolution("conv2", 48, 3),
            *convolution("conv3", 48, 3),
            layers.MaxPooling2D(2, name="pool"),
            *convolution("conv4", 96, 3),
            *convolution("conv5", 96, 3),
            layers.Flatten(name="flatten"),
            layers.Dropout(0.3, name="dropout"),
            layers.Dense(CLASSES, name="dense"),
            layers.Softmax(name="softmax"),
        ],
        name="digit_pad",
    )


def from_notation(notation, activation="relu", initializer="glorot_uniform", seed=None):
    """Build a network from a line such as ``"32C3-64C3-P2-D.25-128-D.5"``, which is the post's.

    The notation is Deotte's (2018), who wrote networks as one line. Between hyphens stand

    ====== ===================================================================
    32C3   32 kernels of 3 × 3; ``S2`` behind it steps by two, ``same`` pads
    P2     the largest of 2 × 2; ``A2``: the mean of 2 × 2
    B      batch normalisation
    D.25   dropout of a quarter
    128    a dense layer of 128 units; ``Flatten`` comes before the first one
    ====== ===================================================================

    A dense layer of ten units with softmax ends every network.

    Parameters
    ----------
    notation : str
        ``""`` for the last layer alone, which is logistic regression.
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
        If a part of the notation is none of these.

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

    patterns = {
        r"(\d+)C(\d+)(?:S(\d+))?(same)?": lambda filters, size, stride, same: layers.Conv2D(
            int(filters),
            int(size),
            int(stride or 1),
            same or "valid",
            activation=activation,
            kernel_initializer=kernel_initializer(initializer),
        ),
        r"P(\d+)": lambda size: layers.MaxPooling2D(int(size)),
        r"A(\d+)": lambda size: layers.AveragePooling2D(int(size)),
        r"B": layers.BatchNormalization,
        r"D(0?\.\d+)": lambda rate: layers.Dropout(float(rate), seed=draw()),
        r"(\d+)": lambda units: layers.Dense(
            int(units),
            activation=activation,
            kernel_initializer=kernel_initializer(initializer),
        ),
    }
    stack, flat = [keras.Input((IMAGE_SIZE, IMAGE_SIZE, 1))], False
    for part in filter(None, [*notation.split("-"), str(CLASSES)]):
        found = [(re.fullmatch(pattern, part), make) for pattern, make in patterns.items()]
        match, make = next((pair for pair in found if pair[0]), (None, None))
        if match is None or (flat and part[0] in "PA") or (flat and "C" in part):
            raise ValueError(
                f"{part!r} in the network {notation!r} is no layer that can stand there; "
                "expected parts such as 32C3, 32C5S2same, P2, A2, B, D.25 or 128"
            )
        if part.isdigit() and not flat:
            stack.append(layers.Flatten())
            flat = True
        stack.append(make(*match.groups()))
    stack[-1].activation = keras.activations.softmax
    stack[-1].kernel_initializer = kernel_initializer("glorot_uniform")
    return keras.Sequential(stack)


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
    network = from_notation("24C5S2same-B-48C3-B-48C3-B-P2-96C3-B-96C3-B-D.3", seed=seed)
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

    A convolution computes every value of its output from one kernel's worth of inputs; a dense
    layer reads every input for every output. Layers without weights to multiply by count as 0.

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
            *read, _ = layer.kernel.shape  # all but the last axis: what one output value reads
            counts[layer.name] = math.prod(layer.output.shape[1:]) * math.prod(read)
    return counts
