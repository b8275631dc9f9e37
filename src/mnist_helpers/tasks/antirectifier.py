"""A layer of one's own between dense layers: centred, of length one, both signs side by side.

The layer is that of the example of 2018; both signs without its normalisation are W. Shang et al.,
"Understanding and improving convolutional neural networks via concatenated rectified linear units",
2016.
"""

import keras
from keras import ops

from mnist_helpers.tasks import parts


@keras.saving.register_keras_serializable("ten_digits")
class Antirectifier(keras.layers.Layer):
    """What is positive and what is negative of each row, side by side, both as positive numbers.

    Parameters
    ----------
    normalised : bool
        Whether the row first loses its mean and then gets the length 1.
    signs : {2, 1}
        With 1 only what is positive is kept, as by ReLU.

    Examples
    --------
    >>> Antirectifier(normalised=False)(ops.array([[3.0, -2.0]])).numpy().tolist()
    [[3.0, 0.0, 0.0, 2.0]]
    """

    def __init__(self, normalised=True, signs=2, **options):
        super().__init__(**options)
        self.normalised, self.signs = normalised, signs

    def call(self, inputs):
        """Compute it for a batch of rows."""
        if self.normalised:
            inputs = inputs - ops.mean(inputs, axis=-1, keepdims=True)
            inputs = ops.normalize(inputs, axis=-1)  # a row of zeros stays one
        both = [inputs, -inputs][: self.signs]
        return ops.relu(ops.concatenate(both, axis=-1))

    def get_config(self):
        """Return what builds the layer again when a model is loaded."""
        return super().get_config() | {"normalised": self.normalised, "signs": self.signs}


def network(units, normalised, signs, seed):
    """Build two dense layers of some units, each with the layer above and dropout .1 behind it.

    Examples
    --------
    >>> network(256, normalised=True, signs=2, seed=0).count_params()
    337418
    """
    draws = iter(keras.random.randint((5,), 0, 2**31 - 1, seed=seed))

    def dense(size, activation=None):
        initializer = keras.initializers.GlorotUniform(int(next(draws)))
        return keras.layers.Dense(size, activation, kernel_initializer=initializer)

    stack = [keras.Input((28, 28, 1)), keras.layers.Flatten()]
    for _ in range(2):
        stack += [dense(units), Antirectifier(normalised, signs)]
        stack.append(keras.layers.Dropout(0.1, seed=int(next(draws))))
    return keras.Sequential([*stack, dense(10, "softmax")])


def train(settings, seed, training, validation, test):
    """Train a network of `network`.

    Task options: ``units``, ``normalised`` and ``signs``.
    """
    model = network(**settings["task_options"], seed=seed)
    history = parts.fit_classifier(model, settings, seed, training, validation)
    tested = model.evaluate(*test, batch_size=1000, verbose=0)
    return parts.columns(history, tested, model) | {"measures": {}}
