"""How long the book takes to build, and all of its chapters to run.

- ``book_build_s``: from the stored outputs to the pages.
- ``reexecution_min``: the sum of what the last full run of each chapter left in its stamp.
"""

import subprocess
import sys
import tempfile
import time
from pathlib import Path

import nbformat

ROOT = Path(__file__).resolve().parents[1]
TARGETS = {"book_build_s": ("s", 40, "lower"), "reexecution_min": ("min", 30, "lower")}
BUILDS = 3


def measure(names=tuple(TARGETS)):
    """Measure some of the two.

    Returns a dict from name to the repeated measurements.
    """
    measured = {}
    if "book_build_s" in names:
        measured["book_build_s"] = [build() for _ in range(BUILDS)]
    if "reexecution_min" in names:
        stamps = (
            nbformat.read(path, as_version=4).metadata["ten_digits"]
            for path in (ROOT / "notebooks").glob("[0-9][0-9]_*.ipynb")
        )
        measured["reexecution_min"] = [sum(stamp["seconds"] for stamp in stamps) / 60]
    return measured


def build():
    """Build the book into a folder of its own; return the seconds."""
    with tempfile.TemporaryDirectory() as folder:
        started = time.perf_counter()
        command = [sys.executable, str(ROOT / "book" / "build.py"), folder]
        subprocess.run(command, check=True, capture_output=True)
        return time.perf_counter() - started
