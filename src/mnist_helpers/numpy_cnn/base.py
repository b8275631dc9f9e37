"""What every layer shares: named parameters, workspaces, and a check of the input.

All arrays have Keras's axes, (batch, height, width, channels), but in memory they lie as
(height, channels, width, batch): a row of pixels after the other, in a row a channel after
the other, and a pixel of every image side by side. What a layer does to a pixel it does to
the whole batch in one long run of numbers, which is what NumPy is fast at; and the rows
that a convolution looks at lie in one piece. No formula notices.
"""

import copy
import math

import numpy as np


class Layer:
    """A function with parameters, and its derivative.

    A layer learns the shape of its input in `build`, which its first `forward` calls if
    nobody did. Its parameters are views into one flat vector and their gradients views
    into another, so that an optimizer sees two vectors, whatever the layers.

    Attributes
    ----------
    parameters, gradients : dict of str to ndarray
        By name, in Keras's order; the gradients are those of the last `backward`.
    state : dict of str to ndarray
        What is saved but not trained (the averages of batch normalisation).
    input_shape, output_shape : tuple of int
        Of a single example.

    Examples
    --------
    >>> layer = Layer().build((28, 28, 1))
    >>> layer.check(np.zeros((2, 28, 28)))
    Traceback (most recent call last):
        ...
    ValueError: Layer expects float32 of shape (batch, 28, 28, 1), got float64 of shape (2, 28, 28)
    """

    needs_input_gradient = True  # False in a network's first layer, where nobody asks for it
    needs_images = False  # True where an example has to have three axes
    needs_whole_batch = False  # True where the examples of a batch depend on each other

    def __init__(self):
        self.shapes, self.state, self._buffers = {}, {}, {}
        self.input_shape = self.output_shape = None
        self.in_network = False  # True from when a network has it
        self.batch = None  # examples in the last `forward`

    def build(self, input_shape, generator=None, dtype="float32"):
        """Learn the shape of one example, create the parameters, return the layer."""
        if self.in_network:
            raise ValueError(f"this {type(self).__name__} is part of a network, which has built it")
        if self.needs_images and len(input_shape) != 3:
            name = type(self).__name__
            raise ValueError(
                f"{name} expects images (height, width, channels), got shape {tuple(input_shape)}"
            )
        self.input_shape, self.dtype = tuple(input_shape), np.dtype(dtype)
        self.needs_input_gradient, self.batch, self._buffers = True, None, {}
        self.output_shape = self.infer_shapes(*self.input_shape)
        size = sum(math.prod(shape) for shape in self.shapes.values())
        self.bind(np.zeros(size, self.dtype), np.zeros(size, self.dtype))
        self.initialise(np.random.default_rng(0) if generator is None else generator)
        self._lasting = {"_lasting", *vars(self)} - {"parameters", "gradients", "_buffers"}
        return self

    def infer_shapes(self, *input_shape):
        """Set ``shapes``, those of the parameters, and return the shape of an output."""
        return input_shape

    def initialise(self, generator):
        """Glorot and Bengio's (2010) uniform kernel; the bias stays zero."""
        if "kernel" in self.shapes:
            *window, inputs, outputs = shape = self.shapes["kernel"]
            limit = math.sqrt(6 / (math.prod(window) * (inputs + outputs)))
            self.parameters["kernel"][...] = generator.uniform(-limit, limit, shape)

    def bind(self, parameter_vector, gradient_vector):
        """Keep the parameters and their gradients in these two vectors."""
        self.parameter_vector, self.gradient_vector = parameter_vector, gradient_vector
        self.parameters, self.gradients, start = {}, {}, 0
        for name, shape in self.shapes.items():
            stop = start + math.prod(shape)
            self.parameters[name] = parameter_vector[start:stop].reshape(shape)
            self.gradients[name] = gradient_vector[start:stop].reshape(shape)
            start = stop

    def __getstate__(self):
        """Leave behind, in a copy or a file, workspaces and what `forward` keeps for `backward`."""
        lasting = getattr(self, "_lasting", set(vars(self)))
        return {name: value for name, value in vars(self).items() if name in lasting}

    def __setstate__(self, state):
        """Make the parameters views of the copied vector again."""
        self.__dict__.update(state)
        self.batch, self._buffers, self.in_network = None, {}, False
        if self.input_shape is not None:
            self.bind(self.parameter_vector, self.gradient_vector)

    def replica(self):
        """Return a layer with the same parameters, but gradients and workspaces of its own."""
        twin = copy.copy(self)
        twin.bind(self.parameter_vector, np.zeros_like(self.gradient_vector))
        return twin

    def check(self, inputs):
        """Return the inputs, or refuse in one sentence what the layer was not built for."""
        inputs = np.asarray(inputs)
        if self.input_shape is None and inputs.ndim > 1 and inputs.dtype in ("float32", "float64"):
            self.build(inputs.shape[1:], dtype=inputs.dtype)
        shape, dtype = (self.input_shape or ("...",)), getattr(self, "dtype", "float32 or float64")
        if inputs.ndim < 2 or inputs.shape[1:] != shape or inputs.dtype != dtype or not len(inputs):
            shape = ", ".join(map(str, ("batch", *shape)))
            raise ValueError(
                f"{type(self).__name__} expects {dtype} of shape ({shape}), "
                f"got {inputs.dtype} of shape {inputs.shape}"
            )
        self.batch = len(inputs)
        return inputs

    def check_gradient(self, output_gradient):
        """Return the gradient of the last outputs, or refuse in one sentence what cannot be that.

        Examples
        --------
        >>> Layer().build((28, 28, 1)).check_gradient(np.zeros((2, 28, 28, 1)))
        Traceback (most recent call last):
            ...
        ValueError: Layer goes back only after a forward pass
        """
        name, output_gradient = type(self).__name__, np.asarray(output_gradient)
        if self.batch is None:
            raise ValueError(f"{name} goes back only after a forward pass")
        shape = (self.batch, *self.output_shape)
        if output_gradient.shape != shape or output_gradient.dtype.kind != "f":
            raise ValueError(
                f"{name} expects a gradient of decimal numbers of its last outputs' shape {shape}, "
                f"got {output_gradient.dtype} of shape {output_gradient.shape}"
            )
        return output_gradient

    def buffer(self, name, shape, dtype=None):
        """Return an array to write into, the same memory at every call.

        Fresh memory would have to be fetched from the system, page by page.
        """
        size, store = math.prod(shape), self._buffers.get(name)
        if store is None or store.size < size:
            store = self._buffers[name] = np.empty(size, dtype or self.dtype)
        return store[:size].reshape(shape)

    def workspace(self, name, shape, dtype=None):
        """Return a buffer for a batch, (batch, ...), with the images innermost in memory."""
        if len(shape) != 4:
            return np.moveaxis(self.buffer(name, (*shape[1:], shape[0]), dtype), -1, 0)
        batch, height, width, channels = shape
        return self.buffer(name, (height, channels, width, batch), dtype).transpose(3, 0, 2, 1)


def in_memory(array):
    """Show a batch of images with its axes as they lie: (height, channels, width, batch).

    Examples
    --------
    >>> in_memory(np.zeros((256, 28, 30, 1))).shape
    (28, 1, 30, 256)
    """
    return array.transpose(1, 3, 2, 0)


def whole_number(name, value, least=1):
    """Return ``value`` if it is a whole number of at least ``least``.

    Examples
    --------
    >>> whole_number("filters", 0)
    Traceback (most recent call last):
        ...
    ValueError: filters must be a whole number of at least 1, got 0
    """
    if isinstance(value, bool) or not isinstance(value, (int, np.integer)) or value < least:
        raise ValueError(f"{name} must be a whole number of at least {least}, got {value!r}")
    return int(value)


def pair(name, value):
    """Height and width from one number or two.

    Examples
    --------
    >>> pair("strides", 2), pair("strides", (1, 2))
    ((2, 2), (1, 2))
    """
    values = tuple(value) if isinstance(value, (tuple, list)) else (value, value)
    if len(values) != 2:
        raise ValueError(f"{name} must be one whole number or two, got {value!r}")
    return tuple(whole_number(name, each) for each in values)


def window_positions(name, size, window, stride, padding="valid"):
    """How many windows fit along an axis, and the zeros before and after it.

    TensorFlow's rule for 'same': ``ceil(size / stride)`` windows, and of the zeros that
    they need the smaller half comes first.

    Examples
    --------
    >>> window_positions("kernel", 28, 5, 1)
    (24, (0, 0))
    >>> window_positions("kernel", 28, 5, 2, "same")
    (14, (1, 2))
    """
    if padding == "same":
        count = -(-size // stride)
        zeros = max((count - 1) * stride + window - size, 0)
        return count, (zeros // 2, zeros - zeros // 2)
    if window > size:
        raise ValueError(f"a {name} of {window} does not fit into an image of {size} pixels")
    return (size - window) // stride + 1, (0, 0)
