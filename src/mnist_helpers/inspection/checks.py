"""What maps of what mattered must stand: a network in disorder, and the loss of their pixels."""

import keras
import numpy as np
from scipy.ndimage import map_coordinates
from scipy.stats import rankdata

from mnist_helpers.inspection.parts import check_layers, check_network


def shuffled(network, layers, seed=0):
    """Copy a network with the weights of some layers in random order.

    A map that claims to show what the network has learned must change with them. Shuffled, the
    weights keep their sizes and lose what was learned; the source draws new ones instead.

    Parameters
    ----------
    network : keras.Sequential
        Built; it stays as it is.
    layers : sequence of str
        Names of the layers.
    seed : int
        Of the order.

    Returns
    -------
    keras.Sequential

    Raises
    ------
    ValueError
        If the network has no such layer.

    References
    ----------
    J. Adebayo and others, "Sanity checks for saliency maps", NeurIPS 2018.

    Examples
    --------
    >>> from mnist_helpers import models
    >>> network = models.digit_pad()
    >>> before = network.get_layer("conv1").get_weights()[0].ravel()
    >>> after = shuffled(network, ["conv1"]).get_layer("conv1").get_weights()[0].ravel()
    >>> np.array_equal(before, after), np.array_equal(np.sort(before), np.sort(after))
    (False, True)
    """
    check_network(network)
    check_layers(layers)
    names = [each.name for each in network.layers]
    if unknown := [layer for layer in layers if layer not in names]:
        raise ValueError(f"{network.name} has no layer {unknown[0]!r}; it has {', '.join(names)}")
    generator = np.random.default_rng(seed)
    copy = keras.models.clone_model(network)
    copy.set_weights(network.get_weights())
    for layer in layers:
        arrays = copy.get_layer(layer).get_weights()
        copy.get_layer(layer).set_weights(
            [generator.permutation(array.ravel()).reshape(array.shape) for array in arrays]
        )
    return copy


def likeness(maps, others):
    """Correlate the ranks of two maps' pixels (Spearman), pair by pair.

    Parameters
    ----------
    maps, others : array_like of float, shape (count, height, width)

    Returns
    -------
    ndarray of float, shape (count,)
        From -1 to 1; 0 where a map is the same everywhere, and so has no order.

    Raises
    ------
    ValueError
        If both are not stacks of maps of one shape.

    Examples
    --------
    >>> ramp = np.arange(4.0).reshape(1, 2, 2)
    >>> [round(float(likeness(ramp, other)[0]), 2) for other in (ramp**3, -ramp, 0 * ramp)]
    [1.0, -1.0, 0.0]
    """
    maps, others = np.asarray(maps), np.asarray(others)
    if maps.ndim != 3 or maps.shape != others.shape or not maps.size:
        raise ValueError(
            f"maps have shapes {maps.shape} and {others.shape}; expected one (count, height, width)"
        )
    ranks = [rankdata(stack.reshape(len(stack), -1), axis=1) for stack in (maps, others)]
    one, other = (rank - rank.mean(axis=1, keepdims=True) for rank in ranks)
    spread = np.sqrt((one**2).sum(axis=1) * (other**2).sum(axis=1))
    return (one * other).sum(axis=1) / np.where(spread > 0, spread, 1)


def on_pixels(maps, first, last, side):
    """Give each pixel of an image the value of a coarser map above it, linearly between centres.

    Parameters
    ----------
    maps : array_like of float, shape (count, n, n)
    first, last : float
        Where the maps begin and end, in pixels of the image, whose first pixel reaches from -0.5
        to 0.5; beyond them the outermost values go on.
    side : int
        Of the image, in pixels.

    Returns
    -------
    ndarray of float, shape (count, side, side)

    Examples
    --------
    >>> on_pixels([[[0.0, 4.0], [0.0, 4.0]]], -0.5, 3.5, 4)[0, 0].tolist()
    [0.0, 1.0, 3.0, 4.0]
    """
    maps = np.asarray(maps, float)
    at = (np.arange(side) - first) / (last - first) * maps.shape[1] - 0.5
    places = np.meshgrid(np.arange(len(maps)), at, at, indexing="ij")
    return map_coordinates(maps, places, order=1, mode="nearest")


def without_ink(images, importance, share):
    """Turn the most important part of each image's ink into paper.

    Parameters
    ----------
    images : ndarray of float, shape (count, height, width, channels)
        Values from 0 to 1; 0 is paper.
    importance : array_like of float, shape (count, height, width)
        The pixels with the largest values go first, of equal ones the first of them.
    share : float
        Of each image's pixels that are not paper, from 0 to 1.

    Returns
    -------
    ndarray of float, shape (count, height, width, channels)

    Raises
    ------
    ValueError
        If there is not one value of importance a pixel, or the share lies outside.

    Examples
    --------
    >>> images = np.array([[[0.0], [0.5], [1.0]]]).reshape(1, 1, 3, 1)
    >>> without_ink(images, [[[9, 2, 1]]], 0.5).ravel().tolist()
    [0.0, 0.0, 1.0]
    """
    images, importance = np.asarray(images), np.asarray(importance, float)
    if importance.shape != images.shape[:3]:
        raise ValueError(
            f"importance has shape {importance.shape}; expected {images.shape[:3]}, one a pixel"
        )
    if not 0 <= share <= 1:
        raise ValueError(f"the share is {share}; expected one from 0 to 1")
    ink = images.max(axis=-1).reshape(len(images), -1) > 0
    values = np.where(ink, importance.reshape(ink.shape), -np.inf)
    places = np.argsort(np.argsort(-values, axis=1, kind="stable"), axis=1)  # 0: the first to go
    gone = places < np.round(share * ink.sum(axis=1, keepdims=True))
    return np.where(gone.reshape(*images.shape[:3], 1), images.dtype.type(0), images)
