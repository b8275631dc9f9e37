"""The NumPy network as an experiment trains it: the same as Keras's, and as `train_fast`."""

import json

import numpy as np
import pytest
from checks import cases, refuses

from mnist_helpers import data, models
from mnist_helpers.experiments import definition, results
from mnist_helpers.numpy_cnn import fast
from mnist_helpers.training import numpy_trainer, trainer
from mnist_helpers.training.settings import complete

FAST = definition.load("ten_second_trials").variants["no margin, 2 epochs"]
SMALL = FAST | {"epochs": 1, "training_images": 512}


@pytest.mark.parametrize("pool_first", [False, True])
@pytest.mark.parametrize(
    "notation", ["", "24C5-P2-32C3-P2-256", "8C3-P2-P2", "8C3-8C3-P2-D.25-16-D.5"]
)
def test_a_line_means_the_same_network_as_in_keras(mnist, notation, pool_first):
    theirs = models.from_notation(notation)
    ours = numpy_trainer.from_notation(notation, pool_first)
    ours.set_weights(theirs.get_weights())
    images = data.prepare_images(mnist[0][0][:50])
    np.testing.assert_allclose(ours.predict(images), theirs.predict(images, verbose=0), atol=1e-5)
    assert sum(numpy_trainer.multiply_adds(ours)) == sum(models.multiply_adds(theirs).values())


def test_pooling_first_is_one_layer_with_the_convolution():
    layers = numpy_trainer.from_notation("24C5-P2-32C3-P2-256", pool_first=True, margin=2).layers
    assert [type(layer) for layer in layers] == [type(layer) for layer in fast.fast_cnn().layers]


def test_the_experiment_trains_as_the_short_function_does(mnist):
    (pixels, labels), test = mnist
    (pixels, labels), _ = data.split_validation(pixels, labels)
    network = fast.train_fast(pixels[:512], labels[:512], epochs=1, seed=3)
    row, probabilities, _ = trainer.train(SMALL, 3, keep=("probabilities",))
    expected = network.predict(fast.prepare(test[0]))
    np.testing.assert_allclose(probabilities, expected, atol=1e-3)
    assert row["parameters"] == network.parameter_count
    assert row["multiply_adds"] == sum(numpy_trainer.multiply_adds(network))
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
        "a layer": ({"network": "8C3S2"}, "'8C3S2' in the network '8C3S2' is no layer"),
        "another library": ({"library": "torch"}, "library is 'torch'; expected 'keras' or"),
        "a margin in Keras": ({"library": "keras"}, "the Keras network trains without 'margin'"),
        "pooling after a dense layer": ({"network": "128-P2"}, "'P2' in the network '128-P2'"),
    }),
)  # fmt: skip
def test_what_each_library_lacks_is_refused(change, message):
    with refuses(message):
        trainer.train(SMALL | change, 0)
