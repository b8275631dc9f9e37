"""The recorded runs: one row each, in a CSV file beside the experiments."""

import csv
import io
import json
import os
import zipfile
import zlib

import numpy as np

from mnist_helpers.experiments import definition
from mnist_helpers.storage import write_beside

COLUMNS = {
    "variant": str,
    "seed": int,
    "settings": json.loads,
    "epochs": int,
    "training_images": int,
    "training_losses": json.loads,
    "validation_losses": json.loads,
    "validation_accuracies": json.loads,
    "validation_loss": float,
    "validation_accuracy": float,
    "test_loss": float,
    "test_accuracy": float,
    "seconds": float,
    "cpu_seconds": float,
    "parameters": int,
    "multiply_adds": int,
    "backend": str,
    "device": str,
    "versions": json.loads,
    "commit": str,
}


def path_of(name, folder=definition.EXPERIMENTS):
    """Return the path of an experiment's results.

    Examples
    --------
    >>> path_of("optimizers").name
    'optimizers.csv'
    """
    return folder / "results" / f"{name}.csv"


def read(name, folder=definition.EXPERIMENTS):
    """Read the recorded runs of an experiment.

    A last line without its end, which a run that was killed while it wrote leaves behind, counts
    as not written.

    Parameters
    ----------
    name : str
        Of the experiment.
    folder : Path
        By default the book's ``experiments/``.

    Returns
    -------
    list of dict
        One a run, with the keys of `COLUMNS`, in the order in which they were recorded; empty if
        none was.

    Raises
    ------
    ValueError
        If a line is not what `append` writes, or does not belong to the experiment as it is now.

    Examples
    --------
    >>> rows = read("optimizer_sweep")
    >>> all(0 <= row["test_accuracy"] <= 1 for row in rows)
    True
    """
    path, experiment = path_of(name, folder), definition.load(name, folder)
    if not path.exists():
        return []
    try:
        text = path.read_text("utf-8")
        if "\n" not in text:
            return []
        header, *lines = csv.reader(io.StringIO(text[: text.rfind("\n") + 1]))
    except (UnicodeDecodeError, csv.Error) as error:
        raise ValueError(f"{path.name} is damaged: {error}") from error
    if header != list(COLUMNS):
        wrong = sorted(set(header) ^ set(COLUMNS)) or "in another order"
        raise ValueError(f"the columns of {path.name} are not those expected: {wrong}")
    rows, seen = [], set()
    for number, line in enumerate(lines, start=2):
        where = f"line {number} of {path.name}"
        row = parse(line, where)
        run = row["variant"], row["seed"]
        if run not in experiment.runs:
            raise ValueError(f"{where} is of {run}, which the experiment does not have")
        if row["settings"] != experiment.variants[row["variant"]]:
            raise ValueError(
                f"{where} was recorded with other settings than {run} has now; "
                "delete the line, or undo the change"
            )
        if run in seen:
            raise ValueError(f"{where} is of {run}, which was recorded before")
        seen.add(run)
        rows.append(row)
    return rows


def parse(line, where):
    """Turn the cells of a line into a row, or say in one sentence what is wrong with them."""
    if len(line) != len(COLUMNS):
        raise ValueError(f"{where} has {len(line)} cells; expected {len(COLUMNS)}")
    row = {}
    for (column, kind), cell in zip(COLUMNS.items(), line, strict=True):
        try:
            row[column] = kind(cell)
        except ValueError:
            raise ValueError(f"{where} has {cell!r} as its {column}") from None
    for metric in ("validation_accuracy", "test_accuracy"):
        if not 0 <= row[metric] <= 1:
            raise ValueError(f"{where} has a {metric} of {row[metric]}; expected 0 to 1")
    return row


def append(name, row, folder=definition.EXPERIMENTS):
    """Add a row, on the disk when this returns; a half-written line before it is cut off."""
    path = path_of(name, folder)
    path.parent.mkdir(exist_ok=True)
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    cells = [
        json.dumps(row[column]) if kind is json.loads else row[column]
        for column, kind in COLUMNS.items()
    ]
    with open(path, "a+b") as file:
        file.seek(0)
        written = file.read()
        file.truncate(written.rfind(b"\n") + 1)
        if b"\n" not in written:
            writer.writerow(COLUMNS)
        writer.writerow(cells)
        file.write(buffer.getvalue().encode())
        file.flush()
        os.fsync(file.fileno())


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
    kept = {
        f"{variant} {seed}": of_run
        for (variant, seed), of_run in probabilities_of(name, folder).items()
    }
    kept["{} {}".format(*run)] = probabilities
    path = path_of(name, folder).with_suffix(".npz")
    path.parent.mkdir(exist_ok=True)
    with write_beside(path) as temporary:
        np.savez_compressed(
            temporary, **{key: of_run.astype(np.float16) for key, of_run in kept.items()}
        )


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
    """List the runs (variant, seed) that are not recorded yet."""
    done = {(row["variant"], row["seed"]) for row in read(experiment.name, folder)}
    return [run for run in experiment.runs if run not in done]


def by_variant(rows, metric):
    """Gather a metric of the recorded runs by variant.

    Parameters
    ----------
    rows : list of dict
        As `read` returns them.
    metric : str
        One of `COLUMNS`.

    Returns
    -------
    dict of str to ndarray, shape (seeds,)
        In the order of the seeds, so that equal places of two variants share a seed.

    Raises
    ------
    ValueError
        If two variants have equally many runs, but of different seeds.

    Examples
    --------
    >>> rows = [{"variant": "a", "seed": 1, "epochs": 5}, {"variant": "a", "seed": 0, "epochs": 4}]
    >>> by_variant(rows, "epochs")
    {'a': array([4, 5])}
    """
    gathered, seeds = {}, {}
    for row in sorted(rows, key=lambda row: row["seed"]):
        gathered.setdefault(row["variant"], []).append(row[metric])
        seeds.setdefault(row["variant"], []).append(row["seed"])
    of_count = {}
    for variant, own in seeds.items():
        other = of_count.setdefault(len(own), variant)
        if own != seeds[other]:
            raise ValueError(
                f"{variant!r} was recorded with the seeds {own} and {other!r} with {seeds[other]}; "
                "expected the same: run the experiment to its end"
            )
    return {variant: np.array(values) for variant, values in gathered.items()}
