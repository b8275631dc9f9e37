"""The same trainings with the book's own network in NumPy.

Used by the experiments of chapter 16, whose variants ask for it among their ``network_options``:

========================= ==================================================================
``"library": "numpy"``    train with `mnist_helpers.numpy_cnn`
``"pool_first": True``    pooling before ReLU, as one layer with the convolution
``"standardise": True``   images with mean 0 and deviation 1
``"margin": 2``           rows and columns cut away at each side
========================= ==================================================================
"""

import inspect
import time

import numpy as np

from mnist_helpers import environment, models, numpy_cnn
from mnist_helpers.data import IMAGE_SIZE
from mnist_helpers.notation import parse
from mnist_helpers.numpy_cnn import fast

THREADS = 2  # shares of a batch; with another number a run ends with other weights
SCHEDULES = {"constant": lambda rate: lambda progress: rate, "one_cycle": numpy_cnn.one_cycle}


def train(settings, seed, training, validation, test, probabilities):
    """Train as `trainer.train_with_keras` does; return the same three things.

    Raises
    ------
    ValueError
        As for `build`.
    """
    network, prepare = build(settings, seed)
    training, validation, test = (
        (prepare(images), labels) for images, labels in (training, validation, test)
    )
    optimizer = getattr(numpy_cnn, settings["optimizer"])(**settings["optimizer_options"])
    started, computed = time.perf_counter(), time.process_time()
    history = network.fit(
        *training,
        optimizer,
        epochs=settings["epochs"],
        batch_size=settings["batch_size"],
        schedule=SCHEDULES[settings["schedule"]](settings["learning_rate"]),
        validation_data=validation,
        verbose=0,
    )
    seconds, cpu_seconds = time.perf_counter() - started, time.process_time() - computed
    test_loss, test_accuracy = network.evaluate(*test)
    row = {
        "test_loss": round(test_loss, 6),
        "test_accuracy": round(test_accuracy, 6),
        "seconds": round(seconds, 1),
        "cpu_seconds": round(cpu_seconds, 1),
        "parameters": network.parameter_count,
        "multiply_adds": sum(
            layer.multiply_adds for layer in parse(settings["network"], network.input_shape)
        ),
        "backend": "numpy",
        "device": f"cpu, {environment.describe()['hardware']}, threads: {THREADS}",
    }
    return history, row, network.predict(test[0]) if probabilities else None


def build(settings, seed):
    """Build the network of some settings, and what makes images ready for it.

    Parameters
    ----------
    settings : dict
        Complete, as `definition.load` returns them.
    seed : int

    Returns
    -------
    network : numpy_cnn.Network
    prepare : function
        From float32 images of shape (count, 28, 28, 1), 0 to 1, to what the network reads.

    Raises
    ------
    ValueError
        If a setting asks for what the NumPy network does not have.

    Examples
    --------
    >>> from mnist_helpers.experiments.definition import DEFAULTS
    >>> settings = DEFAULTS | {"network_options": {"library": "numpy", "margin": 2}}
    >>> network, prepare = build(settings, seed=0)
    >>> prepare(np.ones((5, 28, 28, 1), np.float32)).shape
    (5, 24, 24, 1)
    """
    options = dict(settings["network_options"])
    del options["library"]
    pool_first, margin = options.pop("pool_first", False), options.pop("margin", 0)
    standardise = options.pop("standardise", False)
    optimizer = getattr(numpy_cnn, settings["optimizer"], None)
    known = inspect.signature(optimizer).parameters if optimizer else ()
    lacking = [
        *sorted(options),
        *["augmentation"] * (settings["augmentation"] is not None),
        *[settings["schedule"]] * (settings["schedule"] not in SCHEDULES),
        *[settings["optimizer"]] * (optimizer is None),
        *sorted(set(settings["optimizer_options"]) - set(known)),
    ]
    if lacking:
        raise ValueError(f"the NumPy network trains without {lacking[0]!r}")
    network = models.numpy_from_notation(
        settings["network"], pool_first, margin, seed=seed, threads=THREADS
    )

    def prepare(images):
        images = images[:, margin : IMAGE_SIZE - margin, margin : IMAGE_SIZE - margin]
        if standardise:
            images = (images - np.float32(fast.MEAN)) / np.float32(fast.DEVIATION)
        return np.ascontiguousarray(images)

    return network, prepare
