"""The recipes, on a few images: what they give, and that they give it again."""

import inspect
import json

import keras
import numpy as np
import pytest
from checks import refuses

from mnist_helpers import data, experiments, models, storage, training

IMAGES = 300
EPOCHS = 2

pytestmark = pytest.mark.xdist_group("training")  # the trainings are shared


@pytest.fixture(scope="module")
def few_images(mnist):
    """Let the recipes see a few images only."""
    (x_train, y_train), (x_test, y_test) = mnist
    few = (x_train[:IMAGES], y_train[:IMAGES]), (x_test[:100], y_test[:100])
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setattr(data, "load_data", lambda: few)
        yield few


@pytest.fixture(scope="module", params=sorted(training.RECIPES))
def trained(request, few_images):
    """Give the name of a recipe and what it returns."""
    return request.param, training.RECIPES[request.param](epochs=EPOCHS, verbose=0)


def without_seconds(record):
    return {key: value for key, value in record.items() if key != "seconds"}


def test_two_runs_give_the_same_weights_bit_for_bit(trained):
    name, (first, record, predictions) = trained
    again, same_record, same_predictions = training.RECIPES[name](epochs=EPOCHS, verbose=0)
    for one, other in zip(first.get_weights(), again.get_weights(), strict=True):
        assert one.tobytes() == other.tobytes()
    assert without_seconds(record) == without_seconds(same_record)
    assert np.array_equal(predictions, same_predictions)


def test_another_seed_gives_other_weights(trained):
    name, (first, _, _) = trained
    other, record, _ = training.RECIPES[name](epochs=1, verbose=0, seed=1)
    assert record["recipe"]["seed"] == 1
    assert not np.array_equal(first.get_weights()[0], other.get_weights()[0])


def test_a_record_says_how_the_network_was_made(trained, few_images, tmp_path):
    name, (model, record, predictions) = trained
    assert record["recipe"]["epochs"] == EPOCHS
    assert record["recipe"]["training_images"] == IMAGES
    assert all(len(values) == EPOCHS for values in record["history"].values())
    assert predictions.shape in {(EPOCHS, 100), (1, 100)} and predictions.dtype == np.uint8
    images, labels = few_images[1]
    probabilities = model.predict(data.prepare_images(images), verbose=0)
    assert np.array_equal(probabilities.argmax(axis=1), predictions[-1])
    assert record["test"]["accuracy"] == pytest.approx((predictions[-1] == labels).mean())
    loss = -np.log(np.maximum(probabilities[np.arange(100), labels], 1e-7)).mean()
    assert record["test"]["loss"] == pytest.approx(loss, rel=1e-5)
    assert json.loads(json.dumps(record)) == record
    storage.record_network(model, name, record, tmp_path)  # as models/remake.py does
    loaded = storage.load_network(name, tmp_path)
    for old, new in zip(model.get_weights(), loaded.get_weights(), strict=True):
        assert np.array_equal(old, new)


def test_the_shipped_network_was_made_by_today_s_recipe(trained):
    name, (_, record, _) = trained
    shipped = storage.read_manifest()[name]["recipe"]
    default = inspect.signature(training.RECIPES[name]).parameters["epochs"].default
    assert shipped == record["recipe"] | {"epochs": default, "training_images": 60_000}


def test_the_shipped_member_is_one_of_the_ensemble():
    settings = experiments.load("ensemble").variants["member"]
    shipped = storage.read_manifest()["ensemble_member"]["recipe"]
    expected = models.from_notation(settings["network"], seed=0)
    member = models.ensemble_member(seed=0)
    for one, other in zip(member.get_weights(), expected.get_weights(), strict=True):
        assert np.array_equal(one, other)
    for name in ("optimizer", "batch_size", "epochs", "augmentation", "training_images"):
        assert shipped[name] == settings[name]
    assert settings["schedule"] == "one_cycle"
    assert shipped["learning_rate"] == f"one cycle to {settings['learning_rate']}"
    assert settings["optimizer_options"] == {
        "weight_decay": shipped["weight_decay"],
        "use_ema": True,
        "ema_momentum": shipped["weight_average"],
    }
    assert shipped["seed"] in experiments.load("ensemble").seeds


def test_the_recipe_of_the_post(few_images, monkeypatch):
    compiled, fitted = {}, {}
    network = models.post_cnn()
    compile_, fit = network.compile, network.fit
    monkeypatch.setattr(models, "post_cnn", lambda: network)
    monkeypatch.setattr(network, "compile", lambda **kw: (compiled.update(kw), compile_(**kw)))
    monkeypatch.setattr(network, "fit", lambda *a, **kw: (fitted.update(kw), fit(*a, **kw))[1])
    training.train_post_cnn(epochs=1, verbose=0)
    assert (training.POST_EPOCHS, training.POST_BATCH) == (12, 128)
    assert compiled["loss"] == "categorical_crossentropy"
    assert isinstance(compiled["optimizer"], keras.optimizers.Adadelta)
    assert float(compiled["optimizer"].learning_rate) == 1.0
    assert fitted["batch_size"] == 128
    assert len(fitted["validation_data"][0]) == 100  # the test set, as in the post


def test_epoch_predictions_are_those_after_each_epoch(mnist):
    images = data.prepare_images(mnist[0][0][:256])
    labels = mnist[0][1][:256]
    keras.utils.set_random_seed(0)
    model = keras.Sequential([keras.Input((28, 28, 1)), keras.layers.Flatten(),
                              keras.layers.Dense(10)])  # fmt: skip
    model.compile("adam", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    keeper = training.EpochPredictions(images[:50])
    model.fit(images, labels, epochs=3, verbose=0, callbacks=[keeper])
    assert len(keeper.predictions) == 3
    assert all(kept.dtype == np.uint8 and kept.shape == (50,) for kept in keeper.predictions)
    expected = model.predict(images[:50], verbose=0).argmax(axis=1)
    assert np.array_equal(keeper.predictions[-1], expected)
    assert not np.array_equal(keeper.predictions[0], keeper.predictions[-1])


@pytest.mark.parametrize("epochs", [0, -1])
def test_no_epochs(epochs):
    with refuses(f"epochs is {epochs}; expected at least 1"):
        training.train_post_cnn(epochs=epochs)
