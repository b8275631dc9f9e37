"""Spaces in which a digit is a few numbers, and machines there that draw without a network.

They are what a trained machine has to be compared with.
"""

import keras
import numpy as np
from keras import layers
from sklearn.decomposition import PCA

from mnist_helpers.tasks import autoencoding, judging, parts
from mnist_helpers.training import batches
from mnist_helpers.training.settings import complete

# Of the autoencoder: it is the same in every experiment, and costs some seconds.
CODING = {"batch_size": 128, "epochs": 2, "learning_rate": 0.002}
UNITS = 256
BLUR = 0.2  # deviation of the noise on a code while it is learned; a code's own is 1


class Components:
    """Pictures as their first principal components, and back.

    Parameters
    ----------
    images : ndarray, shape (count, 28, 28, 1)
    count : int

    Examples
    --------
    >>> images = np.random.default_rng(0).random((50, 28, 28, 1), "float32")
    >>> space = Components(images, 4)
    >>> space.numbers(images).shape, space.pictures(np.zeros((2, 4))).shape
    ((50, 4), (2, 28, 28, 1))
    """

    def __init__(self, images, count):
        self.pca = PCA(count, svd_solver="covariance_eigh").fit(images.reshape(len(images), -1))

    def numbers(self, images):
        """Return the components of each picture."""
        return self.pca.transform(images.reshape(len(images), -1)).astype("float32")

    def pictures(self, numbers):
        """Return the pictures that have these components, clipped to 0 to 1."""
        flat = np.clip(self.pca.inverse_transform(numbers), 0, 1)
        return flat.reshape(-1, 28, 28, 1).astype("float32")


class Codes:
    """Pictures as the codes of a small autoencoder, and back.

    A code's numbers have mean 0 and variance 1, and while it is learned some noise is added to it,
    so that the decoder knows what to draw from neighbours, too.

    Parameters
    ----------
    images : ndarray of float32, shape (count, 28, 28, 1)
    count : int
        Numbers of a code.
    seed : int
    epochs : int, optional
    """

    def __init__(self, images, count, seed, epochs=CODING["epochs"]):
        settings = complete(CODING | {"epochs": epochs})
        self.encoder = keras.Sequential([
            keras.Input((28, 28, 1)), layers.Flatten(), layers.Dense(UNITS, "relu"),
            layers.Dense(count), layers.BatchNormalization(momentum=0.9, center=False, scale=False),
        ])  # fmt: skip
        self.decoder = keras.Sequential([
            keras.Input((count,)), layers.Dense(UNITS, "relu"),
            layers.Dense(28 * 28, "sigmoid"), layers.Reshape((28, 28, 1)),
        ])  # fmt: skip
        blurred = layers.GaussianNoise(BLUR, seed=seed)
        model = keras.Sequential([keras.Input((28, 28, 1)), self.encoder, blurred, self.decoder])
        learned = batches.AugmentedImages(images, images, settings["batch_size"], seed, None)
        parts.compile_network(model, settings, "binary_crossentropy", metrics=())
        self.losses = parts.fit(model, settings, learned, None)["loss"]

    def numbers(self, images):
        """Return the code of each picture."""
        return autoencoding.asked(self.encoder, images)

    def pictures(self, numbers):
        """Return what the decoder draws from codes."""
        return autoencoding.asked(self.decoder, numbers.astype("float32"))


class Normals:
    """For each digit the normal distribution with its images' mean and covariance, in a space.

    Parameters
    ----------
    space : Components or Codes
    images, labels : ndarray

    Examples
    --------
    >>> images = np.random.default_rng(0).random((500, 28, 28, 1), "float32")
    >>> machine = Normals(Components(images, 4), images, np.arange(500) % 10)
    >>> machine.draw(np.array([3, 8, 8]), seed=0).shape
    (3, 28, 28, 1)
    """

    def __init__(self, space, images, labels):
        self.space, numbers = space, space.numbers(images)
        self.moments = {
            digit: (of.mean(axis=0), np.linalg.cholesky(np.cov(of.T)))
            for digit in range(10)
            for of in [numbers[labels == digit]]
        }

    def draw(self, digits, seed):
        """Draw pictures of these digits."""
        count = len(self.moments[0][0])
        drawn = np.random.default_rng(seed).standard_normal((len(digits), count))
        for digit, (mean, factor) in self.moments.items():
            drawn[digits == digit] = mean + drawn[digits == digit] @ factor.T
        return self.space.pictures(drawn)


def copies(images, labels, space=None):
    """Make a machine that draws nothing: it hands out training images, none of them twice.

    Parameters
    ----------
    images, labels : ndarray
    space : Components or Codes, optional
        If given, of each image only these numbers are kept.

    Returns
    -------
    callable
        Takes digits and a seed, returns pictures.
    """

    def draw(digits, seed):
        generator = np.random.default_rng(seed)
        found = np.empty(len(digits), int)
        for digit in range(10):
            places = np.flatnonzero(digits == digit)
            among = generator.permutation(np.flatnonzero(labels == digit))
            found[places] = among[: len(places)]
        if space is None:
            return images[found]
        return space.pictures(space.numbers(images[found]))

    return draw


def train(settings, seed, training, validation, test):
    """Judge one of the machines that draw without a network of their own.

    Task options: ``machine``, "copies" or "normals", and for those that are drawn from few numbers
    ``space``, "components" or "codes", with ``numbers``, how many.

    Raises
    ------
    ValueError
        If there is no such machine.
    """
    options = settings["task_options"]
    kind, space = options["machine"], options.get("space")
    if kind not in ("copies", "normals") or space not in (None, "components", "codes"):
        raise ValueError(
            f"machine is {kind!r}, space {space!r}; expected 'copies' or 'normals', and "
            "'components' or 'codes'"
        )
    if space == "components":
        space = Components(training[0], options["numbers"])
    elif space == "codes":
        space = Codes(training[0], options["numbers"], seed)
    draw = Normals(space, *training).draw if kind == "normals" else copies(*training, space)
    return judging.columns([], None, judging.judge(draw, seed, training, validation, test))
