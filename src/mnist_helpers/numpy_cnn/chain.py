"""What a network works with: layers in a row, threads, a file of weights, and a stop watch."""

import functools
import os
import time
import zipfile
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from pathlib import Path

import numpy as np

from .losses import SoftmaxCrossEntropy
from .optimizers import Adam


class Chain:
    """Layers in a row, their parameters in one vector, their gradients in another.

    Parameters
    ----------
    layers : list of numpy_cnn.Layer
        Built, each for what the one before it returns.
    parameter_vector : ndarray, shape (parameters,), optional
        Where the parameters live; by default a new vector, with the layers' values.

    Examples
    --------
    >>> from mnist_helpers.numpy_cnn import Dense, ReLU
    >>> chain = Chain([Dense(3).build((4,)), ReLU().build((3,))])
    >>> chain.forward(np.zeros((2, 4), "float32")).shape, chain.parameter_vector.shape
    ((2, 3), (15,))
    """

    def __init__(self, layers, parameter_vector=None):
        self.layers, self.loss = layers, SoftmaxCrossEntropy()
        if parameter_vector is None:
            parameter_vector = np.concatenate([layer.parameter_vector for layer in layers])
        self.parameter_vector = parameter_vector
        self.gradient_vector = np.zeros_like(parameter_vector)
        self.bind()

    def bind(self):
        """Let every layer keep its parameters and gradients in a part of the two vectors."""
        start = 0
        for layer in self.layers:
            part = slice(start, start + layer.parameter_vector.size)
            layer.bind(self.parameter_vector[part], self.gradient_vector[part])
            layer.in_network, start = True, part.stop

    def __setstate__(self, state):
        """Do so again where this is copied or read: the layers come with vectors of their own."""
        self.__dict__.update(state)
        self.bind()

    def forward(self, inputs, training=False):
        """Through every layer."""
        for layer in self.layers:
            inputs = layer.forward(inputs, training)
        return inputs

    def backward(self, output_gradient):
        """Back through every layer, which leaves the gradients in ``gradient_vector``."""
        for layer in reversed(self.layers):
            output_gradient = layer.backward(output_gradient)

    def forward_and_backward(self, images, labels, count):
        """Return what these, of ``count`` examples, add to the mean loss; leave its gradients."""
        share = self.loss.forward(self.forward(images, training=True), labels, count)
        self.backward(self.loss.backward())
        return share


class Team:
    """Threads that compute the shares of a batch side by side.

    NumPy lets go of Python's lock while it computes, so that two threads keep two cores
    busy in every operation, where a threaded BLAS would in matrix products alone. While
    they work, each product keeps to its own thread, if `threadpoolctl` is there to ask
    for it; without, the results are the same and somewhat slower.

    Parameters
    ----------
    size : int
        Number of threads.

    Examples
    --------
    >>> Team(2).run(lambda member, share: (member, share), "ab", examples=5)
    [('a', slice(0, 3, None)), ('b', slice(3, 5, None))]
    """

    def __init__(self, size):
        self.size = size

    def __getstate__(self):
        """Leave the threads behind when this is copied or stored."""
        return {"size": self.size}

    def run(self, function, members, examples):
        """Return ``function(member, share)`` for all members that get a share of the examples."""
        step = -(-examples // self.size)
        shares = [slice(start, min(start + step, examples)) for start in range(0, examples, step)]
        if len(shares) == 1:
            return [function(members[0], shares[0])]
        with one_blas_thread():
            return list(self.pool.map(function, members, shares))

    @functools.cached_property
    def pool(self):
        """The threads, started when they are first needed."""
        return ThreadPoolExecutor(self.size)


def one_blas_thread():
    """Within this context, a matrix product uses one thread."""
    controller = blas_controller()
    return controller.limit(limits=1, user_api="blas") if controller else nullcontext()


@functools.cache
def blas_controller():
    """Return the switch of NumPy's BLAS, or None."""
    try:
        from threadpoolctl import ThreadpoolController
    except ImportError:
        return None
    return ThreadpoolController()


def write_weights(path, weights):
    """Write named arrays to an ``.npz`` file: beside it, then renamed, so that none is lost.

    Parameters
    ----------
    path : str or Path
    weights : dict of str to ndarray

    Raises
    ------
    ValueError
        If a number is not finite; a file that is there stays as it was.
    """
    for name, array in weights.items():
        if not np.isfinite(array).all():
            raise ValueError(f"{name} holds NaN or infinity, which is nothing to keep")
    path = Path(path)
    temporary = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        with open(temporary, "xb") as file:
            np.savez(file, **weights)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def read_weights(path, arrays):
    """Read what `write_weights` wrote under the names of these arrays, in their order.

    Nothing is unpacked, so that no file takes more memory than it has bytes.

    Raises
    ------
    ValueError
        If the file is damaged, much too large, or holds others.
    """
    size, most = os.path.getsize(path), 2 * sum(each.nbytes for each in arrays.values()) + 2**20
    if size > most:
        raise ValueError(f"{path} has {size} bytes; expected at most {most}")
    with open(path, "rb") as file:
        try:
            with zipfile.ZipFile(file) as archive:
                if any(member.compress_type for member in archive.infolist()):
                    raise ValueError("its arrays are packed, which `save` does not do")
            with np.load(file, allow_pickle=False) as stored:
                weights = {name: stored[name] for name in stored.files}
        except Exception as error:  # zipfile, zlib and NumPy have many
            raise ValueError(f"{path} is no undamaged file of weights ({error})") from error
    if sorted(weights) != sorted(arrays):
        theirs, ours = ", ".join(weights), ", ".join(arrays)
        raise ValueError(f"{path} holds {theirs}, but this network has {ours}")
    return [weights[name] for name in arrays]


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
        raise ValueError(f"expected a network with one thread, got {network.team.size} threads")
    steps = len(images) // batch_size
    if not steps:
        raise ValueError(f"{len(images)} images do not fill a batch of {batch_size}")
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
