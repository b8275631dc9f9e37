"""The NumPy network against Keras, against itself, and against bad input."""

import copy
import io
import os
import pickle

import numpy as np
import pytest

from mnist_helpers import data, models, numpy_cnn, storage
from mnist_helpers.numpy_cnn import (
    SGD,
    Adadelta,
    Adam,
    BatchNormalization,
    Conv2D,
    Dense,
    Dropout,
    Flatten,
    MaxPooling2D,
    Network,
    PooledConv2D,
    ReLU,
    network,
    one_cycle,
    post_cnn,
    small_cnn,
)
from mnist_helpers.numpy_cnn.gradient_check import check_layer, numerical_gradient, relative_error
from mnist_helpers.numpy_cnn.optimizers import Optimizer


def tiny(**options):
    """Build a network of every kind of layer that trains in an instant."""
    layers = [PooledConv2D(4, 5), ReLU(), Dropout(0.1), Conv2D(3, 3), MaxPooling2D(2), ReLU()]
    return Network([*layers, Flatten(), Dense(10)], **options)


@pytest.fixture(scope="module")
def digits(mnist):
    (images, labels), _ = mnist
    return data.prepare_images(images[:512]), labels[:512]


@pytest.fixture
def keras_computes_in():
    """Let Keras compute in another precision, for one test."""
    import keras

    def compute_in(dtype):
        keras.config.set_floatx(dtype)  # of the metrics
        keras.config.set_dtype_policy(dtype)  # of the layers

    before = keras.config.floatx()
    yield compute_in
    compute_in(before)


def without_dropout(built):
    for chain in built.chains:
        for layer in chain.layers:
            if isinstance(layer, Dropout):
                layer.rate = 0
    return built


def test_trained_keras_network_predicts_the_same(mnist):
    _, (images, labels) = mnist
    images = data.prepare_images(images)
    keras_network = storage.load_network("post_cnn")
    ours = post_cnn()
    ours.set_weights(keras_network.get_weights())
    keras_logits = keras_network_logits(keras_network, images)
    logits = ours.logits(images)
    assert np.abs(logits - keras_logits).max() <= 1e-4
    np.testing.assert_array_equal(logits.argmax(axis=1), keras_logits.argmax(axis=1))
    for mine, theirs in zip(ours.get_weights(), keras_network.get_weights(), strict=True):
        np.testing.assert_array_equal(mine, theirs)
    assert (
        ours.evaluate(images[:500], labels[:500])[1]
        == (logits[:500].argmax(axis=1) == labels[:500]).mean()
    )
    models.post_cnn().set_weights(ours.get_weights())  # and back


def keras_network_logits(keras_network, images):
    """Logits of a Keras classifier that ends in a softmax."""
    import keras

    last = keras_network.layers[-1]
    before = keras.Model(keras_network.inputs, last.input)
    kernel, bias = last.get_weights()
    return before.predict(images, batch_size=500, verbose=0) @ kernel + bias


OPTIONS = {  # of optimizers; numbers that float32 holds exactly: Keras keeps some of them in it
    Adadelta: {"learning_rate": 1.0},
    Adam: {"learning_rate": 2**-10, "beta_1": 0.875, "beta_2": 1 - 2**-10},
    SGD: {"learning_rate": 2**-7, "momentum": 0.875},
}


@pytest.mark.parametrize(
    ("dtype", "steps", "error"),
    [("float64", 25, 1e-7), ("float32", 10, 1e-4)],  # later, rounding decides: training is chaotic
)
@pytest.mark.parametrize("kind", Optimizer.__subclasses__())
def test_training_steps_follow_keras(kind, dtype, steps, error, mnist, keras_computes_in):
    import keras

    options = OPTIONS.get(kind, {"learning_rate": 2**-10})
    assert getattr(numpy_cnn, kind.__name__) is kind  # by which an experiment finds it

    (images, labels), _ = mnist
    images, labels = data.prepare_images(images[: 16 * steps]).astype(dtype), labels[: 16 * steps]
    keras_computes_in(dtype)
    keras.utils.set_random_seed(3)
    theirs = models.post_cnn()
    for layer in theirs.layers:
        if isinstance(layer, keras.layers.Dropout):
            layer.rate = 0
    ours, optimizer = without_dropout(post_cnn(dtype=dtype)), kind(**options)
    ours.set_weights(theirs.get_weights())
    theirs.compile(
        getattr(keras.optimizers, kind.__name__)(**options),
        "sparse_categorical_crossentropy",
        jit_compile=False,
    )
    for step in range(steps):
        batch = slice(16 * step, 16 * step + 16)
        loss = ours.train_on_batch(images[batch], labels[batch], optimizer)
        expected = theirs.train_on_batch(images[batch], labels[batch])
        theirs.reset_metrics()
        assert loss == pytest.approx(float(expected), abs=error), step


def test_gradients_of_a_whole_network_against_finite_differences():
    built = Network(
        [Conv2D(2, 3), ReLU(), PooledConv2D(2, 2), Flatten(), Dense(3)], (7, 7, 1), 1, "float64"
    )
    generator = np.random.default_rng(0)
    images, labels = generator.normal(size=(3, 7, 7, 1)), np.array([0, 2, 1])

    def loss(_):
        return built.chains[0].loss.forward(built.forward(images), labels)

    loss(None)
    gradient = built.backward(built.chains[0].loss.backward()).copy()
    assert relative_error(gradient, numerical_gradient(loss, built.parameter_vector)) <= 1e-5


@pytest.mark.parametrize("batch", [1, 2, 3, 100])
@pytest.mark.parametrize("threads", [2, 3])
def test_shares_of_a_batch_add_up(batch, threads, digits):
    images, labels = digits[0][:batch].astype("float64"), digits[1][:batch]
    alone, together = (
        without_dropout(tiny(seed=1, dtype="float64", threads=count)) for count in (1, threads)
    )
    for _ in range(2):
        losses = [each.train_on_batch(images, labels, SGD(0.1)) for each in (alone, together)]
        assert losses[0] == pytest.approx(losses[1], rel=1e-12)
    np.testing.assert_allclose(
        together.parameter_vector, alone.parameter_vector, rtol=1e-10, atol=1e-14
    )
    np.testing.assert_allclose(
        together.logits(images), alone.logits(images), rtol=1e-10, atol=1e-14
    )


def test_same_seed_gives_the_same_bits_and_learns(digits):
    runs = []
    for seed in (1, 1, 2):
        built = tiny(seed=seed)
        options = dict(
            epochs=5, batch_size=50, schedule=one_cycle(0.02), validation_data=digits
        )  # 12 left over
        runs.append((built.fit(*digits, Adam(), verbose=0, **options), built.parameter_vector))
    np.testing.assert_array_equal(runs[0][1], runs[1][1])
    assert (runs[0][1] != runs[2][1]).any()
    assert runs[0][0] == runs[1][0]
    history = runs[0][0]
    assert [len(values) for values in history.values()] == [5, 5, 5]
    assert history["val_accuracy"][-1] > 0.8 > history["val_accuracy"][0] > 0.1


def test_batch_normalization_sees_the_whole_batch_and_travels_to_keras(digits):
    import keras

    images, labels = digits
    built = Network([Conv2D(4, 5), BatchNormalization(), ReLU(), Flatten(), Dense(10)], threads=2)
    assert len(built.chains) == 1
    built.fit(images, labels, Adam(), verbose=0)
    same = keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            keras.layers.Conv2D(4, 5),
            keras.layers.BatchNormalization(),
            keras.layers.ReLU(),
            keras.layers.Flatten(),
            keras.layers.Dense(10),
        ]
    )
    same.set_weights(built.get_weights())
    assert np.abs(same.predict(images[:64], verbose=0) - built.logits(images[:64])).max() < 1e-4


def test_without_threadpoolctl_the_results_are_the_same(digits, monkeypatch):
    from mnist_helpers.numpy_cnn import chain

    expected = tiny().logits(digits[0])
    monkeypatch.setitem(__import__("sys").modules, "threadpoolctl", None)
    chain.blas_controller.cache_clear()
    try:
        assert chain.blas_controller() is None
        np.testing.assert_allclose(tiny().logits(digits[0]), expected, rtol=1e-4, atol=1e-5)
    finally:
        chain.blas_controller.cache_clear()


def test_predictions_are_copies_and_probabilities(digits):
    built = tiny()
    first = built.predict(digits[0][:5])
    before = first.copy()
    second = built.predict(digits[0][5:10])
    np.testing.assert_array_equal(first, before)
    assert (first != second).any()
    np.testing.assert_allclose(first.sum(axis=1), 1, rtol=1e-6)
    np.testing.assert_allclose(built.predict(digits[0][:1]), first[:1], rtol=1e-5)


def test_saved_weights_come_back(tmp_path, digits):
    path = tmp_path / "weights.npz"
    built = tiny(seed=1)
    built.save(path)
    other = tiny(seed=2).load(path)
    np.testing.assert_array_equal(built.parameter_vector, other.parameter_vector)
    np.testing.assert_array_equal(built.logits(digits[0]), other.logits(digits[0]))
    assert os.listdir(tmp_path) == ["weights.npz"]


def test_a_failed_save_keeps_the_old_file(tmp_path, monkeypatch):
    path = tmp_path / "weights.npz"
    tiny().save(path)
    before = path.read_bytes()

    def full_disk(file, **arrays):
        file.write(b"half a file")
        raise OSError("No space left on device")

    monkeypatch.setattr(network.np, "savez", full_disk)
    with pytest.raises(OSError, match="No space left"):
        tiny(seed=2).save(path)
    assert path.read_bytes() == before
    assert os.listdir(tmp_path) == ["weights.npz"]


def packed(arrays):
    """Return a file of these arrays as `savez_compressed` writes it."""
    file = io.BytesIO()
    np.savez_compressed(file, **arrays)
    return file.getvalue()


def test_damaged_or_foreign_files_change_nothing(tmp_path):
    built, good = tiny(), tmp_path / "good.npz"
    built.save(good)
    before = built.parameter_vector.copy()
    content = bytearray(good.read_bytes())
    for name, damaged in {
        "cut": content[: len(content) // 2],
        "flipped": content[:300] + bytes([content[300] ^ 1]) + content[301:],
        "text": b"hello",
        "empty": b"",
        "packed": packed(built.named_weights()),  # a few bytes may unfold to any number
    }.items():
        path = tmp_path / f"{name}.npz"
        path.write_bytes(damaged)
        with pytest.raises(ValueError, match="is no undamaged file of weights"):
            built.load(path)
    other = tmp_path / "other.npz"
    small_cnn().save(other)
    with pytest.raises(ValueError, match="but this network has"):
        built.load(other)
    with pytest.raises(FileNotFoundError):
        built.load(tmp_path / "missing.npz")
    large = tmp_path / "large.npz"
    large.write_bytes(bytes(2**21))
    with pytest.raises(ValueError, match="has 2097152 bytes; expected at most"):
        built.load(large)
    np.testing.assert_array_equal(built.parameter_vector, before)


def replaced(weights, index, value):
    return [value if place == index else each for place, each in enumerate(weights)]


def test_wrong_weights_change_nothing():
    built = tiny()
    weights, before = built.get_weights(), built.parameter_vector.copy()
    for wrong, message in (
        (weights[:-1], "this network has 6 arrays, got 5"),
        (
            replaced(weights, 5, np.zeros(9)),
            r"7_Dense_bias must be decimal numbers of shape \(10,\)",
        ),
        (replaced(weights, 5, np.zeros(10, int)), "got int64"),
        (replaced(weights, 5, np.full(10, np.nan)), "must be finite numbers, got NaN or infinity"),
    ):
        with pytest.raises(ValueError, match=message):
            built.set_weights([np.zeros_like(wrong[0]), *wrong[1:]])
    np.testing.assert_array_equal(built.parameter_vector, before)


def with_nan(images):
    images = images.copy()
    images[3, 4, 5, 0] = np.nan
    return images


@pytest.mark.parametrize(
    ("images", "labels", "message"),
    [
        (
            lambda x: x[..., 0],
            lambda y: y,
            r"shape \(examples, 28, 28, 1\), got float32 of shape \(512, 28, 28\)",
        ),
        (lambda x: x.astype("float64"), lambda y: y, "images must be float32 .*, got float64"),
        (lambda x: (x * 255).astype("uint8"), lambda y: y, "images must be float32 .*, got uint8"),
        (lambda x: x[:0], lambda y: y[:0], r"got float32 of shape \(0, 28, 28, 1\)"),
        (with_nan, lambda y: y, "images must be finite numbers, got NaN or infinity"),
        (lambda x: x / 0, lambda y: y, "images must be finite numbers, got NaN or infinity"),
        (lambda x: x, lambda y: y[:-1], r"labels must have shape \(512,\), .*, got \(511,\)"),
        (
            lambda x: x,
            lambda y: y.astype(int) - 1,
            "labels must lie between 0 and 9, got values from -1 to 8",
        ),
        (lambda x: x, lambda y: y + 1, "labels must lie between 0 and 9, got values from 1 to 10"),
        (lambda x: x, lambda y: y / 2, "labels must be whole numbers, got float"),
        (lambda x: x, lambda y: np.eye(10)[y], "labels must be whole numbers, got float64"),
    ],
)
def test_bad_data_gets_one_sentence(images, labels, message, digits):
    built = tiny()
    before = built.parameter_vector.copy()
    with np.errstate(divide="ignore", invalid="ignore"):
        bad = images(digits[0]), labels(digits[1])
    for action in (lambda: built.fit(*bad, Adam(), verbose=0), lambda: built.evaluate(*bad)):
        with pytest.raises(ValueError, match=message) as raised:
            action()
        assert "\n" not in str(raised.value)
    np.testing.assert_array_equal(built.parameter_vector, before)


@pytest.mark.parametrize(
    ("action", "message"),
    [
        (lambda: Adam(learning_rate=-1), "the learning rate must be a positive number, got -1"),
        (
            lambda: SGD().step(np.zeros(3), np.zeros(4)),
            r"vectors of the length of the first step, \(3,\), got",
        ),
        (lambda: Network([]), "a network needs at least one layer"),
        (
            lambda: Network([Conv2D(1, 3), Dense(1)]),
            "Dense expects rows of numbers, .*: put Flatten",
        ),
        (
            lambda: Network([Conv2D(1, 3)]),
            r"has to return a logit for each class, not \(26, 26, 1\)",
        ),
        (lambda: tiny(threads=0), "threads must be a whole number of at least 1, got 0"),
        (lambda: tiny(dtype="float16"), "dtype must be 'float32' or 'float64', got 'float16'"),
        (
            lambda: tiny().fit(np.zeros((2, 28, 28, 1), "f"), [1, 2], SGD(), batch_size=0),
            "batch_size must be",
        ),
        (
            lambda: tiny().fit(np.zeros((2, 28, 28, 1), "f"), [1, 2], SGD(), epochs=0),
            "epochs must be",
        ),
        (
            lambda: tiny().fit(np.zeros((2, 28, 28, 1), "f"), [1, 2], "adam"),
            "expected an optimizer such as Adam",
        ),
        (
            lambda: tiny().fit(
                np.zeros((2, 28, 28, 1), "f"), [1, 2], SGD(), schedule=lambda done: -1, verbose=0
            ),
            "the schedule's learning rate is -1",
        ),
        (lambda: tiny().predict(np.zeros((2, 28, 28, 1), "f"), -1), "batch_size must be"),
        (lambda: Network([Flatten()]), "at least one layer with parameters"),
        (lambda: Network([Flatten(), Dense(10)], input_shape=(0, 28, 1)), "each size in input"),
        (lambda: one_cycle(-1), "expected a positive peak"),
        (
            lambda: tiny().train_on_batch(np.zeros((2, 28, 28, 1), "f"), [1, 2, 3], SGD()),
            "labels must have shape",
        ),
        (
            lambda: check_layer(Dropout(0.5), np.ones((2, 30))),
            "the layer's forward pass is random",
        ),
        (lambda: relative_error(np.ones(3), np.ones((3, 1))), "cannot compare shapes"),
    ],
)
def test_bad_settings_get_one_sentence(action, message):
    with pytest.raises(ValueError, match=message):
        action()


def test_a_layer_stands_at_one_place():
    layer = Dense(10)
    Network([Flatten(), layer])
    with pytest.raises(ValueError, match="a Dense stands at two places"):
        Network([Flatten(), layer])
    relu = ReLU()
    with pytest.raises(ValueError, match="a ReLU stands at two places"):
        Network([Flatten(), Dense(5), relu, Dense(5), relu, Dense(10)])


def test_a_loss_that_is_not_finite_stops_the_training(digits):
    built = tiny(threads=1)
    with (
        np.errstate(all="ignore"),
        pytest.raises(FloatingPointError, match="too large a learning rate"),
    ):
        built.fit(*digits, SGD(1e30), epochs=3, batch_size=64, verbose=0)


def test_validation_data_are_checked_before_training(digits):
    built = tiny()
    before = built.parameter_vector.copy()
    with pytest.raises(ValueError, match="labels must lie between 0 and 9"):
        built.fit(*digits, Adam(), validation_data=(digits[0], digits[1] + 10), verbose=0)
    np.testing.assert_array_equal(built.parameter_vector, before)


def test_weights_that_overflow_are_refused():
    built = tiny()
    before = built.parameter_vector.copy()
    with pytest.raises(ValueError, match="must be finite numbers"):
        built.set_weights([np.full(w.shape, 1e300) for w in built.get_weights()])
    np.testing.assert_array_equal(built.parameter_vector, before)


def pickled(built):
    return pickle.loads(pickle.dumps(built))


@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("duplicate", [copy.deepcopy, copy.copy, pickled], ids=lambda f: f.__name__)
@pytest.mark.parametrize("before", ["trained", "fresh", "set_weights", "load"])
def test_a_copied_network_learns_as_the_original_would(
    before, duplicate, threads, digits, tmp_path
):
    built = tiny(threads=threads, seed=3)
    if before == "trained":
        built.fit(*digits, Adam(), batch_size=100, verbose=0)
    twin = duplicate(duplicate(built))
    if before in ("set_weights", "load"):
        other = tiny(seed=4)
        other.save(tmp_path / "other.npz")
        for each in (built, twin):
            if before == "load":
                each.load(tmp_path / "other.npz")
            else:
                each.set_weights(other.get_weights())
        np.testing.assert_allclose(twin.logits(digits[0]), other.logits(digits[0]), atol=1e-5)
    kept = built.parameter_vector.copy()
    losses = twin.fit(*digits, Adam(0.005), batch_size=100, epochs=3, verbose=0)["loss"]
    assert losses[2] < losses[0] - 0.1
    np.testing.assert_array_equal(built.parameter_vector, kept)  # nothing is shared
    expected = built.fit(*digits, Adam(0.005), batch_size=100, epochs=3, verbose=0)["loss"]
    assert losses == expected
    np.testing.assert_array_equal(twin.parameter_vector, built.parameter_vector)
    for chain in twin.chains:
        parts = [array.ravel() for each in chain.layers for array in each.parameters.values()]
        np.testing.assert_array_equal(np.concatenate(parts), twin.parameter_vector)
        assert all(np.shares_memory(part, twin.parameter_vector) for part in parts)


def test_a_layer_of_a_network_is_not_built_again():
    built = tiny()
    with pytest.raises(ValueError, match="this PooledConv2D is part of a network"):
        built.layers[0].build((28, 28, 1), dtype="float64")
    with pytest.raises(ValueError, match="part of a network"):
        copy.deepcopy(built).chains[1].layers[0].build((28, 28, 1))
    parts = [copy.deepcopy(layer) for layer in built.layers]  # these are free again
    Network(parts).train_on_batch(np.zeros((2, 28, 28, 1), "f"), [1, 2], SGD())


def test_progress_bar_shows_the_loss(digits, capsys):
    tiny().fit(*digits, SGD(), epochs=1)
    assert "loss" in capsys.readouterr().err
