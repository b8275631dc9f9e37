"""The layers of a convolutional network, forward and backward side by side.

Shapes, kernel layouts, initial values and defaults are those of Keras
(``channels_last``), so that weights travel in both directions unchanged.

Backward takes the gradient of the loss with respect to what forward returned, leaves
the gradients of the parameters in ``layer.gradients``, and returns the gradient with
respect to what forward was given: the chain rule, one layer at a time. Both return the
layer's own workspace, which its next call overwrites: copy what you keep.

`mnist_helpers.numpy_cnn.reference` holds the same formulas as plain loops.
"""

import math

import numpy as np

from .base import Layer, whole_number


class ReLU(Layer):
    """``max(input, 0)``: the gradient passes where the input was positive.

    Examples
    --------
    >>> layer = ReLU()
    >>> layer.forward(np.array([[-1.0, 0, 2]]))
    array([[0., 0., 2.]])
    >>> layer.backward(np.array([[10.0, 10, 10]]))
    array([[ 0.,  0., 10.]])
    """

    def forward(self, inputs, training=False):
        """Return an array of the input's shape."""
        inputs = self.check(inputs)
        self.outputs = self.workspace("outputs", inputs.shape)
        return np.maximum(inputs, 0, out=self.outputs)

    def backward(self, output_gradient):
        """Return the gradient of the input; that of NaN passes, too."""
        output_gradient = self.check_gradient(output_gradient)
        is_positive = self.workspace("is_positive", self.outputs.shape, bool)
        np.not_equal(self.outputs, 0, out=is_positive)  # the least of them
        input_gradient = self.workspace("input_gradient", self.outputs.shape)
        return np.multiply(output_gradient, is_positive, out=input_gradient)


class Flatten(Layer):
    """Every example as one row, channels fastest: a view.

    Examples
    --------
    >>> Flatten().forward(np.zeros((2, 5, 5, 32))).shape
    (2, 800)
    """

    def infer_shapes(self, *input_shape):
        """Return the shape of an output."""
        return (math.prod(input_shape),)

    def forward(self, inputs, training=False):
        """Return (batch, height * width * channels)."""
        inputs = np.moveaxis(self.check(inputs), 0, -1)  # (height, width, channels, batch)
        rows = self.workspace("rows", (inputs.shape[-1], *self.output_shape))
        np.copyto(rows.T.reshape(inputs.shape), inputs)
        return rows

    def backward(self, output_gradient):
        """Return the same numbers as (batch, height, width, channels)."""
        output_gradient = self.check_gradient(output_gradient)
        input_gradient = self.workspace("input_gradient", (self.batch, *self.input_shape))
        np.copyto(input_gradient, output_gradient.reshape(input_gradient.shape))
        return input_gradient


class Dense(Layer):
    """``input @ kernel + bias``.

    Parameters
    ----------
    units : int
        Values in an output.

    Examples
    --------
    >>> layer = Dense(10)
    >>> layer.forward(np.zeros((2, 800))).shape
    (2, 10)
    >>> layer.backward(np.ones((2, 10))).shape
    (2, 800)
    """

    def __init__(self, units):
        super().__init__()
        self.units = whole_number("units", units)

    def infer_shapes(self, *input_shape):
        """Set the shapes of the parameters; return that of an output."""
        if len(input_shape) != 1:
            raise ValueError(
                f"Dense expects rows of numbers, got {input_shape}: put Flatten before"
            )
        self.shapes = {"kernel": (*input_shape, self.units), "bias": (self.units,)}
        return (self.units,)

    def forward(self, inputs, training=False):
        """Return (batch, units), given (batch, inputs)."""
        self.inputs = self.check(inputs)
        outputs = self.workspace("outputs", (len(inputs), self.units))
        np.matmul(self.parameters["kernel"].T, self.inputs.T, out=outputs.T)  # batch innermost
        outputs += self.parameters["bias"]
        return outputs

    def backward(self, output_gradient):
        """Return the gradient of the input, (batch, inputs)."""
        output_gradient = self.check_gradient(output_gradient)
        np.matmul(self.inputs.T, output_gradient, out=self.gradients["kernel"])
        np.sum(output_gradient, axis=0, out=self.gradients["bias"])
        if not self.needs_input_gradient:
            return None
        input_gradient = self.workspace("input_gradient", self.inputs.shape)
        np.matmul(self.parameters["kernel"], output_gradient.T, out=input_gradient.T)
        return input_gradient


class Dropout(Layer):
    """In training, a share of the values becomes zero and the others grow to make up for it.

    Parameters
    ----------
    rate : float
        The share, from 0 to below 1 (Srivastava et al. 2014).

    Raises
    ------
    ValueError
        For a rate outside of that.

    Examples
    --------
    >>> layer = Dropout(0.5)
    >>> inputs = np.ones((1, 1000))
    >>> np.unique(layer.forward(inputs, training=True))
    array([0., 2.])
    >>> np.unique(layer.forward(inputs))
    array([1.])
    """

    def __init__(self, rate):
        super().__init__()
        if not 0 <= rate < 1:
            raise ValueError(f"a dropout rate lies between 0 and 1, got {rate!r}")
        self.rate = rate

    def initialise(self, generator):
        """Take a generator of random numbers from the network's."""
        self.generator = generator.spawn(1)[0]

    def replica(self):
        """Return a layer with a generator of its own, too."""
        twin = super().replica()
        twin.generator = self.generator.spawn(1)[0]
        return twin

    def forward(self, inputs, training=False):
        """Return the inputs or, in training, what is left of them."""
        inputs, self.scale = self.check(inputs), None
        if not training or not self.rate:
            return inputs
        self.scale = self.workspace("scale", inputs.shape)  # 0, or what the value grows by
        memory = self.scale.base[: inputs.size]  # the same numbers as one row
        self.generator.random(dtype=self.dtype, out=memory)
        np.greater_equal(memory, self.rate, out=memory)
        np.divide(memory, 1 - self.rate, out=memory)
        return np.multiply(inputs, self.scale, out=self.workspace("outputs", inputs.shape))

    def backward(self, output_gradient):
        """Return the gradient of the input."""
        output_gradient = self.check_gradient(output_gradient)
        if self.scale is None:
            return output_gradient
        input_gradient = self.workspace("input_gradient", self.scale.shape)
        return np.multiply(output_gradient, self.scale, out=input_gradient)


class BatchNormalization(Layer):
    """Every channel with mean 0 and variance 1 over the batch, then scaled and shifted.

    ``output = gamma * (input - mean) / sqrt(variance + epsilon) + beta`` (Ioffe and
    Szegedy 2015). Outside training, running averages take the place of the batch's own.

    Parameters
    ----------
    momentum : float
        What the running averages keep at each step.
    epsilon : float
        Added to the variance.

    Examples
    --------
    >>> layer = BatchNormalization()
    >>> layer.forward(np.array([[1.0], [3.0]]), training=True).round(3)
    array([[-1.],
           [ 1.]])
    >>> layer.state["moving_mean"]
    array([0.02])
    """

    needs_whole_batch = True

    def __init__(self, momentum=0.99, epsilon=1e-3):
        super().__init__()
        self.momentum, self.epsilon = momentum, epsilon

    def infer_shapes(self, *input_shape):
        """Set the shapes of the parameters; return that of an output."""
        self.shapes = {"gamma": input_shape[-1:], "beta": input_shape[-1:]}
        return input_shape

    def initialise(self, generator):
        """Start with a scale of one, a shift of zero, and averages of no data."""
        self.parameters["gamma"].fill(1)
        channels = self.shapes["gamma"]
        mean, variance = np.zeros(channels, self.dtype), np.ones(channels, self.dtype)
        self.state = {"moving_mean": mean, "moving_variance": variance}

    def forward(self, inputs, training=False):
        """Return an array of the input's shape, (batch, ..., channels)."""
        inputs = self.check(inputs)
        mean, variance = self.state["moving_mean"], self.state["moving_variance"]  # (channels,)
        self.training = training
        if training:
            axes = tuple(range(inputs.ndim - 1))
            mean, variance = inputs.mean(axis=axes), inputs.var(axis=axes)
            for name, value in (("moving_mean", mean), ("moving_variance", variance)):
                self.state[name] *= self.momentum
                self.state[name] += (1 - self.momentum) * value
        self.deviation = np.sqrt(variance + self.epsilon)
        self.normalised = self.workspace("normalised", inputs.shape)
        np.subtract(inputs, mean, out=self.normalised)
        self.normalised /= self.deviation
        outputs = self.workspace("outputs", inputs.shape)
        np.multiply(self.normalised, self.parameters["gamma"], out=outputs)
        outputs += self.parameters["beta"]
        return outputs

    def backward(self, output_gradient):
        """Return the gradient of the input, after a forward pass in training.

        There, mean and variance depend on every value, too.
        """
        output_gradient = self.check_gradient(output_gradient)
        if not self.training:
            raise ValueError("BatchNormalization goes back only after a forward pass in training")
        axes = tuple(range(output_gradient.ndim - 1))
        np.sum(output_gradient, axis=axes, out=self.gradients["beta"])
        np.sum(output_gradient * self.normalised, axis=axes, out=self.gradients["gamma"])
        count = self.normalised.size // self.normalised.shape[-1]
        through_mean = self.gradients["beta"] / count  # (channels,)
        through_variance = self.normalised * (self.gradients["gamma"] / count)
        scale = self.parameters["gamma"] / self.deviation
        return scale * (output_gradient - through_mean - through_variance)
