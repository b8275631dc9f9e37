"""The NumPy network as an experiment trains it: the same as Keras's, and as `train_fast`."""

import ast
import inspect
import json

import numpy as np
import pytest
from checks import cases, refuses

from mnist_helpers import data
from mnist_helpers.experiments import definition, results
from mnist_helpers.numpy_cnn import fast
from mnist_helpers.training import numpy_trainer, trainer
from mnist_helpers.training.settings import DEFAULTS, complete

FAST = definition.load("ten_second_trials").variants["no margin, 2 epochs"]
SMALL = FAST | {"epochs": 1, "training_images": 512}


def test_the_experiment_trains_as_the_short_function_does(mnist):
    (pixels, labels), test = mnist
    (pixels, labels), _ = data.split_validation(pixels, labels)
    network = fast.train_fast(pixels[:512], labels[:512], epochs=1, seed=3)
    row, probabilities, _ = trainer.train(SMALL, 3, keep=("probabilities",))
    expected = network.predict(fast.prepare(test[0]))
    np.testing.assert_allclose(probabilities, expected, atol=1e-3)
    assert row["parameters"] == network.parameter_count
    assert row["multiply_adds"] == 20**2 * 24 * 25 + 8**2 * 32 * 24 * 9 + 512 * 256 + 256 * 10
    accuracy = (probabilities.argmax(axis=1) == test[1]).mean()
    assert row["test_accuracy"] == pytest.approx(accuracy, abs=1e-6)


def test_a_row_has_all_columns():
    row, *kept = trainer.train(SMALL, 0)
    assert kept == [None, None]
    assert set(row) | {"variant", "commit"} == set(results.COLUMNS)
    assert row["training_images"] == 512 and row["backend"] == "numpy"
    assert row["validation_accuracies"] == [row["validation_accuracy"]]
    json.dumps(row)


def test_all_images_can_be_trained_on():
    settings = complete({"training_images": 60_000})
    (images, labels), validation, test = trainer.prepare(settings)
    (pixels, expected), _ = data.load_data()
    assert len(images) == 60_000
    for left, right in zip(validation, test, strict=True):  # no validation set is left
        np.testing.assert_array_equal(left, right)
    np.testing.assert_array_equal(labels, expected)
    np.testing.assert_array_equal(np.rint(images[-3:, ..., 0] * 255), pixels[-3:])


@pytest.mark.parametrize(
    ("change", "message"),
    cases({
        "an option": ({"network_options": {"cut": 1}}, "trains without 'cut'"),
        "augmentation": ({"augmentation": {}}, "trains without 'augmentation'"),
        "a schedule": ({"schedule": "cosine"}, "trains without 'cosine'"),
        "an optimizer": ({"optimizer": "Adagrad"}, "trains without 'Adagrad'"),
        "its options": ({"optimizer_options": {"use_ema": True}}, "trains without 'use_ema'"),
        "a layer": ({"network": "8C3-G"}, "the layer pool of the network '8C3-G' is not there"),
        "another library": ({"library": "torch"}, "library is 'torch'; expected 'keras' or"),
        "a margin in Keras": ({"library": "keras"}, "the Keras network trains without 'margin'"),
        "pooling after a dense layer": ({"network": "128-P2"}, "'P2' in the network '128-P2'"),
    }),
)  # fmt: skip
def test_what_each_library_lacks_is_refused(change, message):
    with refuses(message):
        trainer.train(SMALL | change, 0)


LIBRARIES = {
    "keras": [trainer.train_with_keras],
    "numpy": [numpy_trainer.train, numpy_trainer.build],
}


@pytest.mark.parametrize("library", LIBRARIES)
def test_each_library_reads_or_refuses_every_setting(library):
    """What neither names, a new setting for instance, would be recorded, and do nothing."""
    functions = [trainer.train, trainer.prepare, *LIBRARIES[library]]
    nodes = ast.walk(ast.parse("".join(map(inspect.getsource, functions))))
    named = {node.value for node in nodes if isinstance(node, ast.Constant)}
    assert set(DEFAULTS) - {"task", "task_options"} <= named
