"""Every fast layer against the plain loops, TensorFlow and finite differences, in float64."""

import copy
import pickle

import hypothesis
import numpy as np
import pytest
import tensorflow as tf
from checks import refuses
from hypothesis import strategies as st

from mnist_helpers.numpy_cnn import (
    AveragePooling2D,
    BatchNormalization,
    Conv2D,
    Dense,
    Dropout,
    Flatten,
    MaxPooling2D,
    PooledConv2D,
    ReLU,
    SoftmaxCrossEntropy,
    reference,
    softmax,
)
from mnist_helpers.numpy_cnn.gradient_check import check_layer, numerical_gradient, relative_error

EXACT, DIFFERENCES = 1e-7, 1e-5


def pickled(layer):
    """Write and read a layer."""
    return pickle.loads(pickle.dumps(layer))


def cases(count, *strategies):
    """Run a test on this many drawn cases, always the same."""
    settings = hypothesis.settings(
        max_examples=count,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(hypothesis.HealthCheck),
    )
    return lambda test: settings(hypothesis.given(*strategies)(test))


def close(actual, expected, error=EXACT):
    assert np.shape(actual) == np.shape(expected)
    assert relative_error(actual, np.asarray(expected)) <= error


def tensorflow_gradients(function, *arrays):
    """Return a TensorFlow function's outputs, and how their gradient becomes the arrays' own."""
    variables = [tf.Variable(array) for array in arrays]
    with tf.GradientTape(persistent=True) as tape:
        outputs = function(*variables)
    return outputs.numpy(), lambda gradient: [
        tf.convert_to_tensor(each).numpy()
        for each in tape.gradient(outputs, variables, output_gradients=tf.constant(gradient))
    ]


@st.composite
def convolutions(draw, with_strides=True):
    """Sizes of a convolution that fits, and a seed."""
    kernel_size = draw(st.tuples(st.integers(1, 4), st.integers(1, 4)))
    padding = draw(st.sampled_from(["valid", "same"]))
    least = kernel_size if padding == "valid" else (1, 1)
    return {
        "batch": draw(st.integers(1, 3)),
        "size": tuple(draw(st.integers(low, low + 5)) for low in least),
        "channels": draw(st.integers(1, 3)),
        "filters": draw(st.integers(1, 3)),
        "kernel_size": kernel_size,
        "strides": draw(st.tuples(st.integers(1, 3), st.integers(1, 3)))
        if with_strides
        else (1, 1),
        "padding": padding,
        "images_innermost": draw(st.booleans()),
        "seed": draw(st.integers(0, 2**20)),
    }


def drawn_arrays(case):
    generator = np.random.default_rng(case["seed"])
    images = generator.normal(size=(case["batch"], *case["size"], case["channels"]))
    if case["images_innermost"]:
        images = np.ascontiguousarray(images.swapaxes(0, 3)).swapaxes(0, 3)
    return generator, images


def with_weights(layer, images, generator):
    layer.build(images.shape[1:], generator, "float64")
    layer.parameter_vector[...] = generator.normal(size=layer.parameter_vector.shape)
    return layer


@cases(200, convolutions())
@hypothesis.example(  # a kernel as large as the image
    dict(batch=1, size=(5, 5), channels=1, filters=2, kernel_size=(5, 5), strides=(1, 1))
    | dict(padding="valid", images_innermost=False, seed=0)
)
def test_convolution_equals_loops_and_tensorflow(case):
    generator, images = drawn_arrays(case)
    options = dict(strides=case["strides"], padding=case["padding"])
    layer = with_weights(Conv2D(case["filters"], case["kernel_size"], **options), images, generator)
    kernel, bias = layer.parameters.values()
    outputs = layer.forward(images).copy()
    output_gradient = generator.normal(size=outputs.shape)
    gradients = [np.array(layer.backward(output_gradient)), *layer.gradients.values()]

    close(outputs, reference.convolution(images, kernel, bias, **options))
    expected = reference.convolution_gradients(images, kernel, output_gradient, **options)
    for ours, loops in zip(gradients, expected, strict=True):
        close(ours, loops)
    theirs, backward = tensorflow_gradients(
        lambda x, k, b: tf.nn.conv2d(x, k, case["strides"], case["padding"].upper()) + b,
        images,
        kernel,
        bias,
    )
    close(outputs, theirs)
    for ours, other in zip(gradients, backward(output_gradient), strict=True):
        close(ours, other)


@cases(100, convolutions(), st.tuples(st.integers(1, 3), st.integers(1, 3)))
def test_pooled_convolution_equals_convolution_then_pooling(case, pool_size):
    generator, images = drawn_arrays(case)
    if case["seed"] % 2:
        images = np.round(images)  # so that values tie
    options = dict(strides=case["strides"], padding=case["padding"])
    apart = with_weights(Conv2D(case["filters"], case["kernel_size"], **options), images, generator)
    apart.parameter_vector[...] = np.round(2 * apart.parameter_vector)
    hypothesis.assume(all(np.greater_equal(apart.output_shape[:2], pool_size)))
    pooling = MaxPooling2D(pool_size)
    together = PooledConv2D(case["filters"], case["kernel_size"], **options, pool_size=pool_size)
    with_weights(together, images, generator).parameter_vector[...] = apart.parameter_vector

    outputs = pooling.forward(apart.forward(images))
    close(together.forward(images), outputs)
    output_gradient = generator.normal(size=outputs.shape)
    if not case["seed"] % 2:
        close(together.backward(output_gradient), apart.backward(pooling.backward(output_gradient)))
        close(together.gradient_vector, apart.gradient_vector)
    else:  # whole numbers: the same products in another order, without rounding
        output_gradient = np.round(4 * output_gradient)
        expected = apart.backward(pooling.backward(output_gradient))
        np.testing.assert_array_equal(together.backward(output_gradient), expected)
        np.testing.assert_array_equal(together.gradient_vector, apart.gradient_vector)


@cases(100, convolutions(), st.booleans())
def test_pooling_equals_loops_and_tensorflow(case, with_ties):
    generator, images = drawn_arrays(case)
    hypothesis.assume(case["padding"] == "valid")
    if with_ties:
        images = np.round(images)
    pool_size, strides = case["kernel_size"], case["strides"]
    for layer, function, summary, loops in (
        (
            MaxPooling2D(pool_size, strides),
            tf.nn.max_pool2d,
            np.max,
            reference.max_pooling_gradient,
        ),
        (
            AveragePooling2D(pool_size, strides),
            tf.nn.avg_pool2d,
            np.mean,
            reference.average_pooling_gradient,
        ),
    ):
        outputs = layer.forward(images).copy()
        output_gradient = generator.normal(size=outputs.shape)
        input_gradient = layer.backward(output_gradient)
        theirs, backward = tensorflow_gradients(
            lambda x, function=function: function(x, pool_size, strides, "VALID"), images
        )
        close(outputs, theirs)
        close(outputs, reference.pooling(images, pool_size, strides, summary))
        close(input_gradient, loops(images, output_gradient, pool_size, strides))
        close(input_gradient, backward(output_gradient)[0])


@cases(25, convolutions(), st.sampled_from([Conv2D, PooledConv2D, MaxPooling2D, AveragePooling2D]))
def test_windows_against_finite_differences(case, kind):
    generator, images = drawn_arrays(case)
    images = (
        generator.permutation(images.size).reshape(images.shape) / 10.0
    )  # no two close together
    options = dict(strides=case["strides"])
    if kind in (MaxPooling2D, AveragePooling2D):
        hypothesis.assume(case["padding"] == "valid")
        layer = kind(case["kernel_size"], **options)
    else:
        layer = kind(case["filters"], case["kernel_size"], **options, padding=case["padding"])
        try:
            with_weights(layer, images, generator)
        except ValueError:
            hypothesis.reject()
    for name, error in check_layer(layer, images).items():
        assert error <= DIFFERENCES, name


@pytest.mark.parametrize(
    ("kind", "shape"),
    [
        (kind, shape)
        for kind in (Dense, ReLU, Flatten, BatchNormalization, Dropout)
        for shape in ((1, 4), (3, 4), (2, 5, 3, 4))
        if (kind, len(shape)) != (Dense, 4)
    ],
)
def test_other_layers_against_finite_differences(kind, shape):
    values = (
        np.random.default_rng(1).permutation(np.prod(shape)).reshape(shape)
        - np.prod(shape) / 2
        + 0.25
    )
    layer = {Dense: lambda: Dense(3), Dropout: lambda: Dropout(0)}.get(kind, kind)()
    for name, error in check_layer(layer, values / 10).items():
        if kind is BatchNormalization and shape[0] == 1:
            continue  # one value has no variance: all is beta
        assert error <= DIFFERENCES, name


@pytest.mark.parametrize("batch", [1, 4])
def test_dense_equals_loops_and_tensorflow(batch):
    generator = np.random.default_rng(batch)
    rows, output_gradient = generator.normal(size=(batch, 6)), generator.normal(size=(batch, 3))
    layer = with_weights(Dense(3), rows, generator)
    kernel, bias = layer.parameters.values()
    outputs = layer.forward(rows).copy()
    gradients = [layer.backward(output_gradient), *layer.gradients.values()]
    close(outputs, reference.dense(rows, kernel, bias))
    theirs, backward = tensorflow_gradients(lambda x, k, b: x @ k + b, rows, kernel, bias)
    close(outputs, theirs)
    loops = reference.dense_gradients(rows, kernel, output_gradient)
    for ours, loop, other in zip(gradients, loops, backward(output_gradient), strict=True):
        close(ours, loop)
        close(ours, other)


def test_relu_equals_loops_and_is_flat_at_zero():
    values = np.array([[-1.0, 0.0, 2.0]])
    layer = ReLU()
    np.testing.assert_array_equal(layer.forward(values), reference.relu(values))
    np.testing.assert_array_equal(layer.backward(np.ones((1, 3))), [[0, 0, 1]])


@pytest.mark.parametrize("shape", [(8, 3), (4, 5, 6, 3)])
def test_batch_normalization_equals_loops_and_keras(shape):
    import keras

    generator = np.random.default_rng(3)
    inputs, output_gradient = generator.normal(2, 3, size=(2, *shape))
    layer = with_weights(BatchNormalization(), inputs, generator)
    gamma, beta = layer.parameters.values()
    other = keras.layers.BatchNormalization(dtype="float64")
    other.build(inputs.shape)
    other.gamma.assign(gamma)
    other.beta.assign(beta)
    theirs, backward = tensorflow_gradients(lambda x: other(x, training=True), inputs)
    ours = layer.forward(inputs, training=True).copy()
    close(ours, reference.batch_normalization(inputs, gamma, beta))
    close(ours, theirs)
    close(layer.backward(output_gradient), backward(output_gradient)[0])
    close(layer.state["moving_mean"], other.moving_mean.numpy())
    close(layer.state["moving_variance"], other.moving_variance.numpy())
    close(layer.forward(inputs), other(inputs, training=False).numpy())


def test_dropout_keeps_the_mean_and_its_seed():
    inputs = np.ones((1000, 50))
    layers = [
        Dropout(0.25).build((50,), np.random.default_rng(seed), "float64") for seed in (1, 1, 2)
    ]
    first, same, other = (layer.forward(inputs, training=True).copy() for layer in layers)
    np.testing.assert_array_equal(first, same)
    assert (first != other).any()
    assert set(np.unique(first)) == {0, 1 / 0.75}
    assert abs((first == 0).mean() - 0.25) < 4 * np.sqrt(0.25 * 0.75 / inputs.size)
    np.testing.assert_array_equal(layers[0].backward(inputs), first)
    assert layers[0].forward(inputs) is inputs


def test_ties_go_where_tensorflow_sends_them():
    images = np.array([[1, 7, 2, 2], [7, 7, 2, 2], [0, 0, 5, 5], [0, 3, 5, 4.0]]).reshape(
        1, 4, 4, 1
    )
    layer = MaxPooling2D(2)
    layer.forward(images)
    gradient = layer.backward(np.arange(1.0, 5).reshape(1, 2, 2, 1))
    np.testing.assert_array_equal(
        gradient[0, :, :, 0], [[0, 1, 2, 0], [0, 0, 0, 0], [0, 0, 4, 0], [0, 3, 0, 0]]
    )


@pytest.mark.parametrize("batch", [1, 7])
def test_cross_entropy_equals_loops_tensorflow_and_differences(batch):
    generator = np.random.default_rng(batch)
    logits, labels = 5 * generator.normal(size=(batch, 10)), generator.integers(10, size=batch)
    loss = SoftmaxCrossEntropy()
    value = loss.forward(logits, labels)
    gradient = loss.backward()
    expected, loops = reference.cross_entropy(logits, labels)
    theirs, backward = tensorflow_gradients(
        lambda x: tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(labels, x)), logits
    )
    assert value == pytest.approx(expected, rel=1e-12) == pytest.approx(float(theirs), rel=1e-12)
    close(gradient, loops)
    close(gradient, backward(np.array(1.0))[0])
    close(gradient, numerical_gradient(lambda x: loss.forward(x, labels), logits), DIFFERENCES)
    close(softmax(logits), tf.nn.softmax(logits).numpy())


def test_cross_entropy_survives_huge_logits():
    loss = SoftmaxCrossEntropy()
    assert loss.forward(np.array([[1e4, 0.0], [0.0, 1e4]]), np.array([0, 0])) == 5000
    np.testing.assert_array_equal(loss.backward(), [[0, 0], [-0.5, 0.5]])


@pytest.mark.parametrize(
    ("action", "message"),
    [
        (lambda: Conv2D(0, 3), "filters must be a whole number of at least 1, got 0"),
        (
            lambda: Conv2D(1, (3, 3, 3)),
            r"kernel_size must be one whole number or two, got \(3, 3, 3\)",
        ),
        (lambda: Conv2D(1, 2.5), "kernel_size must be a whole number of at least 1, got 2.5"),
        (lambda: Conv2D(1, 3, padding="full"), "padding must be 'valid' or 'same', got 'full'"),
        (
            lambda: Conv2D(1, 5).build((4, 4, 1)),
            "a kernel of 5 does not fit into an image of 4 pixels",
        ),
        (
            lambda: MaxPooling2D(5).build((4, 4, 1)),
            "a pool of 5 does not fit into an image of 4 pixels",
        ),
        (
            lambda: PooledConv2D(1, 3, pool_size=9).build((9, 9, 1)),
            "a pool of 9 does not fit into an image of 7",
        ),
        (
            lambda: Conv2D(1, 3).build((28, 28)),
            r"Conv2D expects images \(height, width, channels\), got shape \(28, 28\)",
        ),
        (
            lambda: Dense(3).build((2, 2)),
            r"Dense expects rows of numbers, got \(2, 2\): put Flatten",
        ),
        (lambda: Dropout(1), "a dropout rate lies between 0 and 1, got 1$"),
        (lambda: ReLU().forward(np.zeros(3)), r"ReLU expects .*, got float64 of shape \(3,\)"),
        (
            lambda: ReLU().forward(np.zeros((2, 3), int)),
            r"ReLU expects float32 or float64 .*, got int64",
        ),
        (
            lambda: Conv2D(1, 3).build((9, 9, 1)).forward(np.zeros((1, 9, 9, 1))),
            "expects float32 .* got float64",
        ),
        (
            lambda: Conv2D(1, 3).build((9, 9, 1)).forward(np.zeros((0, 9, 9, 1), "f")),
            r"got .* \(0, 9, 9, 1\)",
        ),
        (lambda: SoftmaxCrossEntropy().forward(np.zeros(3), [0]), "logits must have shape"),
        (
            lambda: SoftmaxCrossEntropy().forward(np.zeros((1, 3)), [3]),
            "between 0 and 2, got values from 3",
        ),
        (
            lambda: SoftmaxCrossEntropy().forward(np.zeros((1, 3)), [0.0]),
            "must be whole numbers, got float64",
        ),
        (
            lambda: SoftmaxCrossEntropy().forward(np.zeros((1, 3)), [0, 1]),
            r"shape \(1,\), .*, got \(2,\)",
        ),
        (
            lambda: numerical_gradient(np.sum, np.zeros(1, "f")),
            "finite differences need float64, got float32",
        ),
        (lambda: SoftmaxCrossEntropy().backward(), "goes back only after a forward pass$"),
        (lambda: relative_error(np.ones(0), np.ones(0)), r"nothing to compare .* \(0,\)"),
    ],
)
def test_bad_input_gets_one_sentence(action, message):
    with refuses(message) as caught:
        action()
    assert not str(caught.value).endswith(".")


LAYERS = {
    "Conv2D": (lambda: Conv2D(2, 3), (6, 6, 2)),
    "PooledConv2D": (lambda: PooledConv2D(2, 3), (6, 6, 2)),
    "MaxPooling2D": (lambda: MaxPooling2D(2), (6, 6, 2)),
    "AveragePooling2D": (lambda: AveragePooling2D(2), (6, 6, 2)),
    "BatchNormalization": (BatchNormalization, (6, 6, 2)),
    "ReLU": (ReLU, (6, 6, 2)),
    "Dropout": (lambda: Dropout(0.5), (6, 6, 2)),
    "Flatten": (Flatten, (6, 6, 2)),
    "Dense": (lambda: Dense(3), (5,)),
}
every_layer = pytest.mark.parametrize("name", LAYERS)


def built(name, dtype="float64", batch=3):
    """Give a layer, inputs and a gradient of its outputs."""
    make, shape = LAYERS[name]
    layer, generator = make().build(shape, dtype=dtype), np.random.default_rng(1)
    inputs = generator.normal(size=(batch, *shape)).astype(dtype)
    return layer, inputs, generator.normal(size=(batch, *layer.output_shape)).astype(dtype)


@every_layer
def test_backward_refuses_what_is_no_gradient_of_the_last_outputs(name):
    layer, inputs, gradient = built(name)
    with refuses(f"{name} goes back only after a forward pass$"):
        layer.backward(gradient)
    layer.forward(inputs, training=True)
    for wrong in (gradient[:2], gradient[..., :1], gradient[0], gradient.ravel(), gradient * 1j):
        with refuses(f"{name} expects a gradient .*, got .* of shape"):
            layer.backward(wrong)
    layer.forward(inputs[:2], training=True)  # then these are the last
    with refuses(f"{name} expects a gradient .*, got .* of shape"):
        layer.backward(gradient)
    assert layer.backward(gradient[:2]).shape == (2, *layer.input_shape)


@every_layer
def test_a_layer_built_anew_for_another_type_has_nothing_of_the_old_one(name):
    layer, inputs, gradient = built(name, "float32")
    layer.backward(layer.forward(inputs, training=True))
    layer.build(layer.input_shape, dtype="float64")
    inputs, gradient = inputs.astype("float64"), gradient.astype("float64")
    fresh = built(name)[0]
    for each in (layer, fresh):
        with pytest.raises(ValueError, match="only after a forward pass"):
            each.backward(gradient)
        each.results = [each.forward(inputs, training=True).copy(), each.backward(gradient)]
    for mine, theirs in zip(layer.results, fresh.results, strict=True):
        assert mine.dtype == np.float64
        np.testing.assert_array_equal(mine, theirs)


@every_layer
@pytest.mark.parametrize("duplicate", [copy.deepcopy, copy.copy, pickled], ids=lambda f: f.__name__)
def test_a_copied_layer_keeps_its_parameters_in_its_vector(name, duplicate):
    layer, inputs, gradient = built(name)
    expected = layer.forward(inputs).copy()
    twin = duplicate(layer)
    with refuses("only after a forward pass"):
        twin.backward(gradient)
    np.testing.assert_array_equal(twin.forward(inputs), expected)
    twin.parameter_vector[...] = 1
    assert all((array == 1).all() for array in twin.parameters.values())
    twin = duplicate(twin)  # and a copy of the copy
    twin.forward(inputs, training=True)
    twin.backward(gradient)
    gradients = [array.ravel() for array in twin.gradients.values()]
    np.testing.assert_array_equal(twin.gradient_vector, np.concatenate([np.zeros(0), *gradients]))


@cases(100, st.integers(0, 2**20), st.integers(1, 3), st.integers(1, 3))
def test_nan_is_the_largest_and_loses_no_gradient(seed, height, width):
    generator, size = np.random.default_rng(seed), (height, width)
    images = generator.normal(size=(2, 6, 6, 2))
    images[tuple(generator.integers(images.shape))] = np.nan
    pooling, together = MaxPooling2D(size), PooledConv2D(1, 1, pool_size=size)
    outputs = pooling.forward(images).copy()
    np.testing.assert_array_equal(outputs, reference.pooling(images, size, size))
    gradient = generator.normal(size=outputs.shape)
    back = pooling.backward(gradient).copy()
    for channel in range(2):  # a convolution that changes nothing
        part = images[..., channel : channel + 1].copy()
        together.build(part.shape[1:], dtype="float64").parameters["kernel"].fill(1)
        np.testing.assert_array_equal(together.forward(part), outputs[..., channel, None])
        others = together.backward(gradient[..., channel, None].copy())
        np.testing.assert_array_equal(others, back[..., channel, None])
    of_windows = reference.pooling(back, size, size, np.sum)
    np.testing.assert_allclose(of_windows, gradient, rtol=1e-12)
    bad = np.isnan(reference.pooling(images, size, size))
    assert bad.sum() == 1
    expected = reference.max_pooling_gradient(np.nan_to_num(images), gradient, size, size)
    elsewhere = ~np.kron(bad, np.ones((1, height, width, 1))).astype(bool)
    np.testing.assert_array_equal(back[elsewhere], expected[elsewhere])


def test_a_relu_lets_nan_and_its_gradient_through():
    layer = ReLU()
    outputs = layer.forward(np.array([[np.nan, -1.0, 2.0]]))
    np.testing.assert_array_equal(outputs, [[np.nan, 0, 2]])
    np.testing.assert_array_equal(layer.backward(np.full((1, 3), 3.0)), [[3, 0, 3]])


@pytest.mark.parametrize("spoilt", ["input", "kernel", "bias"])
def test_the_gradient_check_never_hides_nan(spoilt):
    class Spoilt(Dense):
        def backward(self, output_gradient):
            gradient = super().backward(output_gradient)
            {"input": gradient, **self.gradients}[spoilt].flat[0] = np.nan
            return gradient

    errors = check_layer(Spoilt(3), np.random.default_rng(0).normal(size=(2, 4)))
    assert errors.pop(spoilt) == np.inf == max(0.0, relative_error([1.0, np.nan], [1.0, 1.0]))
    assert max(errors.values()) < DIFFERENCES
