"""Test the preparation of drawings, and what the digit pad's page is given."""

import gzip
import hashlib
import json

import keras
import numpy as np
import pytest
import safetensors.numpy
from checks import refuses

from mnist_helpers import data, drawing, export, models, storage
from mnist_helpers.notation import parse


@pytest.fixture(scope="module")
def manifest():
    return json.loads((export.SITE / export.MANIFEST).read_text(encoding="utf-8"))


def test_mnist_is_a_fixed_point_of_the_preparation_up_to_its_rounding(mnist):
    (images, _), _ = mnist
    for image in images[:200]:
        again = drawing.prepare_drawing(image)
        rows, columns = again.any(axis=1).nonzero()[0], again.any(axis=0).nonzero()[0]
        assert max(np.ptp(rows), np.ptp(columns)) + 1 == 20
        for axis in (0, 1):
            profile = again.sum(axis=1 - axis).astype(float)
            centre = (profile * np.arange(28)).sum() / profile.sum()
            assert abs(centre - 14) <= 0.5 + 1e-9


def test_a_prepared_mnist_digit_is_still_read_rightly(mnist):
    _, (images, labels) = mnist
    again = np.stack([drawing.prepare_drawing(image) for image in images[:300]])
    network = storage.load_network("digit_pad")
    predicted = network.predict(data.prepare_images(again), verbose=0).argmax(axis=1)
    assert (predicted == labels[:300]).mean() >= 0.98


@pytest.mark.parametrize(("scale", "top", "left"), [(1, 0, 0), (3, 50, 7), (9, 10, 200)])
def test_size_and_place_make_no_difference(mnist, scale, top, left):
    (images, _), _ = mnist
    for image in images[:20]:
        enlarged = np.kron(image, np.ones((scale, scale), np.uint8))
        moved = np.pad(enlarged, ((top, 5), (left, 11)))
        np.testing.assert_array_equal(
            drawing.prepare_drawing(moved), drawing.prepare_drawing(image)
        )


def test_area_averaging_keeps_the_mean():
    ink = np.random.default_rng(0).integers(0, 256, (173, 91)).astype(np.uint8)
    ink[0, 0] = ink[-1, -1] = 1
    image = drawing.prepare_drawing(ink)
    rows, columns = 20, int(91 * 20 / 173 + 0.5)
    assert np.count_nonzero(image) == rows * columns
    assert image.sum() / (rows * columns) == pytest.approx(ink.mean(), abs=0.5)


def test_lopsided_digits_stay_within_the_field():
    ink = np.zeros((100, 100), np.uint8)
    ink[:95, 50] = 1
    ink[95:, :] = 255
    assert drawing.prepare_drawing(ink)[19].any()
    assert drawing.prepare_drawing(ink[::-1].copy())[8].any()  # rows 8 to 27: no further down


def test_solution_3_says_how_far_digits_move_when_their_box_is_centred(mnist, root):
    _, (images, labels) = mnist
    distances = np.zeros(len(images))
    for k, image in enumerate(images):
        prepared = drawing.prepare_drawing(image)
        moves = []
        for axis in (0, 1):
            inked = prepared.any(axis=1 - axis).nonzero()[0]
            moves.append(inked[0] - (28 - (inked[-1] - inked[0] + 1)) // 2)
        distances[k] = np.hypot(*moves)
    mean = [distances[labels == digit].mean() for digit in range(10)]
    text = (root / "book" / "draw.md").read_text(encoding="utf-8")
    assert f"the 7 moves by {mean[7]:.1f} pixels on average" in text
    assert f"the 9 by {mean[9]:.1f} and the 6 by {mean[6]:.1f}," in text
    assert max(mean[0], mean[1]) < 1
    assert sorted(mean)[-3:] == [mean[6], mean[9], mean[7]]


@pytest.mark.parametrize("shape", [(1, 1), (1, 300), (300, 1), (28, 28)])
def test_any_size_is_prepared(shape):
    assert drawing.prepare_drawing(np.full(shape, 255, np.uint8)).max() == 255
    assert not drawing.prepare_drawing(np.zeros(shape, np.uint8)).any()


@pytest.mark.parametrize(
    "wrong", [np.zeros((28, 28)), np.zeros((2, 28, 28), np.uint8), np.zeros(28, np.uint8)]
)
def test_other_arrays_are_refused(wrong):
    with pytest.raises(ValueError, match=r"expected uint8 and \(height, width\)"):
        drawing.prepare_drawing(wrong)


def test_the_page_has_the_networks_weights_and_layers(manifest):
    assert {each["name"]: each["title"] for each in manifest["networks"]} == export.PAD
    for entry in manifest["networks"]:
        path = export.SITE / entry["weights"]["file"]
        assert storage.sha256(path) == entry["weights"]["sha256"]
        arrays = safetensors.numpy.load_file(path)
        described = parse(models.NOTATIONS[entry["name"]])
        expected = export.fold_batch_norm(storage.load_network(entry["name"]), described)
        assert arrays.keys() == expected.keys()
        for name, array in expected.items():
            np.testing.assert_allclose(arrays[name], array, rtol=1e-6, atol=1e-9)
        assert entry["layers"] == described_for_page(models.NOTATIONS[entry["name"]])
        for layer in entry["layers"]:
            own = [
                array.size for name, array in arrays.items() if name.startswith(layer["name"] + ".")
            ]
            assert layer["parameters"] == sum(own)
    assert manifest["training"]["layers"] == described_for_page(export.TRAINED_THERE)


def described_for_page(line):
    """List what stands in the manifest, where tuples have become lists."""
    layers = [layer._asdict() for layer in export.page_layers(parse(line))]
    return json.loads(json.dumps(layers))


def test_the_page_has_mnists_digits(manifest):
    content = gzip.decompress((export.SITE / manifest["digits"]["file"]).read_bytes())
    assert hashlib.sha256(content).hexdigest() == manifest["digits"]["sha256"]
    arrays = safetensors.numpy.load(content)
    for name, array in export.training_digits().items():
        np.testing.assert_array_equal(arrays[name], array)


def test_the_accuracy_on_the_page_is_that_of_the_network(mnist, manifest, root):
    _, (images, labels) = mnist
    network = storage.load_network("digit_pad")
    predicted = network.predict(data.prepare_images(images), batch_size=500, verbose=0)
    accuracy = (predicted.argmax(axis=1) == labels).mean()
    assert accuracy >= 0.995
    assert manifest["networks"][0]["test"]["accuracy"] == pytest.approx(accuracy, abs=1e-4)
    text = (root / "book" / "draw.md").read_text(encoding="utf-8")
    assert f"opened once: {accuracy:.2%}".replace("%", " %") in text


def test_the_chapters_table_is_that_of_the_network(root, manifest):
    layers, trained = manifest["networks"][0]["layers"], manifest["training"]["layers"]
    written = (export.SITE / export.TABLE).read_text(encoding="utf-8")
    assert written == export.table(layers) + "\n"
    text = (root / "book" / "draw.md").read_text(encoding="utf-8")
    assert f"{{include}} site/{export.TABLE}" in text
    multiplications = models.multiply_adds(models.digit_pad())
    for layer in layers:
        assert layer["multiply_adds"] == multiplications.get(layer["name"], 0)
    weights = [sum(each["parameters"] for each in network) for network in (layers, trained)]
    assert f"Together {weights[0]:,} weights" in text
    assert f"{weights[1]:,} weights in all" in text
    assert round(sum(multiplications.values()) / 1e6, 1) == 4.1


def test_folding_changes_nothing_but_the_layers():
    keras.utils.set_random_seed(0)
    network = models.digit_pad()
    generator = np.random.default_rng(0)
    network.set_weights([generator.uniform(0.1, 0.5, w.shape) for w in network.get_weights()])
    weights = export.fold_batch_norm(network, parse(models.NOTATIONS["digit_pad"]))
    images = generator.random((3, 28, 28, 1), np.float32)
    folded = np.asarray(
        keras.ops.conv(images, weights["conv1.kernel"], strides=2, padding="same")
        + weights["conv1.bias"]
    )
    whole = keras.Model(network.inputs, network.get_layer("conv1_norm").output)
    np.testing.assert_allclose(folded, whole.predict(images, verbose=0), rtol=1e-4, atol=1e-4)


def test_networks_without_batch_normalisation_stay_as_they_are():
    network = models.post_cnn()
    weights = export.fold_batch_norm(network, parse(models.NOTATIONS["post_cnn"]))
    for array, expected in zip(weights.values(), network.get_weights(), strict=True):
        np.testing.assert_array_equal(array, expected)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (models.NOTATIONS["ensemble_member"], "no batch_normalization such as norm1; expected"),
        ("8C3-A2", "the page has no average_pooling such as pool; expected"),
        ("8C3-G", "the page has no global_average_pooling"),
    ],
)
def test_the_page_refuses_what_it_cannot_show(line, message):
    with refuses(message):
        export.fold_batch_norm(models.from_notation(line), parse(line))
    with refuses("the page has no gelu such as conv_gelu"):
        export.page_layers(parse("8C3", activation="gelu"))


def test_export_refuses_what_is_no_number(tmp_path):
    with pytest.raises(ValueError, match="not finite"):
        export.export_safetensors({"x": np.array([np.nan])}, tmp_path / "x.safetensors")
    assert not list(tmp_path.iterdir())
