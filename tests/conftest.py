"""Fixtures that several test files share."""

from pathlib import Path

import pytest


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
