"""One training: settings and a seed in, a row of the results out."""

import math
import os
from typing import NamedTuple

import keras
import numpy as np

from mnist_helpers import data, environment, models, schedules
from mnist_helpers.numpy_cnn import fast
from mnist_helpers.training import batches, numpy_trainer
from mnist_helpers.training.checkpoint import Checkpoint

SCHEDULES = {
    "constant": lambda rate, steps, epochs: rate,
    "one_cycle": lambda rate, steps, epochs: schedules.OneCycle(rate, steps),
    "cosine": lambda rate, steps, epochs: keras.optimizers.schedules.CosineDecay(rate, steps),
    # Deotte's: 5 % less in each epoch
    "exponential": lambda rate, steps, epochs: keras.optimizers.schedules.ExponentialDecay(
        rate, steps // epochs, 0.95, staircase=True
    ),
}


class Trained(NamedTuple):
    """What a training leaves.

    Attributes
    ----------
    row : dict
        What a row of the results holds, but for the variant and the commit: losses are in nats,
        ``seconds`` passed on the clock, ``cpu_seconds`` were computed in. (Only the second is to be
        compared between runs, since other work may have run beside.) Where a loss was no finite
        number, ``outcome`` is "diverged" and not "trained", and the four metrics are NaN.
    probabilities : ndarray of float32, shape (10000, 10), or None
        What the trained network says to the test images; None if it diverged.
    weights : list of ndarray, or None
        In Keras's order; None if it diverged.
    """

    row: dict
    probabilities: np.ndarray | None
    weights: list | None


def train(settings, seed, keep=(), checkpoint=None):
    """Train a network, and measure it on the validation set after each epoch, on the test set once.

    Where the optimizer keeps an average of the weights (``use_ema``), that is what is measured in
    the end, with batch normalisation measured anew for it.

    Parameters
    ----------
    settings : dict
        Complete, as `settings.complete` makes them.
    seed : int
        Of the initial weights, the order of the images, their movements and the dropout.
    keep : sequence of {"probabilities", "weights"}
        What to return besides the row.
    checkpoint : str or Path, optional
        The file in which a training with Keras keeps its state after each epoch, and from which the
        same one goes on.

    Returns
    -------
    Trained

    Raises
    ------
    ValueError
        If a setting asks for what the library does not have.
    """
    train_network = {"keras": train_with_keras, "numpy": numpy_trainer.train}.get(
        settings["library"]
    )
    if train_network is None:
        raise ValueError(f"library is {settings['library']!r}; expected 'keras' or 'numpy'")
    environment.set_keras_defaults()  # whatever keras.json says
    training, validation, test = prepare(settings)
    definition = {"settings": settings, "seed": seed}
    state = Checkpoint(checkpoint, definition, settings["data"])
    history, network, options, more = train_network(settings, seed, training, validation, state)
    seconds, cpu_seconds = state.seconds
    test_loss, test_accuracy = network.evaluate(*test, **options)
    metrics = {
        "validation_loss": history["val_loss"][-1],
        "validation_accuracy": history["val_accuracy"][-1],
        "test_loss": test_loss,
        "test_accuracy": test_accuracy,
    }
    losses = [*history["loss"], *history["val_loss"], test_loss]
    if diverged := not np.isfinite(losses).all():
        metrics, keep = dict.fromkeys(metrics, math.nan), ()
    row = {
        "seed": seed,
        "settings": settings,
        "epochs": settings["epochs"],
        "training_images": len(training[0]),
        "training_losses": rounded(history["loss"]),
        "validation_losses": rounded(history["val_loss"]),
        "validation_accuracies": rounded(history["val_accuracy"]),
        **{name: round(value, 6) for name, value in metrics.items()},
        "seconds": round(seconds, 1),
        "cpu_seconds": round(cpu_seconds, 1),
        "versions": environment.describe()["versions"],
        "measures": {},  # of other tasks
        "machine": environment.machine(),
        "outcome": "diverged" if diverged else "trained",
    } | more
    return Trained(
        row,
        network.predict(test[0], **options) if "probabilities" in keep else None,
        network.get_weights() if "weights" in keep else None,
    )


def train_with_keras(settings, seed, training, validation, state):
    """Return the history, the network, how it is to be asked, and what the row says of Keras."""
    if lacking := [name for name in ("margin", "pool_first") if settings[name]]:
        raise ValueError(f"the Keras network trains without {lacking[0]!r}")
    keras.utils.set_random_seed(seed)
    state.images = images = batches.AugmentedImages(
        *training, settings["batch_size"], seed, settings["augmentation"]
    )
    # Dask's threads draw from Python's global generator, too, so the seed is handed over.
    if settings["network"] in models.NETWORKS:
        model = models.build(settings["network"])
    else:
        model = models.from_notation(settings["network"], **settings["network_options"], seed=seed)
    schedule = SCHEDULES[settings["schedule"]]
    steps = settings["epochs"] * len(images)
    model.compile(
        getattr(keras.optimizers, settings["optimizer"])(
            schedule(settings["learning_rate"], steps, settings["epochs"]),
            **settings["optimizer_options"],
        ),
        "sparse_categorical_crossentropy",
        metrics=["accuracy"],
        jit_compile=keras.config.backend() == "jax",  # slower with TensorFlow on a processor
    )
    model.fit(
        images,
        epochs=settings["epochs"],
        initial_epoch=len(state.epochs),
        shuffle=False,  # `AugmentedImages` does
        validation_data=validation,
        validation_batch_size=1000,
        callbacks=[state],
        verbose=0,
    )
    history = state.history
    if model.optimizer.use_ema:  # the end of `fit` has put the average in the weights' place
        batches.reestimate_batch_norm(model, training[0])
        averaged = model.evaluate(*validation, batch_size=1000, verbose=0)
        history["val_loss"][-1], history["val_accuracy"][-1] = averaged
    # TensorFlow keeps what has fed it for good; a worker that trains a hundred networks must not
    # keep the images of each.
    images.images = images.targets = None
    more = {
        "parameters": model.count_params(),
        "multiply_adds": sum(models.multiply_adds(model).values()),
        "backend": keras.config.backend(),
        "device": f"{environment.device()}, {environment.describe()['hardware']}, "
        f"threads: {os.environ.get('OMP_NUM_THREADS', 'all')}",
    }
    return history, model, {"batch_size": 1000, "verbose": 0}, more


def prepare(settings):
    """Return the images and labels of the training, validation and test set.

    With a permutation, the pixels of every image change places in the same way; then rows and
    columns are cut away, and the images standardised, as the settings say. Up to 55,000
    training images leave the validation set out; 60,000 are all, in MNIST's order. Then the
    validation set is among them, and the test set stands in its place: what is recorded after each
    epoch must choose nothing, and only shows (chapter 15) how far choosing by it would flatter.
    """
    everything, test = data.load_data(settings["data"])
    training, validation = data.split_validation(*everything)
    count = settings["training_images"]
    if not (1 <= count <= len(training[0]) or count == len(everything[0])):
        raise ValueError(
            f"training_images is {count}; expected 1 to {len(training[0])}, or {len(everything[0])}"
        )
    if count > len(training[0]):
        training, validation = everything, test
    training = tuple(array[:count] for array in training)
    places = np.arange(data.IMAGE_SIZE**2)
    if settings["permutation"] is not None:
        places = np.random.default_rng(settings["permutation"]).permutation(places)
    prepared = []
    for images, labels in (training, validation, test):
        images = images.reshape(len(images), -1)[:, places].reshape(images.shape)
        images = data.prepare_images(images)
        cut = slice(settings["margin"], data.IMAGE_SIZE - settings["margin"])
        images = np.ascontiguousarray(images[:, cut, cut])
        if settings["standardise"]:
            images = (images - np.float32(fast.MEAN)) / np.float32(fast.DEVIATION)
        prepared.append((images, labels.astype("int32")))
    return prepared


def rounded(values):
    """Round each value to six digits behind the point; what is not finite becomes None.

    Examples
    --------
    >>> rounded([0.12345678, math.nan])
    [0.123457, None]
    """
    return [round(float(value), 6) if math.isfinite(value) else None for value in values]
