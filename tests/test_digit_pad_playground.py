"""Choose a network and its training on chapter 14's page, and carry networks to and fro."""

import re

import keras
import numpy as np
import pytest
import safetensors.numpy
from checks import refuses
from hands import in_page, said
from scipy.stats import binomtest

from mnist_helpers import data, exchange, export, models
from mnist_helpers.notation import parse
from mnist_helpers.numpy_cnn import optimizers

pytestmark = pytest.mark.xdist_group("digit_pad")  # one browser, one built page

LINES = ["", "8C5-P2-16C3-P2", "4C3S2same-D.25-32-D.5", "32-16", "6C5S2same-P3-12", "3C1-P2-P2-P2"]


def test_the_page_reads_the_books_notation(pad):
    cases = [[line, name] for line in LINES for name in export.FUNCTIONS]
    found, again = in_page(
        pad,
        """const { parseNotation, toNotation } = await load("notation");
        const networks = argument.map(([line, activation]) => parseNotation(line, activation));
        return [networks, networks.map(toNotation)];""",
        cases,
    )
    assert again == [{"net": line, "activation": name if line else "relu"} for line, name in cases]
    for (line, activation), layers in zip(cases, found, strict=True):
        expected = [
            {"name": layer.name, "kind": layer.kind, "options": layer.options}
            for layer in parse(line, activation=activation)[:-1]
            if layer.kind != "flatten"
        ]
        assert layers == expected, line


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("8X3", "“8X3” is no layer that the page has"),
        ("8C3-A2", "“A2” is no layer that the page has"),
        ("0C3", "“0C3” would return nothing"),
        ("32-8C3", "“8C3” reads images"),
        ("P20-P2", "“P2” does not fit: a window of 2 into 1 pixels"),
        ("512", "has 407,050 weights; expected at most 100,000"),
    ],
)
def test_a_line_that_is_no_network_is_refused_in_a_sentence(pad, line, expected):
    pad.fill(".pad-net", line)
    pad.press(".pad-net", "Tab")
    assert expected in pad.inner_text("#pad-net-said")
    pad.click(".pad-start")
    assert expected in pad.inner_text(".pad-milestone")
    assert pad.inner_text(".pad-start") == "Start training"
    pad.fill(".pad-net", LINES[1])
    pad.press(".pad-net", "Tab")


@pytest.mark.parametrize(
    ("name", "make"),
    [
        ("sgd", optimizers.SGD),
        ("momentum", lambda rate: optimizers.SGD(rate, momentum=0.9)),
        ("adadelta", optimizers.Adadelta),
        ("adam", optimizers.Adam),
    ],
)
def test_optimizers_step_as_those_of_the_package(pad, name, make):
    gradients = np.random.default_rng(0).normal(size=(6, 5))
    found = in_page(
        pad,
        """
        const { OPTIMIZERS } = await load("optimizers");
        const values = Float64Array.of(1, 2, 3, 4, 5), gradients = new Float64Array(5);
        const network = { named: () => [["a.kernel", values, gradients]], Numbers: Float64Array };
        const optimizer = OPTIMIZERS[argument.name].make(network, { learningRate: 0.1 });
        for (const row of argument.gradients) {
          gradients.set(row.map((value) => 3 * value)); // the sum over three images
          optimizer.step(3);
        }
        return Array.from(values);""",
        {"name": name, "gradients": gradients.tolist()},
    )
    optimizer, values = make(0.1), np.arange(1.0, 6.0)
    for row in gradients:
        optimizer.step(values, row)
    np.testing.assert_allclose(found, values, rtol=1e-9)


def test_weight_decay_shrinks_kernels_alone(pad):
    found = in_page(
        pad,
        """
        const { SGD } = await load("optimizers");
        const kernel = Float64Array.of(1), bias = Float64Array.of(1);
        const network = { Numbers: Float64Array, named: () =>
          [["a.kernel", kernel, new Float64Array(1)], ["a.bias", bias, new Float64Array(1)]] };
        new SGD(network, { learningRate: 0.5, decay: 0.1 }).step(1);
        return [kernel[0], bias[0]];""",
    )
    assert found == [pytest.approx(0.95), 1]


@pytest.mark.parametrize("activation", export.FUNCTIONS)
def test_gradients_through_activations_and_dropout(pad, activation):
    """The same mask must be drawn again for every difference."""
    worst = in_page(
        pad,
        """
        const { parseNotation } = await load("notation");
        const { buildNetwork } = await load("networks");
        const { crossEntropy, seeded } = await load("network");
        let random = seeded(1);
        const network = buildNetwork(parseNotation("2C5S3-D.5-6-D.25", argument),
          { Numbers: Float64Array, random: () => random() });
        const image = Float64Array.from({ length: 784 }, () => random());
        const lossOf = () => {
          random = seeded(7);
          return crossEntropy(network.forward(image, true), 3);
        };
        network.backward(lossOf().gradient);
        let worst = 0;
        for (const [, values, gradients] of network.named()) {
          for (let k = 0; k < values.length; k += 7) {
            const value = values[k];
            values[k] = value + 1e-6;
            const above = lossOf().loss;
            values[k] = value - 1e-6;
            const measured = (above - lossOf().loss) / 2e-6;
            values[k] = value;
            const size = Math.max(Math.abs(measured) + Math.abs(gradients[k]), 1e-3);
            worst = Math.max(worst, Math.abs(measured - gradients[k]) / size);
          }
        }
        return worst;""",
        activation,
    )
    assert worst < 1e-5


def wilson(right, count):
    return binomtest(right, count).proportion_ci(method="wilson")


def test_intervals_are_wilsons(pad):
    for right, count in [(0, 20), (19, 20), (1950, 2000), (2000, 2000)]:
        found = in_page(
            pad, "return (await load('intervals')).wilson(...argument);", [right, count]
        )
        np.testing.assert_allclose(found, wilson(right, count), atol=1e-6)


def test_the_state_stands_in_the_address(open_page, pad_address):
    page = open_page()
    assert page.input_value(".pad-net") == export.TRAINED_THERE  # as the chapter describes it
    page.select_option(".pad-optimizer", "momentum")
    page.fill(".pad-net", "4C5-P4")
    page.press(".pad-net", "Tab")
    page.select_option(".pad-batch", "64")
    page.select_option(".pad-augmentation", "small")
    assert page.input_value(".pad-rate") == "0.02"  # the optimizer's own
    shared = page.url
    assert shared.endswith(
        "#train:net=4C5-P4&optimizer=momentum&rate=0.02&batch=64&augmentation=small"
    )
    page.goto("about:blank")
    page.goto(shared)
    page.wait_for_selector('#digit-pad[data-state="ready"]')
    names = ("net", "optimizer", "rate", "batch", "augmentation")
    values = [page.input_value(f".pad-{name}") for name in names]
    assert values == ["4C5-P4", "momentum", "0.02", "64", "small"]
    page.goto("about:blank")
    page.goto(f"{pad_address}#train:net=99X&optimizer=magic&rate=7&batch=4&augmentation=huge")
    page.wait_for_selector('#digit-pad[data-state="ready"]')
    values = [page.input_value(f".pad-{name}") for name in names]
    assert values == ["8C5-P2-16C3-P2", "adam", "0.005", "4", "none"]


def test_training_by_steps_and_a_network_that_travels(open_page, tmp_path, mnist):
    """One batch, one epoch; kept, saved, read by the package, and back again."""
    page = open_page()
    page.set_default_timeout(180_000)
    page.fill(".pad-net", "4C5S3-D.1-12")
    page.press(".pad-net", "Tab")
    page.select_option(".pad-activation", "tanh")
    page.click('[data-by="batch"]')
    page.wait_for_selector('#digit-training[data-state="paused"]')
    assert ", 16 images," in page.inner_text(".pad-progress")
    assert page.is_disabled(".pad-net")
    page.click('[data-by="batch"]')
    page.wait_for_function(
        "document.querySelector('.pad-progress').textContent.includes(', 32 images,')"
    )
    page.wait_for_selector('#digit-training[data-state="paused"]')
    page.click('[data-by="epoch"]')
    page.wait_for_function(
        "document.querySelector('.pad-progress').textContent.includes(', 6032 images,')"
    )
    page.wait_for_selector('#digit-training[data-state="paused"]')
    progress = page.inner_text(".pad-progress")
    accuracy, low, high = map(
        float,
        re.search(
            r"accuracy ([\d.]+) % \(n = 2000, 95 % interval ([\d.]+) to ([\d.]+) %", progress
        ).groups(),
    )
    expected = wilson(round(20 * accuracy), 2000)
    # Each of the three is rounded to a tenth of a point; a digit is half of that.
    np.testing.assert_allclose([low / 100, high / 100], expected, atol=0.0015)
    page.click(".pad-use")
    page.click('[data-sample="3"]')
    said(page, "This is|Perhaps")
    assert page.locator("#digit-maps section").count() == 3
    page.click(".pad-keep")
    assert "Kept in this browser" in page.inner_text(".pad-milestone")
    with page.expect_download() as download:
        page.click(".pad-save")
    path = tmp_path / "digits.safetensors"
    download.value.save_as(path)

    images = data.prepare_images(mnist[1][0][:200])
    network = exchange.read_page_network(path)
    right = network.predict(images, verbose=0).argmax(1) == mnist[1][1][:200]
    assert 100 * right.mean() == pytest.approx(accuracy, abs=10)

    page.reload()
    page.wait_for_selector('#digit-pad[data-state="ready"]')
    page.click(".pad-kept")
    assert "Here is the kept network" in page.inner_text(".pad-milestone")
    assert page.input_value(".pad-net") == "4C5S3-D.1-12"
    assert same_answers(page, network, images[:20])

    keras.utils.set_random_seed(3)
    other = models.from_notation("6C5S2same-P3-12", "sigmoid")
    exchange.write_page_network(other, "6C5S2same-P3-12", path, "sigmoid")
    page.set_input_files(".pad-file", path)
    page.wait_for_function(
        "document.querySelector('.pad-milestone').textContent.includes('Here is digits')"
    )
    assert page.input_value(".pad-net") == "6C5S2same-P3-12"
    assert same_answers(page, other, images[:20])
    path.write_bytes(path.read_bytes()[:500])
    page.set_input_files(".pad-file", path)
    page.wait_for_function(
        "/digits.safetensors (is|ends)/.test(document.querySelector('.pad-milestone').textContent)"
    )


def same_answers(page, network, images):
    """Whether the network behind the page's training gives Keras's probabilities."""
    found = in_page(
        page,
        """
        const { pad } = await load("digit_pad");
        const { buildNetwork } = await load("networks");
        const { softmax } = await load("network");
        const { layers, weights } = pad.trained();
        const network = buildNetwork(layers).load(weights);
        return argument.map((image) => softmax(network.forward(Float32Array.from(image))));""",
        images.reshape(len(images), -1).tolist(),
    )
    return np.allclose(found, network.predict(images, verbose=0), atol=1e-5)


def test_a_browser_that_keeps_nothing_says_so(pad):
    told = in_page(
        pad,
        """
        const { keep } = await load("kept");
        const { setItem } = Storage.prototype;
        Storage.prototype.setItem = () => { throw new DOMException("full", "QuotaExceededError"); };
        try {
          return keep({ layers: [], weights: {} });
        } finally { Storage.prototype.setItem = setItem; }""",
    )
    assert "keeps nothing for this page" in told


def test_batch_normalisation_travels_folded(tmp_path):
    network, path = models.from_notation("4C5S3B-8", seed=0), tmp_path / "it.safetensors"
    generator = np.random.default_rng(0)
    network.set_weights([generator.uniform(0.1, 0.5, w.shape) for w in network.get_weights()])
    exchange.write_page_network(network, "4C5S3B-8", path)
    images = generator.random((5, 28, 28, 1), np.float32)
    again = exchange.read_page_network(path)
    np.testing.assert_allclose(
        again.predict(images, verbose=0), network.predict(images, verbose=0), rtol=1e-4
    )


def test_the_package_refuses_what_is_no_network_of_the_page(tmp_path):
    path = tmp_path / "it.safetensors"
    network = models.from_notation("8C5-P2", seed=0)
    with refuses("activation is 'gelu'; expected one of relu, tanh, sigmoid"):
        exchange.write_page_network(network, "8C5-P2", path, "gelu")
    with refuses("expected those of '8C3-P2'"):
        exchange.write_page_network(network, "8C3-P2", path)
    exchange.write_page_network(network, "8C5-P2", path)
    whole = path.read_bytes()
    path.write_bytes(whole[:-4])
    with refuses("is no safetensors file, or cut off"):
        exchange.read_page_network(path)
    path.write_bytes(whole.replace(b'"8C5-P2"', b'"9C5-P2"'))
    with refuses("expected for the network '9C5-P2'"):
        exchange.read_page_network(path)
    path.write_bytes(safetensors.numpy.save({"a": np.ones(1, np.float32)}))
    with refuses("does not say how its network is built"):
        exchange.read_page_network(path)
    path.write_bytes(bytes(2**20 + 1))
    with refuses("expected at most 1,048,576"):
        exchange.read_page_network(path)
