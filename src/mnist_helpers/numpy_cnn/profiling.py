"""Where the time of a training step goes, layer by layer."""

import time

import numpy as np

from .chain import one_blas_thread
from .optimizers import Adam


def profile_step(network, images, labels, batch_size=256):
    """Measure the time of a training step of `Adam`, and of each layer in it.

    The network is trained on the images twice, first to warm up, then with a stop watch around
    every layer. Each product keeps to one thread.

    Parameters
    ----------
    network : Network
        With one thread, so that no two layers compute at the same time.
    images : ndarray, shape (examples, height, width, channels)
    labels : ndarray of int, shape (examples,)
    batch_size : int
        Images in a step, at most all of them.

    Returns
    -------
    layers : ndarray, shape (layers, 2)
        Milliseconds of a step that each layer takes forward and backward.
    step : float
        Milliseconds of the whole step, with the optimizer and all else that is in no layer.

    Raises
    ------
    ValueError
        If the network has several threads, or the images do not fill a batch.

    Examples
    --------
    >>> from mnist_helpers.numpy_cnn import Dense, Flatten, Network
    >>> network = Network([Flatten(), Dense(10)], threads=1)
    >>> images, labels = np.zeros((8, 28, 28, 1), "float32"), np.zeros(8, int)
    >>> layers, step = profile_step(network, images, labels, batch_size=4)
    >>> layers.shape, bool(layers.sum() < step)
    ((2, 2), True)
    """
    if network.team.size > 1:
        raise ValueError(f"expected a network with one thread, got {network.team.size} threads.")
    steps = len(images) // batch_size
    if not steps:
        raise ValueError(f"{len(images)} images do not fill a batch of {batch_size}.")
    optimizer, count = Adam(), steps * batch_size
    options = {"batch_size": batch_size, "verbose": 0}
    with one_blas_thread():
        network.fit(images[:count], labels[:count], optimizer, **options)
        seconds = _watch(network.layers)
        try:
            started = time.perf_counter()
            network.fit(images[:count], labels[:count], optimizer, **options)
            step = time.perf_counter() - started
        finally:
            for layer in network.layers:
                del layer.forward, layer.backward
    return 1000 * seconds / steps, 1000 * step / steps


def _watch(layers):
    """Put a stop watch around both ways of every layer; return the seconds that it adds up."""
    seconds = np.zeros((len(layers), 2))

    def timed(function, place):
        def call(*arguments):
            started = time.perf_counter()
            result = function(*arguments)
            seconds[place] += time.perf_counter() - started
            return result

        return call

    for index, layer in enumerate(layers):
        layer.forward = timed(layer.forward, (index, 0))
        layer.backward = timed(layer.backward, (index, 1))
    return seconds
