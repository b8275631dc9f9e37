"""What holds for every test, wherever it stands: in tests/, in src/ or in a notebook."""

import os
from pathlib import Path

# TensorFlow writes start-up messages below Python, where no filter sees them; a notebook's kernel
# would take them for outputs.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
# TensorFlow's faster half, on where the processor would have it off, too: the same everywhere.
# `make processors` tries both.
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")
# Keras as it comes, whatever is set here; test_chapter.py and test_backends.py try other settings.
os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ["KERAS_HOME"] = str(Path(__file__).parent / "tests" / "keras")

import matplotlib
import matplotlib.pyplot as plt
import pytest

matplotlib.use("Agg")  # not by MPLBACKEND, which the notebooks' kernels would inherit

pytest_plugins = ["pytester"]
SOURCES = Path(__file__).parent / "src"
ONE_THREAD = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "TF_NUM_INTRAOP_THREADS")


def pytest_configure(config):
    """Let each of several processes, and the kernels of its notebooks, compute with one thread.

    Threads of two processes that share two cores wait for each other, and burn time while they do.
    """
    if config.getoption("numprocesses", None):  # before pytest-xdist starts them
        for name in ONE_THREAD:
            os.environ.setdefault(name, "1")


def pytest_runtest_teardown():
    """Close what a test or an example drew; matplotlib warns at more than 20 open figures."""
    plt.close("all")


@pytest.hookimpl(tryfirst=True)  # before xdist reads the marks
def pytest_collection_modifyitems(items):
    """Keep the cells of a notebook in one process: they share a kernel, and a folder to write.

    The package's examples, the shortest of all, come last, so that several processes end together.
    """
    for item in items:
        if item.path.suffix == ".ipynb":
            item.add_marker(pytest.mark.xdist_group(f"chapter_{item.path.stem}"))
    items.sort(key=lambda item: SOURCES in item.path.parents)
