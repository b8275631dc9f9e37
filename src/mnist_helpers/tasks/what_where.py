"""An autoencoder whose decoder is told where each maximum was.

J. Zhao, M. Mathieu, R. Goroshin and Y. LeCun, "Stacked what-where auto-encoders", 2016.
"""

import keras
import numpy as np
from keras import layers, ops

from mnist_helpers.tasks import autoencoding
from mnist_helpers.training import batches


def maxima(maps, size=2):
    """Pool maps, and say where in its window each maximum was.

    Of equal values the first one counts, row by row.

    Parameters
    ----------
    maps : tensor, shape (batch, height, width, channels)
        Height and width are multiples of the size.
    size : int
        Of the windows, which do not overlap.

    Returns
    -------
    what : tensor, shape (batch, height / size, width / size, channels)
    where : tensor, shape (batch, height, width, channels)
        1 at the place of each maximum, 0 elsewhere.

    Examples
    --------
    >>> maps = np.array([[1, 5, 0, 2], [3, 4, 6, 6]], "float32").reshape(1, 2, 4, 1)
    >>> what, where = maxima(maps)
    >>> np.asarray(what)[0, ..., 0].tolist()
    [[5.0, 6.0]]
    >>> np.asarray(where)[0, ..., 0].tolist()
    [[0.0, 1.0, 0.0, 0.0], [0.0, 0.0, 1.0, 0.0]]
    """
    height, width, channels = maps.shape[1:]
    rows, columns = height // size, width // size
    windows = ops.reshape(maps, (-1, rows, size, columns, size, channels))
    windows = ops.transpose(windows, (0, 1, 3, 5, 2, 4))  # a window's values come last
    windows = ops.reshape(windows, (-1, rows, columns, channels, size * size))
    place = ops.one_hot(ops.argmax(windows, axis=-1), size * size, dtype=maps.dtype)
    place = ops.reshape(place, (-1, rows, columns, channels, size, size))
    place = ops.transpose(place, (0, 1, 4, 2, 5, 3))
    return ops.max(windows, axis=-1), ops.reshape(place, (-1, height, width, channels))


class Maxima(layers.Layer):
    """`maxima` with windows of 2 x 2, as a layer."""

    def call(self, maps):
        """Return what and where."""
        return maxima(maps)


def put_back(what, where):
    """Put each value at its place, and 0 elsewhere; without a place, at all places of its window.

    Parameters
    ----------
    what : tensor, shape (batch, rows, columns, channels)
    where : tensor, shape (batch, 2 * rows, 2 * columns, channels), or None
    """
    repeated = layers.UpSampling2D(2)(what)
    return repeated if where is None else repeated * where


def networks(maps, code, places):
    """Build an encoder, which gives a code and two sets of places, and the decoder that reads both.

    Parameters
    ----------
    maps : sequence of int
        Of the two convolutions, each with a pooling.
    code : int
        How many numbers; with 0 the decoder gets a 1 in the code's place, whatever the image.
    places : bool
        Whether the decoder is told them.

    Returns
    -------
    encoder, decoder : keras.Model
        From images to ``(code, first places, second places)``, and from there to images.
    """
    first, second = maps
    options = {"kernel_size": 3, "padding": "same", "activation": "relu"}
    images = keras.Input((28, 28, 1))
    what, first_where = Maxima()(layers.Conv2D(first, **options)(images))
    what, second_where = Maxima()(layers.Conv2D(second, **options)(what))
    codes = layers.Dense(max(code, 1))(layers.Flatten()(what))
    encoder = keras.Model(
        images, (codes if code else ops.ones_like(codes), first_where, second_where)
    )
    given = [keras.Input(each.shape[1:]) for each in encoder.outputs]
    codes, first_where, second_where = given if places else (given[0], None, None)
    what = layers.Reshape((7, 7, second))(layers.Dense(49 * second, activation="relu")(codes))
    what = layers.Conv2D(first, **options)(put_back(what, second_where))
    drawn = layers.Conv2D(1, 3, padding="same", activation="sigmoid")(put_back(what, first_where))
    return encoder, keras.Model(given, drawn)


def train(settings, seed, training, validation, test):
    """Train an autoencoder with or without places, and ask it for one digit with another's places.

    The losses by epoch are cross-entropies, the last one on the test set is the squared error; the
    accuracies are those of reading what comes out. ``measures`` holds the mean squared errors, a
    pixel, and what `swapped` says of the first thousand test images.

    Task options: ``maps``, ``code`` and ``places``, as `networks` has them.
    """
    options, (validation, test) = settings["task_options"], autoencoding.fewer(validation, test)
    encoder, decoder = networks(options["maps"], options["code"], options["places"])
    images = keras.Input((28, 28, 1))
    model = keras.Model(images, decoder(encoder(images)))
    learned = batches.AugmentedImages(training[0], training[0], settings["batch_size"], seed, None)
    history = autoencoding.fit(
        model, settings, "binary_crossentropy", learned, (validation[0],) * 2
    )
    made = [autoencoding.asked(model, images) for images in (validation[0], test[0])]
    errors = {
        f"squared error, {name}": round(float(autoencoding.squared_error(*each).mean()), 6)
        for name, *each in zip(("validation", "test"), made, (validation[0], test[0]), strict=True)
    }
    measures = errors | swapped(encoder, decoder, *(each[:1000] for each in test))
    labels = validation[1], test[1]
    return autoencoding.columns(
        history, errors["squared error, test"], made, labels, model, [encoder, decoder]
    ) | {"measures": measures}


def swapped(encoder, decoder, images, labels):
    """Draw from each image's code with the next one's places; say which of the two is read.

    Parameters
    ----------
    encoder, decoder : keras.Model
        As `networks` builds them.
    images : ndarray of float32, shape (count, 28, 28, 1)
    labels : ndarray of int, shape (count,)

    Returns
    -------
    dict of str to float
        The shares that are read as the code's digit, and as that of the places, among those where
        the two are not the same digit.
    """
    code, *places = encoder(images)
    others = [ops.roll(each, -1, axis=0) for each in places]
    said = autoencoding.read_digits(ops.convert_to_numpy(decoder([code, *others])))
    theirs = np.roll(labels, -1)
    unlike = labels != theirs
    return {
        "swapped, as the code": round(float((said == labels)[unlike].mean()), 6),
        "swapped, as the places": round(float((said == theirs)[unlike].mean()), 6),
    }
