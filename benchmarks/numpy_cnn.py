"""How fast the NumPy network is: against Keras on TensorFlow, and against the common im2col.

    python -m benchmarks.numpy_cnn        measures all five and prints them as JSON

Both sides have the same network, batch, precision, optimizer and two cores, and take turns. Keras
runs its compiled graph (``jit_compile=False``: XLA is slower on a CPU) on a ``tf.data`` pipeline,
which was slightly faster here than arrays, without the tuning that keeps a finished epoch waiting
(chapter 16).

- ``numpy_epoch_vs_keras``: an epoch of the small network.
- ``numpy_post_epoch_vs_keras``: an epoch of the post's, dropout and Adadelta included.
- ``numpy_99_vs_keras_post_epoch``: from random weights to 99.0 % on the test set, by a recipe that
  was chosen on the validation set, against that Keras epoch. A run that stays below counts as
  infinite.
- ``numpy_vs_common_im2col``: gradients of a batch as in "Deep Learning from Scratch" (Saitoh 2016),
  against ours.
- ``numpy_peak_memory_mb``: what an epoch needs above the data.
"""

import json
import math
import os
import subprocess
import sys
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np

from benchmarks._cores import THREADS, use_two_cores
from mnist_helpers import data
from mnist_helpers.numpy_cnn import Adadelta, Adam, SoftmaxCrossEntropy, one_cycle
from mnist_helpers.numpy_cnn import post_cnn as numpy_post_cnn
from mnist_helpers.numpy_cnn import small_cnn as numpy_small_cnn

TARGETS = {
    "numpy_epoch_vs_keras": ("ratio", 1.0, "lower"),
    "numpy_post_epoch_vs_keras": ("ratio", 1.2, "lower"),
    "numpy_99_vs_keras_post_epoch": ("ratio", 0.25, "lower"),
    "numpy_vs_common_im2col": ("ratio", 10, "higher"),
    "numpy_peak_memory_mb": ("MB", 300, "lower"),
}
REPEATS, STEPS = 5, 10
RECIPE = {"epochs": 2, "batch_size": 256, "schedule": one_cycle(0.01)}  # and Adam(.7, .9)


def measure(names=tuple(TARGETS)):
    """Measure some of the five, the memory in a process of its own.

    Returns a dict from name to the repeated measurements.
    """
    use_two_cores()
    measured = {}
    if "numpy_peak_memory_mb" in names:
        command = [
            sys.executable,
            "-c",
            "from benchmarks import numpy_cnn; numpy_cnn.print_memory()",
        ]
        measured["numpy_peak_memory_mb"] = json.loads(subprocess.check_output(command, text=True))
    if "numpy_vs_common_im2col" in names:
        measured["numpy_vs_common_im2col"] = compare_with_im2col()
    if "numpy_epoch_vs_keras" in names:
        ours = Trainer(numpy_small_cnn(threads=THREADS), Adam(), 256)
        theirs = KerasTrainer(keras_small_cnn(), "Adam", 0.001, 256)
        turns = [(ours.epoch(), theirs.epoch()) for _ in range(REPEATS)]
        measured["numpy_epoch_vs_keras"] = [a / b for a, b in turns]
    post, to_99 = "numpy_post_epoch_vs_keras", "numpy_99_vs_keras_post_epoch"
    if post in names or to_99 in names:
        from mnist_helpers import models

        theirs = KerasTrainer(models.post_cnn(), "Adadelta", 1.0, 128)
        ours = Trainer(numpy_post_cnn(threads=THREADS), Adadelta(), 128)
        for seed in range(REPEATS):
            keras_seconds = theirs.epoch()
            if post in names:
                measured.setdefault(post, []).append(ours.epoch() / keras_seconds)
            if to_99 in names:
                measured.setdefault(to_99, []).append(seconds_to_99(seed) / keras_seconds)
    return measured


def training_data():
    """Return the training images as both sides get them, and the labels."""
    (images, labels), _ = data.load_data()
    return data.prepare_images(images), labels.astype(np.int32)


class Trainer:
    """A NumPy network that is trained on, an epoch at a time; a few steps warm it up."""

    def __init__(self, network, optimizer, batch_size):
        self.network, self.options = network, {"batch_size": batch_size, "verbose": 0}
        self.optimizer, (self.images, self.labels) = optimizer, training_data()
        few = 8 * batch_size
        network.fit(self.images[:few], self.labels[:few], optimizer, **self.options)

    def epoch(self):
        """Return an epoch's seconds."""
        start = time.perf_counter()
        self.network.fit(self.images, self.labels, self.optimizer, **self.options)
        return time.perf_counter() - start


class KerasTrainer:
    """The same in Keras."""

    def __init__(self, model, optimizer, learning_rate, batch_size):
        import keras
        import tensorflow as tf

        from_logits = getattr(model.layers[-1], "activation", None) is not keras.activations.softmax
        model.compile(
            getattr(keras.optimizers, optimizer)(learning_rate),
            keras.losses.SparseCategoricalCrossentropy(from_logits=from_logits),
            jit_compile=False,
        )
        self.model, dataset = model, tf.data.Dataset.from_tensor_slices(training_data())
        options = tf.data.Options()
        options.autotune.enabled = False  # its thread may sleep on when an epoch has ended
        self.batches = dataset.shuffle(60_000).batch(batch_size).prefetch(2).with_options(options)
        model.fit(self.batches.take(8), shuffle=False, verbose=0)

    def epoch(self):
        """Return an epoch's seconds."""
        start = time.perf_counter()
        self.model.fit(self.batches, shuffle=False, verbose=0)
        return time.perf_counter() - start


def keras_small_cnn():
    """Build the small network in Keras."""
    import keras
    from keras import layers

    return keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            layers.Conv2D(24, 5),
            layers.MaxPooling2D(2),
            layers.ReLU(),
            layers.Conv2D(32, 3),
            layers.MaxPooling2D(2),
            layers.ReLU(),
            layers.Flatten(),
            layers.Dense(256, activation="relu"),
            layers.Dense(10),
        ]
    )


def seconds_to_99(seed, images_and_labels=None):
    """Train by the declared recipe, from nothing; seconds, infinite where 99.0 % is not reached."""
    (images, labels), (test_images, test_labels) = images_and_labels or data.load_data()
    start = time.perf_counter()
    images = standardise(images)
    network, optimizer = numpy_small_cnn(seed=seed), Adam(beta_1=0.7, beta_2=0.9)
    network.fit(images, labels, optimizer, **RECIPE, verbose=0)
    seconds = time.perf_counter() - start
    _, accuracy = network.evaluate(standardise(test_images), test_labels)
    return seconds if accuracy >= 0.99 else math.inf


def standardise(images):
    """Return the images with the training set's mean 0 and deviation 1."""
    return (data.prepare_images(images) - np.float32(0.1307)) / np.float32(0.3081)


def print_memory():
    """Print what an epoch of the small network, and steps of the post's, need above the data."""
    import resource

    import psutil

    (pixels, labels), _ = data.load_data()
    images = np.empty((*pixels.shape, 1), np.float32)
    np.divide(pixels[..., None], 255, out=images, casting="same_kind")  # no copy to raise the peak
    before = psutil.Process().memory_info().rss
    numpy_small_cnn(threads=THREADS).fit(images, labels, Adam(), batch_size=256, verbose=0)
    post, optimizer = numpy_post_cnn(threads=THREADS), Adadelta()
    post.fit(images[: 128 * STEPS], labels[: 128 * STEPS], optimizer, verbose=0)
    post.evaluate(images[:1000], labels[:1000])
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print([(after * (1 if sys.platform == "darwin" else 1024) - before) / 1e6])


def compare_with_im2col():
    """Return ratios of seconds, the common way to ours, for the gradients of the same batches."""
    images, labels = training_data()
    ours = numpy_small_cnn(threads=THREADS)
    theirs = CommonNetwork(ours.get_weights())
    batch = images[:256], labels[:256]
    loss, gradients = theirs.gradients(*batch)
    ours_loss, ours_gradient = our_gradients(ours, *batch)
    together = np.concatenate([gradient.ravel() for gradient in gradients])
    if not np.isclose(loss, ours_loss) or not np.allclose(together, ours_gradient, atol=1e-5):
        raise RuntimeError("the two networks do not compute the same")
    ratios = []
    for repeat in range(REPEATS):
        seconds = []
        for function in (lambda *b: our_gradients(ours, *b), theirs.gradients):
            start = time.perf_counter()
            for step in range(STEPS):
                first = 256 * (STEPS * repeat + step)
                function(images[first : first + 256], labels[first : first + 256])
            seconds.append(time.perf_counter() - start)
        ratios.append(seconds[1] / seconds[0])
    return ratios


def our_gradients(network, images, labels):
    """Return the mean loss and its gradients, computed by two threads."""

    def differentiate(chain, share):
        return chain.forward_and_backward(images[share], labels[share], len(images))

    losses = network.team.run(differentiate, network.chains, len(images))
    return sum(losses), sum(chain.gradient_vector for chain in network.chains)


class CommonNetwork:
    """The small network as most NumPy tutorials write it: channels first, float64, im2col."""

    def __init__(self, weights):
        self.weights = [weight.astype(np.float64) for weight in weights]
        for index in (0, 2):  # (height, width, in, out) to (out, in, height, width)
            self.weights[index] = self.weights[index].transpose(3, 2, 0, 1).copy()
        units = self.weights[4].reshape(5, 5, 32, -1)  # channels first, after Flatten, too
        self.weights[4] = units.transpose(2, 0, 1, 3).reshape(800, -1)

    def gradients(self, images, labels):
        """Return the mean loss, and the gradients with Keras's axes."""
        kernel_1, bias_1, kernel_2, bias_2, dense_1, dense_bias_1, dense_2, dense_bias_2 = (
            self.weights
        )
        x = images.transpose(0, 3, 1, 2).astype(np.float64)
        z1, columns_1 = convolve(x, kernel_1, bias_1)
        p1, places_1 = pool(z1)
        a1 = np.maximum(p1, 0)
        z2, columns_2 = convolve(a1, kernel_2, bias_2)
        p2, places_2 = pool(z2)
        a2 = np.maximum(p2, 0)
        rows = a2.reshape(len(x), -1)
        z3 = rows @ dense_1 + dense_bias_1
        a3 = np.maximum(z3, 0)
        loss = SoftmaxCrossEntropy()
        value = loss.forward(a3 @ dense_2 + dense_bias_2, labels)
        d4 = loss.backward()
        d3 = d4 @ dense_2.T * (z3 > 0)
        d2 = (d3 @ dense_1.T).reshape(a2.shape) * (p2 > 0)
        d2, kernel_gradient_2, bias_gradient_2 = convolve_back(
            unpool(d2, places_2, z2.shape), a1.shape, kernel_2, columns_2
        )
        d1 = unpool(d2 * (p1 > 0), places_1, z1.shape)
        _, kernel_gradient_1, bias_gradient_1 = convolve_back(d1, x.shape, kernel_1, columns_1)
        dense_gradient_1 = (rows.T @ d3).reshape(32, 5, 5, -1).transpose(1, 2, 0, 3)
        return value, [
            kernel_gradient_1.transpose(2, 3, 1, 0),
            bias_gradient_1,
            kernel_gradient_2.transpose(2, 3, 1, 0),
            bias_gradient_2,
            dense_gradient_1,
            d3.sum(axis=0),
            a3.T @ d4,
            d4.sum(axis=0),
        ]


def im2col(images, height, width, stride=1):
    """Copy every window into a row: a loop over the kernel, then a transposed copy."""
    batch, channels, rows, cols = images.shape
    high, wide = (rows - height) // stride + 1, (cols - width) // stride + 1
    windows = np.zeros((batch, channels, height, width, high, wide))
    for i in range(height):
        for j in range(width):
            windows[:, :, i, j] = images[
                :, :, i : i + stride * high : stride, j : j + stride * wide : stride
            ]
    return windows.transpose(0, 4, 5, 1, 2, 3).reshape(batch * high * wide, -1)


def col2im(columns, shape, height, width, stride=1):
    """Add every window back to where it came from."""
    batch, channels, rows, cols = shape
    high, wide = (rows - height) // stride + 1, (cols - width) // stride + 1
    windows = columns.reshape(batch, high, wide, channels, height, width)
    windows = windows.transpose(0, 3, 4, 5, 1, 2)
    images = np.zeros(shape)
    for i in range(height):
        for j in range(width):
            images[:, :, i : i + stride * high : stride, j : j + stride * wide : stride] += windows[
                :, :, i, j
            ]
    return images


def convolve(images, kernel, bias):
    """Return the convolution, and the windows for the way back."""
    filters, _, height, width = kernel.shape
    columns = im2col(images, height, width)
    outputs = columns @ kernel.reshape(filters, -1).T + bias
    side = images.shape[2] - height + 1
    return outputs.reshape(len(images), side, side, filters).transpose(0, 3, 1, 2), columns


def convolve_back(gradient, shape, kernel, columns):
    """Return the gradients of input, kernel and bias."""
    filters, _, height, width = kernel.shape
    rows = gradient.transpose(0, 2, 3, 1).reshape(-1, filters)
    kernel_gradient = (columns.T @ rows).T.reshape(kernel.shape)
    inputs = col2im(rows @ kernel.reshape(filters, -1), shape, height, width)
    return inputs, kernel_gradient, rows.sum(axis=0)


def pool(images):
    """Return the maxima of 2 x 2 windows, and where they were."""
    batch, channels, rows, cols = images.shape
    windows = im2col(images, 2, 2, stride=2).reshape(-1, 4)
    outputs = windows.max(axis=1).reshape(batch, rows // 2, cols // 2, channels)
    return outputs.transpose(0, 3, 1, 2), windows.argmax(axis=1)


def unpool(gradient, places, shape):
    """Return each maximum's gradient to where it was."""
    gradient = gradient.transpose(0, 2, 3, 1)
    windows = np.zeros((gradient.size, 4))
    windows[np.arange(gradient.size), places] = gradient.ravel()
    windows = windows.reshape(*gradient.shape, 4)
    return col2im(windows.reshape(np.prod(gradient.shape[:3]), -1), shape, 2, 2, stride=2)


if __name__ == "__main__":
    print(json.dumps(measure(), indent=1))
