"""The same trainings with the book's own network in NumPy."""

import inspect
import re

import numpy as np

from mnist_helpers import environment, numpy_cnn
from mnist_helpers.data import CLASSES, IMAGE_SIZE

THREADS = 2  # shares of a batch; with another number a run ends with other weights
PARTS = {
    r"(\d+)C(\d+)": numpy_cnn.Conv2D,
    r"P(\d+)": numpy_cnn.MaxPooling2D,
    r"D(0?\.\d+)": numpy_cnn.Dropout,
    r"(\d+)": numpy_cnn.Dense,
}
SCHEDULES = {"constant": lambda rate: lambda progress: rate, "one_cycle": numpy_cnn.one_cycle}


def train(settings, seed, training, validation):
    """Train as `trainer.train_with_keras` does; return the same four things.

    Raises
    ------
    ValueError
        As for `build`.
    """
    network = build(settings, seed)
    optimizer = getattr(numpy_cnn, settings["optimizer"])(**settings["optimizer_options"])
    history = network.fit(
        *training,
        optimizer,
        epochs=settings["epochs"],
        batch_size=settings["batch_size"],
        schedule=SCHEDULES[settings["schedule"]](settings["learning_rate"]),
        validation_data=validation,
        verbose=0,
    )
    more = {
        "parameters": network.parameter_count,
        "multiply_adds": sum(multiply_adds(network)),
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
    return from_notation(
        settings["network"],
        settings["pool_first"],
        settings["margin"],
        seed=seed,
        threads=THREADS,
    )


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
