"""The digit as a sequence: networks that read it by pixels, by rows, or in patches that attend.

Chapter 18's. Q. Le, N. Jaitly and G. Hinton, "A simple way to initialize recurrent networks of
rectified linear units", 2015; A. Dosovitskiy et al., "An image is worth 16x16 words", 2021.
"""

import math
import random

import keras
from keras import layers, ops

from mnist_helpers import models
from mnist_helpers.notation import count_multiply_adds
from mnist_helpers.tasks import parts


class EachRow(layers.Layer):
    """One recurrent layer along each row of an image, all rows at once.

    Shapes: (batch, rows, columns, channels) to (batch, rows, units).
    """

    def __init__(self, layer):
        super().__init__()
        self.layer = layer

    def call(self, images):
        """Take the rows for so many sequences, and what each ends with for its row."""
        rows, *inner = images.shape[1:]
        ends = self.layer(ops.reshape(images, (-1, *inner)))
        return ops.reshape(ends, (-1, rows, self.layer.units))


class Patches(layers.Layer):
    """Cut images into square patches, row by row.

    Shapes: (batch, side, side, 1) to (batch, patches, size²).

    Examples
    --------
    >>> image = ops.reshape(ops.arange(16), (1, 4, 4, 1))
    >>> Patches(2)(image).numpy()[0].tolist()
    [[0, 1, 4, 5], [2, 3, 6, 7], [8, 9, 12, 13], [10, 11, 14, 15]]
    """

    def __init__(self, size):
        super().__init__(dtype=None, autocast=False)
        self.size = size

    def call(self, images):
        """Split both directions, and bring what belongs to a patch together."""
        count = images.shape[1] // self.size
        split = ops.reshape(images, (-1, count, self.size, count, self.size))
        return ops.reshape(
            ops.transpose(split, (0, 1, 3, 2, 4)), (-1, count * count, self.size * self.size)
        )


class Positions(layers.Layer):
    """Add to each token a vector that is learned for its place. Shape: (batch, tokens, width)."""

    def __init__(self, initializer):
        super().__init__()
        self.initializer = initializer

    def build(self, shape):
        """Make a table of as many vectors as there are tokens."""
        self.table = self.add_weight(shape=shape[1:], initializer=self.initializer)

    def call(self, tokens):
        """Add the table."""
        return tokens + self.table


def _drawing(seed):
    """Return a function that makes Keras's initializers, each with a seed of its own."""
    generator = random.Random(seed)

    def draw(name, **options):
        return getattr(keras.initializers, name)(**options, seed=generator.randrange(2**31))

    return draw


def _recurrent(draw, cell, units, **options):
    options = {
        "kernel_initializer": draw("GlorotUniform"),
        "recurrent_initializer": draw("Orthogonal"),
    } | options
    return getattr(layers, cell)(units, **options)


def _answer(draw):
    return layers.Dense(10, "softmax", kernel_initializer=draw("GlorotUniform"))


def rows(seed, units=42):
    """Read the image as 28 steps of 28 pixels, by an LSTM."""
    draw = _drawing(seed)
    stack = [layers.Reshape((28, 28)), _recurrent(draw, "LSTM", units), _answer(draw)]
    return keras.Sequential([keras.Input((28, 28, 1)), *stack])


def hierarchical(seed, along=8, over=27):
    """Read each row by one LSTM, and what it made of the rows by another."""
    draw = _drawing(seed)
    stack = [
        EachRow(_recurrent(draw, "LSTM", along)),
        _recurrent(draw, "LSTM", over),
        _answer(draw),
    ]
    return keras.Sequential([keras.Input((28, 28, 1)), *stack])


def pixels(seed, units=20, identity=False):
    """Read the image as 784 steps of one pixel, by a plain recurrent layer.

    As Keras makes it (tanh, orthogonal), or as Le, Jaitly and Hinton do: relu, the identity, and
    input weights with a deviation of 0.001.
    """
    draw = _drawing(seed)
    options = {}
    if identity:
        options = {
            "activation": "relu",
            "kernel_initializer": draw("RandomNormal", stddev=0.001),
            "recurrent_initializer": "identity",
        }
    cell = _recurrent(draw, "SimpleRNN", units, **options)
    return keras.Sequential(
        [keras.Input((28, 28, 1)), layers.Reshape((784, 1)), cell, _answer(draw)]
    )


def transformer(seed, size=7, width=48, heads=4, blocks=1, hidden=72):
    """Cut the image into patches, let them attend to each other, and take the mean of what is left.

    Parameters
    ----------
    seed : int
    size : int
        Of a patch, in pixels; a divisor of 28.
    width : int
        Numbers that stand for a patch.
    heads, blocks : int
        Heads of each block, which share the width, and blocks.
    hidden : int
        Units of the dense layer inside each block.

    Returns
    -------
    keras.Model

    Examples
    --------
    >>> transformer(seed=0).count_params()
    20386
    """
    draw = _drawing(seed)

    def dense(units, activation=None):
        return layers.Dense(units, activation, kernel_initializer=draw("GlorotUniform"))

    images = keras.Input((28, 28, 1))
    tokens = dense(width)(Patches(size)(images))
    tokens = Positions(draw("RandomNormal", stddev=0.02))(tokens)
    for _ in range(blocks):
        seen = layers.LayerNormalization()(tokens)
        attention = layers.MultiHeadAttention(
            heads, width // heads, kernel_initializer=draw("GlorotUniform")
        )
        tokens = tokens + attention(seen, seen)
        seen = layers.LayerNormalization()(tokens)
        tokens = tokens + dense(width)(dense(hidden, "gelu")(seen))
    mean = ops.mean(layers.LayerNormalization()(tokens), axis=1)
    return keras.Model(images, _answer(draw)(mean))


NETWORKS = {
    "hierarchical": hierarchical,
    "pixels": pixels,
    "rows": rows,
    "transformer": transformer,
}


def build(settings, seed):
    """Build one of `NETWORKS`, or what the settings' notation says, with weights of the seed."""
    if settings["network"] in NETWORKS:
        return NETWORKS[settings["network"]](seed, **settings["network_options"])
    return models.from_notation(settings["network"], **settings["network_options"], seed=seed)


def multiply_adds(model):
    """Count the multiply-adds of each layer for one image, recurrent layers and attention too.

    A recurrent layer uses each weight of its matrices once a step, a dense layer once a token.
    Attention adds two products of every token with every other, each as long as the width.

    Returns
    -------
    dict of str to int
        Layer name to multiply-adds.

    Examples
    --------
    >>> [0, 28 * 4 * 42 * (28 + 42), 42 * 10] == list(multiply_adds(rows(0, units=42)).values())
    True
    """
    return {layer.name: _count(layer) for layer in model.layers}


def _count(layer):
    if isinstance(layer, EachRow):
        return layer.output.shape[1] * _steps(layer.layer, layer.input.shape[2])
    if isinstance(layer, layers.LSTM | layers.GRU | layers.SimpleRNN):
        return _steps(layer, layer.input.shape[1])
    if isinstance(layer, layers.MultiHeadAttention):
        tokens, width = layer.output.shape[1:]
        matrices = sum(
            math.prod(weight.shape) for weight in layer.weights if weight.path[-6:] == "kernel"
        )
        return tokens * matrices + 2 * tokens**2 * width
    if isinstance(layer, layers.Conv2D | layers.Dense):
        return count_multiply_adds(layer.kernel.shape, layer.output.shape[1:])
    return 0


def _steps(recurrent, steps):
    kernels = recurrent.cell.kernel, recurrent.cell.recurrent_kernel
    return steps * sum(math.prod(kernel.shape) for kernel in kernels)


def train(settings, seed, training, validation, test):
    """Train one of the networks to classify; the columns say everything, there are no measures."""
    model = build(settings, seed)
    history = parts.fit_classifier(
        model, settings, seed, training, validation, steps_per_execution=1
    )
    tested = model.evaluate(*test, batch_size=1000, verbose=0)
    work = {"multiply_adds": sum(multiply_adds(model).values()), "measures": {}}
    return parts.columns(history, tested, model) | work
