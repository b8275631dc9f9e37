"""The one place where the backends of Keras differ: gradients by the images, and compiling.

All else here is written in ``keras.ops`` and Keras models. The two functions serve TensorFlow and
JAX.
"""

import keras
from keras import ops

from mnist_helpers.inspection.parts import mean_of_units


def gradient(score, inputs):
    """Differentiate a score by what it is computed from.

    Parameters
    ----------
    score : callable
        Takes a tensor like `inputs`, returns one number, by ``keras.ops`` and Keras models that
        are called with ``training=False``.
    inputs : array_like
        Images, or the feature maps of a layer.

    Returns
    -------
    tensor of the backend, shape as `inputs`
        Zero where the score does not depend on the inputs.

    Raises
    ------
    NotImplementedError
        If Keras runs on another backend.

    Examples
    --------
    >>> gradient(lambda x: ops.sum(x**2), ops.array([1.0, 3.0])).numpy().tolist()
    [2.0, 6.0]
    """
    inputs = ops.convert_to_tensor(inputs)
    if _backend() == "jax":
        import jax

        return jax.grad(score)(inputs)
    import tensorflow as tf

    with tf.GradientTape() as tape:
        tape.watch(inputs)
        value = score(inputs)
    return tape.gradient(value, inputs, unconnected_gradients="zero")


def compiled(function):
    """Let the backend compile a function of tensors, which then runs without Python in between."""
    if _backend() == "jax":
        import jax

        return jax.jit(function)
    import tensorflow as tf

    return tf.function(function, autograph=False)


def unit_gradient(model, inputs, chosen):
    """Differentiate the response of one unit for each image by that image.

    The images do not influence each other, so the gradient of the sum of all responses holds, for
    each image, the gradient of its own: one pass serves as many units as there are images.

    Parameters
    ----------
    model : keras.Model
        Writes maps or units.
    inputs : tensor, shape (count, …)
    chosen : tensor, shape (count, units)
        One-hot: for each image the unit.

    Returns
    -------
    tensor of the backend, shape as `inputs`
    """

    def score(inputs):
        return ops.sum(mean_of_units(model(inputs, training=False)) * chosen)

    return gradient(score, inputs)


def _backend():
    backend = keras.config.backend()
    if backend not in ("tensorflow", "jax"):
        raise NotImplementedError(
            f"Keras runs on {backend}; gradients by the images are written for tensorflow and jax"
        )
    return backend
