"""Convolution, as a matrix product for each row of the output."""

import numpy as np
from numpy.lib.stride_tricks import as_strided

from .base import Layer, in_memory, pair, whole_number, window_positions


class Conv2D(Layer):
    """Convolution: each window of the image times the kernel, plus the bias.

    ``output[b, y, x, f] = bias[f] + sum over i, j, c of
    input[b, y * stride + i, x * stride + j, c] * kernel[i, j, c, f]``

    For a row of the output that is one matrix product: the kernel, (filters, i * j * c),
    times the windows of that row, (i * j * c, x * batch). The usual way copies each window
    (im2col). Here each row of pixels is copied once for each j, and as these strips lie one
    after the other, any few that follow each other already are the matrix (MEC; Cho and
    Brand 2017).

    Parameters
    ----------
    filters : int
        Channels of the output.
    kernel_size, strides : int or pair of int
        Height and width of the window; how far it moves.
    padding : {'valid', 'same'}
        Windows within the image only, or with a border of zeros, as in TensorFlow.

    Raises
    ------
    ValueError
        If an argument is not one of these, or the kernel is larger than the image.

    Examples
    --------
    >>> layer = Conv2D(24, 5)
    >>> layer.forward(np.zeros((2, 28, 28, 1), "float32")).shape
    (2, 24, 24, 24)
    >>> layer.backward(np.ones((2, 24, 24, 24), "float32")).shape
    (2, 28, 28, 1)
    >>> layer.gradients["bias"][0]  # 2 images of 24 x 24 positions
    np.float32(1152.0)
    """

    needs_images = True

    def __init__(self, filters, kernel_size, strides=1, padding="valid"):
        super().__init__()
        if padding not in ("valid", "same"):
            raise ValueError(f"padding must be 'valid' or 'same', got {padding!r}")
        self.filters, self.padding = whole_number("filters", filters), padding
        self.kernel_size, self.strides = pair("kernel_size", kernel_size), pair("strides", strides)

    def infer_shapes(self, height, width, channels):
        """Set the shapes of the parameters; return that of an output."""
        (kernel_height, kernel_width), (stride_y, stride_x) = self.kernel_size, self.strides
        padding, filters = self.padding, self.filters
        high, self.rows = window_positions("kernel", height, kernel_height, stride_y, padding)
        wide, self.cols = window_positions("kernel", width, kernel_width, stride_x, padding)
        self.shapes = {"kernel": (*self.kernel_size, channels, filters), "bias": (filters,)}
        return high, wide, filters

    def forward(self, inputs, training=False):
        """Return (batch, y, x, filters), given (batch, height, width, channels)."""
        self.look_at(self.check(inputs), [slice(0, self.output_shape[1], 1)])
        outputs = self.workspace("outputs", (self.batch, *self.output_shape))
        rows = in_rows(outputs)  # (y, filters, x * batch)
        np.matmul(self.kernel_matrix.T, self.windows, out=rows)
        rows += self.parameters["bias"][:, None]
        return outputs

    def backward(self, output_gradient):
        """Return the gradient of the input, given that of the output."""
        rows, kernel_gradient = self.start_backward(output_gradient)
        for y, row in enumerate(rows):  # (filters, x * batch)
            self.gradients["bias"] += row.sum(axis=1)
            kernel_gradient += self.windows[y] @ row.T
            self.spread_out(y, slice(0, self.output_shape[1], 1), row)
        return self.finish_backward()

    @property
    def kernel_matrix(self):
        """The kernel as (i * j * channels, filters)."""
        return self.parameters["kernel"].reshape(-1, self.filters)

    def look_at(self, inputs, columns):
        """Copy the pixels that the columns j of the windows read, and view them as windows.

        Leaves ``windows``, (row of windows, i * j * channels, x * batch), with the windows of a row
        in the order of these slices of them.
        """
        batch, height, width, channels = inputs.shape
        if self.padding == "same" or inputs.strides[0] != inputs.itemsize:
            shape = (batch, height + sum(self.rows), width + sum(self.cols), channels)
            padded = self.workspace("padded", shape)
            padded.fill(0)
            padded[:, self.rows[0] :, self.cols[0] :][:, :height, :width] = inputs
            inputs = padded
        pixels = in_memory(inputs)  # (height, channels, width, batch)
        (kernel_height, kernel_width), (stride_y, stride_x) = self.kernel_size, self.strides
        counts = [len(range(each.start, each.stop, each.step)) for each in columns]
        shape = (len(pixels), kernel_width, channels, sum(counts), batch)
        strips = self.buffer("strips", shape)
        for j in range(kernel_width):
            stop = 0
            for each, count in zip(columns, counts, strict=True):
                start, stop = stop, stop + count
                np.copyto(strips[:, j, :, start:stop], pixels[:, :, places(each, stride_x, j)])
        high = (len(pixels) - kernel_height) // stride_y + 1
        weights = kernel_height * kernel_width * channels
        self.windows = as_strided(  # overlapping
            strips,
            (high, weights, sum(counts) * batch),
            (stride_y * strips.strides[0], strips.strides[2], strips.itemsize),
            writeable=False,
        )

    def start_backward(self, output_gradient):
        """Return its rows, (y, filters, x * batch), and zeros, to which each of them will add."""
        output_gradient = self.check_gradient(output_gradient)
        self.gradient_vector.fill(0)
        if self.needs_input_gradient:
            (height, width, _), (kernel_height, kernel_width) = self.input_shape, self.kernel_size
            height, width = height + sum(self.rows), width + sum(self.cols)
            shape = (self.batch, height + kernel_height - 1, width + kernel_width - 1, self.filters)
            self.spread = self.workspace("spread", shape)
            self.spread.fill(0)
        return in_rows(output_gradient), self.gradients["kernel"].reshape(-1, self.filters)

    def spread_out(self, y, columns, gradient):
        """Put the gradient of some windows of row y, (filters, x * batch), where they begin."""
        if self.needs_input_gradient:
            (kernel_height, kernel_width), (stride_y, stride_x) = self.kernel_size, self.strides
            row = in_memory(self.spread)[y * stride_y + kernel_height - 1]
            target = row[:, places(columns, stride_x, kernel_width - 1)]  # (filters, x, batch)
            np.copyto(target, gradient.reshape(target.shape))

    def finish_backward(self):
        """Sum, for each pixel, the gradients of its outputs times the weights it met there.

        That is a convolution, too, of the output's gradient with the flipped kernel; zeros
        around the outputs and, if the stride is above one, between them complete its windows.
        """
        if not self.needs_input_gradient:
            return None
        (kernel_height, kernel_width), filters = self.kernel_size, self.filters
        (height, width, channels), spread = self.input_shape, in_memory(self.spread)
        flipped = self.parameters["kernel"][::-1, ::-1].transpose(1, 2, 0, 3)
        flipped = flipped.reshape(kernel_width, channels, -1)  # (j, channels, i * filters)
        windows = as_strided(  # (height, j, i * filters, width * batch)
            spread[self.rows[0] :, :, self.cols[0] :],
            (height, kernel_width, kernel_height * filters, width * self.batch),
            (spread.strides[0], *spread.strides[2:0:-1], spread.itemsize),
            writeable=False,
        )
        input_gradient = self.workspace("input_gradient", (self.batch, *self.input_shape))
        products = self.buffer("products", (kernel_width, channels, width * self.batch))
        last = (len(self.windows) - 1) * self.strides[0]  # the last row of outputs, spread out
        for y, row in enumerate(in_rows(input_gradient), start=self.rows[0]):
            first = max(0, kernel_height - 1 - y)  # rows of the window above all outputs, or
            stop = max(first, min(kernel_height, kernel_height + last - y))  # below, are zeros
            some = slice(first * filters, stop * filters)
            np.matmul(flipped[:, :, some], windows[y - self.rows[0], :, some], out=products)
            fold(np.add, products, out=row)
        return input_gradient


class PooledConv2D(Conv2D):
    """`Conv2D`, then `MaxPooling2D`: the same numbers, without the large array between them.

    The largest of four neighbours is the largest of four convolutions, each with twice the
    stride and a start of its own. A row of each stays in the cache until they are compared,
    and what is compared lies in one piece.

    Parameters
    ----------
    filters, kernel_size, strides, padding
        As for `Conv2D`.
    pool_size : int or pair of int
        As for `MaxPooling2D`, whose ties it shares.

    Raises
    ------
    ValueError
        As for the two.

    Examples
    --------
    >>> from mnist_helpers.numpy_cnn import MaxPooling2D
    >>> images = np.random.default_rng(0).random((2, 28, 28, 1))
    >>> together = PooledConv2D(24, 5).forward(images)
    >>> apart = MaxPooling2D(2).forward(Conv2D(24, 5).forward(images))
    >>> np.allclose(together, apart, rtol=1e-12)
    True
    """

    def __init__(self, filters, kernel_size, strides=1, padding="valid", pool_size=2):
        super().__init__(filters, kernel_size, strides, padding)
        self.pool_size = pair("pool_size", pool_size)

    def infer_shapes(self, height, width, channels):
        """Set the shapes of the parameters; return that of an output."""
        high, wide, filters = super().infer_shapes(height, width, channels)
        pool_height, pool_width = self.pool_size
        high, _ = window_positions("pool", high, pool_height, pool_height)
        wide, _ = window_positions("pool", wide, pool_width, pool_width)
        last = (wide - 1) * pool_width  # every so many windows, from the first, the second, ...
        self.phases = [slice(at, at + last + 1, pool_width) for at in range(pool_width)]
        return high, wide, filters

    def forward(self, inputs, training=False):
        """Return (batch, y, x, filters), given (batch, height, width, channels)."""
        self.look_at(self.check(inputs), self.phases)
        outputs = self.workspace("outputs", (self.batch, *self.output_shape))
        rows = in_rows(outputs)  # (y, filters, x * batch)
        values = self.buffer("values", (*self.pool_size, *rows.shape[1:]))
        candidates = values.reshape(-1, *rows.shape[1:])  # in reading order
        largest = self.buffer("largest", rows.shape[1:])
        masks = (len(rows), len(candidates) - 1, *rows.shape[1:])
        self.is_largest = self.buffer("is_largest", masks, bool)
        for y, row in enumerate(rows):
            np.matmul(self.kernel_matrix.T, self.pooled_windows(y), out=values)
            fold(np.maximum, candidates, out=largest)
            np.equal(candidates[:-1], largest, out=self.is_largest[y])
            np.add(largest, self.parameters["bias"][:, None], out=row)
        return outputs

    def backward(self, output_gradient):
        """Return the gradient of the input, given that of the output."""
        rows, kernel_gradient = self.start_backward(output_gradient)
        values = self.buffer("values", (*self.pool_size, *rows.shape[1:]))
        *shares, left = values.reshape(-1, *rows.shape[1:])  # in reading order
        for y, row in enumerate(rows):
            self.gradients["bias"] += row.sum(axis=1)
            rest = row  # what no place has claimed yet; the last one takes what is left
            for share, is_largest in zip(shares, self.is_largest[y], strict=True):
                np.multiply(rest, is_largest, out=share)
                rest = np.subtract(rest, share, out=left)
            if not shares:
                np.copyto(left, row)
            products = self.pooled_windows(y) @ values.swapaxes(2, 3)
            kernel_gradient += products.sum(axis=(0, 1))
            for i, phase in np.ndindex(self.pool_size):
                self.spread_out(y * self.pool_size[0] + i, self.phases[phase], values[i, phase])
        return self.finish_backward()

    def pooled_windows(self, y):
        """Return what row y is the maximum of: (row, phase, i * j * channels, x * batch)."""
        pool_height, pool_width = self.pool_size
        windows = self.windows[y * pool_height : (y + 1) * pool_height]
        return windows.reshape(*windows.shape[:2], pool_width, -1).swapaxes(1, 2)


def places(columns, stride, offset):
    """Return where the windows at some columns have their pixel at this offset.

    Examples
    --------
    >>> places(slice(1, 6, 2), stride=3, offset=4)  # the windows 1, 3, 5 begin at 3, 9, 15
    slice(7, 20, 6)
    """
    last = (columns.stop - 1) * stride + offset
    return slice(columns.start * stride + offset, last + 1, columns.step * stride)


def in_rows(images):
    """Show a batch of images as it lies in memory: (height, channels, width * batch).

    Examples
    --------
    >>> in_rows(np.zeros((256, 28, 30, 1))).shape
    (28, 1, 7680)
    """
    memory = in_memory(images)
    return memory.reshape(*memory.shape[:2], -1)


def fold(operation, arrays, out):
    """Combine arrays with a ufunc: ``operation.reduce`` along their first axis, only faster.

    Examples
    --------
    >>> fold(np.add, np.array([[1, 2], [3, 4], [5, 6]]), out=np.zeros(2, int))
    array([ 9, 12])
    """
    if len(arrays) == 1:
        np.copyto(out, arrays[0])
    else:
        operation(arrays[0], arrays[1], out=out)
    for array in arrays[2:]:
        operation(out, array, out=out)
    return out
