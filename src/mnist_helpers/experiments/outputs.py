"""What the trained networks of an experiment say to the test images, and their weights.

Answers stand beside the rows, in half precision; weights under ``experiments/weights/``, which git
ignores.
"""

import zipfile
from pathlib import Path

import numpy as np

from mnist_helpers.data import shortened
from mnist_helpers.experiments import definition
from mnist_helpers.experiments.results import lock, path_of, read
from mnist_helpers.files import DAMAGE, read_table, write_beside

LARGEST = 2**22  # bytes of one network's answers; those to MNIST's test images take 200,128
FLOATS = ("float16", "float32", "float64")


def keep_probabilities(name, run, probabilities, folder=definition.EXPERIMENTS):
    """Record what a trained network says to the test images, beside the rows.

    Parameters
    ----------
    name : str
        Of the experiment.
    run : tuple of (str, int)
        Variant and seed.
    probabilities : ndarray, shape (images, classes)
        Rounded to half precision: what is below 3e-8 becomes 0.

    Raises
    ------
    ValueError
        If what is kept already cannot be read, or these are no probabilities.
    """
    if not (np.min(probabilities) >= 0 and np.max(probabilities) <= 1):
        raise ValueError(f"the answers of {run} are no probabilities; expected values from 0 to 1")
    with lock(name, folder):
        kept = probabilities_of(name, folder) | {run: probabilities}
        with write_beside(path_of(name, folder).with_suffix(".npz")) as temporary:
            np.savez_compressed(
                temporary,
                **{
                    f"{variant} {seed}": of_run.astype(np.float16)
                    for (variant, seed), of_run in kept.items()
                },
            )


def weights_path(name, run, folder=definition.EXPERIMENTS, kind="weights"):
    """Return where the weights of a run are kept, if its experiment asks for it."""
    return Path(folder, kind, name, "{} {}.npz".format(*run).replace("/", "∕"))


def checkpoint_path(name, run, folder=definition.EXPERIMENTS):
    """Return where the state of a run is kept until it is recorded; make the folder."""
    path = weights_path(name, run, folder, ".checkpoints")
    path.parent.mkdir(parents=True, exist_ok=True)
    return path


def keep_weights(name, run, weights, folder=definition.EXPERIMENTS):
    """Keep the weights of a trained network, compressed, where git ignores them."""
    path = weights_path(name, run, folder)
    path.parent.mkdir(parents=True, exist_ok=True)
    with write_beside(path) as temporary:
        np.savez_compressed(temporary, *weights)


def probabilities_of(name, folder=definition.EXPERIMENTS):
    """Read what the trained networks of an experiment say to the test images.

    Parameters
    ----------
    name : str
        Of the experiment.
    folder : Path
        By default the book's ``experiments/``.

    Returns
    -------
    dict of (str, int) to ndarray of float32, shape (images, classes)
        Variant and seed to probabilities, which were rounded to half precision.

    Raises
    ------
    ValueError
        If there is no such experiment, or the file is damaged or holds what does not belong to it.

    Examples
    --------
    >>> probabilities_of("ensemble")["member", 0].shape
    (10000, 10)
    """
    runs = {
        f"{variant} {seed}": (variant, seed) for variant, seed in definition.load(name, folder).runs
    }
    path = path_of(name, folder).with_suffix(".npz")
    if not path.exists():
        return {}
    try:
        with zipfile.ZipFile(path) as archive:
            members = {info.filename.removesuffix(".npy"): info for info in archive.infolist()}
            if unknown := sorted(set(members) - set(runs)):
                raise ValueError(
                    f"it holds {shortened(unknown[0], 80)!r}, which the experiment does not have"
                )
            found = {
                key: read_table(archive, info, LARGEST, FLOATS).astype(np.float32)
                for key, info in members.items()
            }
    except DAMAGE as error:
        raise ValueError(f"{path.name} is damaged: {shortened(error)}") from error
    return {runs[key]: of_run for key, of_run in found.items()}


def missing(experiment, folder=definition.EXPERIMENTS):
    """List the runs (variant, seed) that are not recorded yet.

    Raises
    ------
    ValueError
        If a run is recorded, but not the answers that belong to it.
    """
    rows = read(experiment.name, folder)
    done = {(row["variant"], row["seed"]) for row in rows}
    if "probabilities" in experiment.keeps:
        answered = {(row["variant"], row["seed"]) for row in rows if row["outcome"] == "trained"}
        lost = sorted(answered - set(probabilities_of(experiment.name, folder)))
        if lost:
            raise ValueError(
                f"the row of {lost[0]} is recorded, but its answers are not in "
                f"{experiment.name}.npz; restore that file, or delete the row"
            )
    return [run for run in experiment.runs if run not in done]
