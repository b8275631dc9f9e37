"""The recorded runs: one row each, in a CSV file beside the experiments.

A column that is added later stands in `LATER`; old files are read without it. Whoever writes holds
the file's lock, so that two runners, or a runner and an author's script, lose nothing.

A training whose loss stopped being a number is a result, too: its ``outcome`` is "diverged", and
its four metrics are NaN, so that no mean takes it for a success.
"""

import csv
import io
import json
import math
import os
import warnings

import numpy as np
from filelock import FileLock

from mnist_helpers.data import shortened
from mnist_helpers.experiments import definition
from mnist_helpers.storage import write_beside
from mnist_helpers.training.settings import complete

# dict and list stand for JSON, the second with numbers and null.
COLUMNS = {
    "variant": str,
    "seed": int,
    "settings": dict,
    "epochs": int,
    "training_images": int,
    "training_losses": list,
    "validation_losses": list,
    "validation_accuracies": list,
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
    "versions": dict,
    "commit": str,
    "measures": dict,  # of a task: name to number or list
    "outcome": str,  # "trained" or "diverged"
    "machine": dict,  # last: a line that was cut off ends in no JSON, and is known by it
}
# What rows recorded before a column was added are read with: nothing is known.
LATER = {"machine": {}, "measures": {}, "outcome": "trained"}
LARGEST = 2**27  # bytes; a row has about 1,500
METRICS = ("validation_loss", "validation_accuracy", "test_loss", "test_accuracy")


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
            raise ValueError(
                f"{where} is of {shortened(run, 80)}, which the experiment does not have"
            )
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
    if path.stat().st_size > LARGEST:
        raise ValueError(f"{path.name} has {path.stat().st_size} bytes; expected at most {LARGEST}")
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
            f"the columns of {path.name} are not those expected: "
            f"{shortened(sorted(wrong)) if wrong else 'one is twice'}"
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
            row[column] = _decode(kind, cells[column]) if cells.get(column) else LATER[column]
        except (ValueError, KeyError, RecursionError):
            raise ValueError(f"{where} has {cells[column][:50]!r} as its {column}") from None
    if row["outcome"] not in ("trained", "diverged"):
        raise ValueError(f"{where} has the outcome {row['outcome'][:50]!r}; expected 'trained'")
    for metric in METRICS:
        most, is_number = 1 if "accuracy" in metric else math.inf, row["outcome"] == "trained"
        if is_number != (0 <= row[metric] <= most and row[metric] < math.inf):
            expected = f"0 to {most}" if is_number else "nan, as the training diverged"
            raise ValueError(f"{where} has a {metric} of {row[metric]}; expected {expected}")
    if row["outcome"] == "trained" and None in row["training_losses"] + row["validation_losses"]:
        raise ValueError(f"{where} has a loss that is no number; expected the outcome 'diverged'")
    try:
        row["settings"] = complete(row["settings"])
    except ValueError as error:
        raise ValueError(f"{where} has {error}") from None
    return row


def _decode(kind, cell):
    """Read a cell as what its column holds."""
    if kind not in (dict, list):
        return kind(cell)
    value = json.loads(cell)
    if not isinstance(value, kind):
        raise ValueError("it holds something else")
    if kind is list and not all(isinstance(one, int | float | None) for one in value):
        raise ValueError("it holds more than numbers")
    return value


def append(name, row, folder=definition.EXPERIMENTS):
    """Add a row, on the disk when this returns.

    What was cut off before it is removed; a line that merely lacks its end is given one, and a file
    that lacks a column gets it. A row that `read` would refuse is refused: a loss that is no number
    is not recorded as a success.
    """
    path = path_of(name, folder)
    cells = [
        json.dumps(row[column]) if kind in (dict, list) else row[column]
        for column, kind in COLUMNS.items()
    ]
    parse(list(COLUMNS), list(map(str, cells)), f"the row of {row['variant']!r} {row['seed']}")
    with lock(name, folder):
        if not _is_whole(path):
            header, lines, whole = read_lines(path)
            if lines and not whole:
                try:
                    parse(header, lines[-1], "")
                except ValueError:
                    del lines[-1]
            known = [dict(zip(header, line, strict=True)) for line in lines]
            with write_beside(path) as temporary, open(temporary, "w", newline="") as file:
                writer = csv.DictWriter(file, COLUMNS, restval="", lineterminator="\n")
                writer.writeheader()
                writer.writerows(known)
        with open(path, "a", encoding="utf-8", newline="") as file:
            csv.writer(file, lineterminator="\n").writerow(cells)
            file.flush()
            os.fsync(file.fileno())


def _is_whole(path):
    """Tell by its two ends whether a line fits behind a file: of 10,000, none is read for it."""
    if not path.exists() or not 0 < path.stat().st_size <= LARGEST:
        return False
    header = (",".join(COLUMNS) + "\n").encode()
    with open(path, "rb") as file:
        begins = file.read(len(header)) == header
        file.seek(-1, os.SEEK_END)
        return begins and file.read() == b"\n"


def diverged(rows):
    """Name the runs among some rows that diverged.

    Examples
    --------
    >>> diverged([{"variant": "fast", "seed": 1, "outcome": "diverged"}])
    ['fast, seed 1']
    """
    return [
        f"{row['variant']}, seed {row['seed']}" for row in rows if row.get("outcome") == "diverged"
    ]


def best_settings(name, start, folder=definition.EXPERIMENTS):
    """Return the settings that did best on the validation set, of variants whose names begin so.

    Refused with a ValueError if there are none, or not all have been run.

    Examples
    --------
    >>> best_settings("optimizer_sweep", "SGD at ")["optimizer"]
    'SGD'
    """
    candidates = {each for each in definition.load(name, folder).variants if each.startswith(start)}
    rows = [row for row in read(name, folder) if row["variant"] in candidates]
    if not rows or {row["variant"] for row in rows} < candidates:
        raise ValueError(f"{name} is not complete for {start!r}; expected it to be run first")
    trained = [row for row in rows if row["outcome"] == "trained"]
    return max(trained, key=lambda row: row["validation_accuracy"])["settings"]


def by_variant(rows, metric):
    """Gather a metric of the recorded runs by variant; a warning names those that diverged.

    Parameters
    ----------
    rows : list of dict
        As `read` returns them.
    metric : str
        One of `COLUMNS`.

    Returns
    -------
    dict of str to ndarray, shape (seeds,)
        In the order of the seeds, so that equal places of two variants share a seed; without runs
        that diverged. Refused if two variants have equally many runs, but of different seeds.

    Examples
    --------
    >>> rows = [{"variant": "a", "seed": 1, "epochs": 5}, {"variant": "a", "seed": 0, "epochs": 4}]
    >>> by_variant(rows, "epochs")
    {'a': array([4, 5])}
    """
    gathered, seeds = {}, {}
    if left_out := diverged(rows):
        warnings.warn(f"left out, as they diverged: {', '.join(left_out)}", stacklevel=2)
        rows = [row for row in rows if row.get("outcome") != "diverged"]
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
