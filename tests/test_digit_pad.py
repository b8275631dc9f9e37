"""Drive chapter 14's page, as built, in a real browser.

Skipped where no Chromium is installed; with REQUIRE_BROWSER=1 that is a failure.
"""

import base64
import itertools
import json
import re
import shutil
from pathlib import Path

import keras
import numpy as np
import preview
import pytest

from mnist_helpers import data, drawing, export, models, storage
from mnist_helpers.notation import parse

pytestmark = pytest.mark.xdist_group("digit_pad")  # one browser, one built page

HANDS = json.loads(Path(__file__).with_name("digit_strokes.json").read_text())["hands"]
# Size and place of the strokes' field, as shares of the pad.
PLACES = {"whole": (0.9, 0.05, 0.05), "small": (0.35, 0.3, 0.35), "corner": (0.5, 0.03, 0.47)}


@pytest.fixture(scope="module")
def html(tmp_path_factory):
    return preview.build("draw", tmp_path_factory.mktemp("pad") / "under" / "a-path")


@pytest.fixture(scope="module")
def address(html):
    with preview.serve(html.parents[3]) as host:
        relative = html.relative_to(html.parents[3]).as_posix()
        yield f"{host}/{relative}/book/draw.html"


@pytest.fixture
def open_page(browser, address):
    """Give a function that opens the page anew; no script may fail, no other host be asked."""
    contexts, problems = [], []
    host = "/".join(address.split("/")[:3])

    def open_page(prepare=None, wait="ready", **options):
        context = browser.new_context(**({"viewport": {"width": 1280, "height": 900}} | options))
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.on(
            "request",
            lambda request: (
                None
                if request.url.startswith((host, "data:", "blob:"))
                else problems.append(request.url)
            ),
        )
        if prepare:
            prepare(page)
        page.goto(address)
        if wait:
            page.wait_for_selector(f'#digit-pad[data-state="{wait}"]')
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert not problems


@pytest.fixture(scope="module")
def shared_page(browser, address):
    """Give one open page for tests that leave nothing behind but a drawing."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.goto(address)
    page.wait_for_selector('#digit-pad[data-state="ready"]')
    yield page
    context.close()


@pytest.fixture
def pad(shared_page):
    shared_page.click(".pad-clear")
    return shared_page


def paths(page, digit, hand, place):
    """Place a hand's strokes for a digit on the screen."""
    page.locator(".pad-canvas").scroll_into_view_if_needed()
    page.evaluate("document.querySelector('.pad-canvas').scrollIntoView({block: 'center'})")
    box = page.locator(".pad-canvas").bounding_box()
    size, left, top = PLACES[place]
    return [
        [
            (
                box["x"] + box["width"] * (left + size * x / 100),
                box["y"] + box["height"] * (top + size * y / 100),
            )
            for x, y in stroke
        ]
        for stroke in HANDS[hand][str(digit)]
    ]


def draw_by_mouse(page, strokes):
    for stroke in strokes:
        page.mouse.move(*stroke[0])
        page.mouse.down()
        for point in stroke[1:]:
            page.mouse.move(*point, steps=3)
        page.mouse.up()


def draw_by_touch(page, strokes):
    touch = page.context.new_cdp_session(page)

    def send(kind, *points):
        touch.send(
            "Input.dispatchTouchEvent",
            {"type": kind, "touchPoints": [{"x": x, "y": y} for x, y in points]},
        )

    for stroke in strokes:
        send("touchStart", stroke[0])
        for (x1, y1), (x2, y2) in itertools.pairwise(stroke):
            for share in (1 / 3, 2 / 3, 1):
                send("touchMove", (x1 + share * (x2 - x1), y1 + share * (y2 - y1)))
        send("touchEnd")
    touch.detach()


def said(page, expected, what=""):
    """Wait until the live region says something, and return it."""
    script = "text => new RegExp(text).test(document.querySelector('.pad-result').textContent)"
    try:
        page.wait_for_function(script, arg=expected, timeout=10_000)
    except Exception as error:  # Playwright's own kind of timeout
        text = page.inner_text(".pad-result")
        raise AssertionError(f"expected {expected!r}, it says {text!r} {what}") from error
    return page.inner_text(".pad-result")


def in_page(page, body, argument=None):
    """Run JavaScript that may import the page's modules."""
    script = f"""async (argument) => {{
        const load = (name) => import(new URL(`../_static/${{name}}.js`, location).href);
        {body}
    }}"""
    return page.evaluate(script, argument)


def test_the_live_region_is_one(pad):
    assert pad.get_attribute(".pad-result", "role") == "status"


@pytest.mark.parametrize("digit", range(10))
def test_digits_drawn_by_mouse_are_read(pad, digit):
    for hand in range(len(HANDS)):
        for place in PLACES:
            pad.click(".pad-clear")
            said(pad, "The pad is empty")
            draw_by_mouse(pad, paths(pad, digit, hand, place))
            said(pad, f"This is a {digit} ", (hand, place))
            best = pad.locator(".pad-best")
            assert best.count() == 1 and best.inner_text().startswith(str(digit))


def test_digits_drawn_by_touch_are_read_and_the_page_stays(open_page):
    page = open_page(viewport={"width": 375, "height": 800}, has_touch=True, is_mobile=True)
    for digit in range(10):
        page.click(".pad-clear")
        said(page, "The pad is empty")
        strokes = paths(page, digit, digit % 2, ("whole", "small", "corner")[digit % 3])
        before = page.evaluate("scrollY")
        draw_by_touch(page, strokes)
        said(page, f"This is a {digit} ", digit)
        assert page.evaluate("scrollY") == before
    assert page.evaluate("document.documentElement.scrollWidth") <= 375


def test_a_digit_drawn_by_keyboard_is_read(pad):
    pad.focus(".pad-canvas")
    for key in ["ArrowUp"] * 9 + ["ArrowLeft"] * 6 + [" "] + ["ArrowRight"] * 12:
        pad.keyboard.press(key)
    for key in ["End", "ArrowDown", "ArrowDown"] * 6 + [" "]:
        pad.keyboard.press(key)
    said(pad, "This is a 7 ")
    pad.keyboard.press("Backspace")
    said(pad, "The pad is empty")
    pad.keyboard.press(" ")
    assert said(pad, "Pen") == "Pen down."
    pad.keyboard.press("Delete")
    said(pad, "The pad is empty")


def test_undo_and_clear(pad):
    shares = "[...document.querySelectorAll('.pad-share')].map((share) => share.textContent)"
    strokes = paths(pad, 4, 0, "whole")
    draw_by_mouse(pad, strokes[:1])
    said(pad, "This is a|Perhaps")
    before = pad.evaluate(shares)
    draw_by_mouse(pad, strokes[1:])
    said(pad, "This is a 4")
    pad.click(".pad-undo")
    pad.click(".pad-undo")
    assert pad.evaluate(shares) == before
    pad.click(".pad-clear")
    said(pad, "The pad is empty")
    pad.click(".pad-undo")  # brings back what was cleared
    said(pad, "This is a|Perhaps")
    assert pad.evaluate(shares) == before


def test_the_samples_are_read(pad):
    for digit in range(10):
        pad.click(f'[data-sample="{digit}"]')
        said(pad, f"This is a {digit} ")


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
        const { loadManifest, loadTensors } = await load("safetensors");
        const here = new URL("../_static/", location);
        const { networks } = await loadManifest(new URL("digit_pad.json", here));
        const [{ layers, weights }] = networks;
        const network = buildNetwork(layers).load(
          await loadTensors(new URL(weights.file, here), weights));
        const bytes = Uint8Array.from(atob(argument), (letter) => letter.charCodeAt(0));
        const logits = [];
        for (let at = 0; at < bytes.length; at += 784) {
          const image = Float32Array.from(bytes.subarray(at, at + 784), (value) => value / 255);
          logits.push(Array.from(network.forward(image)));
        }
        return logits;""",
        base64.b64encode(images.tobytes()).decode(),
    )
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-4)
    np.testing.assert_array_equal(np.argmax(found, 1), expected.argmax(1))
    assert (np.argmax(found, 1) == labels[:1000]).mean() > 0.99


def test_gradients_pass_the_finite_difference_check(pad):
    for seed in range(1, 4):
        result = in_page(
            pad, "return (await load('gradient_check')).checkGradients(argument);", seed
        )
        assert result["compared"] > 900
        assert result["worst"] < 1e-5


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


def test_the_page_prepares_drawings_as_the_package_does(pad):
    for digit in range(10):
        pad.click(".pad-clear")
        place = list(PLACES)[digit % 3]
        draw_by_mouse(pad, paths(pad, digit, 1, place))
        said(pad, f"This is a {digit} ")
        found = in_page(
            pad,
            """
            const { pad } = await load("digit_pad");
            const prepared = document.querySelector(".pad-prepared");
            const shown = prepared.getContext("2d").getImageData(0, 0, 28, 28).data;
            return { drawing: Array.from(pad.drawing), prepared: Array.from(pad.prepared),
              shown: Array.from(shown).filter((_, at) => at % 4 === 0) };""",
        )
        ink = np.array(found["drawing"], np.uint8).reshape(280, 280)
        expected = drawing.prepare_drawing(ink).astype(int)
        difference = np.array(found["prepared"]).reshape(28, 28) - expected
        assert np.abs(difference).max() <= 1
        shown = 255 - np.array(found["shown"]).reshape(28, 28)  # ink is dark
        assert np.corrcoef(shown.ravel(), expected.ravel())[0, 1] > 0.999


def test_sha256_is_the_browsers_own(pad):
    assert in_page(
        pad,
        """
        const { sha256 } = await load("safetensors");
        for (const length of [0, 1, 55, 56, 63, 64, 65, 1000]) {
          const bytes = Uint8Array.from({ length }, () => 256 * Math.random());
          const own = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
          const hex = Array.from(own, (byte) => byte.toString(16).padStart(2, "0")).join("");
          if (sha256(bytes) !== hex) return false;
        }
        return true;""",
    )


def test_any_bytes_are_prepared_as_by_the_package(pad):
    generator = np.random.default_rng(0)
    for height, width in [(1, 1), (7, 3), (20, 20), (28, 28), (61, 200), (280, 280), (333, 11)]:
        ink = generator.integers(0, 256, (height, width)).astype(np.uint8)
        ink[generator.random(ink.shape) < 0.3] = 0
        found = in_page(
            pad,
            """
            const { prepare } = await load("drawing");
            const { ink, height, width } = argument;
            return Array.from(prepare(Uint8Array.from(ink), height, width));""",
            {"ink": ink.ravel().tolist(), "height": height, "width": width},
        )
        difference = np.array(found).reshape(28, 28) - drawing.prepare_drawing(ink).astype(int)
        assert np.abs(difference).max() <= 1, (height, width)


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
        const { receptiveField } = await load("maps");
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


def test_another_network_on_the_pad_is_an_entry_and_its_weights(html, browser, tmp_path, mnist):
    line = "6C5S2same-P3-12-D.5"
    images = mnist[1][0][:50]
    keras.utils.set_random_seed(1)
    network, described = models.from_notation(line), parse(line)
    weights = export.fold_batch_norm(network, described)
    site = shutil.copytree(html, tmp_path / "site")
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
    context = browser.new_context(viewport={"width": 1280, "height": 900})
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


def damage(name, how):
    """Make a preparation that answers requests for a file otherwise."""

    def prepare(page):
        page.route(f"**/{name}", how)

    return prepare


def flip_a_byte(route):
    response = route.fetch()
    body = bytearray(response.body())
    body[len(body) // 2] ^= 1
    route.fulfill(response=response, body=bytes(body))


@pytest.mark.parametrize(
    ("name", "how", "expected"),
    [
        ("digit_pad.safetensors", flip_a_byte, "damaged or another file"),
        (
            "digit_pad.safetensors",
            lambda route: route.fulfill(status=404, body=""),
            "digit_pad.safetensors is missing",
        ),
        (
            "digit_pad.safetensors",
            lambda route: route.abort(),
            "digit_pad.safetensors could not be loaded",
        ),
        ("digit_pad.safetensors", lambda route: route.fulfill(body="short"), "damaged or another"),
        (
            "digit_pad.json",
            lambda route: route.fulfill(body="{}"),
            "not the manifest that was expected",
        ),
        (
            "digit_pad.json",
            lambda route: route.fulfill(status=404, body=""),
            "digit_pad.json is missing",
        ),
    ],
)
def test_a_damaged_or_missing_file_is_named(open_page, name, how, expected):
    page = open_page(damage(name, how), wait="failed")
    alert = page.inner_text('#digit-pad [role="alert"]')
    assert expected in alert
    assert "text works without it" in alert
    assert "Here should be every layer’s maps" in page.inner_text("#digit-maps").replace("'", "’")


@pytest.mark.parametrize(
    ("how", "expected"),
    [
        (flip_a_byte, "digits.safetensors.gz is damaged"),
        (lambda route: route.fulfill(status=404, body=""), "digits.safetensors.gz is missing"),
    ],
)
def test_training_names_damaged_or_missing_digits(open_page, how, expected):
    page = open_page()
    page.context.route("**/digits.safetensors.gz", how)
    page.click(".pad-start")
    page.wait_for_function(
        "text => document.querySelector('.pad-milestone').textContent.includes(text)", arg=expected
    )
    assert page.inner_text(".pad-start") == "Start training"


def test_without_javascript_the_page_says_so_and_teaches(open_page):
    page = open_page(wait=None, java_script_enabled=False)
    text = page.inner_text("main")
    assert "Here should be a pad to draw on" in text
    assert "JavaScript is switched off" in text.replace("\n", " ")
    assert "inputGradient[places[k]] += gradient * kernel[weights[k] + f]" in text


def test_a_missing_module_leaves_the_text(open_page):
    page = open_page(damage("cnn.js", lambda route: route.fulfill(status=404, body="")), wait=None)
    assert "Here should be a pad to draw on" in page.inner_text("#digit-pad")


def test_training_to_its_mark_pausing_and_drawing_against_it(open_page):
    requested = []
    page = open_page(lambda page: page.on("request", lambda r: requested.append(r.url)))
    assert not any("digits.safetensors" in url for url in requested)
    page.set_default_timeout(180_000)
    page.click(".pad-start")
    page.wait_for_selector('#digit-training[data-state="running"]')
    page.wait_for_function("/loss 0/.test(document.querySelector('.pad-progress').textContent)")
    page.click(".pad-start")
    assert page.inner_text(".pad-start") == "Go on"
    page.wait_for_timeout(600)
    paused = page.inner_text(".pad-progress")
    page.wait_for_timeout(600)
    assert page.inner_text(".pad-progress") == paused
    page.click(".pad-start")
    page.wait_for_selector("#digit-training[data-mark-seconds]")
    assert "97 % reached after" in page.inner_text(".pad-milestone")
    accuracy = re.search(r"test accuracy ([\d.]+) %", page.inner_text(".pad-progress"))
    assert float(accuracy[1]) >= 90
    page.click(".pad-start")
    page.click(".pad-use")
    assert page.is_checked("[value=trained]")
    maps = page.locator('#digit-maps [role="group"] button').count()
    assert maps == 8 + 8 + 16 + 16 + 10
    right = 0
    for digit in range(10):
        page.click(f'[data-sample="{digit}"]')
        page.wait_for_timeout(50)
        right += page.locator(".pad-best").inner_text().startswith(str(digit))
    assert right >= 7
    page.click(".pad-reset")
    assert page.inner_text(".pad-start") == "Start training"
    assert "random again" in page.inner_text(".pad-milestone")


def test_a_learning_rate_too_high_does_harm(open_page):
    page = open_page()
    page.set_default_timeout(120_000)
    page.select_option(".pad-rate", "0.1")
    page.click(".pad-start")
    page.wait_for_function(
        "/Epoch ([4-9]|\\d\\d)/.test(document.querySelector('.pad-progress').textContent)"
    )
    accuracy = re.search(r"test accuracy ([\d.]+) %", page.inner_text(".pad-progress"))
    assert float(accuracy[1]) < 80  # after four epochs, in which the usual rate comes near its mark
    assert page.locator("#digit-training[data-mark-seconds]").count() == 0


def test_leaving_while_training_ends_it(open_page, address):
    page = open_page()
    page.click(".pad-start")
    page.wait_for_selector('#digit-training[data-state="running"]', timeout=60_000)
    assert len(page.workers) == 1
    page.goto(address.replace("book/draw.html", "genindex.html"))
    page.wait_for_timeout(300)
    assert not page.workers
    page.go_back()
    page.wait_for_selector('#digit-pad[data-state="ready"]')
    page.click('[data-sample="2"]')
    said(page, "This is a 2 ")
    assert page.inner_text(".pad-start") == "Start training"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 375])
def test_axe_finds_nothing_serious(open_page, scheme, width):
    from axe_playwright_python.sync_playwright import Axe

    page = open_page(color_scheme=scheme, viewport={"width": width, "height": 900})
    page.click('[data-sample="8"]')
    said(page, "This is a 8 ")
    page.focus('#digit-maps section [role="group"] button')
    for part in ("#digit-pad", "#digit-maps", "#digit-why", "#digit-check", "#digit-training"):
        violations = Axe().run(page, context=part).response["violations"]
        serious = [
            (v["id"], [node["html"][:120] for node in v["nodes"]][:3])
            for v in violations
            if v["impact"] in ("serious", "critical")
        ]
        assert not serious, part
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_dark_mode_turns_paper_dark(open_page):
    page = open_page(color_scheme="dark")
    context = "document.querySelector('.pad-canvas').getContext('2d')"
    corner = f"Array.from({context}.getImageData(1, 1, 1, 1).data)"
    assert max(page.evaluate(corner)[:3]) < 60
    page.evaluate("document.documentElement.dataset.theme = 'light'")
    page.wait_for_function(f"{corner}[0] === 255")
