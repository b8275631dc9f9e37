"""What looks inside a network: against finite differences, closed forms and plain loops."""

import keras
import numpy as np
import pytest
from checks import cases, refuses
from keras import layers, ops
from scipy.stats import spearmanr

from mnist_helpers import data, inspection, models, storage
from mnist_helpers.inspection import gradients, maximisation, parts, sanity

SIDE = 6


def built(*stack, side=SIDE, name="small", dtype="float64"):
    """Build a small network in double precision, with seeded weights.

    A kernel's weights for each unit add up to nothing, so that no unit is silent on all images.
    """
    network = keras.Sequential([keras.Input((side, side, 1), dtype=dtype), *stack], name=name)
    generator = np.random.default_rng(7)
    weights = []
    for weight in network.get_weights():
        drawn = generator.normal(0, 0.6, weight.shape)
        if drawn.ndim > 1:
            drawn -= drawn.mean(axis=tuple(range(drawn.ndim - 1)))
        weights.append(drawn)
    network.set_weights(weights)
    return network


@pytest.fixture(scope="module")
def small():
    """Give a network with all kinds of layers of the book, in double precision."""
    options = {"dtype": "float64"}
    network = built(
        layers.Conv2D(4, 3, activation="relu", name="first", **options),
        layers.BatchNormalization(name="norm", **options),
        layers.Conv2D(5, 2, activation="tanh", name="second", **options),
        layers.MaxPooling2D(name="pool", **options),
        layers.Dropout(0.5, name="dropout", **options),
        layers.Flatten(name="flatten", **options),
        layers.Dense(7, activation="relu", name="dense", **options),
        layers.Dense(3, activation="softmax", name="classes", **options),
    )
    gamma, beta, mean, variance = network.get_layer("norm").get_weights()
    network.get_layer("norm").set_weights([gamma, beta, mean, np.abs(variance) + 0.5])
    return network


@pytest.fixture
def images():
    """Give images whose pixels can be moved a little without leaving 0 to 1."""
    return np.random.default_rng(3).uniform(0.1, 0.9, (4, SIDE, SIDE, 1))


def logits_by_hand(network, images):
    """Compute the last layer's weighted sums from what the layer before it writes."""
    kernel, bias = network.layers[-1].get_weights()
    return inspection.activations(network, network.layers[-2].name, images) @ kernel + bias


# ---- activations ---------------------------------------------------------------------------


def test_activations_are_those_of_the_layers_in_turn(small, images):
    flow = images
    for layer in small.layers:
        flow = layer(flow, training=False) if layer.name == "dropout" else layer(flow)
        found = inspection.activations(small, layer.name, images)
        np.testing.assert_allclose(found, flow, rtol=1e-9, atol=1e-12)


def test_logits_are_what_softmax_reads(small, images):
    logits = inspection.activations(small, "logits", images)
    np.testing.assert_allclose(logits, logits_by_hand(small, images), rtol=1e-9)
    probabilities = ops.convert_to_numpy(ops.softmax(logits))
    np.testing.assert_allclose(probabilities, small.predict(images, verbose=0), rtol=1e-6)


def test_logits_before_a_softmax_layer():
    network = models.digit_pad()
    pictures = np.random.default_rng(0).random((2, 28, 28, 1), np.float32)
    found = inspection.activations(network, "logits", pictures)
    np.testing.assert_array_equal(found, inspection.activations(network, "dense", pictures))


def test_mean_activations_average_over_the_places(small, images):
    found = inspection.mean_activations(small, ["second", "dense", "logits"], images)
    assert list(found) == ["second", "dense", "logits"]
    maps = inspection.activations(small, "second", images)
    np.testing.assert_allclose(found["second"], maps.mean(axis=(1, 2)), rtol=1e-9)
    dense = inspection.activations(small, "dense", images)
    np.testing.assert_allclose(found["dense"], dense, rtol=1e-9)


# ---- gradients -----------------------------------------------------------------------------


def finite_differences(score, inputs, step=1e-5):
    """Differentiate by moving each value a little to both sides; the error is of order step²."""
    slopes = np.empty_like(inputs)
    for place in np.ndindex(inputs.shape):
        moved = [inputs.copy(), inputs.copy()]
        moved[0][place] += step
        moved[1][place] -= step
        slopes[place] = (score(moved[0]) - score(moved[1])) / (2 * step)
    return slopes


def response(network, layer, images, units):
    means = inspection.mean_activations(network, [layer], images)[layer]
    return means[np.arange(len(images)), units].sum()


@pytest.mark.parametrize("layer", ["first", "second", "pool", "dense", "logits", "classes"])
def test_gradients_are_finite_differences(small, images, layer):
    pictures, units = images[:2], np.array([2, 0])
    model = parts.part(small, layer)
    chosen = np.eye(model.outputs[0].shape[-1])[units]
    slopes = ops.convert_to_numpy(gradients.unit_gradient(model, pictures, chosen))
    expected = finite_differences(lambda moved: response(small, layer, moved, units), pictures)
    assert np.abs(expected).max() > 1e-3  # something to compare
    np.testing.assert_allclose(slopes, expected, rtol=1e-6, atol=1e-9)
    maps = inspection.saliency(small, layer, pictures, units)
    np.testing.assert_allclose(maps, np.abs(expected)[..., 0], rtol=1e-6, atol=1e-9)
    signed = inspection.saliency(small, layer, pictures, units, signed=True)
    np.testing.assert_allclose(signed, expected[..., 0], rtol=1e-6, atol=1e-9)


def test_a_score_that_does_not_read_its_inputs_has_no_gradient():
    slopes = gradients.gradient(lambda inputs: ops.sum(ops.ones(3)), np.ones((2, 2)))
    np.testing.assert_array_equal(slopes, np.zeros((2, 2)))


def test_another_backend_is_refused(monkeypatch):
    monkeypatch.setattr(keras.config, "backend", lambda: "torch")
    with refuses("Keras runs on torch", NotImplementedError):
        gradients.gradient(ops.sum, np.ones(2))


def test_many_images_are_differentiated_in_batches(small, monkeypatch):
    pictures = np.random.default_rng(5).random((7, SIDE, SIDE, 1))
    classes = np.arange(7) % 3
    whole = [
        inspection.saliency(small, "logits", pictures, classes),
        inspection.grad_cam(small, "second", pictures, classes),
    ]
    monkeypatch.setattr("mnist_helpers.inspection.parts.BATCH", 3)
    batched = [
        inspection.saliency(small, "logits", pictures, classes),
        inspection.grad_cam(small, "second", pictures, classes),
    ]
    for one, other in zip(whole, batched, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-9, atol=1e-12)


# ---- maximisation --------------------------------------------------------------------------


@pytest.fixture(scope="module")
def linear():
    """Give a network of one linear layer: its gradient is its kernel, wherever one stands."""
    network = built(layers.Flatten(dtype="float64"), layers.Dense(3, name="out", dtype="float64"))
    kernel = network.layers[-1].kernel.numpy()
    slopes = kernel.T.reshape(3, SIDE, SIDE, 1)
    return network, slopes / np.sqrt((slopes**2).mean(axis=(1, 2, 3), keepdims=True))


def start_like(slopes):
    return np.full(slopes.shape, 0.5)


def test_a_step_is_the_gradient_divided_by_its_root_mean_square(linear):
    network, slopes = linear
    found = inspection.maximise(
        network, "out", regulariser="none", steps=1, step_size=0.01, start=start_like(slopes)
    )
    np.testing.assert_allclose(found.images, 0.5 + 0.01 * slopes, rtol=1e-9)
    np.testing.assert_allclose(np.sqrt(((found.images - 0.5) ** 2).mean(axis=(1, 2, 3))), 0.01)


def test_a_linear_layer_is_maximised_exactly(linear):
    """The best image between 0 and 1 has ink where the weight is positive, and none elsewhere."""
    network, slopes = linear
    found = inspection.maximise(network, "out", regulariser="none", steps=400, step_size=50)
    np.testing.assert_array_equal(found.images, slopes > 0)
    kernel, bias = network.layers[-1].get_weights()
    np.testing.assert_allclose(found.responses, np.maximum(kernel, 0).sum(axis=0) + bias)
    assert found.moved.all()


def test_decay_ends_where_a_step_makes_up_for_it(linear):
    """The image x = 0.8 (x + s g) is x = 4 s g, for steps too small to reach the bounds."""
    network, slopes = linear
    found = inspection.maximise(
        network, "out", regulariser="decay", steps=200, step_size=0.01, start=start_like(slopes)
    )
    np.testing.assert_allclose(found.images, np.maximum(0.04 * slopes, 0), atol=1e-9)


def test_some_units_are_maximised_like_all(small):
    start = np.random.default_rng(1).random((5, SIDE, SIDE, 1))
    every = inspection.maximise(small, "second", steps=5, start=start)
    some = inspection.maximise(small, "second", [3, 1], steps=5, start=start[[3, 1]])
    for one, other in zip(every, some, strict=True):
        np.testing.assert_allclose(one[[3, 1]], other, rtol=1e-9)


def test_responses_are_those_to_the_images(small):
    for layer in ("first", "logits"):
        found = inspection.maximise(small, layer, steps=3, regulariser="blur")
        means = inspection.mean_activations(small, [layer], found.images)[layer]
        np.testing.assert_allclose(found.responses, np.diag(means), rtol=1e-9)
        assert (found.images >= 0).all() and (found.images <= 1).all()


def test_a_dead_unit_moves_nothing():
    network = built(layers.Conv2D(2, 3, activation="relu", name="maps", dtype="float64"))
    kernel, _ = network.layers[0].get_weights()
    network.layers[0].set_weights([np.abs(kernel) * [1, -1], np.array([0.1, -0.1])])
    start = np.full((2, SIDE, SIDE, 1), 0.5)
    found = inspection.maximise(network, "maps", regulariser="none", steps=3, start=start)
    assert found.moved.tolist() == [True, False]
    assert found.responses[1] == 0 and np.isfinite(found.images).all()
    np.testing.assert_array_equal(found.images[1], start[1])


def regularised_by_loops(image, weights):
    """Blur, decay and clip one image without tensors."""
    blurred = np.empty_like(image)
    for row, column in np.ndindex(image.shape):
        around = image[max(row - 1, 0) : row + 2, max(column - 1, 0) : column + 2]
        blurred[row, column] = around.mean()
    clipped = image.copy()
    weakest = np.argsort(image.ravel(), kind="stable")[: round(0.01 * image.size)]
    clipped.ravel()[weakest] = 0
    blur, decay, clip = np.divide(weights, max(sum(weights), 1))
    return blur * blurred + decay * 0.8 * image + clip * clipped if any(weights) else image


@pytest.mark.parametrize("name", inspection.REGULARISERS)
def test_regularisers_are_their_definitions(name):
    pictures = np.random.default_rng(2).random((3, 20, 25))
    weights = inspection.REGULARISERS[name]
    found = maximisation.regularise(ops.convert_to_tensor(pictures[..., None]), weights)
    expected = [regularised_by_loops(picture, weights) for picture in pictures]
    np.testing.assert_allclose(found[..., 0], expected, rtol=1e-9)


def test_clipping_leaves_an_even_image_alone():
    even = ops.ones((1, 20, 20, 1))
    np.testing.assert_array_equal(maximisation.regularise(even, (0, 0, 1)), even)


# ---- Grad-CAM and occlusion ----------------------------------------------------------------


def test_grad_cam_is_cam_where_the_maps_are_averaged(images):
    """Behind a global average, the gradient by a map is the class's weight over the places."""
    network = built(
        layers.Conv2D(4, 3, activation="tanh", name="maps", dtype="float64"),
        layers.GlobalAveragePooling2D(dtype="float64"),
        layers.Dense(3, activation="softmax", dtype="float64"),
    )
    classes = np.array([0, 2, 1, 2])
    maps = inspection.activations(network, "maps", images)
    kernel = network.layers[-1].get_weights()[0]
    cam = np.einsum("nhwk,nk->nhw", maps, kernel[:, classes].T)
    found = inspection.grad_cam(network, "maps", images, classes)
    assert (cam < 0).any() and (cam > 0).any()
    places = maps.shape[1] * maps.shape[2]
    np.testing.assert_allclose(found, np.maximum(cam, 0) / places, rtol=1e-9, atol=1e-12)
    signed = inspection.grad_cam(network, "maps", images, classes, rectified=False)
    np.testing.assert_allclose(signed, cam / places, rtol=1e-9, atol=1e-12)


def test_grad_cam_weighs_by_finite_differences(small, images):
    pictures, classes = images[:2], np.array([1, 2])
    maps = inspection.activations(small, "first", pictures)
    back = keras.Model(small.get_layer("first").output, parts.output_of(small, "logits"))

    def score(moved):
        return ops.convert_to_numpy(back(moved, training=False))[[0, 1], classes].sum()

    weights = finite_differences(score, maps).mean(axis=(1, 2), keepdims=True)
    expected = np.maximum((weights * maps).sum(axis=-1), 0)
    assert expected.max() > 1e-3
    found = inspection.grad_cam(small, "first", pictures, classes)
    np.testing.assert_allclose(found, expected, rtol=1e-6, atol=1e-9)


@pytest.mark.parametrize(("size", "stride", "ink"), [(1, 1, 0.0), (2, 2, 0.0), (3, 2, 0.5)])
def test_occlusion_is_what_covering_by_hand_gives(small, images, size, stride, ink):
    classes = np.array([0, 1, 2, 1])
    found = inspection.occlusion(small, "logits", images, classes, size, stride, ink)
    before = logits_by_hand(small, images)
    for number, row, column in np.ndindex(found.shape):
        covered = images[[number]].copy()
        covered[:, row * stride :][:, :size, column * stride :][:, :, :size] = ink
        after = logits_by_hand(small, covered)[0, classes[number]]
        drop = before[number, classes[number]] - after
        np.testing.assert_allclose(found[number, row, column], drop, rtol=1e-7, atol=1e-12)
    assert found.shape[1] == (SIDE - size) // stride + 1


def test_covering_paper_with_paper_changes_nothing(small):
    blank = np.zeros((1, SIDE, SIDE, 1))
    assert not inspection.occlusion(small, "logits", blank, [1]).any()


def test_shuffling_changes_the_named_layers_alone(small):
    before = [weight.copy() for weight in small.get_weights()]
    copy = inspection.shuffled(small, ["second", "classes"], seed=4)
    for layer, other in zip(small.layers, copy.layers, strict=True):
        for old, new in zip(layer.get_weights(), other.get_weights(), strict=True):
            assert np.array_equal(old, new) == (layer.name not in ("second", "classes"))
            np.testing.assert_array_equal(np.sort(old, axis=None), np.sort(new, axis=None))
    again = inspection.shuffled(small, ["second", "classes"], seed=4)
    for one, other in zip(copy.get_weights(), again.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)
    for old, now in zip(before, small.get_weights(), strict=True):
        np.testing.assert_array_equal(old, now)


# ---- averages of gradients -----------------------------------------------------------------


@pytest.mark.parametrize("paper", [0.0, 0.3])
def test_integrated_gradients_add_up_to_what_the_image_adds(small, images, paper):
    classes = np.array([0, 1, 2, 1])
    empty = np.full_like(images, paper)
    gained = logits_by_hand(small, images) - logits_by_hand(small, empty)
    gained = gained[np.arange(4), classes]
    gaps = [
        np.abs(
            inspection.integrated_gradients(small, "logits", images, classes, paper, steps)
            .sum(axis=(1, 2)) - gained
        ).max()
        for steps in (2, 200)
    ]  # fmt: skip
    assert gaps[1] < 0.02 * np.abs(gained).max() and gaps[1] < gaps[0] / 5


def test_averages_of_a_linear_layers_gradients_are_its_weights(linear, images):
    network, _ = linear
    units = np.array([2, 0, 1, 1])
    kernel = network.layers[-1].kernel.numpy().T[units].reshape(4, SIDE, SIDE)
    shares = inspection.integrated_gradients(network, "out", images, units, steps=1)
    np.testing.assert_allclose(shares, kernel * images[..., 0], rtol=1e-9)
    smooth = inspection.smooth_grad(network, "out", images, units, noise=0.5, samples=3)
    np.testing.assert_allclose(smooth, kernel, rtol=1e-9)


def test_smooth_grad_is_the_mean_over_noisy_copies(small, images):
    classes = np.array([0, 1, 2, 1])
    noise = np.random.default_rng(5).normal(0, 0.02, (2, *images.shape))  # stays between 0 and 1
    each = [inspection.saliency(small, "logits", images + n, classes, signed=True) for n in noise]
    found = inspection.smooth_grad(small, "logits", images, classes, 0.02, samples=2, seed=5)
    np.testing.assert_allclose(found, np.mean(each, axis=0), rtol=1e-7, atol=1e-12)
    still = inspection.smooth_grad(small, "logits", images, classes, noise=0, samples=1)
    plain = inspection.saliency(small, "logits", images, classes, signed=True)
    np.testing.assert_allclose(still, plain, rtol=1e-9)


# ---- what maps must stand ------------------------------------------------------------------


def test_likeness_is_spearmans_and_zero_for_an_even_map():
    generator = np.random.default_rng(0)
    maps = generator.integers(0, 4, (3, 5, 6)).astype(float)  # with ties
    others = maps + generator.normal(0, 1, maps.shape)
    maps[2] = 7
    found = inspection.likeness(maps, others)
    for number in (0, 1):
        expected = spearmanr(maps[number].ravel(), others[number].ravel())[0]
        assert found[number] == pytest.approx(expected)
    assert found[2] == 0
    with refuses(r"maps have shapes \(3, 5, 6\) and \(2, 5, 6\)"):
        inspection.likeness(maps, others[:2])


def test_coarse_maps_lie_on_the_pixels_they_were_made_from():
    """Squares of four pixels that move by two: the centre of the first lies between 1 and 2."""
    ramp = np.broadcast_to(2.0 * np.arange(13) + 1.5, (2, 13, 13))  # where each centre lies
    found = inspection.on_pixels(ramp, 0.5, 26.5, 28)
    expected = np.clip(np.arange(28.0), 1.5, 25.5)
    np.testing.assert_allclose(found, np.broadcast_to(expected, (2, 28, 28)))
    np.testing.assert_allclose(inspection.on_pixels(ramp, -0.5, 12.5, 13), ramp)


def test_ink_goes_in_the_order_of_importance_and_paper_stays():
    generator = np.random.default_rng(1)
    images = generator.random((3, 6, 6, 1)) * (generator.random((3, 6, 6, 1)) > 0.4)
    order = generator.normal(size=(3, 6, 6))
    for share in (0, 0.25, 1):
        found = inspection.without_ink(images, order, share)
        for image, values, left in zip(images, order, found, strict=True):
            ink = image[..., 0] > 0
            gone = ink & (left[..., 0] == 0)
            assert gone.sum() == round(share * ink.sum())
            if share == 0.25:
                assert values[gone].min() > values[ink & ~gone].max()
            np.testing.assert_array_equal(left[~gone], image[~gone])
    with refuses(r"importance has shape \(2, 6, 6\); expected \(3, 6, 6\), one a pixel"):
        inspection.without_ink(images, order[:2], 0.5)
    with refuses("the share is 1.5; expected one from 0 to 1"):
        inspection.without_ink(images, order, 1.5)


def test_the_interval_allows_for_orders_and_for_images():
    """Of two-way data with known spreads it holds the true mean about as often as it says."""
    generator = np.random.default_rng(3)
    hits = 0
    for _ in range(400):
        orders, images = generator.normal(0, 1, (20, 1)), generator.normal(0, 2, (1, 24))
        value, low, high = sanity.interval(orders + images + generator.normal(0, 1, (20, 24)))
        assert low < value < high
        hits += low < 0 < high
    assert 0.92 < hits / 400 < 0.99
    with refuses("expected \\(shuffles, images\\), at least two of each, all finite"):
        sanity.interval(np.ones((1, 24)))


def test_a_recorded_order_is_found_again():
    chosen, remains = sanity.read()
    _, (pixels, _) = data.load_data()
    pictures, network = data.prepare_images(pixels[chosen]), storage.load_network("post_cnn")
    answers = network.predict(pictures, verbose=0).argmax(axis=1)
    originals = {"gradient": sanity.METHODS["gradient"](network, pictures, answers)}
    row = next(sanity.rows_of(network, pictures, answers, 2, 7, originals))
    for view in sanity.VIEWS:
        expected = remains["gradient", view][1, 7]
        np.testing.assert_allclose(row[view], expected, atol=0.02)
        assert expected.std() > 0.01  # something to compare


def test_an_incomplete_record_is_refused(tmp_path, monkeypatch):
    whole = sanity.path_of("sanity_check").read_text("utf-8").splitlines(keepends=True)
    path = tmp_path / "cut.csv"
    monkeypatch.setattr(sanity, "path_of", lambda name: path)
    for spoiled in (whole[:-1], [*whole, whole[-1]]):
        path.write_text("".join(spoiled), "utf-8")
        with refuses("expected 400 of one, each method once"):
            sanity.read("cut")


# ---- what is refused -----------------------------------------------------------------------

LISTED = "first, norm, second, pool, dropout, flatten, dense, classes"


@pytest.mark.parametrize(
    "call",
    cases(
        {
            "activations": (lambda net, x: inspection.activations(net, "third", x),),
            "mean": (lambda net, x: inspection.mean_activations(net, ["first", "third"], x),),
            "maximise": (lambda net, x: inspection.maximise(net, "third"),),
            "saliency": (lambda net, x: inspection.saliency(net, "third", x, [0] * 4),),
            "grad_cam": (lambda net, x: inspection.grad_cam(net, "third", x, [0] * 4),),
            "occlusion": (lambda net, x: inspection.occlusion(net, "third", x, [0] * 4),),
            "shuffled": (lambda net, x: inspection.shuffled(net, ["third"]),),
        }
    ),
)
def test_an_unknown_layer_is_refused_with_the_list_of_layers(small, images, call):
    with refuses(f"small has no layer 'third'; it has {LISTED}"):
        call(small, images)


WRONG_IMAGES = {
    "no channel": (
        lambda x: x[..., 0],
        r"images have shape \(4, 6, 6\); small reads \(count, 6, 6, 1\)",
    ),
    "other size": (lambda x: x[:, 1:], r"shape \(4, 5, 6, 1\); small reads \(count, 6, 6, 1\)"),
    "none": (lambda x: x[:0], r"shape \(0, 6, 6, 1\)"),
    "bytes": (lambda x: (x * 255).astype(np.uint8), "images are uint8 from"),
    "grey levels": (lambda x: x * 255, "expected floats from 0 to 1"),
    "not a number": (lambda x: x * np.nan, "from nan to nan"),
}


@pytest.mark.parametrize(("change", "message"), cases(WRONG_IMAGES))
def test_wrong_images_are_refused(small, images, change, message):
    wrong, units = change(images), [0] * len(change(images))
    for call in (
        lambda: inspection.activations(small, "first", wrong),
        lambda: inspection.mean_activations(small, ["first"], wrong),
        lambda: inspection.saliency(small, "logits", wrong, units),
        lambda: inspection.grad_cam(small, "first", wrong, units),
        lambda: inspection.occlusion(small, "logits", wrong, units),
    ):
        with refuses(message):
            call()


@pytest.mark.parametrize(
    ("units", "message"),
    cases(
        {
            "too large": ([0, 1, 2, 3], "from 0 to 3; logits has 3, counted from 0 to 2"),
            "negative": ([0, 1, 2, -1], "from -1 to 2"),
            "too few": ([0, 1], r"units have shape \(2,\); expected \(4,\), one for each image"),
            "fractions": ([0.0, 1.0, 1.5, 2.0], "units are float64"),
        }
    ),
)
def test_wrong_units_are_refused(small, images, units, message):
    for call in (inspection.saliency, inspection.occlusion):
        with refuses(message):
            call(small, "logits", images, units)
    with refuses(message):
        inspection.grad_cam(small, "first", images, units)
    with refuses(message):
        inspection.integrated_gradients(small, "logits", images, units)


def test_other_wrong_arguments_are_refused(small, linear, images):
    with refuses("dense writes no maps; expected one of first, norm, second, pool, dropout"):
        inspection.grad_cam(small, "dense", images, [0] * 4)
    with refuses("a square of 7 pixels that moves by 2 does not fit 6 × 6"):
        inspection.occlusion(small, "logits", images, [0] * 4, size=7)
    with refuses("no regulariser 'jitter'; expected one of none, decay, blur, clip, all"):
        inspection.maximise(small, "first", regulariser="jitter")
    for steps in (0, 1.5):
        with refuses(f"there are {steps} steps; expected a whole number, at least 1"):
            inspection.maximise(small, "first", steps=steps)
    with refuses("the step size is -1; expected one above zero"):
        inspection.maximise(small, "first", step_size=-1)
    with refuses("there is no unit to make an image for"):
        inspection.maximise(small, "first", units=[])
    with refuses("images are float32 from 0.0 to 300.0; expected floats from 0 to 1"):
        start = np.linspace(0, 300, 36, dtype="float32").reshape(1, 6, 6, 1)
        inspection.maximise(small, "first", units=[0], start=start)
    with refuses(r"the start has shape \(3, 6, 6, 1\); expected one image for each of 4 units"):
        inspection.maximise(small, "first", start=images[:3])
    with refuses("first has 4, counted from 0 to 3"):
        inspection.maximise(small, "first", [4])
    with refuses("small does not end in a softmax, so it has no 'logits'; it has flatten"):
        inspection.activations(linear[0], "logits", images)
    with refuses("is not built; expected one that begins with keras.Input"):
        inspection.activations(keras.Sequential([layers.Dense(2)]), "dense", images)
    with refuses(r"units have shape \(\); expected \(1,\), one for each image"):
        inspection.maximise(small, "first", units=2)
    with refuses("size and stride are 2.5 and 2; expected whole pixels"):
        inspection.occlusion(small, "logits", images, [0] * 4, size=2.5)
    for wrong in (0, 2.5):
        with refuses(f"there are {wrong} steps; expected a whole number, at least 1"):
            inspection.integrated_gradients(small, "logits", images, [0] * 4, steps=wrong)
        with refuses(f"there are {wrong} samples; expected a whole number, at least 1"):
            inspection.smooth_grad(small, "logits", images, [0] * 4, samples=wrong)
    with refuses("paper is 2; expected a grey value from 0 to 1"):
        inspection.integrated_gradients(small, "logits", images, [0] * 4, paper=2)
    with refuses("the noise is -1; expected none or a positive standard deviation"):
        inspection.smooth_grad(small, "logits", images, [0] * 4, noise=-1)
    for ink in (255, np.nan):
        with refuses(f"the ink is {ink}; expected a grey value from 0 to 1"):
            inspection.occlusion(small, "logits", images, [0] * 4, ink=ink)


def every_function(network, images):
    """Call each function that takes a network as it is meant to be called."""
    units = [0] * len(images)
    yield lambda: inspection.activations(network, "logits", images)
    yield lambda: inspection.mean_activations(network, ["logits"], images)
    yield lambda: inspection.maximise(network, "logits", steps=1)
    yield lambda: inspection.saliency(network, "logits", images, units)
    yield lambda: inspection.grad_cam(network, "first", images, units)
    yield lambda: inspection.occlusion(network, "logits", images, units)
    yield lambda: inspection.integrated_gradients(network, "logits", images, units)
    yield lambda: inspection.smooth_grad(network, "logits", images, units)
    yield lambda: inspection.shuffled(network, ["dense"])


def test_networks_that_cannot_be_looked_into_are_refused(images):
    unbuilt = keras.Sequential([layers.Dense(2)], name="bare")
    vectors = keras.Sequential([keras.Input((36,)), layers.Dense(2)], name="flat")
    entry = keras.Input((6, 6, 1))
    branched = keras.Model(entry, layers.Dense(2)(layers.Flatten()(entry)))
    for network, message in {
        unbuilt: "the network bare is not built; expected one that begins with keras.Input",
        vectors: r"flat reads shape \(36,\); expected a network that reads images",
        branched: "the network is a Functional; expected keras.Sequential",
    }.items():
        for call in every_function(network, images):
            with refuses(message):
                call()


def test_layers_are_a_list_of_names(small, images):
    for wrong in ("first", []):
        with refuses("expected a list of at least one name"):
            inspection.mean_activations(small, wrong, images)
        with refuses("expected a list of at least one name"):
            inspection.shuffled(small, wrong)


def test_logits_are_those_before_the_softmax_even_of_a_layer_of_that_name(images):
    named = keras.Sequential(
        [keras.Input((6, 6, 1)), layers.Flatten(), layers.Dense(3, "softmax", name="logits")]
    )
    logits = inspection.activations(named, "logits", images)
    expected = ops.convert_to_numpy(named(images))
    np.testing.assert_allclose(ops.convert_to_numpy(ops.softmax(logits)), expected, rtol=1e-5)
    assert not np.allclose(logits, expected)
