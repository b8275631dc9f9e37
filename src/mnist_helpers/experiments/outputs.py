"""What the trained networks of an experiment say to the test images, and their weights.

Answers stand beside the rows, in half precision; weights under ``experiments/weights/``, which git
ignores.
"""

import zipfile
import zlib
from pathlib import Path

import numpy as np

from mnist_helpers.experiments import definition
from mnist_helpers.experiments.results import lock, path_of, read
from mnist_helpers.storage import write_beside


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


def weights_path(name, run, folder=definition.EXPERIMENTS):
    """Return where the weights of a run are kept, if its experiment asks for it."""
    return Path(folder, "weights", name, "{} {}.npz".format(*run).replace("/", "∕"))


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
        with open(path, "rb") as file, np.load(file) as kept:
            found = {key: kept[key].astype(np.float32) for key in kept}
    except (OSError, EOFError, ValueError, zipfile.BadZipFile, zlib.error) as error:
        raise ValueError(f"{path.name} is damaged: {error}") from error
    if unknown := sorted(set(found) - set(runs)):
        raise ValueError(f"{path.name} holds {unknown[0]!r}, which the experiment does not have")
    return {runs[key]: of_run for key, of_run in found.items()}


def missing(experiment, folder=definition.EXPERIMENTS):
    """List the runs (variant, seed) that are not recorded yet.

    Raises
    ------
    ValueError
        If a run is recorded, but not the answers that belong to it.
    """
    done = {(row["variant"], row["seed"]) for row in read(experiment.name, folder)}
    if "probabilities" in experiment.keeps:
        lost = sorted(done - set(probabilities_of(experiment.name, folder)))
        if lost:
            raise ValueError(
                f"the row of {lost[0]} is recorded, but its answers are not in "
                f"{experiment.name}.npz; restore that file, or delete the row"
            )
    return [run for run in experiment.runs if run not in done]
