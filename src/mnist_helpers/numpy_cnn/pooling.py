"""Pooling: the largest or the mean value of each window."""

import numpy as np

from .base import Layer, pair, window_positions


class Pooling2D(Layer):
    """What the two poolings share: where their windows lie.

    Parameters
    ----------
    pool_size : int or pair of int
        Height and width of a window.
    strides : int or pair of int, optional
        How far it moves; by default its own size, so that windows lie side by side.

    Raises
    ------
    ValueError
        If a size is not a whole number, or the window is larger than the image.
    """

    needs_images = True

    def __init__(self, pool_size=2, strides=None):
        super().__init__()
        self.pool_size = pair("pool_size", pool_size)
        self.strides = self.pool_size if strides is None else pair("strides", strides)

    def infer_shapes(self, height, width, channels):
        """Return the shape of an output."""
        high = window_positions("pool", height, self.pool_size[0], self.strides[0])[0]
        wide = window_positions("pool", width, self.pool_size[1], self.strides[1])[0]
        return high, wide, channels

    def members(self, images):
        """Return views of the first value of every window, of the second, ..., as one reads."""
        (high, wide, _), (stride_y, stride_x) = self.output_shape, self.strides
        return [
            images[:, i : i + high * stride_y : stride_y, j : j + wide * stride_x : stride_x]
            for i, j in np.ndindex(self.pool_size)
        ]  # each (batch, y, x, channels)


class MaxPooling2D(Pooling2D):
    """The largest value of each window; its gradient goes to the first that has it.

    Ties go to the first in reading order, as in TensorFlow. The largest of NaN and others is NaN,
    which equals nothing; then the last has the gradient. Parameters as for `Pooling2D`.

    Examples
    --------
    >>> layer = MaxPooling2D(2)
    >>> layer.forward(np.array([[5, 7], [7, 0.0]]).reshape(1, 2, 2, 1)).ravel()
    array([7.])
    >>> layer.backward(np.full((1, 1, 1, 1), 3.0))[0, :, :, 0]
    array([[0., 3.],
           [0., 0.]])
    """

    def forward(self, inputs, training=False):
        """Return the maxima, (batch, y, x, channels), of (batch, height, width, channels)."""
        self.inputs = self.check(inputs)
        self.outputs = self.workspace("outputs", (len(inputs), *self.output_shape))
        first, *others = self.members(self.inputs)
        np.copyto(self.outputs, first)
        for value in others:
            np.maximum(self.outputs, value, out=self.outputs)
        return self.outputs

    def backward(self, output_gradient):
        """Return the gradient of the input: each maximum's, where it was found."""
        output_gradient = self.check_gradient(output_gradient)
        input_gradient = self.workspace("input_gradient", self.inputs.shape)
        input_gradient.fill(0)
        left = output_gradient.copy()  # what no member of the window has claimed yet
        *values, _ = self.members(self.inputs)
        *gradients, last = self.members(input_gradient)
        for value, gradient in zip(values, gradients, strict=True):
            share = left * (value == self.outputs)
            gradient += share
            left -= share
        last += left
        return input_gradient


class AveragePooling2D(Pooling2D):
    """The mean of each window; its gradient is shared equally.

    Parameters as for `Pooling2D`.

    Examples
    --------
    >>> layer = AveragePooling2D(2)
    >>> layer.forward(np.array([[5, 7], [7, 1.0]]).reshape(1, 2, 2, 1)).ravel()
    array([5.])
    >>> layer.backward(np.full((1, 1, 1, 1), 4.0)).ravel()
    array([1., 1., 1., 1.])
    """

    def forward(self, inputs, training=False):
        """Return the means, (batch, y, x, channels), of (batch, height, width, channels)."""
        members = self.members(self.check(inputs))
        outputs = self.workspace("outputs", (len(inputs), *self.output_shape))
        outputs.fill(0)
        for value in members:
            outputs += value
        outputs /= len(members)
        return outputs

    def backward(self, output_gradient):
        """Return the gradient of the input."""
        output_gradient = self.check_gradient(output_gradient)
        input_gradient = self.workspace("input_gradient", (self.batch, *self.input_shape))
        input_gradient.fill(0)
        members = self.members(input_gradient)
        for gradient in members:
            gradient += output_gradient / len(members)
        return input_gradient
