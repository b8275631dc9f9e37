"""Noise in, digit out: an autoencoder of strided convolutions.

P. Vincent, H. Larochelle, Y. Bengio and P.-A. Manzagol, "Extracting and composing robust features
with denoising autoencoders", 2008; learning from noisy targets: J. Lehtinen and others,
"Noise2Noise: learning image restoration without clean data", 2018.
"""

import keras
import numpy as np

from mnist_helpers.tasks import autoencoding
from mnist_helpers.training import batches


def noisy(images, deviation, seed):
    """Add normal noise, the same for one seed; what leaves the range of 0 to 1 stays outside.

    Examples
    --------
    >>> added = noisy(np.zeros((1000, 28, 28, 1), "float32"), 0.5, seed=0)
    >>> added.dtype, round(float(np.square(added).mean()), 2)
    (dtype('float32'), 0.25)
    """
    return _add(images, deviation, np.random.default_rng(seed))


def _add(images, deviation, generator):
    return images + np.float32(deviation) * generator.standard_normal(images.shape, "float32")


class NoisyPictures(batches.AugmentedImages):
    """Batches of pictures with new noise in each epoch, on what goes in, on what should come out.

    Parameters
    ----------
    images : ndarray of float32, shape (count, 28, 28, 1)
    batch_size, seed : int
    deviation : float
    on : sequence of {"input", "target"}
        Where the noise is, a new one each.
    """

    def __init__(self, images, batch_size, seed, deviation, on):
        super().__init__(images, images, batch_size, seed, None)
        self.deviation, self.on = deviation, on

    def __getitem__(self, index):
        """Return the pictures of one batch, and what should come out."""
        both = super().__getitem__(index)
        return tuple(
            _add(images, self.deviation, self.generator) if name in self.on else images
            for name, images in zip(("input", "target"), both, strict=True)
        )


def train(settings, seed, training, validation, test):
    """Train an autoencoder, and measure what it makes of noisy and of clean test images.

    The losses by epoch are cross-entropies, the last one on the test set is the squared error; the
    accuracies are those of reading what comes out for noisy images. ``measures`` holds the mean
    squared errors, a pixel, of what comes out for noisy images from the clean ones, whatever the
    training set was, and for clean test images.

    Task options: ``maps``, ``code``, ``deviation`` of the noise, and ``noise_on``, some of "input"
    and "target".
    """
    options, (validation, test) = settings["task_options"], autoencoding.fewer(validation, test)
    encoder = autoencoding.strided_encoder(options["maps"], options["code"])
    decoder = autoencoding.strided_decoder(options["maps"], options["code"], "sigmoid")
    model = keras.Sequential([keras.Input((28, 28, 1)), encoder, decoder])
    learned = NoisyPictures(
        training[0], settings["batch_size"], seed, options["deviation"], options["noise_on"]
    )
    given = [
        noisy(images, options["deviation"], of) for of, (images, _) in enumerate((validation, test))
    ]
    history = autoencoding.fit(
        model, settings, "binary_crossentropy", learned, (given[0], validation[0])
    )
    made = [autoencoding.asked(model, images) for images in given]
    clean = autoencoding.asked(model, test[0])
    errors = [
        round(float(autoencoding.squared_error(*each).mean()), 6)
        for each in zip((*made, clean), (validation[0], test[0], test[0]), strict=True)
    ]
    names = "squared error, validation", "squared error, test", "squared error, clean"
    measures = dict(zip(names, errors, strict=True))
    labels = validation[1], test[1]
    return autoencoding.columns(history, errors[1], made, labels, model, [encoder, decoder]) | {
        "measures": measures
    }
