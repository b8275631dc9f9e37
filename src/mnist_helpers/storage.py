"""Saving that loses nothing and loading that runs nothing.

``models/`` holds weights alone, and ``models/manifest.json`` what they are: network, SHA-256,
recipe, history, versions and hardware. A network is built in code (`mnist_helpers.models`), and
only then are weights, checked against the manifest, put into it.
"""

import contextlib
import hashlib
import json
import os
import tempfile
from pathlib import Path

import h5py
import numpy as np

from mnist_helpers.data import shortened

MODELS = Path(__file__).resolve().parents[2] / "models"
LARGEST_MANIFEST = 2**20  # bytes; the book's has four thousand


@contextlib.contextmanager
def write_beside(path):
    """Write a file so that it is either the old one or the new one, never half of either.

    The body writes to a temporary file in the same folder. When the body succeeds, the temporary
    file is forced to the disk and renamed to `path`; when it fails, `path` is left as it was.

    Parameters
    ----------
    path : str or Path
        The file to make or replace.

    Yields
    ------
    Path
        The temporary file, with the same suffixes as `path`.

    Examples
    --------
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     target = Path(folder, "note.txt")
    ...     with write_beside(target) as file:
    ...         _ = file.write_text("kept")
    ...     target.read_text()
    'kept'
    """
    path = Path(path)
    if not path.parent.is_dir():
        raise FileNotFoundError(f"cannot write {path}: the folder {path.parent} does not exist")
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=".writing-") as folder:
        temporary = Path(folder, path.name)
        yield temporary
        with temporary.open("rb+") as file:
            os.fsync(file.fileno())
        os.replace(temporary, path)


def sha256(path):
    """Compute the SHA-256 of a file, as 64 hexadecimal digits."""
    with Path(path).open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


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
        The file's SHA-256, for a manifest.

    Raises
    ------
    ValueError
        If the name ends otherwise.
    FileNotFoundError
        If the folder does not exist.
    """
    if not str(path).endswith(".weights.h5"):
        raise ValueError(f"weights are saved in {path}; expected a name that ends in .weights.h5")
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
        if item.chunks is not None:
            raise ValueError(f"{name} is stored in chunks; expected plain values, as Keras writes")

    with h5py.File(path) as file:
        file.visititems(check)


def read_manifest(folder=MODELS):
    """Read what the trained networks in a folder are.

    Parameters
    ----------
    folder : str or Path
        By default the book's ``models/``.

    Returns
    -------
    dict
        Name of the trained network to its record: ``network``, ``file``, ``sha256``, ``recipe``,
        ``history``, ``test``, ``seconds``, ``versions``, ``hardware``, ``date``.

    Raises
    ------
    FileNotFoundError
        If there is no manifest.
    ValueError
        If it is not JSON, a record lacks what loading needs, or names a file elsewhere.
    """
    path = Path(folder, "manifest.json")
    where = shortened(path)
    if not path.is_file():
        raise FileNotFoundError(f"{where} does not exist; expected the manifest of the networks")
    if path.stat().st_size > LARGEST_MANIFEST:
        raise ValueError(f"{where} is too large; expected at most {LARGEST_MANIFEST} bytes")
    try:
        manifest = json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, RecursionError) as error:
        raise ValueError(f"{where} is not JSON: {error}") from error
    if not isinstance(manifest, dict):
        raise ValueError(f"{where} holds a {type(manifest).__name__}; expected records by name")
    for name, record in manifest.items():
        record = record if isinstance(record, dict) else {}
        lacking = [
            key for key in ("network", "file", "sha256") if not isinstance(record.get(key), str)
        ]
        if lacking:
            raise ValueError(
                f"{where}: the record of {shortened(name, 40)!r} lacks {', '.join(lacking)}"
            )
        if Path(record["file"]).name != record["file"]:
            raise ValueError(
                f"{where}: the file of {shortened(name, 40)!r} is "
                f"{shortened(record['file'], 40)!r}; expected one beside it"
            )
    return manifest


def record_network(model, name, record, folder=MODELS):
    """Save a trained network's weights, and its record in the manifest.

    Parameters
    ----------
    model : keras.Model
        Trained; its ``name`` must be one of `mnist_helpers.models.NETWORKS`.
    name : str
        What the trained network is called.
    record : dict
        How it was made and what it reached: ``recipe``, ``history``, ``test`` and so on.
    folder : str or Path
        By default the book's ``models/``.

    Raises
    ------
    ValueError
        If the network is none of the book's, or `record` holds what JSON cannot. Nothing is then
        written.
    FileNotFoundError
        If the folder does not exist.
    """
    from mnist_helpers import models  # imports Keras, which takes seconds

    folder = Path(folder)
    if model.name not in models.NETWORKS:
        raise ValueError(
            f"the network is called {model.name!r}; expected one of {sorted(models.NETWORKS)}"
        )
    try:
        json.dumps(record)
    except (TypeError, ValueError) as error:
        raise ValueError(f"the record of {name!r} cannot be written as JSON: {error}") from error
    manifest = read_manifest(folder) if (folder / "manifest.json").exists() else {}
    file = f"{name}.weights.h5"
    checksum = save_weights(model, folder / file)
    manifest[name] = {**record, "network": model.name, "file": file, "sha256": checksum}
    with write_beside(folder / "manifest.json") as temporary:
        temporary.write_text(
            json.dumps(dict(sorted(manifest.items())), indent=1) + "\n", encoding="utf-8"
        )


def load_network(name, folder=MODELS):
    """Build a trained network of the book in code, and load its checked weights.

    Parameters
    ----------
    name : str
        A name in the manifest, for instance ``"post_cnn"``.
    folder : str or Path
        By default the book's ``models/``.

    Returns
    -------
    keras.Model
        Uncompiled, with the trained weights.

    Raises
    ------
    FileNotFoundError
        If the manifest or the weights are missing.
    ValueError
        If the name is not in the manifest, or the weights are damaged.

    Examples
    --------
    >>> load_network("post_cnn").output_shape
    (None, 10)
    """
    from mnist_helpers import models  # imports Keras, which takes seconds

    manifest = read_manifest(folder)
    if name not in manifest:
        raise ValueError(f"there is no trained network {name!r}; expected one of {list(manifest)}")
    record = manifest[name]
    model = models.build(record["network"])
    load_weights(model, Path(folder, record["file"]), record["sha256"])
    return model
