"""What the autoencoders share: pictures in, pictures out, and how these are judged."""

from functools import cache

import keras
import numpy as np
from keras import layers

from mnist_helpers import models, storage
from mnist_helpers.tasks import parts


def fewer(validation, test):
    """Return the first 1,000 validation images and every fourth test image, with their digits.

    They are enough for what is compared here, and looking at all takes as long as training.
    """
    return tuple(part[:1000] for part in validation), tuple(part[::4] for part in test)


STRIDED = {"kernel_size": 3, "strides": 2, "padding": "same", "activation": "relu"}


def strided_encoder(maps, outputs):
    """Build a network of strided convolutions, 28 x 28 to 14 x 14 to 7 x 7, and a dense layer.

    Parameters
    ----------
    maps : sequence of int
        Of the two convolutions.
    outputs : int

    Returns
    -------
    keras.Sequential

    Examples
    --------
    >>> strided_encoder([8, 16], 16).output_shape
    (None, 16)
    """
    convolutions = [layers.Conv2D(each, **STRIDED) for each in maps]
    return keras.Sequential(
        [keras.Input((28, 28, 1)), *convolutions, layers.Flatten(), layers.Dense(outputs)]
    )


def strided_decoder(maps, inputs, activation):
    """Build the mirror image of a `strided_encoder`, with transposed convolutions.

    Parameters
    ----------
    maps : sequence of int
        Those of the encoder.
    inputs : int
    activation : str or None
        Of the pixels.

    Returns
    -------
    keras.Sequential

    Examples
    --------
    >>> strided_decoder([8, 16], 2, None).output_shape
    (None, 28, 28, 1)
    """
    first, second = maps
    return keras.Sequential([
        keras.Input((inputs,)),
        layers.Dense(49 * second, "relu"),
        layers.Reshape((7, 7, second)),
        layers.Conv2DTranspose(second, **STRIDED),
        layers.Conv2DTranspose(first, **STRIDED),
        layers.Conv2D(1, 3, padding="same", activation=activation),
    ])  # fmt: skip


def fit(model, settings, loss, learned, validation):
    """Train to bring out the batches' targets, as `parts.fit` does; return the losses by epoch."""
    parts.compile_network(model, settings, loss, metrics=(), steps_per_execution=1)
    return parts.fit(model, settings, learned, validation)


def squared_error(made, images):
    """Return the mean squared error of each picture, a pixel.

    Examples
    --------
    >>> squared_error(np.zeros((1, 28, 28, 1)), np.full((1, 28, 28, 1), 0.5)).tolist()
    [0.25]
    """
    return np.square(made - images).reshape(len(images), -1).mean(axis=1)


def asked(model, given, size=1000):
    """Return what a model says to many inputs, without tracing it for that.

    Examples
    --------
    >>> asked(strided_encoder([2, 2], 3), np.zeros((5, 28, 28, 1)), size=2).shape
    (5, 3)
    """
    parts_of = [given[start : start + size] for start in range(0, len(given), size)]
    return np.concatenate([keras.ops.convert_to_numpy(model(part)) for part in parts_of])


@cache
def _reader():
    return storage.load_network("digit_pad")


def read_digits(pictures):
    """Say which digit the network behind the digit pad reads in each picture, 28 x 28, 0 to 1."""
    return asked(_reader(), pictures).argmax(axis=1)


def columns(history, test_loss, made, labels, model, within):
    """Fill the columns of a row; the accuracies are those of reading the first 1,000 that come out.

    Parameters
    ----------
    history : dict
        As `fit` returns it.
    test_loss : float
    made, labels : tuple of ndarray
        What came out of the validation and of the test set, and the digits that these are of.
    model : keras.Model
    within : list of keras.Model
        The models that it consists of, whose work is counted.

    Returns
    -------
    dict
    """
    validated, tested = (
        float((read_digits(pictures[:1000]) == of[:1000]).mean())
        for pictures, of in zip(made, labels, strict=True)
    )
    history["val_accuracy"] = [None] * (len(history["loss"]) - 1) + [round(validated, 6)]
    row = parts.columns(history, (test_loss, tested), model)
    return row | {"multiply_adds": sum(map(work, within))}


def work(model):
    """Count the multiply-adds of a model, for one image, transposed convolutions among them.

    Examples
    --------
    >>> spread = keras.layers.Conv2DTranspose(2, 3, 2, padding="same")
    >>> work(keras.Sequential([keras.Input((7, 7, 5)), spread]))
    4410
    """
    return sum(models.multiply_adds(model).values()) + sum(
        int(np.prod(layer.input.shape[1:-1])) * int(np.prod(layer.kernel.shape))
        for layer in model.layers
        if isinstance(layer, keras.layers.Conv2DTranspose)
    )
