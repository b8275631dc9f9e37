"""Is the gradient right? Finite differences know, whatever the layer."""

import numpy as np


def numerical_gradient(function, array, step=1e-6):
    """Estimate the gradient of a function of an array from its values alone.

    ``gradient[k] = (function(array + step at k) - function(array - step at k)) / (2 * step)``:
    the error shrinks with the square of the step, until rounding takes over.

    Parameters
    ----------
    function : callable
        From the array to a number.
    array : ndarray of float64
        Changed while this runs, and then as before.
    step : float

    Returns
    -------
    ndarray
        Of the array's shape.

    Raises
    ------
    ValueError
        If the array is not float64, in which alone the differences mean anything.

    Examples
    --------
    >>> numerical_gradient(lambda x: (x**2).sum(), np.array([1.0, -3.0])).round(6)
    array([ 2., -6.])
    """
    if array.dtype != np.float64:
        raise ValueError(f"finite differences need float64, got {array.dtype}")
    gradient = np.zeros(array.shape)
    for position in np.ndindex(array.shape):
        before = array[position]
        array[position] = before + step
        above = function(array)
        array[position] = before - step
        below = function(array)
        array[position] = before
        gradient[position] = (above - below) / (2 * step)
    return gradient


def relative_error(actual, expected):
    """Return the largest difference, as a share of the largest value.

    It is infinite if a value is not finite: NaN would vanish in the next ``max(0.0, error)``.

    Examples
    --------
    >>> relative_error(np.array([1.0, 100.0]), np.array([2.0, 100.0]))
    0.01
    >>> relative_error(np.array([np.nan, 100.0]), np.array([2.0, 100.0]))
    inf
    """
    actual, expected = np.asarray(actual), np.asarray(expected)
    if actual.shape != expected.shape:
        raise ValueError(f"cannot compare shapes {actual.shape} and {expected.shape}")
    if not actual.size:
        raise ValueError(f"there is nothing to compare in arrays of shape {actual.shape}")
    if not (np.isfinite(actual).all() and np.isfinite(expected).all()):
        return float("inf")
    scale = max(np.abs(actual).max(), np.abs(expected).max(), np.finfo(float).tiny)
    return float(np.abs(actual - expected).max() / scale)


def check_layer(layer, inputs, seed=0):
    """Compare a layer's backward pass with finite differences of its forward pass.

    The function that is differentiated is a sum of the outputs with random weights, so
    that no gradient cancels another.

    Parameters
    ----------
    layer : numpy_cnn.Layer
        Its forward pass has to be the same at each call: no dropout.
    inputs : ndarray of float64, shape (batch, ...)
        Away from kinks: no value near the zero of a ReLU, no two near a maximum.
    seed : int

    Returns
    -------
    dict of str to float
        The relative error of the gradient of the ``input`` and of each parameter.

    Examples
    --------
    >>> from mnist_helpers.numpy_cnn import Conv2D
    >>> images = np.random.default_rng(0).normal(size=(2, 6, 6, 3))
    >>> errors = check_layer(Conv2D(4, 3), images)
    >>> sorted(errors), max(errors.values()) < 1e-7
    (['bias', 'input', 'kernel'], True)
    """
    inputs = np.array(inputs)
    outputs = layer.forward(inputs, training=True).copy()
    if not np.array_equal(outputs, layer.forward(inputs, training=True)):
        raise ValueError("the layer's forward pass is random: its differences mean nothing")
    weights = np.random.default_rng(seed).normal(size=outputs.shape)

    def weighted_sum(_):
        return float((layer.forward(inputs, training=True) * weights).sum())

    analytic = {"input": np.array(layer.backward(weights))}
    analytic |= {name: gradient.copy() for name, gradient in layer.gradients.items()}
    arrays = {"input": inputs} | layer.parameters
    return {
        name: relative_error(analytic[name], numerical_gradient(weighted_sum, arrays[name]))
        for name in arrays
    }
