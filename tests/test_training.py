"""The recipes of the shipped networks, on a few images: what they give, and give again."""

import contextlib
import json
import sys

import keras
import numpy as np
import pytest
from checks import refuses

from mnist_helpers import data, environment, experiments, models, storage
from mnist_helpers.training import checkpoint, post, trainer
from mnist_helpers.training.checkpoint import Checkpoint
from mnist_helpers.training.settings import complete

IMAGES = 300
EPOCHS = 2

pytestmark = pytest.mark.xdist_group("training")  # the trainings are shared


@contextlib.contextmanager
def few_of(mnist):
    """Let the post's recipe see a few images only."""
    (x_train, y_train), (x_test, y_test) = mnist
    few = (x_train[:IMAGES], y_train[:IMAGES]), (x_test[:100], y_test[:100])
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setattr(data, "load_data", lambda: few)
        yield few


@pytest.fixture
def few_images(mnist):
    with few_of(mnist) as few:
        yield few


@pytest.fixture(scope="module")
def remake(root):
    """Give models/remake.py as a module."""
    sys.path.insert(0, str(root / "models"))
    import remake

    sys.path.pop(0)
    return remake


@pytest.fixture(scope="module")
def trained_pad(remake):
    """Give the digit pad's network by its recipe, in small."""
    small = remake.VOTING | {"network": "digit_pad", "epochs": 1, "training_images": IMAGES}
    return [remake.train_digit_pad(small) for _ in range(2)]


@pytest.fixture(scope="module")
def trained_post(mnist):
    """Give the post's network by its recipe, in small."""
    with few_of(mnist):
        return [post.train_post_cnn(epochs=EPOCHS, verbose=0) for _ in range(2)]


@pytest.mark.parametrize("name", ["digit_pad", "post_cnn"])
def test_two_runs_give_the_same_weights_bit_for_bit_and_are_recorded(name, request, tmp_path):
    runs = request.getfixturevalue({"digit_pad": "trained_pad", "post_cnn": "trained_post"}[name])
    (first, record, predictions), (again, same_record, same_predictions) = runs
    for one, other in zip(first.get_weights(), again.get_weights(), strict=True):
        assert one.tobytes() == other.tobytes()
    assert record | {"seconds": 0} == same_record | {"seconds": 0}
    assert np.array_equal(predictions, same_predictions)
    assert json.loads(json.dumps(record)) == record
    storage.record_network(first, name, record, tmp_path)  # as models/remake.py does
    loaded = storage.load_network(name, tmp_path)
    for old, new in zip(first.get_weights(), loaded.get_weights(), strict=True):
        assert np.array_equal(old, new)


def interrupted(monkeypatch, train, path):
    """Interrupt a training when it has kept its first epoch; give what it kept."""

    def cut(self, epoch, logs=None):
        keep(self, epoch, logs)
        raise KeyboardInterrupt

    keep = Checkpoint.on_epoch_end
    monkeypatch.setattr(checkpoint, "LEAST", 0)
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(Checkpoint, "on_epoch_end", cut)
        train(path)
    return path.read_bytes()


def test_the_training_of_the_post_goes_on_and_ends_bit_for_bit_the_same(
    trained_post, few_images, monkeypatch, tmp_path
):
    def train(path):
        return post.train_post_cnn(epochs=EPOCHS, verbose=0, checkpoint=path)

    kept = interrupted(monkeypatch, train, path := tmp_path / "post.npz")
    model, record, predictions = trained_post[0]
    epochs = []
    monkeypatch.setattr(Checkpoint, "on_epoch_begin", lambda self, epoch, _: epochs.append(epoch))
    resumed, same_record, same_predictions = train(path)
    assert epochs == list(range(1, EPOCHS))
    for one, other in zip(model.get_weights(), resumed.get_weights(), strict=True):
        assert one.tobytes() == other.tobytes()
    assert record | {"seconds": 0} == same_record | {"seconds": 0}
    assert np.array_equal(predictions, same_predictions)
    assert path.read_bytes() != kept


@pytest.mark.parametrize("other", ["code", "seed", "threads", "half", "nothing"])
def test_what_another_training_kept_is_not_used(other, monkeypatch, tmp_path):
    settings = complete({"network": "", "epochs": 2, "training_images": 256})
    path, seeds = tmp_path / "state.npz", {"seed": 1}.get(other, 0)
    kept = interrupted(monkeypatch, lambda path: trainer.train(settings, 0, (), path), path)
    if other == "code":
        monkeypatch.setattr(environment, "code", lambda: "altered")
    elif other == "threads":
        monkeypatch.setenv("OMP_NUM_THREADS", "77")
    elif other == "half":
        path.write_bytes(kept[: len(kept) // 2])
    elif other == "nothing":
        path.write_bytes(b"")
    epochs = []
    monkeypatch.setattr(Checkpoint, "on_epoch_begin", lambda self, epoch, _: epochs.append(epoch))
    trainer.train(settings, seeds, (), path)
    assert epochs == [0, 1]


def test_another_seed_gives_other_weights(remake, trained_pad):
    small = remake.VOTING | {"network": "digit_pad", "epochs": 1, "training_images": IMAGES}
    other, record, _ = remake.train_digit_pad(small, seed=1)
    assert record["recipe"]["seed"] == 1
    assert not np.array_equal(trained_pad[0][0].get_weights()[0], other.get_weights()[0])


def test_a_record_says_what_the_network_answers(trained_post, few_images):
    model, record, predictions = trained_post[0]
    assert record["recipe"]["epochs"] == EPOCHS
    assert record["recipe"]["training_images"] == IMAGES
    assert all(len(values) == EPOCHS for values in record["history"].values())
    assert predictions.shape == (EPOCHS, 100) and predictions.dtype == np.uint8
    images, labels = few_images[1]
    probabilities = model.predict(data.prepare_images(images), verbose=0)
    assert np.array_equal(probabilities.argmax(axis=1), predictions[-1])
    assert record["test"]["accuracy"] == pytest.approx((predictions[-1] == labels).mean())
    loss = -np.log(np.maximum(probabilities[np.arange(100), labels], 1e-7)).mean()
    assert record["test"]["loss"] == pytest.approx(loss, rel=1e-5)


def settings_of(recipe, seed):
    """Read a recorded recipe as rows are read, once its seed is the one expected."""
    assert recipe["seed"] == seed
    return complete({name: value for name, value in recipe.items() if name != "seed"})


def test_the_shipped_networks_were_made_by_today_s_recipes(remake, trained_post):
    manifest = storage.read_manifest()
    of_the_pad = complete(remake.VOTING | {"network": "digit_pad"})
    assert settings_of(manifest["digit_pad"]["recipe"], remake.PAD_SEED) == of_the_pad
    of_the_post = trained_post[0][1]["recipe"] | {"epochs": 12, "training_images": 60_000}
    assert manifest["post_cnn"]["recipe"] == of_the_post


def test_the_shipped_member_is_the_recorded_one(mnist):
    """Compare recipe, row and answers, image by image."""
    (row,) = experiments.read("shipped")
    shipped = storage.read_manifest()["ensemble_member"]
    assert row["settings"] == experiments.load("ensemble").variants["member"]
    assert settings_of(shipped["recipe"], 0) == row["settings"]
    assert shipped["test"]["accuracy"] == row["test_accuracy"]
    recorded = experiments.probabilities_of("shipped")["ensemble_member", 0]
    network = storage.load_network("ensemble_member")
    answers = network.predict(data.prepare_images(mnist[1][0]), batch_size=1000, verbose=0)
    np.testing.assert_allclose(answers, recorded, atol=2e-3)  # recorded in half precision
    sure = np.ptp(np.sort(recorded, axis=1)[:, -2:], axis=1) > 5e-3
    assert sure.mean() > 0.99
    assert np.array_equal(answers.argmax(axis=1)[sure], recorded.argmax(axis=1)[sure])


def test_the_recipe_of_the_post(few_images, monkeypatch):
    compiled, fitted = {}, {}
    network = models.post_cnn()
    compile_, fit = network.compile, network.fit
    monkeypatch.setattr(models, "post_cnn", lambda: network)
    monkeypatch.setattr(network, "compile", lambda **kw: (compiled.update(kw), compile_(**kw)))
    monkeypatch.setattr(network, "fit", lambda *a, **kw: (fitted.update(kw), fit(*a, **kw))[1])
    post.train_post_cnn(epochs=1, verbose=0)
    assert (post.POST_EPOCHS, post.POST_BATCH) == (12, 128)
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
    keeper = post.EpochPredictions(images[:50])
    model.fit(images, labels, epochs=3, verbose=0, callbacks=[keeper])
    assert len(keeper.predictions) == 3
    assert all(kept.dtype == np.uint8 and kept.shape == (50,) for kept in keeper.predictions)
    expected = model.predict(images[:50], verbose=0).argmax(axis=1)
    assert np.array_equal(keeper.predictions[-1], expected)
    assert not np.array_equal(keeper.predictions[0], keeper.predictions[-1])


@pytest.mark.parametrize("epochs", [0, -1])
def test_no_epochs(epochs):
    with refuses(f"epochs is {epochs}; expected at least 1"):
        post.train_post_cnn(epochs=epochs)


def test_the_blas_that_is_named_is_numpys_whichever_was_loaded_first(monkeypatch):
    import threadpoolctl

    from mnist_helpers import environment

    def pool(package, version):
        path = f"/site-packages/{package}.libs/libscipy_openblas.so"
        return {"user_api": "blas", "filepath": path, "internal_api": "openblas",
                "version": version, "architecture": "Haswell"}  # fmt: skip

    pools = [pool("scipy", "0.3.30"), pool("numpy", "0.3.31")]
    for found in (pools, pools[::-1]):
        monkeypatch.setattr(threadpoolctl, "threadpool_info", lambda found=found: found)
        assert environment.machine()["blas"] == "openblas 0.3.31"
    monkeypatch.setattr(threadpoolctl, "threadpool_info", list)
    assert environment.machine()["blas"] == "unknown"
