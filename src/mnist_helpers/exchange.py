"""Networks that travel between the package and the digit pad's page, as safetensors files.

The file's metadata hold the line of notation and the activation, so that either side can build the
network; nothing in it can be run.
"""

from pathlib import Path

import numpy as np
import safetensors
import safetensors.numpy

from mnist_helpers import export, models
from mnist_helpers.data import shortened
from mnist_helpers.notation import parse

LARGEST = 2**20  # bytes; the book's network takes 630,000


def write_page_network(model, notation, path, activation="relu"):
    """Write a network as a file that the page reads: press "Read a file" there.

    Parameters
    ----------
    model : keras.Sequential
        As `models.from_notation` builds it from the same two.
    notation : str
        Of convolutions, max-pooling, dropout and dense layers; a convolution's batch
        normalisation is folded into it (``B`` behind it is left out of the file's line).
    path : str or Path
        Replaced only when the new file is complete.
    activation : str
        ``"relu"``, ``"tanh"`` or ``"sigmoid"``.

    Raises
    ------
    ValueError
        If the page has no such layer or activation, the model is another network, or a weight is
        not finite.
    """
    if activation not in export.FUNCTIONS:
        raise ValueError(
            f"activation is {activation!r}; expected one of {', '.join(export.FUNCTIONS)}"
        )
    described = parse(notation, activation=activation)
    found = [tuple(weight.shape) for weight in model.weights]
    expected = [
        tuple(weight.shape) for weight in models.from_notation(notation, activation).weights
    ]
    if found != expected:
        raise ValueError(
            f"the model has {len(found)} arrays of the shapes {shortened(str(found))}; "
            f"expected those of {notation!r}, {shortened(str(expected))}"
        )
    weights = export.fold_batch_norm(model, described)
    line = "-".join(part.replace("B", "") for part in notation.split("-") if part not in ("", "F"))
    export.export_safetensors(weights, path, {"notation": line, "activation": activation})


def read_page_network(path):
    """Read a network that the page saved.

    Parameters
    ----------
    path : str or Path

    Returns
    -------
    keras.Sequential
        Reads images of shape (batch, 28, 28, 1); returns probabilities of shape (batch, 10).

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    ValueError
        If the file is damaged, too large, or no network of the page.

    Examples
    --------
    >>> import tempfile
    >>> network = models.from_notation("8C5-P2", seed=0)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_page_network(network, "8C5-P2", Path(folder, "digits.safetensors"))
    ...     again = read_page_network(Path(folder, "digits.safetensors"))
    >>> bool(np.array_equal(network.get_weights()[0], again.get_weights()[0]))
    True
    """
    path, name = Path(path), shortened(Path(path))
    size = path.stat().st_size
    if size > LARGEST:
        raise ValueError(f"{name} has {size:,} bytes; expected at most {LARGEST:,}")
    try:
        with safetensors.safe_open(path, "numpy") as file:
            metadata = file.metadata() or {}
            arrays = {key: file.get_tensor(key) for key in file.keys()}  # noqa: SIM118
    except safetensors.SafetensorError as error:
        raise ValueError(f"{name} is no safetensors file, or cut off: {error}") from None
    notation, activation = metadata.get("notation"), metadata.get("activation")
    if notation is None or activation not in export.FUNCTIONS:
        raise ValueError(
            f"{name} does not say how its network is built; expected a notation and an activation, "
            f"got {shortened(str(metadata))}"
        )
    model = models.from_notation(notation, activation)
    names = [
        f"{layer.name}.{kind}"
        for layer in parse(notation, activation=activation)
        if layer.kind in ("convolution", "dense")
        for kind in ("kernel", "bias")
    ]
    expected = dict(zip(names, (tuple(weight.shape) for weight in model.weights), strict=True))
    found = {key: array.shape for key, array in arrays.items()}
    if found != expected:
        raise ValueError(
            f"{name} holds {shortened(str(found))}; expected for the network {notation!r} "
            f"{shortened(str(expected))}"
        )
    if not all(np.isfinite(array).all() for array in arrays.values()):
        raise ValueError(f"{name} holds weights that are not finite")
    model.set_weights([arrays[key] for key in names])
    return model
