"""Fixtures that several test files share."""

import os
import sys
import warnings
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "book"))
import preview


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


@pytest.fixture(scope="session")
def browser():
    """Start the browser of this machine; without one, skip, or fail if REQUIRE_BROWSER is set."""
    try:
        with preview.browser() as started:
            yield started
    except FileNotFoundError as error:
        if os.environ.get("REQUIRE_BROWSER"):
            pytest.fail(str(error))
        warnings.warn(pytest.PytestWarning(f"{error}: the site is NOT tested"), stacklevel=1)
        pytest.skip(str(error))
