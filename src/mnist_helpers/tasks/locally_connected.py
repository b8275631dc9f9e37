"""A kernel of its own for every place: what the convolution's one kernel for all is worth.

Chapter 09's. K. Jarrett et al., "What is the best multi-stage architecture for object
recognition?", 2009, and many after them call such a layer locally connected.
"""

import math

import keras
import numpy as np
from keras import layers, ops

from mnist_helpers import models
from mnist_helpers.tasks import parts


class LocallyConnected(layers.Layer):
    """Read each window of an image as `Conv2D` does, but with weights of its own.

    Parameters
    ----------
    filters, size, stride : int
        As of a convolution without padding, whose initial weights it has, too.
    activation : str
        In Keras's names.
    seed : int
        Of the initial weights.

    Examples
    --------
    >>> layer = LocallyConnected(8, 5, 2, "relu", seed=0)
    >>> tuple(layer(np.zeros((1, 28, 28, 1), "float32")).shape), layer.count_params()
    ((1, 12, 12, 8), 29952)
    """

    def __init__(self, filters, size, stride, activation, seed):
        super().__init__()
        self.filters, self.size, self.stride, self.seed = filters, size, stride, seed
        self.activation = keras.activations.get(activation)

    def build(self, shape):
        """Make a kernel and a bias for every place."""
        rows, columns = ((side - self.size) // self.stride + 1 for side in shape[1:3])
        window = self.size**2 * shape[3]
        limit = math.sqrt(6 / (window + self.size**2 * self.filters))  # Glorot's, as in Conv2D
        self.kernel = self.add_weight(
            shape=(rows, columns, window, self.filters),
            initializer=keras.initializers.RandomUniform(-limit, limit, self.seed),
        )
        self.bias = self.add_weight(shape=(rows, columns, self.filters), initializer="zeros")

    def call(self, images):
        """Multiply each window by the kernel of its place."""
        windows = ops.image.extract_patches(images, (self.size, self.size), self.stride)
        return self.activation(ops.einsum("brcw,rcwf->brcf", windows, self.kernel) + self.bias)


def network(notation, unshared, seed):
    """Build a network of the notation whose first convolutions have a kernel for every place.

    Parameters
    ----------
    notation : str
    unshared : int
        How many convolutions.
    seed : int

    Returns
    -------
    keras.Sequential

    Examples
    --------
    >>> [network("8C5S2-16C3S2", unshared, 0).count_params() for unshared in (0, 1, 2)]
    [5386, 35130, 63162]
    """
    stack = models.from_notation(notation, seed=seed).layers
    for place, layer in enumerate(stack):
        if isinstance(layer, layers.Conv2D) and unshared > 0:
            settings = layer.filters, layer.kernel_size[0], layer.strides[0]
            stack[place] = LocallyConnected(*settings, layer.activation, seed + place)
            unshared -= 1
    return keras.Sequential([keras.Input((28, 28, 1)), *stack])


def train(settings, seed, training, validation, test):
    """Train on digits in their place, and test on moved ones, too.

    ``measures`` holds the accuracies on the validation and on the test images ``moved`` by 0 to 3
    pixels, each the mean of the four directions.

    Task options: ``unshared``, the number of convolutions whose places have their own kernels.
    """
    model = network(settings["network"], settings["task_options"]["unshared"], seed)
    history = parts.fit_classifier(model, settings, seed, training, validation)
    tested = model.evaluate(*test, batch_size=1000, verbose=0)
    measures = {
        f"moved, {name}": [moved_accuracy(model, *images, pixels) for pixels in range(4)]
        for name, images in (("validation", validation), ("test", test))
    }
    columns = parts.columns(history, tested, model)
    work = models.multiply_adds(models.from_notation(settings["network"]))  # sharing saves none
    return columns | {"multiply_adds": sum(work.values()), "measures": measures}


def moved_accuracy(model, images, labels, pixels):
    """Return the accuracy on images moved by so many pixels, the mean of the four directions.

    What leaves the picture comes in again on the other side; the paper there is white.
    """
    directions = ((0, 1), (0, -1), (1, 0), (-1, 0)) if pixels else ((0, 0),)
    moved = [np.roll(images, (pixels * down, pixels * along), (1, 2)) for down, along in directions]
    answers = [model.predict(each, batch_size=1000, verbose=0).argmax(axis=1) for each in moved]
    return round(float(np.mean(answers == labels)), 6)
