"""The table on the page "2018 → today": each line does what the page says of it."""

import keras
import numpy as np
import pytest
from keras import layers


@pytest.fixture
def tiny():
    """Give a network of three weights, and something to fit."""
    network = keras.Sequential([keras.Input((2,)), layers.Dense(1, activation="sigmoid")])
    return network, (np.zeros((4, 2)), np.array([0, 1, 0, 1]))


def test_adadelta_has_another_default():
    assert float(keras.optimizers.Adadelta().learning_rate) == pytest.approx(0.001)
    assert float(keras.optimizers.Adadelta(learning_rate=1.0).learning_rate) == 1.0


def test_metrics_are_spelt_out(tiny):
    network, (inputs, labels) = tiny
    network.compile("sgd", "binary_crossentropy", metrics=["accuracy"])
    history = network.fit(inputs, labels, validation_split=0.5, verbose=0).history
    assert {"accuracy", "val_accuracy"} <= set(history)
    assert not {"acc", "val_acc"} & set(history)


def test_input_shape_warns():
    with pytest.warns(UserWarning, match="Do not pass an `input_shape`"):
        old = keras.Sequential([layers.Conv2D(2, (3, 3), input_shape=(28, 28, 1))])
    new = keras.Sequential([keras.Input((28, 28, 1)), layers.Conv2D(2, (3, 3))])
    assert old.output_shape == new.output_shape


def test_h5_warns(tiny, tmp_path, caplog):
    network, _ = tiny
    network.save(tmp_path / "network.keras")
    network.save_weights(tmp_path / "network.weights.h5")
    assert "legacy" not in caplog.text
    network.save(tmp_path / "network.h5")
    assert "legacy" in caplog.text


@pytest.mark.parametrize(
    ("line", "error"),
    [
        ("from keras.utils import np_utils", ImportError),
        ("from keras.preprocessing.image import ImageDataGenerator", ImportError),
        ("keras.Sequential().fit_generator", AttributeError),
        ("keras.backend.gradients", AttributeError),
        ("keras.optimizers.Adam(lr=0.1)", ValueError),
    ],
)
def test_lines_that_fail(line, error):
    with pytest.raises(error):
        exec(line, {"keras": keras})


def test_gradients_ask_in_vain_for_a_graph():
    import tensorflow as tf

    weight = tf.Variable(1.0)
    with pytest.raises(RuntimeError, match="GradientTape"):
        tf.keras.backend.gradients(weight * weight, [weight])
    with tf.GradientTape() as tape:
        square = weight * weight
    assert float(tape.gradient(square, weight)) == 2.0


def test_gradients_in_jax():
    jax = pytest.importorskip("jax")
    assert float(jax.grad(lambda weight: weight * weight)(1.0)) == 2.0


def test_gradients_in_torch():
    torch = pytest.importorskip("torch")
    weight = torch.tensor(1.0, requires_grad=True)
    (gradient,) = torch.autograd.grad(weight * weight, weight)
    assert float(gradient) == 2.0


def test_what_still_works():
    assert keras.backend.image_data_format() == keras.config.image_data_format()
    assert callable(keras.losses.categorical_crossentropy)
    assert keras.utils.to_categorical([1], 3).tolist() == [[0, 1, 0]]
    assert float(keras.optimizers.Adam(learning_rate=0.5).learning_rate) == 0.5


def test_a_py_dataset_takes_the_place_of_a_generator(tiny):
    network, (inputs, labels) = tiny

    class Batches(keras.utils.PyDataset):
        def __len__(self):
            return 2

        def __getitem__(self, index):
            return inputs[2 * index : 2 * index + 2], labels[2 * index : 2 * index + 2]

    network.compile("sgd", "binary_crossentropy")
    assert len(network.fit(Batches(), verbose=0).history["loss"]) == 1


def test_augmentation_layers_mirror_what_lies_outside_by_default():
    line = np.zeros((1, 28, 28, 1), "float32")
    line[:, 2] = 1
    quarter_down = {"height_factor": (0.25, 0.25), "width_factor": 0.0}
    for options, lines in ({}, 2), ({"fill_mode": "constant"}, 1):
        moved = layers.RandomTranslation(**quarter_down, **options)(line, training=True)
        assert float(keras.ops.sum(moved)) == pytest.approx(28 * lines)


def test_augmentation_layers_turn_by_a_fraction_of_a_full_turn():
    image = np.random.default_rng(0).random((1, 28, 28, 1), "float32")
    turned = layers.RandomRotation((0.25, 0.25), fill_mode="constant")(image, training=True)
    np.testing.assert_allclose(np.asarray(turned), np.rot90(image, axes=(1, 2)), atol=1e-4)
