"""The formulas of every layer as plain loops: slow, and easy to compare with a book.

Each function takes and returns arrays with Keras's axes, (batch, height, width,
channels), and imports nothing from the fast layers, which the tests hold against it.
"""

import math

import numpy as np


def zero_border(images, kernel_size, strides, padding):
    """Return the images with the zeros that ``padding`` asks for, and their top and left width.

    Examples
    --------
    >>> padded, top, left = zero_border(np.ones((1, 4, 4, 1)), (3, 3), (1, 1), "same")
    >>> padded.shape, top, left
    ((1, 6, 6, 1), 1, 1)
    """
    if padding == "valid":
        return images, 0, 0
    batch, height, width, channels = images.shape
    missing = []
    for size, kernel, stride in zip((height, width), kernel_size, strides, strict=True):
        missing.append(max((math.ceil(size / stride) - 1) * stride + kernel - size, 0))
    top, left = missing[0] // 2, missing[1] // 2
    padded = np.zeros((batch, height + missing[0], width + missing[1], channels), images.dtype)
    padded[:, top : top + height, left : left + width] = images
    return padded, top, left


def convolution(images, kernel, bias, strides=(1, 1), padding="valid"):
    """Sum, for each output, over its window: pixel times weight.

    ``output[b, y, x, f] = bias[f] + sum over i, j, c of
    input[b, y * stride + i, x * stride + j, c] * kernel[i, j, c, f]``

    Examples
    --------
    >>> convolution(np.ones((1, 3, 3, 1)), np.ones((2, 2, 1, 1)), np.zeros(1))[0, :, :, 0]
    array([[4., 4.],
           [4., 4.]])
    """
    (kernel_height, kernel_width, channels, filters), (stride_y, stride_x) = kernel.shape, strides
    images, _, _ = zero_border(images, kernel.shape[:2], strides, padding)
    batch, height, width, _ = images.shape
    high, wide = (height - kernel_height) // stride_y + 1, (width - kernel_width) // stride_x + 1
    outputs = np.zeros((batch, high, wide, filters))
    for b in range(batch):
        for y in range(high):
            for x in range(wide):
                for f in range(filters):
                    total = bias[f]
                    for i in range(kernel_height):
                        for j in range(kernel_width):
                            for c in range(channels):
                                total += (
                                    images[b, y * stride_y + i, x * stride_x + j, c]
                                    * kernel[i, j, c, f]
                                )
                    outputs[b, y, x, f] = total
    return outputs


def convolution_gradients(images, kernel, output_gradient, strides=(1, 1), padding="valid"):
    """Gradients of input, kernel and bias: every product of the forward pass, read backwards.

    Examples
    --------
    >>> of_input, of_kernel, of_bias = convolution_gradients(
    ...     np.ones((1, 3, 3, 1)), np.ones((2, 2, 1, 1)), np.ones((1, 2, 2, 1)))
    >>> of_input[0, :, :, 0]
    array([[1., 2., 1.],
           [2., 4., 2.],
           [1., 2., 1.]])
    """
    (kernel_height, kernel_width, channels, filters), (stride_y, stride_x) = kernel.shape, strides
    (height, width), shape = images.shape[1:3], images.shape
    images, top, left = zero_border(images, kernel.shape[:2], strides, padding)
    input_gradient, kernel_gradient, bias_gradient = (
        np.zeros(images.shape),
        np.zeros(kernel.shape),
        np.zeros(filters),
    )
    for b, y, x, f in np.ndindex(output_gradient.shape):
        gradient = output_gradient[b, y, x, f]
        bias_gradient[f] += gradient
        for i in range(kernel_height):
            for j in range(kernel_width):
                for c in range(channels):
                    pixel = b, y * stride_y + i, x * stride_x + j, c
                    kernel_gradient[i, j, c, f] += gradient * images[pixel]
                    input_gradient[pixel] += gradient * kernel[i, j, c, f]
    return (
        input_gradient[:, top : top + height, left : left + width].reshape(shape),
        kernel_gradient,
        bias_gradient,
    )


def pooling_windows(images, pool_size, strides):
    """Every output position, and the slice of the images that it looks at."""
    batch, height, width, channels = images.shape
    for b in range(batch):
        for y in range((height - pool_size[0]) // strides[0] + 1):
            for x in range((width - pool_size[1]) // strides[1] + 1):
                for c in range(channels):
                    top, left = y * strides[0], x * strides[1]
                    yield (
                        (b, y, x, c),
                        np.s_[b, top : top + pool_size[0], left : left + pool_size[1], c],
                    )


def pooling(images, pool_size, strides, summary=np.max):
    """Return the largest value of each window or, with ``np.mean`` as the summary, the mean.

    Examples
    --------
    >>> pooling(np.arange(4.0).reshape(1, 2, 2, 1), (2, 2), (2, 2)).ravel()
    array([3.])
    """
    batch, height, width, channels = images.shape
    high, wide = (height - pool_size[0]) // strides[0] + 1, (width - pool_size[1]) // strides[1] + 1
    outputs = np.zeros((batch, high, wide, channels))
    for position, window in pooling_windows(images, pool_size, strides):
        outputs[position] = summary(images[window])
    return outputs


def max_pooling_gradient(images, output_gradient, pool_size, strides):
    """All of a window's gradient goes to its largest value, the first of several in reading order.

    Examples
    --------
    >>> max_pooling_gradient(np.ones((1, 2, 2, 1)), np.ones((1, 1, 1, 1)), (2, 2), (2, 2)).ravel()
    array([1., 0., 0., 0.])
    """
    input_gradient = np.zeros(images.shape)
    for position, window in pooling_windows(images, pool_size, strides):
        largest = np.unravel_index(np.argmax(images[window]), images[window].shape)
        input_gradient[window][largest] += output_gradient[position]
    return input_gradient


def average_pooling_gradient(images, output_gradient, pool_size, strides):
    """Every value of a window gets an equal share of its gradient.

    Examples
    --------
    >>> images, gradient = np.ones((1, 2, 2, 1)), np.ones((1, 1, 1, 1))
    >>> average_pooling_gradient(images, gradient, (2, 2), (2, 2)).ravel()
    array([0.25, 0.25, 0.25, 0.25])
    """
    input_gradient = np.zeros(images.shape)
    for position, window in pooling_windows(images, pool_size, strides):
        input_gradient[window] += output_gradient[position] / math.prod(pool_size)
    return input_gradient


def dense(rows, kernel, bias):
    """Return ``output[b, u] = bias[u] + sum over i of input[b, i] * kernel[i, u]``.

    Examples
    --------
    >>> dense(np.ones((1, 3)), np.ones((3, 2)), np.array([0.0, 1.0]))
    array([[3., 4.]])
    """
    outputs = np.zeros((len(rows), len(bias)))
    for b, u in np.ndindex(outputs.shape):
        outputs[b, u] = bias[u] + sum(rows[b, i] * kernel[i, u] for i in range(len(kernel)))
    return outputs


def dense_gradients(rows, kernel, output_gradient):
    """Gradients of input, kernel and bias.

    Examples
    --------
    >>> dense_gradients(np.full((1, 2), 3.0), np.ones((2, 1)), np.ones((1, 1)))[1].ravel()
    array([3., 3.])
    """
    input_gradient, kernel_gradient = np.zeros(rows.shape), np.zeros(kernel.shape)
    bias_gradient = np.zeros(kernel.shape[1])
    for b, u in np.ndindex(output_gradient.shape):
        bias_gradient[u] += output_gradient[b, u]
        for i in range(len(kernel)):
            kernel_gradient[i, u] += output_gradient[b, u] * rows[b, i]
            input_gradient[b, i] += output_gradient[b, u] * kernel[i, u]
    return input_gradient, kernel_gradient, bias_gradient


def relu(values):
    """``max(value, 0)``, value by value.

    Examples
    --------
    >>> relu(np.array([-1.0, 2.0]))
    array([0., 2.])
    """
    outputs = np.zeros(values.shape)
    for position in np.ndindex(values.shape):
        outputs[position] = max(values[position], 0)
    return outputs


def batch_normalization(values, gamma, beta, epsilon=1e-3):
    """``gamma * (value - mean) / sqrt(variance + epsilon) + beta``, channel by channel.

    Examples
    --------
    >>> batch_normalization(np.array([[1.0], [3.0]]), np.ones(1), np.zeros(1), epsilon=0).ravel()
    array([-1.,  1.])
    """
    outputs = np.zeros(values.shape)
    for channel in range(values.shape[-1]):
        one = values[..., channel]
        mean = one.sum() / one.size
        variance = ((one - mean) ** 2).sum() / one.size
        outputs[..., channel] = (
            gamma[channel] * (one - mean) / math.sqrt(variance + epsilon) + beta[channel]
        )
    return outputs


def cross_entropy(logits, labels):
    """Mean of ``-log(exp(logit of the right class) / sum of exp(logits))``, and its gradient.

    Examples
    --------
    >>> loss, gradient = cross_entropy(np.zeros((1, 2)), [0])
    >>> round(loss, 4), gradient
    (0.6931, array([[-0.5,  0.5]]))
    """
    loss, gradient = 0.0, np.zeros(logits.shape)
    for b, label in enumerate(labels):
        total = sum(math.exp(logit) for logit in logits[b])
        for k, logit in enumerate(logits[b]):
            probability = math.exp(logit) / total
            gradient[b, k] = (probability - (k == label)) / len(labels)
            if k == label:
                loss -= math.log(probability) / len(labels)
    return loss, gradient
