"""A variational autoencoder: a few random numbers behind each digit, and a bound to train by.

D. Kingma and M. Welling, "Auto-encoding variational Bayes", 2014; the weight of the divergence:
I. Higgins and others, "beta-VAE", 2017; the estimate by many samples and the numbers in use:
Y. Burda, R. Grosse and R. Salakhutdinov, "Importance weighted autoencoders", 2016.
"""

import keras
import numpy as np
from keras import layers, ops
from scipy.special import logsumexp
from sklearn.metrics import roc_auc_score

from mnist_helpers import strangers
from mnist_helpers.tasks import autoencoding
from mnist_helpers.training import batches


def divergence(mean, log_variance):
    """Return the Kullback-Leibler divergence of normal distributions from the standard one, nats.

    Parameters
    ----------
    mean, log_variance : tensor or ndarray, shape (count, numbers)

    Returns
    -------
    tensor, shape (count, numbers)

    Examples
    --------
    >>> np.asarray(divergence(np.array([[1.0, 0.0]]), np.zeros((1, 2)))).tolist()
    [[0.5, 0.0]]
    """
    return 0.5 * (ops.square(mean) + ops.exp(log_variance) - 1 - log_variance)


class Sample(layers.Layer):
    """Draw from the encoder's normal distributions; add `beta` times their divergence to the loss.

    Parameters
    ----------
    beta : float
    seed : int
    """

    def __init__(self, beta, seed, **options):
        super().__init__(**options)
        self.beta, self.random = beta, keras.random.SeedGenerator(seed)

    def call(self, encoded):
        """Return means plus deviations times standard normal numbers."""
        mean, log_variance = ops.split(encoded, 2, axis=1)
        nats = ops.sum(divergence(mean, log_variance), axis=1)
        self.add_loss(self.beta * ops.mean(nats))
        epsilon = keras.random.normal(ops.shape(mean), seed=self.random)
        return mean + ops.exp(0.5 * log_variance) * epsilon


def reconstruction(images, logits):
    """Return the cross-entropy of each image, summed over its pixels, in nats.

    Examples
    --------
    >>> nats = reconstruction(np.ones((1, 28, 28, 1)), np.zeros((1, 28, 28, 1)))
    >>> round(float(nats[0] / np.log(2)))
    784
    """
    each = ops.maximum(logits, 0) - logits * images + ops.log1p(ops.exp(-ops.abs(logits)))
    return ops.sum(each, axis=(1, 2, 3))


def networks(numbers, units=256, maps=None):
    """Build an encoder, which gives means and log variances, and a decoder, which gives logits.

    Parameters
    ----------
    numbers : int
        How many there are behind a digit.
    units : int
        Of the dense layer on either side, without maps.
    maps : sequence of int, optional
        Of two strided convolutions on either side, in the place of the dense layers.

    Returns
    -------
    encoder, decoder : keras.Sequential

    Examples
    --------
    >>> encoder, decoder = networks(2)
    >>> encoder.output_shape, decoder.output_shape
    ((None, 4), (None, 28, 28, 1))
    """
    if maps is not None:
        return (
            autoencoding.strided_encoder(maps, 2 * numbers),
            autoencoding.strided_decoder(maps, numbers, None),
        )
    return (
        keras.Sequential([
            keras.Input((28, 28, 1)),
            layers.Flatten(),
            layers.Dense(units, "relu"),
            layers.Dense(2 * numbers),
        ]),
        keras.Sequential([
            keras.Input((numbers,)),
            layers.Dense(units, "relu"),
            layers.Dense(784),
            layers.Reshape((28, 28, 1)),
        ]),
    )  # fmt: skip


def bound(encoder, decoder, images, seed):
    """Take the bound on each image's log probability apart, with one drawn code each.

    Parameters
    ----------
    encoder, decoder : keras.Model
        As `networks` builds them.
    images : ndarray of float32, shape (count, 28, 28, 1)
    seed : int
        Of the drawn codes.

    Returns
    -------
    lost, nats : ndarray, shape (count,)
        The cross-entropy of the image given its code, and the divergence of the code's distribution
        from the standard one. The bound is less than nothing by both.
    """
    mean, log_variance = np.split(autoencoding.asked(encoder, images), 2, axis=1)
    epsilon = np.random.default_rng(seed).standard_normal(mean.shape, "float32")
    logits = autoencoding.asked(decoder, mean + np.exp(0.5 * log_variance) * epsilon)
    nats = np.asarray(divergence(mean, log_variance)).sum(axis=1)
    return np.asarray(reconstruction(images, logits)), nats


def log_probability(encoder, decoder, images, draws, seed):
    """Estimate each image's log probability by importance sampling, in nats.

    Parameters
    ----------
    encoder, decoder : keras.Model
    images : ndarray of float32, shape (count, 28, 28, 1)
    draws : int
        Codes drawn for each image. With one the expectation is the bound; it rises with the draws.
    seed : int

    Returns
    -------
    ndarray, shape (count,)
    """
    generator, found = np.random.default_rng(seed), []
    mean, log_variance = np.split(autoencoding.asked(encoder, images), 2, axis=1)
    deviation = np.exp(0.5 * log_variance)
    for image, middle, spread in zip(images, mean, deviation, strict=True):
        epsilon = generator.standard_normal((draws, len(middle)), "float32")
        codes = middle + spread * epsilon
        lost = np.asarray(reconstruction(image[None], autoencoding.asked(decoder, codes)))
        # log p(z) - log q(z | x): the constants are the same
        ratio = 0.5 * (epsilon**2 - codes**2).sum(axis=1) + np.log(spread).sum()
        found.append(logsumexp(ratio - lost) - np.log(draws))
    return np.array(found)


def drawn_again(encoder, decoder, images):
    """Return what a decoder makes of the means of the codes, 0 to 1."""
    mean = np.split(autoencoding.asked(encoder, images), 2, axis=1)[0]
    return 1 / (1 + np.exp(-autoencoding.asked(decoder, mean)))


def scores(encoder, decoder, images, seed):
    """Say how unlike a digit each image is: by its bound, and by the squared error, a pixel.

    Parameters
    ----------
    encoder, decoder : keras.Model
    images : ndarray of float32, shape (count, 28, 28, 1)
    seed : int
        Of the drawn codes.

    Returns
    -------
    dict of str to ndarray, shape (count,)
        Larger is less like a digit.
    """
    again = drawn_again(encoder, decoder, images)
    return {
        "bound": sum(bound(encoder, decoder, images, seed)),
        "squared error": autoencoding.squared_error(again, images),
    }


def area(digits, others):
    """Return the share of pairs of a digit and another picture in which the other scores higher.

    It is the area under the ROC curve.

    Examples
    --------
    >>> area([0.1, 0.2, 0.3, 0.4], [0.35, 0.9])
    0.875
    """
    is_other = np.repeat([0, 1], [len(digits), len(others)])
    return float(roc_auc_score(is_other, np.concatenate([digits, others])))


def train(settings, seed, training, validation, test):
    """Train a variational autoencoder, and take its bound apart.

    The losses hold `beta` times the divergence, the test set's, too; the accuracies are those of
    reading what the means of the codes are drawn as. ``measures`` holds for the validation and the
    test set the cross-entropy (``lost``) and the divergence (``nats``), whose sum, negative, is the
    bound, and the mean squared error of what is drawn; further how many numbers are in use (their
    means vary by more than 0.01, as Burda and others count), and how well digits are told from
    letters, from digits with mixed pixels and from uniform noise (`area`).

    Task options: ``numbers``, ``beta``, and ``units`` or ``maps``, as `networks` has them.
    """
    options, (validation, test) = settings["task_options"], autoencoding.fewer(validation, test)
    sizes = {name: options[name] for name in ("units", "maps") if name in options}
    encoder, decoder = networks(options["numbers"], **sizes)
    images = keras.Input((28, 28, 1))
    model = keras.Model(images, decoder(Sample(options["beta"], seed)(encoder(images))))
    learned = batches.AugmentedImages(training[0], training[0], settings["batch_size"], seed, None)
    history = autoencoding.fit(model, settings, reconstruction, learned, (validation[0],) * 2)
    measures, made = {}, []
    for name, (pictures, _) in {"validation": validation, "test": test}.items():
        lost, nats = bound(encoder, decoder, pictures, seed)
        made.append(drawn_again(encoder, decoder, pictures))
        error = autoencoding.squared_error(made[-1], pictures)
        measures[f"lost, {name}"] = round(float(lost.mean()), 4)
        measures[f"nats, {name}"] = round(float(nats.mean()), 4)
        measures[f"squared error, {name}"] = round(float(error.mean()), 6)
    loss = (lost + options["beta"] * nats).mean()
    means = np.split(autoencoding.asked(encoder, test[0]), 2, axis=1)[0]
    measures["in use"] = int((means.var(axis=0) > 0.01).sum())
    of_digits = {"bound": lost + nats, "squared error": error}
    others = {
        "letters": strangers.letters()[0],
        "mixed": strangers.mixed(test[0][:1000], seed=0),
        "noise": np.random.default_rng(0).random((1000, 28, 28, 1), "float32"),
    }
    for name, pictures in others.items():
        for score, values in scores(encoder, decoder, pictures, seed).items():
            measures[f"{name}, {score}"] = round(area(of_digits[score], values), 6)
    labels = validation[1], test[1]
    return autoencoding.columns(history, loss, made, labels, model, [encoder, decoder]) | {
        "measures": measures
    }
