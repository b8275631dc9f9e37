"""Compare the networks of chapter 14's page with Keras, and ask them why."""

import base64
import json
import re
import shutil

import keras
import numpy as np
import preview
import pytest
from checks import PAD_WINDOW
from hands import in_page, said

from mnist_helpers import data, export, models, storage
from mnist_helpers.notation import parse

pytestmark = pytest.mark.xdist_group("digit_pad")  # one browser, one built page


def test_logits_equal_those_of_keras(pad, mnist):
    _, (images, labels) = mnist
    images = images[:1000]
    network = storage.load_network("digit_pad")
    to_logits = keras.Model(network.inputs, network.get_layer("dense").output)
    expected = to_logits.predict(data.prepare_images(images), verbose=0)
    found = in_page(
        pad,
        """
        const { buildNetwork } = await load("networks");
        const { inputOf } = await load("drawing");
        const { loadManifest, loadTensors } = await load("safetensors");
        const here = new URL("../_static/", location);
        const { networks } = await loadManifest(new URL("digit_pad.json", here));
        const [{ layers, weights }] = networks;
        const network = buildNetwork(layers).load(
          await loadTensors(new URL(weights.file, here), weights));
        const bytes = Uint8Array.from(atob(argument), (letter) => letter.charCodeAt(0));
        const logits = [];
        for (let at = 0; at < bytes.length; at += 784) {
          const image = inputOf(bytes.subarray(at, at + 784));
          logits.push(Array.from(network.forward(image)));
        }
        return logits;""",
        base64.b64encode(images.tobytes()).decode(),
    )
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-4)
    np.testing.assert_array_equal(np.argmax(found, 1), expected.argmax(1))
    assert (np.argmax(found, 1) == labels[:1000]).mean() > 0.99


def test_gradients_pass_the_finite_difference_check(pad):
    for seed in [1, 2, 3, 22]:
        result = in_page(
            pad, "return (await load('gradient_check')).checkGradients(argument);", seed
        )
        assert result["compared"] > 900
        assert result["worst"] < 1e-5
        assert len(result["kinks"]) == (8 if seed == 22 else 0)


def test_a_kink_is_shown(pad):
    pad.click(".pad-kink")
    assert "8 more were left out: their change met a kink" in pad.inner_text(".pad-checked")
    left, right, backward, mean = (
        float(number.replace("−", "-"))
        for number in re.findall(r"(−?\d\.\d{3})", pad.inner_text("#digit-check figcaption"))
    )
    assert abs(left - right) > 0.1
    assert backward in (left, right)
    assert mean == pytest.approx((left + right) / 2, abs=0.001)


@pytest.mark.parametrize("filters", range(1, 8))
def test_any_number_of_filters_is_summed_rightly(pad, filters):
    """Four sums are made at a time; what four does not divide must not show."""
    found, expected = in_page(
        pad,
        """
        const { Conv2D } = await load("cnn");
        const { Network } = await load("network");
        const layer = new Conv2D({ name: "conv", filters: argument, kernelSize: 2 });
        const network = new Network([layer], { inputShape: [4, 3, 2], Numbers: Float64Array,
          random: Math.random });
        layer.parameters.bias.forEach((_, f) => { layer.parameters.bias[f] = f; });
        const image = Float64Array.from({ length: 24 }, Math.random);
        const expected = [];
        for (let y = 0; y < 3; y++) for (let x = 0; x < 2; x++) for (let f = 0; f < argument; f++) {
          let sum = f;
          for (let i = 0; i < 2; i++) for (let j = 0; j < 2; j++) for (let c = 0; c < 2; c++) {
            sum += image[((y + i) * 3 + x + j) * 2 + c]
              * layer.parameters.kernel[((i * 2 + j) * 2 + c) * argument + f];
          }
          expected.push(sum);
        }
        return [Array.from(network.forward(image)), expected];""",
        filters,
    )
    np.testing.assert_allclose(found, expected, rtol=1e-12)


def test_a_wrong_gradient_fails_the_check(pad):
    worst = in_page(
        pad,
        """
        const { ReLU } = await load("cnn");
        const { checkGradients } = await load("gradient_check");
        const right = ReLU.prototype.backward;
        ReLU.prototype.backward = function (gradient) {
          return right.call(this, gradient).map((value) => 1.001 * value);
        };
        try { return checkGradients(1).worst; } finally { ReLU.prototype.backward = right; }""",
    )
    assert worst > 1e-4


def test_maps_tell_where_their_values_come_from(pad):
    pad.click('[data-sample="4"]')
    pad.mouse.move(0, 0)  # or, once the page has scrolled, it points at another map
    pad.focus('#digit-maps section:nth-of-type(2) [role="group"] button')
    assert "Convolution 2, map 1" in pad.inner_text("#pad-origin-text")
    pad.keyboard.press("ArrowRight")
    text = pad.inner_text("#pad-origin-text")
    assert "Convolution 2, map 2" in text
    focused = pad.evaluate("document.activeElement.getAttribute('aria-describedby')")
    assert focused == "pad-origin-text"
    pad.hover('#digit-maps section:last-of-type [role="group"] button:nth-child(5)')
    assert "Score of 4" in pad.inner_text("#pad-origin-text")
    # The parts add up: all channels' contributions and the bias make the value.
    assert pad.locator(".pad-parts figure").count() == 5
    maps = pad.locator('#digit-maps [role="group"] button').count()
    assert maps == 24 + 48 + 48 + 48 + 96 + 96 + 10


def test_every_map_is_seen_within_its_frame(pad):
    """Change the picture outside a value's frame: the value must not change, inside it must."""
    result = in_page(
        pad,
        """
        const { buildNetwork } = await load("networks");
        const { loadManifest } = await load("safetensors");
        const { receptiveField } = await load("stages");
        const manifest = await loadManifest(new URL("../_static/digit_pad.json", location));
        const network = buildNetwork(manifest.networks[0].layers, { random: Math.random });
        const image = Float32Array.from({ length: 784 }, Math.random);
        let outside = 0, inside = 0;
        for (const [index, y, x] of [[0, 3, 5], [2, 6, 4], [4, 2, 7], [6, 1, 1], [7, 1, 0]]) {
          network.forward(image);
          const layer = network.layers[index];
          const [, width, channels] = layer.outputShape;
          const value = () => Array.from(layer.output.slice((y * width + x) * channels,
            (y * width + x + 1) * channels));
          const before = value();
          const [top, bottom, left, right] = receptiveField(network, index, y, x);
          const isIn = (at) => Math.floor(at / 28) >= top && Math.floor(at / 28) <= bottom
            && at % 28 >= left && at % 28 <= right;
          network.forward(image.map((ink, at) => (isIn(at) ? ink : 1 - ink)));
          outside += value().filter((ink, k) => ink !== before[k]).length;
          network.forward(image.map((ink, at) => (isIn(at) ? 1 - ink : ink)));
          inside += value().filter((ink, k) => ink !== before[k]).length;
        }
        return [outside, inside];""",
    )
    assert result[0] == 0
    assert result[1] > 100


def test_why_and_what_would_make_it_a_seven(pad):
    pad.click('[data-sample="3"]')
    said(pad, "This is a 3")
    assert pad.input_value(".pad-for") == "3"
    speaks = "document.querySelector('.pad-speaks').toDataURL()"
    gradient = pad.evaluate(speaks)
    pad.click("[data-map=occlusion]")
    pad.wait_for_function("document.querySelector('.pad-reading').textContent.includes('costs')")
    assert pad.evaluate(speaks) != gradient
    pad.click('[data-target="7"]')
    pad.wait_for_function("document.querySelector('.pad-outcome').textContent.startsWith('After')")
    outcome = pad.inner_text(".pad-outcome")
    assert int(re.search(r"is (\d+) % sure of a 7", outcome)[1]) >= 90
    assert said(pad, "This").startswith("This is a 3 ")  # the drawing itself is as it was
    pad.click(".pad-clear")
    said(pad, "The pad is empty")
    pad.click('[data-target="7"]')
    assert pad.inner_text(".pad-outcome") == "Draw a digit first."


def test_the_pages_layers_are_those_of_the_manifest(pad):
    """What the manifest says of each layer must be what the page's own layer finds."""
    found = in_page(
        pad,
        """
        const { buildNetwork } = await load("networks");
        const { loadManifest } = await load("safetensors");
        const manifest = await loadManifest(new URL("../_static/digit_pad.json", location));
        return [...manifest.networks, manifest.training].map(({ layers }) => [layers,
          buildNetwork(layers).layers.map((layer) => [layer.outputShape,
            Object.values(layer.parameters).reduce((sum, { length }) => sum + length, 0)])]);""",
    )
    for described, built in found:
        for layer, (output_shape, parameters) in zip(described, built, strict=True):
            assert [size for size in output_shape if size > 1] == [
                size for size in layer["output_shape"] if size > 1
            ]
            assert parameters == layer["parameters"]
    rows = pad.locator("table", has_text="Multiply-adds").locator("tbody tr").all_inner_texts()
    shown = [layer for layer in found[0][0] if layer["kind"] != "activation"]
    assert len(rows) == len(shown) + 1
    for row, layer in zip(rows, shown, strict=False):
        assert not layer["parameters"] or f"{layer['multiply_adds']:,}" in row


def test_another_network_on_the_pad_is_an_entry_and_its_weights(pad_html, browser, tmp_path, mnist):
    line = "6C5S2same-P3-12-D.5"
    images = mnist[1][0][:50]
    keras.utils.set_random_seed(1)
    network, described = models.from_notation(line), parse(line)
    weights = export.fold_batch_norm(network, described)
    site = shutil.copytree(pad_html, tmp_path / "site")
    path = site / "_static" / export.MANIFEST
    manifest = json.loads(path.read_text(encoding="utf-8"))
    manifest["networks"].append(
        {
            "name": "another",
            "title": "another",
            "layers": [layer._asdict() for layer in export.page_layers(described)],
            "weights": export.export_safetensors(weights, site / "_static" / "another.safetensors"),
            "test": {"accuracy": 0.1},
        }
    )
    path.write_text(json.dumps(manifest), encoding="utf-8")
    asked = []
    context = browser.new_context(**PAD_WINDOW)
    with preview.serve(site) as host:
        page = context.new_page()
        page.on("request", lambda request: asked.append(request.url.split("/")[-1]))
        page.goto(f"{host}/book/draw.html")
        page.wait_for_selector('#digit-pad[data-state="ready"]')
        assert "another.safetensors" not in asked  # before it is chosen
        assert "another (10.00 %" in page.inner_text(".pad-choice")
        page.click('[data-sample="3"]')
        before = said(page, "This is a 3 ")
        page.check("[name=pad-network][value=another]")
        page.wait_for_function("document.querySelectorAll('#digit-maps section').length === 4")
        names = page.locator("#digit-maps h3").all_inner_texts()
        assert names == ["Convolution 1", "Pooling", "Dense layer", "Scores"]
        assert "the largest of each 3 × 3 values" in page.inner_text("#digit-maps")
        page.mouse.move(0, 0)
        page.focus('#digit-maps section:nth-of-type(3) [role="group"] button')
        assert "Dense layer, number 1" in page.inner_text("#pad-origin-text")
        page.focus('#digit-maps section:nth-of-type(4) [role="group"] button')
        assert "of the 12 numbers of dense layer" in page.inner_text("#pad-origin-text")
        found = in_page(
            page,
            """
            const { buildNetwork } = await load("networks");
            const { loadTensors } = await load("safetensors");
            const { layers, weights, images } = argument;
            const url = new URL("../_static/another.safetensors", location);
            const network = buildNetwork(layers).load(await loadTensors(url, weights));
            return images.map((image) => Array.from(network.forward(Float32Array.from(image))));""",
            manifest["networks"][-1]
            | {"images": data.prepare_images(images).reshape(50, -1).tolist()},
        )
        page.check("[name=pad-network][value=digit_pad]")
        said(page, re.escape(before))
    context.close()
    probabilities = network.predict(data.prepare_images(images), verbose=0)
    exponentials = np.exp(found)
    shares = exponentials / exponentials.sum(axis=1, keepdims=True)
    np.testing.assert_allclose(shares, probabilities, atol=1e-5)
