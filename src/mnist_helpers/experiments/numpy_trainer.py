"""The same trainings with the book's own network in NumPy.

Variants ask for it among their ``network_options``:

========================= ==================================================================
``"library": "numpy"``    train with `mnist_helpers.numpy_cnn`
``"pool_first": True``    pooling before ReLU, as one layer with the convolution
``"standardise": True``   images with mean 0 and deviation 1
``"margin": 2``           rows and columns cut away at each side
========================= ==================================================================
"""

import inspect
import re
import time

import numpy as np

from mnist_helpers import environment, numpy_cnn
from mnist_helpers.data import CLASSES, IMAGE_SIZE
from mnist_helpers.numpy_cnn import fast

THREADS = 2  # shares of a batch; with another number a run ends with other weights
PARTS = {
    r"(\d+)C(\d+)": numpy_cnn.Conv2D,
    r"P(\d+)": numpy_cnn.MaxPooling2D,
    r"D(0?\.\d+)": numpy_cnn.Dropout,
    r"(\d+)": numpy_cnn.Dense,
}
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
        "multiply_adds": sum(multiply_adds(network)),
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
    network = from_notation(settings["network"], pool_first, margin, seed=seed, threads=THREADS)

    def prepare(images):
        images = images[:, margin : IMAGE_SIZE - margin, margin : IMAGE_SIZE - margin]
        if standardise:
            images = (images - np.float32(fast.MEAN)) / np.float32(fast.DEVIATION)
        return np.ascontiguousarray(images)

    return network, prepare


def from_notation(notation, pool_first=False, margin=0, **options):
    """Build a network from a line such as ``"24C5-P2-32C3-P2-256"``, as `models` does for Keras.

    Parameters
    ----------
    notation : str
        Of the parts that `mnist_helpers.models.from_notation` knows: convolutions (``24C5``), max
        pooling (``P2``), dropout (``D.25``) and dense layers (``256``).
    pool_first : bool
        Whether a pooling that follows a convolution comes before its ReLU, and the two are one
        layer, `numpy_cnn.PooledConv2D`.
    margin : int
        Rows and columns that the images lack at each side.
    **options
        Of `numpy_cnn.Network`.

    Returns
    -------
    numpy_cnn.Network

    Raises
    ------
    ValueError
        If a part of the notation is none of these.

    Examples
    --------
    >>> from_notation("24C5-P2-32C3-P2-256").parameter_count
    215194
    >>> from_notation("24C5-P2-32C3-P2-256", pool_first=True, margin=2).parameter_count
    141466
    """
    stack, flat = [], False
    for part in filter(None, [*notation.split("-"), str(CLASSES)]):
        found = [(re.fullmatch(pattern, part), layer) for pattern, layer in PARTS.items()]
        match, layer = next((pair for pair in found if pair[0]), (None, None))
        if match is None or (flat and part[0] == "P") or (flat and "C" in part):
            raise ValueError(
                f"{part!r} in the network {notation!r} is no layer that can stand there in NumPy; "
                "expected parts such as 32C3, P2, D.25 or 128"
            )
        numbers = [float(number) if "." in number else int(number) for number in match.groups()]
        if part.isdigit() and not flat:
            stack.append(numpy_cnn.Flatten())
            flat = True
        if layer is numpy_cnn.MaxPooling2D and pool_first and len(stack) > 1:
            before = stack[-2]
            if type(before) is numpy_cnn.Conv2D:  # and not one that pools already
                pooled = numpy_cnn.PooledConv2D(
                    before.filters, before.kernel_size, pool_size=numbers[0]
                )
                stack[-2:] = [pooled, numpy_cnn.ReLU()]
                continue
        stack.append(layer(*numbers))
        if layer in (numpy_cnn.Conv2D, numpy_cnn.Dense):
            stack.append(numpy_cnn.ReLU())
    side = IMAGE_SIZE - 2 * margin
    return numpy_cnn.Network(stack[:-1], input_shape=(side, side, 1), **options)


def multiply_adds(network):
    """Count the multiply-adds of each layer of a NumPy network, for one image.

    Examples
    --------
    >>> multiply_adds(from_notation("24C5-P2-32C3-P2-256", pool_first=True))
    [345600, 0, 691200, 0, 0, 204800, 0, 2560]
    """
    counts = []
    for layer in network.layers:
        *window, _ = layer.shapes.get("kernel", (0, 0))
        places = np.prod(layer.output_shape) * np.prod(getattr(layer, "pool_size", 1))
        counts.append(int(places * np.prod(window)))
    return counts
