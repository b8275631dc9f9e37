"""The weights of a network in a file."""

import os
from pathlib import Path

import numpy as np


def write_weights(path, weights):
    """Write named arrays to an ``.npz`` file: beside it, then renamed, so that none is lost.

    Parameters
    ----------
    path : str or Path
    weights : dict of str to ndarray

    Raises
    ------
    ValueError
        If a number is not finite; a file that is there stays as it was.
    """
    for name, array in weights.items():
        if not np.isfinite(array).all():
            raise ValueError(f"{name} holds NaN or infinity, which is nothing to keep.")
    path = Path(path)
    temporary = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        with open(temporary, "xb") as file:
            np.savez(file, **weights)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def read_weights(path, names):
    """Read the arrays that `write_weights` wrote under these names, in their order.

    Raises
    ------
    ValueError
        If the file is damaged, or holds others.
    """
    with open(path, "rb") as file:
        try:
            with np.load(file, allow_pickle=False) as stored:
                weights = {name: stored[name] for name in stored.files}
        except Exception as error:  # zipfile, zlib and NumPy have many
            raise ValueError(f"{path} is no undamaged file of weights ({error}).") from error
    if sorted(weights) != sorted(names):
        theirs, ours = ", ".join(weights), ", ".join(names)
        raise ValueError(f"{path} holds {theirs}, but this network has {ours}.")
    return [weights[name] for name in names]
