"""The recorded runs: one row each, in a CSV file beside the experiments.

A column that is added later stands in `LATER`; old files are read without it. Whoever writes holds
the file's lock, so that two runners, or a runner and an author's script, lose nothing.
"""

import csv
import io
import json
import os

import numpy as np
from filelock import FileLock

from mnist_helpers.experiments import definition
from mnist_helpers.storage import write_beside
from mnist_helpers.training.settings import complete

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
    "measures": json.loads,  # of a task: name to number or list
    "machine": json.loads,  # last: a line that was cut off ends in no JSON, and is known by it
}
# What rows recorded before a column was added are read with: nothing is known.
LATER = {"measures": {}, "machine": {}}


def path_of(name, folder=definition.EXPERIMENTS):
    """Return the path of an experiment's results.

    Examples
    --------
    >>> path_of("optimizers").name
    'optimizers.csv'
    """
    return folder / "results" / f"{name}.csv"


def lock(name, folder=definition.EXPERIMENTS):
    """Return the lock that whoever writes an experiment's results must hold."""
    path = path_of(name, folder)
    path.parent.mkdir(exist_ok=True)
    return FileLock(path.with_suffix(".lock"))


def read(name, folder=definition.EXPERIMENTS):
    """Read the recorded runs of an experiment.

    A last line that is not whole, which a run that was killed while it wrote leaves behind, counts
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
        none was. Settings that were added since have their defaults.

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
    header, lines, whole = read_lines(path)
    rows, seen = [], set()
    for number, line in enumerate(lines, start=2):
        where = f"line {number} of {path.name}"
        try:
            row = parse(header, line, where)
        except ValueError:
            if number == len(lines) + 1 and not whole:
                break
            raise
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


def read_lines(path):
    """Return the header of a file of results, its lines, and whether the last one has an end."""
    if not path.exists():
        return list(COLUMNS), [], True
    try:
        text = path.read_text("utf-8-sig")  # an editor may have put a mark at the start
        if "\n" not in text:  # not even the header
            return list(COLUMNS), [], True
        header, *lines = csv.reader(io.StringIO(text))
    except (UnicodeDecodeError, csv.Error) as error:
        raise ValueError(f"{path.name} is damaged: {error}") from error
    wrong = set(header) ^ set(COLUMNS)
    if len(header) != len(set(header)) or wrong & set(header) or wrong - set(LATER):
        raise ValueError(
            f"the columns of {path.name} are not those expected: {sorted(wrong) or 'one is twice'}"
        )
    return header, lines, text.endswith("\n")


def parse(header, line, where):
    """Turn the cells of a line into a row, or say in one sentence what is wrong with them."""
    if len(line) != len(header):
        raise ValueError(f"{where} has {len(line)} cells; expected {len(header)}")
    cells = dict(zip(header, line, strict=True))
    row = {}
    for column, kind in COLUMNS.items():
        try:
            row[column] = kind(cells[column]) if cells.get(column) else LATER[column]
        except (ValueError, KeyError):
            raise ValueError(f"{where} has {cells[column][:50]!r} as its {column}") from None
    for metric in ("validation_accuracy", "test_accuracy"):
        if not 0 <= row[metric] <= 1:
            raise ValueError(f"{where} has a {metric} of {row[metric]}; expected 0 to 1")
    try:
        row["settings"] = complete(row["settings"])
    except ValueError as error:
        raise ValueError(f"{where} has {error}") from None
    return row


def append(name, row, folder=definition.EXPERIMENTS):
    """Add a row, on the disk when this returns.

    What was cut off before it is removed; a line that merely lacks its end is given one, and a file
    that lacks a column gets it.
    """
    path = path_of(name, folder)
    cells = [
        json.dumps(row[column]) if kind is json.loads else row[column]
        for column, kind in COLUMNS.items()
    ]
    with lock(name, folder):
        header, lines, whole = read_lines(path)
        if lines and not whole:
            try:
                parse(header, lines[-1], "")
            except ValueError:
                del lines[-1]
        if header != list(COLUMNS) or not lines or not whole:
            known = [dict(zip(header, line, strict=True)) for line in lines]
            with write_beside(path) as temporary, open(temporary, "w", newline="") as file:
                writer = csv.DictWriter(file, COLUMNS, restval="", lineterminator="\n")
                writer.writeheader()
                writer.writerows(known)
        with open(path, "a", encoding="utf-8", newline="") as file:
            csv.writer(file, lineterminator="\n").writerow(cells)
            file.flush()
            os.fsync(file.fileno())


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
