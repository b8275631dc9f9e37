"""The cheat sheet's table, formulas and lines of Keras are those of the library."""

import re
import sys

import keras
import numpy as np
import pytest
from keras import layers

from mnist_helpers import models


@pytest.fixture
def sheet(root, monkeypatch):
    """Give the module that makes its numbers, and the page."""
    monkeypatch.setattr(sys, "path", [str(root / "book"), *sys.path])
    import cheat_sheet

    return cheat_sheet, (root / "book" / "cheat_sheet.md").read_text(encoding="utf-8")


def test_the_table_is_keras_own_count(sheet):
    module, _ = sheet
    model = models.post_cnn()
    *rows, together = module.table().splitlines()[2:]
    for row, layer in zip(rows, [*model.layers[:-1], model.layers[-1]], strict=True):
        name, shape, weights, _ = (cell.strip() for cell in row.strip("|").split("|"))
        assert shape.replace("\u00a0", " ") == " × ".join(map(str, layer.output.shape[1:])), name
        assert int(weights.replace(",", "") or 0) == layer.count_params(), name
    cost = sum(models.multiply_adds(model).values())
    assert together.endswith(f"| {model.count_params():,} | {cost:,} |")


@pytest.mark.parametrize(("width", "kernel", "step", "border"), [(28, 3, 1, 0), (11, 5, 2, 2)])
def test_the_width_and_weights_of_a_convolution(width, kernel, step, border):
    padded = width + 2 * border
    layer = layers.Conv2D(7, kernel, strides=step)
    written = layer(np.zeros((1, padded, padded, 3)))
    assert written.shape[1] == (width + 2 * border - kernel) // step + 1
    assert layer.count_params() == (kernel**2 * 3 + 1) * 7


def test_its_lines_of_keras_run(sheet, tmp_path, monkeypatch):
    _, page = sheet
    (lines,) = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    rng = np.random.default_rng(0)
    images, labels = rng.integers(0, 256, (256, 28, 28), "uint8"), rng.integers(0, 10, 256)
    monkeypatch.setattr(keras.datasets.mnist, "load_data", lambda: ((images, labels),) * 2)
    monkeypatch.chdir(tmp_path)
    names = {"keras": keras, "model": models.from_notation("P4")}
    exec(lines.replace("epochs=12", "epochs=1"), names)
    assert names["model"].predict(names["x"], verbose=0).shape == (256, 10)
    assert float(names["model"].optimizer.learning_rate) == 1.0
