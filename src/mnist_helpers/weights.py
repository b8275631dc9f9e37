"""Weights alone, in Keras's files of HDF5: saved without the optimizer, loaded all or none."""

from pathlib import Path

import h5py
import numpy as np

from mnist_helpers.data import shortened
from mnist_helpers.files import sha256, write_beside


def save_weights(model, path):
    """Save a network's weights, without the state of its optimizer, beside `path`, then rename.

    Parameters
    ----------
    model : keras.Model
        Built.
    path : str or Path
        Ends in ``.weights.h5``.

    Returns
    -------
    str
        The file's SHA-256.

    Raises
    ------
    ValueError
        If the name ends otherwise, or a weight is not finite.
    FileNotFoundError
        If the folder does not exist.
    """
    if not str(path).endswith(".weights.h5"):
        raise ValueError(f"weights are saved in {path}; expected a name that ends in .weights.h5")
    if not all(np.isfinite(array).all() for array in model.get_weights()):
        raise ValueError(f"the weights for {shortened(path)} are not finite: the training diverged")
    # Built anew, it has no optimizer, whose state would be saved, too.
    bare = type(model).from_config(model.get_config())
    bare.set_weights(model.get_weights())
    with write_beside(path) as temporary:
        bare.save_weights(temporary)
    return sha256(path)


def load_weights(model, path, expected_sha256):
    """Load weights into a network that was built in code, all of them or none.

    Parameters
    ----------
    model : keras.Model
        Built, with the same layers as the network whose weights were saved.
    path : str or Path
        Made by `save_weights`.
    expected_sha256 : str
        What the file's SHA-256 must be.

    Raises
    ------
    FileNotFoundError
        If the file does not exist.
    ValueError
        If the file is too large, its checksum differs, the weights do not fit the network, or one
        of them is not a finite number. The network is then as it was.
    """
    path = Path(path)
    if not path.is_file():
        raise FileNotFoundError(f"{shortened(path)} does not exist; expected saved weights")
    before = model.get_weights()
    size, most = path.stat().st_size, 2 * sum(array.nbytes for array in before) + 2**20
    if size > most:
        raise ValueError(f"{shortened(path)} has {size} bytes; expected at most {most}")
    found = sha256(path)
    if found != expected_sha256:
        raise ValueError(
            f"{shortened(path)} has the SHA-256 {found[:12]}…, the manifest says "
            f"{expected_sha256[:12]}…: the file is damaged or another one"
        )
    try:
        _check_layout(model, path)
        model.load_weights(path)
        if not all(np.isfinite(array).all() for array in model.get_weights()):
            raise ValueError("it holds values that are not finite")
    except BaseException as error:
        model.set_weights(before)
        if not isinstance(error, Exception):  # interrupted
            raise
        paragraphs = str(error).strip().split("\n\n")  # Keras: what failed, why, a list
        reason = " ".join(paragraphs[min(1, len(paragraphs) - 1)].split())[:200]
        raise ValueError(
            f"{shortened(path, 60)} does not fit the network {model.name}: {reason}"
        ) from error


def _check_layout(model, path):
    """Refuse undecoded what no variable left: Keras would take any numbers, of any size."""
    expected = {
        (tuple(variable.shape), "f" if "float" in variable.dtype else np.dtype(variable.dtype).kind)
        for variable in model.variables
    }

    def check(name, item):
        if not isinstance(item, h5py.Dataset):
            return
        if (item.shape, item.dtype.kind) not in expected:
            raise ValueError(
                f"{name} has type {item.dtype} and shape {item.shape}, as none of its variables has"
            )
        if item.external or item.is_virtual:
            raise ValueError(f"{name} is stored in other files; expected plain values")
        if item.chunks is not None:
            raise ValueError(f"{name} is stored in chunks; expected plain values, as Keras writes")

    with h5py.File(path) as file:
        file.visititems(check)
