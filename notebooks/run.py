"""Run chapters in full, and stamp each with what its outputs depend on.

    python notebooks/run.py              runs every chapter
    python notebooks/run.py 03 05        runs these
    python notebooks/run.py --stale      lists the chapters whose stored outputs are out of date
    python notebooks/run.py --table      prints the run times as a Markdown table

A chapter's file is replaced only when its run has succeeded, and when neither it nor anything that
it depends on was changed meanwhile; any other run is kept under notebooks/_output/. The stamp, in
the notebook's metadata, holds the hashes of `stamps.dependencies`, with versions, hardware, date
and duration.
"""

import argparse
import datetime
import os
import sys
import time
from pathlib import Path

import nbformat
import papermill
from filelock import FileLock, Timeout
from jupyter_client.kernelspec import get_kernel_spec
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from tqdm import tqdm

import stamps
from mnist_helpers import environment
from mnist_helpers.storage import write_beside

NOTEBOOKS = Path(__file__).resolve().parent
OUTPUT = (
    NOTEBOOKS / "_output"
)  # git-ignored: what chapters write, and runs that were not stored
LIMIT = (
    3600  # seconds that a cell may take; the longest, in chapter 03, took 900
)


class NotStored(Exception):
    """Why the run of a chapter did not replace its file, in a sentence."""


def chapters(only=()):
    """List the chapters' files, all of them or those whose name begins with one of `only`."""
    found = sorted(NOTEBOOKS.glob("[0-9][0-9]_*.ipynb"))
    for prefix in only:
        if not any(path.name.startswith(prefix) for path in found):
            numbers = ", ".join(path.name[:2] for path in found)
            raise ValueError(
                f"there is no chapter {prefix!r}; expected some of {numbers}"
            )
    return [
        path for path in found if not only or path.name.startswith(tuple(only))
    ]


def run(path, limit=LIMIT):
    """Run one chapter in full, and replace its file if that succeeds; else keep the run aside.

    Parameters
    ----------
    path : Path
    limit : float
        Seconds that one cell may take.

    Returns
    -------
    float
        The duration in seconds.

    Raises
    ------
    NotStored
        If the run failed or is out of date, or another one is going on. The chapter's file is
        then as its author saved it.
    """
    try:
        OUTPUT.mkdir(exist_ok=True)
        with FileLock(OUTPUT / f"{path.stem}.lock", timeout=0):
            return _run(path, limit)
    except Timeout:
        raise NotStored(
            f"{path.name} was not run: another run of it is going on"
        ) from None
    except (nbformat.reader.NotJSONError, UnicodeDecodeError):
        raise NotStored(f"{path.name} was not run: it is no notebook") from None
    except CellTimeoutError:
        raise NotStored(
            f"{path.name} failed, and is unchanged: a cell took longer than {limit:g} s; "
            f"the run is kept in {OUTPUT / path.stem}.failed.ipynb"
        ) from None
    except (papermill.PapermillExecutionError, DeadKernelError) as error:
        raise NotStored(
            f"{path.name} failed, and is unchanged; "
            f"the run is kept in {OUTPUT / path.stem}.failed.ipynb\n{error}"
        ) from error
    except OSError as error:
        raise NotStored(
            f"{path.name} was not stored, and is unchanged: {error}"
        ) from error


def _run(path, limit):
    """Run a chapter that nobody else runs."""
    source = path.read_bytes()
    notebook = nbformat.reads(source.decode(), as_version=4)
    before = stamps.dependencies(notebook, stamps.data_files())
    log = OUTPUT / f"{path.stem}.opened.txt"
    aside = OUTPUT / f"{path.stem}.failed.ipynb"
    listener = (
        f"__import__('runpy').run_path({str(stamps.HERE / 'opened.py')!r})"
    )
    started = time.perf_counter()
    used = sum(os.times()[2:4])  # by kernels that have ended (0 on Windows)
    papermill.execute_notebook(
        notebook,
        aside,
        cwd=NOTEBOOKS,
        kernel_name="python3",
        execution_timeout=limit,
        progress_bar={"desc": path.stem, "unit": "cell", "leave": False},
        extra_arguments=[
            # TensorFlow's start-up messages, written below Python, are no results of a chapter.
            "--IPKernelApp.capture_fd_output=False",
            f"--IPKernelApp.exec_lines={listener}['listen']({str(log)!r})",
        ],
    )
    seconds = time.perf_counter() - started
    computed = sum(os.times()[2:4]) - used
    opened = map(
        stamps.data_file,
        log.read_text(encoding="utf-8", errors="replace").splitlines(),
    )
    log.unlink()
    notebook = _clean(nbformat.read(aside, as_version=4))
    after = stamps.dependencies(notebook, set(filter(None, opened)))
    notebook.metadata["ten_digits"] = {
        "hashes": after,
        "seconds": round(seconds, 1),
        "cpu_seconds": round(computed, 1),
        "date": datetime.date.today().isoformat(),
        **environment.describe(),
    }
    # All files were hashed before, whether the chapter would open them or not.
    names = after.keys() | {name for name in before if "/" not in name}
    changed = sorted(
        name for name in names if after.get(name) != before.get(name)
    )
    with write_beside(path) as temporary:
        temporary.write_text(
            nbformat.writes(notebook) + "\n", encoding="utf-8", newline="\n"
        )
        if path.read_bytes() != source:
            changed.insert(0, path.name)
        if changed:
            kept = OUTPUT / f"{path.stem}.outdated.ipynb"
            os.replace(aside, kept)
            raise NotStored(
                f"{path.name} was not stored, for {', '.join(changed)} changed while it ran; "
                f"the run is kept in {kept}"
            )
    aside.unlink()
    return seconds


def _clean(notebook):
    """Remove what papermill notes, and name the kernel as JupyterLab does when it opens one."""
    notebook.metadata.pop("papermill", None)
    for cell in notebook.cells:
        for name in ("papermill", "execution", "exception"):
            cell.metadata.pop(name, None)
    kernel = get_kernel_spec("python3")
    notebook.metadata["kernelspec"] = {
        "display_name": kernel.display_name,
        "language": kernel.language,
        "name": "python3",
    }
    return notebook


def table():
    """Write the run times of all chapters, as stamped, as a Markdown table."""
    lines = ["| Chapter | Seconds | Date | Machine |", "|---|---:|---|---|"]
    total = 0.0
    for path in chapters():
        notebook = nbformat.read(path, as_version=4)
        stamp = notebook.metadata["ten_digits"]
        title = notebook.cells[0].source.splitlines()[0].lstrip("# ")
        total += stamp["seconds"]
        lines.append(
            f"| [{title}](../notebooks/{path.name}) | {stamp['seconds']:.0f} "
            f"| {stamp['date']} | {stamp['hardware']} |"
        )
    lines.append(f"| **All chapters** | **{total:.0f}** | | |")
    return "\n".join(lines)


def main():
    """Do what the command line asks."""
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="backslashreplace")  # no output stops a run
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "only", nargs="*", metavar="NN", help="chapters; all by default"
    )
    parser.add_argument(
        "--limit",
        type=float,
        default=LIMIT,
        metavar="SECONDS",
        help="that a cell may take",
    )
    parser.add_argument(
        "--stale",
        action="store_true",
        help="list chapters that are out of date",
    )
    parser.add_argument(
        "--table", action="store_true", help="print the run times"
    )
    arguments = parser.parse_args()
    try:
        paths = chapters(arguments.only)
    except ValueError as error:
        parser.error(str(error))
    if arguments.table:
        print(table())
    elif arguments.stale:
        for path in paths:
            if changed := stamps.stale(path):
                print(f"{path.name}: {', '.join(changed)}")
    else:
        failures = 0
        for path in (progress := tqdm(paths, desc="chapters", unit="chapter")):
            try:
                seconds = run(path, arguments.limit)
                progress.write(f"{path.name}: {seconds:.0f} s")
            except NotStored as error:
                failures += 1
                progress.write(str(error))
        sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
