"""Layers in a row, and the threads that work on shares of a batch."""

import functools
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext

import numpy as np

from .losses import SoftmaxCrossEntropy


class Chain:
    """Layers in a row, their parameters in one vector, their gradients in another.

    Parameters
    ----------
    layers : list of Layer
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
        self.parameter_vector, self.gradient_vector = (
            parameter_vector,
            np.zeros_like(parameter_vector),
        )
        start = 0
        for layer in layers:
            part = slice(start, start + layer.parameter_vector.size)
            layer.bind(self.parameter_vector[part], self.gradient_vector[part])
            start = part.stop

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
