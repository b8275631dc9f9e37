"""The networks of the book, and what they cost."""

import itertools

import keras
import numpy as np
import pytest
from checks import refuses

from mnist_helpers import data, models


def test_post_cnn_is_the_network_of_the_post():
    network = models.post_cnn()
    assert [(type(layer).__name__, layer.output.shape[1:], layer.count_params())
            for layer in network.layers] == [
        ("Conv2D", (26, 26, 32), 320),
        ("Conv2D", (24, 24, 64), 18_496),
        ("MaxPooling2D", (12, 12, 64), 0),
        ("Dropout", (12, 12, 64), 0),
        ("Flatten", (9216,), 0),
        ("Dense", (128,), 1_179_776),
        ("Dropout", (128,), 0),
        ("Dense", (10,), 1_290),
    ]  # fmt: skip
    assert [network.layers[index].rate for index in (3, 6)] == [0.25, 0.5]
    activations = [network.layers[index].activation.__name__ for index in (0, 1, 5, 7)]
    assert activations == ["relu", "relu", "relu", "softmax"]
    assert network.count_params() == 1_199_882


def test_post_cnn_reads_the_format_that_keras_is_set_to():
    before = keras.config.image_data_format()
    try:
        for data_format, shape in {
            "channels_first": (1, 28, 28),
            "channels_last": (28, 28, 1),
        }.items():
            keras.config.set_image_data_format(data_format)
            network = models.post_cnn()
            assert network.input_shape == (None, *shape)
            assert network.count_params() == 1_199_882
            assert sum(models.multiply_adds(network).values()) == 11_992_448
    finally:
        keras.config.set_image_data_format(before)


@pytest.mark.parametrize("name", models.NETWORKS)
def test_a_network_gives_probabilities(name, mnist):
    keras.utils.set_random_seed(0)
    network = models.build(name)
    assert network.name == name  # by which storage knows it
    assert not network.compiled
    probabilities = network.predict(data.prepare_images(mnist[1][0][:7]), verbose=0)
    assert probabilities.shape == (7, 10) and probabilities.dtype == np.float32
    assert probabilities.min() >= 0
    assert np.allclose(probabilities.sum(axis=1), 1, atol=1e-6)


@pytest.mark.parametrize("name", models.NETWORKS)
def test_a_network_is_built_anew_by_each_call(name):
    keras.utils.set_random_seed(0)
    first, second = models.build(name), models.build(name)
    assert not np.array_equal(first.get_weights()[0], second.get_weights()[0])
    keras.utils.set_random_seed(0)
    again = models.build(name)
    for old, new in zip(first.get_weights(), again.get_weights(), strict=True):
        assert np.array_equal(old, new)


def test_an_unknown_network():
    with refuses("there is no network 'lenet'; expected one of .*'post_cnn'"):
        models.build("lenet")


def test_multiply_adds_of_the_post():
    # Positions of the output × channels of the output × what each reads.
    assert list(models.multiply_adds(models.post_cnn()).values()) == [
        26 * 26 * 32 * 9,
        24 * 24 * 64 * 9 * 32,
        0,
        0,
        0,
        9216 * 128,
        0,
        128 * 10,
    ]


@pytest.mark.parametrize(
    ("padding", "strides", "groups"),
    list(itertools.product(["valid", "same"], [1, 2, 3], [1, 2])),
)
def test_multiply_adds_are_those_of_the_loops(padding, strides, groups):
    convolution = keras.layers.Conv2D(
        4, (3, 2), strides=strides, padding=padding, groups=groups, name="convolution"
    )
    network = keras.Sequential(
        [keras.Input((7, 6, 2)), convolution, keras.layers.Dense(5, name="dense")]
    )
    _, height, width, _ = convolution.output.shape
    counted = 0
    for _ in itertools.product(range(height), range(width), range(4)):  # every output value
        counted += 3 * 2 * (2 // groups)  # every weight of its kernel
    counts = models.multiply_adds(network)
    assert counts == {"convolution": counted, "dense": height * width * 5 * 4}
