"""The networks of the book, and what they cost."""

import itertools

import keras
import numpy as np
import pytest
from checks import cases, refuses

from mnist_helpers import data, models, numpy_cnn, storage
from mnist_helpers.notation import parse
from mnist_helpers.numpy_cnn import fast


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


# One line, and what it stands for in Keras: (class, output shape), without the softmax.
LINES = {
    "": ["Flatten 784"],
    "24C5-P2-32C3-P2-256": [
        "Conv2D 24×24×24", "MaxPooling2D 12×12×24", "Conv2D 10×10×32", "MaxPooling2D 5×5×32",
        "Flatten 800", "Dense 256",
    ],
    "8C3-P2-P3": ["Conv2D 26×26×8", "MaxPooling2D 13×13×8", "MaxPooling2D 4×4×8", "Flatten 128"],
    "8C3S2same-A2-D.25-16-D.5": [
        "Conv2D 14×14×8", "AveragePooling2D 7×7×8", "Dropout 7×7×8", "Flatten 392", "Dense 16",
        "Dropout 16",
    ],
    "8C5S3-B-8C2same": [
        "Conv2D 8×8×8", "BatchNormalization 8×8×8", "Conv2D 8×8×8", "Flatten 512",
    ],
    "8C3B-P2-F-D.5": [
        "Conv2D 26×26×8", "BatchNormalization 26×26×8", "Activation 26×26×8",
        "MaxPooling2D 13×13×8", "Flatten 1352", "Dropout 1352",
    ],
    "8C3same-16C3S2-G": ["Conv2D 28×28×8", "Conv2D 13×13×16", "GlobalAveragePooling2D 16"],
}  # fmt: skip
every_line = pytest.mark.parametrize("line", LINES)


@every_line
@pytest.mark.parametrize("activation", ["relu", "tanh", "linear"])
def test_a_line_describes_the_network_that_keras_builds(line, activation):
    network, described = models.from_notation(line, activation), parse(line, activation=activation)
    made = [
        f"{type(layer).__name__} {'×'.join(map(str, layer.output.shape[1:]))}"
        for layer in network.layers
    ]
    expected = [each for each in LINES[line] if activation != "linear" or "Activation" not in each]
    assert made == [*expected, "Dense 10"]
    for layer in network.layers:
        (own,) = [each for each in described if each.name == layer.name]
        assert (layer.input.shape[1:], layer.count_params()) == (own.input_shape, own.parameters)
    functions = [
        layer.activation.__name__ for layer in network.layers if hasattr(layer, "activation")
    ]
    functions = [function for function in functions if function != "linear"]
    assert functions == [
        layer.options["function"] for layer in described if "function" in layer.options
    ]
    for before, after in itertools.pairwise(described):
        assert before.output_shape == after.input_shape
    assert network.count_params() == sum(layer.parameters for layer in described)
    counts = {layer.name: layer.multiply_adds for layer in described}
    for name, count in models.multiply_adds(network).items():
        assert counts.pop(name) == count
    assert not any(counts.values())


@pytest.mark.parametrize("pool_first", [False, True])
@pytest.mark.parametrize("line", [line for line in LINES if "G" not in line and "3B" not in line])
def test_a_line_means_the_same_network_in_numpy(mnist, line, pool_first):
    theirs = models.from_notation(line, seed=1)
    ours = models.numpy_from_notation(line, pool_first)
    ours.set_weights(theirs.get_weights())
    images = data.prepare_images(mnist[0][0][:50])
    np.testing.assert_allclose(ours.predict(images), theirs.predict(images, verbose=0), atol=1e-5)


def test_pooling_first_is_one_layer_with_the_convolution():
    line = "24C5-P2-32C3-P2-256"
    layers = models.numpy_from_notation(line, pool_first=True, margin=2).layers
    assert [type(layer) for layer in layers] == [type(layer) for layer in fast.fast_cnn().layers]
    twice = models.numpy_from_notation("8C3-P2-P2", pool_first=True).layers
    assert [type(layer) for layer in twice[1:3]] == [numpy_cnn.ReLU, numpy_cnn.MaxPooling2D]
    (pooled, *_) = models.numpy_from_notation("8C3S2same-P3", pool_first=True).layers
    assert (pooled.strides, pooled.padding, pooled.pool_size) == ((2, 2), "same", (3, 3))


@pytest.mark.parametrize(
    ("line", "message"),
    cases({
        "no layer": ("8C3-X2", "'X2' in the network '8C3-X2' is no layer .* expected parts such"),
        "a rate of 1.5": ("D1.5", "'D1.5' in the network 'D1.5' is no layer"),
        "pooling after a dense layer": ("128-P2", "'P2' in the network '128-P2' .* reads images"),
        "a convolution after the mean": ("8C3-G-8C3", "'8C3' in the network .* reads images"),
        "too large a kernel": ("8C3-8C30", "'8C30' .* a window of 30 does not fit into 26 pixels"),
        "too large a pool": ("P2-P2-P2-P2-P2", "a window of 2 does not fit into 1 pixels"),
        "no pixels": ("P0", "a window of 0 does not fit"),
        "no filters": ("0C3", "'0C3' in the network '0C3' .* nothing"),
        "no step": ("8C3S0same", "'8C3S0same' in the network .* nothing"),
        "no units": ("0", "'0' in the network '0' .* nothing"),
    }),
)  # fmt: skip
def test_a_line_that_is_none(line, message):
    for build in (models.from_notation, models.numpy_from_notation):
        with refuses(message):
            build(line)


@pytest.mark.parametrize(
    ("line", "options", "message"),
    [("8C3-G", {}, "the layer pool of"), ("8C3B", {}, "the layer conv of"),
     ("8C3", {"activation": "tanh"}, "the layer conv_tanh of")],
)  # fmt: skip
def test_what_numpy_lacks_is_refused(line, options, message):
    with refuses(message + ".* is not there in NumPy; expected convolution, "):
        models.numpy_from_notation(line, **options)


def test_the_books_networks_are_their_lines(mnist):
    post, line = models.post_cnn(), models.from_notation(models.NOTATIONS["post_cnn"])
    for one, other in zip(post.layers, line.layers, strict=True):
        assert one.get_config() | {"name": ""} == other.get_config() | {"name": ""}
    assert models.NOTATIONS.keys() == models.NETWORKS.keys()
    images = data.prepare_images(mnist[1][0][:1000])
    for name, line in models.NOTATIONS.items():
        described = parse(line)
        network = storage.load_network(name)  # the shipped weights fit
        assert network.count_params() == sum(layer.parameters for layer in described)
        assert (
            network.predict(images, verbose=0).argmax(axis=1) == mnist[1][1][:1000]
        ).mean() > 0.98
    names = [layer.name for layer in parse(models.NOTATIONS["digit_pad"])]
    assert names == [layer.name for layer in models.digit_pad().layers]
