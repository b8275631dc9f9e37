"""What the tasks share: a network compiled and trained as the settings say."""

import math

import keras
import numpy as np

from mnist_helpers import models
from mnist_helpers.training import batches
from mnist_helpers.training.trainer import rounded


def network(notation, outputs, seed):
    """Build a network of the notation whose last layer has another number of outputs, or is not.

    Parameters
    ----------
    notation : str
    outputs : int or None
        Probabilities that the last layer gives; without one, the layer before it is the last.
    seed : int

    Returns
    -------
    keras.Sequential

    Examples
    --------
    >>> network("8C3-P2-64", 5, seed=0).output_shape, network("8C3-P2-64", None, 0).output_shape
    ((None, 5), (None, 64))
    """
    stack = models.from_notation(notation, seed=seed).layers[:-1]
    if outputs:
        initializer = keras.initializers.GlorotUniform(seed)
        stack.append(keras.layers.Dense(outputs, "softmax", kernel_initializer=initializer))
    return keras.Sequential([keras.Input((28, 28, 1)), *stack])


def compile_network(
    model,
    settings,
    loss="sparse_categorical_crossentropy",
    metrics=("accuracy",),
    steps_per_execution=10,
    learning_rate=None,
):
    """Compile a network anew, with the settings' optimizer.

    Parameters
    ----------
    model : keras.Model
    settings : dict
        Of `training.settings`.
    loss, metrics : str or callable, list of those
    steps_per_execution : int
        More than one take the same steps with fewer calls; tracing some networks so takes seconds.
    learning_rate : float, optional
        In the place of the settings'.

    Examples
    --------
    >>> settings = {"optimizer": "SGD", "learning_rate": 0.5, "optimizer_options": {}}
    >>> model = network("4", None, seed=0)
    >>> compile_network(model, settings, learning_rate=0.25)
    >>> float(model.optimizer.learning_rate)
    0.25
    """
    optimizer = getattr(keras.optimizers, settings["optimizer"])
    model.compile(
        optimizer(learning_rate or settings["learning_rate"], **settings["optimizer_options"]),
        loss,
        metrics=list(metrics),
        jit_compile=False,
        steps_per_execution=steps_per_execution,
    )


def fit(model, settings, learned, validation):
    """Train a compiled network on batches; return losses and metrics by epoch.

    Parameters
    ----------
    model : keras.Model
    settings : dict
        Of `training.settings`: the epochs count.
    learned : keras.utils.PyDataset
        With ``images``, which are let go in the end: TensorFlow keeps what has fed it.
    validation : tuple of ndarray or None

    Returns
    -------
    dict of str to list of float
    """
    history = model.fit(
        learned,
        epochs=settings["epochs"],
        shuffle=False,
        validation_data=validation,
        validation_batch_size=1000,
        verbose=0,
    ).history
    learned.images = learned.targets = None
    return {name: rounded(values) for name, values in history.items()}


def fit_classifier(model, settings, seed, training, validation=None, **compiled):
    """Compile a classifier and train it on whole batches, in a new order each epoch.

    Parameters
    ----------
    model : keras.Model
    settings : dict
        Of `training.settings`: optimizer, rate, batch size and epochs count.
    seed : int
        Of the order.
    training, validation : tuple of ndarray
        Images and classes.
    **compiled
        Of `compile_network`.

    Returns
    -------
    dict of str to list of float
        ``before`` is the loss on the validation set before the first epoch, if there is one.
    """
    compile_network(model, settings, **compiled)
    before = []
    if validation is not None:
        before = rounded([model.evaluate(*validation, batch_size=1000, verbose=0)[0]])
    learned = batches.AugmentedImages(*training, settings["batch_size"], seed, None)
    return fit(model, settings, learned, validation) | {"before": before}


def columns(history, tested, model):
    """Fill the columns of a row from a history, the loss and accuracy on the test set, a model."""
    metrics = {
        "validation_loss": history["val_loss"][-1],
        "validation_accuracy": history["val_accuracy"][-1],
        "test_loss": round(float(tested[0]), 6),
        "test_accuracy": round(float(tested[1]), 6),
    }
    losses = [*history["loss"], *history["val_loss"], tested[0]]
    diverged = None in losses or not np.isfinite(losses).all()
    return {
        "training_losses": history["loss"],
        "validation_losses": history["val_loss"],
        "validation_accuracies": history["val_accuracy"],
        **(dict.fromkeys(metrics, math.nan) if diverged else metrics),
        "outcome": "diverged" if diverged else "trained",
        "parameters": model.count_params(),
        "multiply_adds": sum(models.multiply_adds(model).values()),
    }
