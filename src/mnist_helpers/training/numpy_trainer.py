"""The same trainings with the book's own network in NumPy."""

import inspect
import math

from mnist_helpers import environment, models, numpy_cnn
from mnist_helpers.notation import parse

THREADS = 2  # shares of a batch; with another number a run ends with other weights
SCHEDULES = {"constant": lambda rate: lambda progress: rate, "one_cycle": numpy_cnn.one_cycle}


def train(settings, seed, training, validation, state=None):
    """Train as `trainer.train_with_keras` does; return the same four things.

    The state is not kept: these trainings take seconds, and a killed one begins again.

    Raises
    ------
    ValueError
        As for `build`.
    """
    network = build(settings, seed)
    optimizer = getattr(numpy_cnn, settings["optimizer"])(**settings["optimizer_options"])
    try:
        history = network.fit(
            *training,
            optimizer,
            epochs=settings["epochs"],
            batch_size=settings["batch_size"],
            schedule=SCHEDULES[settings["schedule"]](settings["learning_rate"]),
            validation_data=validation,
            verbose=0,
        )
    except FloatingPointError:  # it diverged, and says no more than that
        history = {key: [math.nan] for key in ("loss", "val_loss", "val_accuracy")}
    more = {
        "parameters": network.parameter_count,
        "multiply_adds": sum(
            layer.multiply_adds for layer in parse(settings["network"], network.input_shape)
        ),
        "backend": "numpy",
        "device": f"cpu, {environment.describe()['hardware']}, threads: {THREADS}",
    }
    return history, network, {}, more


def build(settings, seed):
    """Build the network of some settings.

    Parameters
    ----------
    settings : dict
        Complete, as `settings.complete` makes them.
    seed : int

    Returns
    -------
    numpy_cnn.Network

    Raises
    ------
    ValueError
        If a setting asks for what the NumPy network does not have.

    Examples
    --------
    >>> from mnist_helpers.training.settings import complete
    >>> build(complete({"library": "numpy", "margin": 2}), seed=0).layers[0].output_shape
    (20, 20, 24)
    """
    optimizer = getattr(numpy_cnn, settings["optimizer"], None)
    known = inspect.signature(optimizer).parameters if optimizer else ()
    lacking = [
        *sorted(settings["network_options"]),
        *["augmentation"] * (settings["augmentation"] is not None),
        *[settings["schedule"]] * (settings["schedule"] not in SCHEDULES),
        *[settings["optimizer"]] * (optimizer is None),
        *sorted(set(settings["optimizer_options"]) - set(known)),
    ]
    if lacking:
        raise ValueError(f"the NumPy network trains without {lacking[0]!r}")
    return models.numpy_from_notation(
        settings["network"],
        settings["pool_first"],
        settings["margin"],
        seed=seed,
        threads=THREADS,
    )
