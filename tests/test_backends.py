"""What the book says of other backends of Keras, tried where these are installed."""

import importlib.util
import json
import os
import re
import subprocess
import sys

import pytest

# A few images by the experiments' own trainer: how far do these networks get?
TRAINING = """
import json
from mnist_helpers.training import settings, trainer

for changed in json.loads(input()):
    wanted = settings.complete({"training_images": 2560, "epochs": 2} | changed)
    row, probabilities, _ = trainer.train(wanted, seed=1, keep=("probabilities",))
    assert abs(probabilities.sum(axis=1) - 1).max() < 1e-4
    print(json.dumps({name: row[name] for name in ("backend", "device", "test_accuracy")}))
"""
# What the ensembles are trained with: moved images, batch normalisation, an average of the weights.
AS_ENSEMBLES = {
    "network": "8C5S2same-B-16C3-B-P2-D.3",
    "optimizer": "AdamW",
    "optimizer_options": {"weight_decay": 0.004, "use_ema": True, "ema_momentum": 0.8},
    "learning_rate": 0.004,
    "schedule": "one_cycle",
    "augmentation": {"rotation": 15, "zoom": 0.15, "shift": 0.1},
}
GRADIENT = """
import keras
from mnist_helpers.inspection import gradients

print(keras.ops.convert_to_numpy(gradients.gradient(lambda x: keras.ops.sum(x**2), [1.0, 3.0])))
"""


def run(program, backend, given=""):
    """Run a program with one of Keras's backends, in a process of its own; give what it prints."""
    if importlib.util.find_spec(backend) is None:
        pytest.skip(f"{backend} is not installed")
    result = subprocess.run(
        [sys.executable, "-c", program],
        env=os.environ | {"KERAS_BACKEND": backend},
        input=given,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert result.returncode == 0, result.stderr[-3000:]
    return result.stdout


@pytest.mark.parametrize("backend", ["jax", "torch"])
def test_the_experiments_train_on_other_backends(backend):
    printed = run(TRAINING, backend, json.dumps([{}, AS_ENSEMBLES]))
    rows = [json.loads(line) for line in printed.splitlines()]
    assert len(rows) == 2
    for row in rows:
        assert row["backend"] == backend
        assert re.match(r"(cpu|gpu|cuda|tpu|mps):\d", row["device"])
        assert 0.5 < row["test_accuracy"] < 1


def test_gradients_by_the_images_in_jax():
    assert run(GRADIENT, "jax") == "[2. 6.]\n"
