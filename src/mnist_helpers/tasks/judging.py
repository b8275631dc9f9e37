"""How drawn digits are judged: by a reader, by neighbours and by a distance in a feature space.

Precision and recall: T. Kynkäänniemi and others, "Improved precision and recall metric for
assessing generative models", 2019; the distance: M. Heusel and others, "GANs trained by a two
time-scale update rule", 2017; the classifier that sees drawn images alone: S. Ravuri and
O. Vinyals, "Classification accuracy score for conditional generative models", 2019.
"""

import base64
import zlib
from functools import cache

import keras
import numpy as np
from sklearn.metrics import pairwise_distances_chunked
from sklearn.neighbors import NearestNeighbors

from mnist_helpers import storage
from mnist_helpers.tasks import autoencoding, parts
from mnist_helpers.training.settings import complete

COUNT = 1_000  # drawn digits, and real ones, that are compared on each set
LEARNED = 10_000  # drawn digits from which the classifier learns
CLASSIFIER = {"network": "8C5-P2-16C3-P2-64", "batch_size": 64, "epochs": 2}
LOOKED_UP = 200  # drawn digits whose nearest training image is looked for
KEPT = np.repeat(np.arange(10), 2)  # drawn digits that a row keeps, to be looked at


@cache
def _features():
    network = storage.load_network("post_cnn")
    return keras.Model(network.inputs[0], network.layers[-3].output)


def features(pictures):
    """Return what the post's network makes of pictures, before it names a digit: 128 numbers."""
    return autoencoding.asked(_features(), pictures)


def share_within(points, others, neighbours=3):
    """Return the share of points that lie in a ball around one of the others.

    Each ball reaches to the nearest but so many of its centre's own kind. Of drawn among real
    points it is the precision, of real among drawn ones the recall.

    Parameters
    ----------
    points, others : ndarray, shape (count, numbers)
    neighbours : int

    Returns
    -------
    float

    Examples
    --------
    >>> real, drawn = np.array([[0.0], [1], [2], [9]]), np.array([[0.5], [1], [1.5], [20]])
    >>> share_within(drawn, real, 1), share_within(real, drawn, 1)
    (0.75, 1.0)
    """
    own = NearestNeighbors(n_neighbors=neighbours, algorithm="brute").fit(others)
    radii = own.kneighbors()[0][:, -1]
    found = pairwise_distances_chunked(
        points, others, reduce_func=lambda distances, _: (distances <= radii).any(axis=1)
    )
    return float(np.concatenate(list(found)).mean())


def frechet(points, others):
    """Return the squared Fréchet distance of two clouds, each taken for a normal distribution.

    Parameters
    ----------
    points, others : ndarray, shape (count, numbers)

    Returns
    -------
    float

    Examples
    --------
    >>> round(frechet(np.array([[-1.0], [1]]), np.array([[-1.0], [3]])), 6)  # 1 + (2 - 1)^2
    2.0
    """
    apart = points.mean(axis=0) - others.mean(axis=0)
    # The sum over n, not over n - 1: the distance is that of the clouds themselves.
    first, second = (np.atleast_2d(np.cov(each.T, bias=True)) for each in (points, others))
    values, directions = np.linalg.eigh(first)
    root = directions * np.sqrt(np.maximum(values, 0)) @ directions.T
    middle = np.linalg.eigvalsh(root @ second @ root)
    spread = np.trace(first + second) - 2 * np.sqrt(np.maximum(middle, 0)).sum()
    return float(apart @ apart + spread)


def nearest(pictures, others):
    """Return how far each picture is from the nearest of others: the root of the summed squares.

    Examples
    --------
    >>> nearest(np.ones((1, 28, 28, 1)), np.zeros((3, 28, 28, 1))).tolist()
    [28.0]
    """
    pictures, others = (each.reshape(len(each), -1) for each in (pictures, others))
    found = NearestNeighbors(n_neighbors=1, algorithm="brute").fit(others)
    return found.kneighbors(pictures)[0][:, 0]


def variety(pictures, labels):
    """Return by how much the pictures of one digit vary, a pixel: half the mean squared difference.

    Examples
    --------
    >>> pictures = np.stack([np.zeros((28, 28, 1)), np.ones((28, 28, 1))] * 2)
    >>> variety(pictures, np.array([3, 3, 8, 8])), variety(pictures, np.array([3, 8, 3, 8]))
    (0.25, 0.0)
    """
    each = [pictures[labels == digit].var(axis=0).mean() for digit in np.unique(labels)]
    return float(np.mean(each))


def packed(pictures):
    """Write pictures as a text that a row can hold, in sixteen greys.

    Examples
    --------
    >>> pictures = np.full((2, 28, 28, 1), 0.6)
    >>> unpacked(packed(pictures)).shape, float(unpacked(packed(pictures)).max())
    ((2, 28, 28), 0.6)
    """
    greys = np.round(15 * np.asarray(pictures)).astype("uint8")
    return base64.b64encode(zlib.compress(greys.tobytes(), 9)).decode()


def unpacked(text):
    """Read pictures, 0 to 1, from a text that `packed` has written."""
    greys = np.frombuffer(zlib.decompress(base64.b64decode(text)), "uint8")
    return greys.reshape(-1, 28, 28) / 15


def wanted(training, validation, test):
    """Return the digits to be asked for: those of real images, so that none is rarer than there.

    Returns
    -------
    ndarray, shape (LEARNED,)
        The first `COUNT` are those of the validation images, the next those of every tenth test
        image, the rest those of training images.
    """
    labels = [validation[1][:COUNT], test[1][::10][:COUNT], training[1]]
    return np.concatenate(labels)[:LEARNED]


def classifier(pictures, labels, validation, test, seed):
    """Train a small classifier on pictures that may all be drawn; judge it on real ones.

    Returns
    -------
    dict, list of float
        The history, and the loss and the accuracy on the test set.
    """
    settings = complete(CLASSIFIER)
    model = parts.network(settings["network"], 10, seed)
    history = parts.fit_classifier(model, settings, seed, (pictures, labels), validation)
    return history, model.evaluate(*test, batch_size=1000, verbose=0)


def judge(draw, seed, training, validation, test):
    """Judge a drawing machine.

    Parameters
    ----------
    draw : callable
        Takes digits and a seed, returns pictures, 28 x 28 x 1, from 0 to 1.
    seed : int
    training, validation, test : tuple of ndarray
        Images and labels; the machine has learned from the first.

    Returns
    -------
    measures : dict of str to float or str
        For the validation images (``measure, validation``) and for every tenth test image (``…,
        test``), each compared with as many drawn ones: what share is read as the digit asked for
        (``read``, by the network behind the digit pad), ``precision``, ``recall`` and ``frechet``,
        how far the nearest training image is (``nearest``, the median, as a multiple of what it is
        for the real ones), and ``variety``, as a share of that of the real ones. Further two
        drawings of each digit (``drawn``), as `packed` writes them.
    history : dict
        Of the classifier that has seen `LEARNED` drawn images and no real one.
    tested : list of float
        Its loss and accuracy on the test set.
    """
    labels = wanted(training, validation, test)
    pictures = draw(labels, seed)
    measures = {"drawn": packed(draw(KEPT, seed + 1000))}
    sets = {"validation": validation, "test": tuple(part[::10] for part in test)}
    for place, (name, (images, digits)) in enumerate(sets.items()):
        images, digits = images[:COUNT], digits[:COUNT]
        drawn = pictures[place * COUNT :][: len(images)]
        seen, real = features(drawn), features(images)
        few = slice(LOOKED_UP)
        copied = [np.median(nearest(each[few], training[0])) for each in (drawn, images)]
        found = {
            "read": (autoencoding.read_digits(drawn) == digits).mean(),
            "precision": share_within(seen, real),
            "recall": share_within(real, seen),
            "frechet": frechet(seen, real),
            "nearest": copied[0] / copied[1],
            "variety": variety(drawn, digits) / variety(images, digits),
        }
        measures |= {
            f"{measure}, {name}": round(float(value), 6) for measure, value in found.items()
        }
    history, tested = classifier(pictures, labels, validation, test, seed)
    return measures, history, tested


def columns(losses, model, judged):
    """Fill the columns of a row.

    The losses by epoch are the machine's; the validation and test columns are those of the
    classifier that has learned from what was drawn.

    Parameters
    ----------
    losses : list of float
    model : keras.Model or None
        What draws; None has nothing that was trained.
    judged : tuple
        As `judge` returns it.
    """
    measures, history, tested = judged
    row = parts.columns(
        history, tested, model or keras.Sequential([keras.Input((1,)), keras.layers.Flatten()])
    )
    work = autoencoding.work(model) if model else 0
    return row | {"training_losses": losses, "multiply_adds": work, "measures": measures}
