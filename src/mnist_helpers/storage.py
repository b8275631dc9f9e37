"""Saving that loses nothing and loading that runs nothing.

``models/`` holds weights alone, and ``models/manifest.json`` what they are: network, SHA-256,
recipe, history, versions and hardware. A network is built in code (`mnist_helpers.models`), and
only then are weights, checked against the manifest, put into it.
"""

import json
import zipfile
from pathlib import Path

import numpy as np
from filelock import FileLock

from mnist_helpers.data import shortened
from mnist_helpers.files import DAMAGE, keep, read_table, sha256, write_beside
from mnist_helpers.weights import load_weights, save_weights

MODELS = Path(__file__).resolve().parents[2] / "models"
LARGEST_MANIFEST = 2**20  # bytes; the book's has four thousand
LARGEST_PREDICTIONS = 2**24  # bytes; the book's have 120,128


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
        epochs = record.get("epochs", record)
        if not isinstance(epochs, dict) or not isinstance(epochs.get("sha256"), str):
            raise ValueError(f"{where}: the epochs of {shortened(name, 40)!r} are no file's")
        for file in (record["file"], epochs.get("file")):
            if not isinstance(file, str) or Path(file).name != file:
                raise ValueError(
                    f"{where}: the file of {shortened(name, 40)!r} is {shortened(file, 40)!r}; "
                    "expected one beside it"
                )
    return manifest


def record_network(model, name, record, folder=MODELS, predictions=None):
    """Save a trained network's weights, what it answered, and its record in the manifest.

    Weights and answers stand in files named by what is in them, beside those of before; renaming
    the manifest is what replaces one network by the other. Whoever stops before it leaves the old
    one, and files that no record names, which go at the next time.

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
    predictions : ndarray of uint8, shape (epochs, images), optional
        The class given to each test image after each epoch that was looked at.

    Raises
    ------
    ValueError
        If the network is none of the book's, its weights are not finite, or `record` holds what
        JSON cannot. Nothing is then written.
    FileNotFoundError
        If the folder does not exist.
    """
    from mnist_helpers import models  # imports Keras, which takes seconds

    if model.name not in models.NETWORKS:
        raise ValueError(
            f"the network is called {model.name!r}; expected one of {sorted(models.NETWORKS)}"
        )
    writers = {"weights.h5": lambda path: save_weights(model, path)}
    if predictions is not None:
        writers["epochs.npz"] = lambda path: np.savez_compressed(path, predictions=predictions)
    replace_record(name, record | {"network": model.name}, writers, folder)


def replace_record(name, record, writers, folder):
    """Write a record's files, each by a function that is given its path, then the record."""
    try:
        json.dumps(record, allow_nan=False)
    except (TypeError, ValueError) as error:
        raise ValueError(f"the record of {name!r} cannot be written as JSON: {error}") from error
    folder = Path(folder)
    path = folder / "manifest.json"
    if not folder.is_dir():
        raise FileNotFoundError(f"cannot record {name}: the folder {folder} does not exist")
    with FileLock(folder / ".manifest.lock"):
        manifest = read_manifest(folder) if path.exists() else {}
        before = _files_of(manifest.get(name))
        kept = {suffix: keep(folder, name, suffix, write) for suffix, write in writers.items()}
        manifest[name] = record | kept["weights.h5"]
        if "epochs.npz" in kept:
            manifest[name]["epochs"] = kept["epochs.npz"]
        with write_beside(path) as temporary:
            text = json.dumps(dict(sorted(manifest.items())), indent=1) + "\n"
            temporary.write_text(text, encoding="utf-8")
        named = set().union(*map(_files_of, manifest.values()))
        orphans = {file.name for file in folder.glob(f"{name}.{12 * '[0-9a-f]'}.*")}
        for file in (before | orphans) - named:
            (folder / file).unlink(missing_ok=True)


def _files_of(record):
    """Name the files that belong to a record of the manifest, or to none."""
    record = record or {}
    return {part["file"] for part in (record, record.get("epochs")) if part}


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

    def load(record):
        model = models.build(record["network"])
        load_weights(model, Path(folder, record["file"]), record["sha256"])
        return model

    return _of_record(name, folder, load)


def load_predictions(name, folder=MODELS):
    """Read which class a trained network gave to each test image after each epoch.

    Parameters
    ----------
    name : str
        A name in the manifest.
    folder : str or Path
        By default the book's ``models/``.

    Returns
    -------
    ndarray of uint8, shape (epochs, images)
        A single row where the epochs were not looked at one by one.

    Raises
    ------
    FileNotFoundError, ValueError
        As for `load_network`.

    Examples
    --------
    >>> load_predictions("post_cnn").shape
    (12, 10000)
    """

    def load(record):
        if "epochs" not in record:
            raise ValueError(f"the manifest names no predictions of {shortened(name, 40)!r}")
        return read_predictions(Path(folder, record["epochs"]["file"]), record["epochs"]["sha256"])

    return _of_record(name, folder, load)


def read_predictions(path, checksum):
    """Read a file of predictions, which unfolds to no more than `LARGEST_PREDICTIONS`.

    Parameters
    ----------
    path : Path
    checksum : str
        What the manifest says that its SHA-256 is.

    Returns
    -------
    ndarray of uint8, shape (epochs, images)

    Raises
    ------
    FileNotFoundError, ValueError
        If there is no such file, or it is another one, or holds something else.
    """
    if not path.is_file():
        raise FileNotFoundError(f"{shortened(path)} does not exist; expected predictions")
    if (size := path.stat().st_size) > LARGEST_PREDICTIONS:
        raise ValueError(
            f"{shortened(path)} has {size} bytes; expected at most {LARGEST_PREDICTIONS}"
        )
    if sha256(path) != checksum:
        raise ValueError(f"{shortened(path)} is damaged, or not the file of the manifest")
    try:
        with zipfile.ZipFile(path) as archive:
            if (names := archive.namelist()) != ["predictions.npy"]:
                raise ValueError(f"it holds {shortened(names, 60)}; expected predictions alone")
            return read_table(archive, archive.infolist()[0], LARGEST_PREDICTIONS, ("uint8",))
    except DAMAGE as error:
        raise ValueError(f"{shortened(path)} holds no predictions: {shortened(error)}") from error


def _of_record(name, folder, load):
    """Load what belongs to a record; once more if the record was replaced meanwhile."""
    record = None
    while True:
        manifest = read_manifest(folder)
        if name not in manifest:
            known = shortened(list(manifest))
            raise ValueError(f"there is no trained network {name!r}; expected one of {known}")
        before, record = record, manifest[name]
        try:
            return load(record)
        except FileNotFoundError:
            if record == before:
                raise
