"""Fixtures that several test files share, and what keeps parallel runs in order."""

import os
from pathlib import Path

# TensorFlow writes start-up messages below Python, where no filter sees them; a notebook's kernel
# would take them for outputs.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
# Keras as it comes, whatever is set here; test_chapter.py and test_backends.py try other settings.
os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ["KERAS_HOME"] = str(Path(__file__).with_name("keras"))

import matplotlib
import matplotlib.pyplot as plt
import pytest

matplotlib.use("Agg")  # not by MPLBACKEND, which the notebooks' kernels would inherit

pytest_plugins = ["pytester"]


class NoFigureStaysOpen:
    """Close what a test or an example drew; matplotlib warns at more than 20 open figures."""

    def pytest_runtest_teardown(self):
        """Run after each test, wherever it stands."""
        plt.close("all")


def pytest_configure(config):
    """Reach the examples in src/, too, as the hooks of a conftest in tests/ do not."""
    config.pluginmanager.register(NoFigureStaysOpen())


@pytest.hookimpl(tryfirst=True)  # before xdist reads the marks
def pytest_collection_modifyitems(items):
    """Keep the cells of a notebook in one process: they share a kernel, and a folder to write."""
    for item in items:
        if item.path.suffix == ".ipynb":
            item.add_marker(pytest.mark.xdist_group(f"chapter_{item.path.stem}"))


@pytest.fixture(scope="session")
def root():
    """Give the folder of the repository."""
    return Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def mnist():
    """Give the embedded data: (x_train, y_train), (x_test, y_test); not to be changed."""
    from mnist_helpers import data

    arrays = data.load_data()
    for pair in arrays:
        for array in pair:
            array.flags.writeable = False
    return arrays


@pytest.fixture
def shown(monkeypatch):
    """Give the outputs of the figures that are shown, each a dict of MIME types."""
    from mnist_helpers.plots import figure

    bundles = []

    def display(bundle, metadata, raw):
        assert raw and metadata["image/png"]["width"] > 0
        bundles.append(bundle)

    monkeypatch.setattr(figure, "display", display)
    return bundles
