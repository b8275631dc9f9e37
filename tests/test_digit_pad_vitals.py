"""Weights and gradients while chapter 14's page trains, and its augmentation."""

import re

import numpy as np
import pytest
from hands import in_page

from mnist_helpers import augmentation, data

pytestmark = pytest.mark.xdist_group("digit_pad")  # one browser, one built page


def test_sizes_are_counted(pad):
    values = np.array([0, 0, 0.003, -0.003, 0.5, 1e-20, 1e9, -0.5])
    found = in_page(
        pad, "return (await load('vitals')).sizes(Float64Array.from(argument), 1/2);", list(values)
    )
    assert found["root"] == pytest.approx(np.sqrt(((values / 2) ** 2).mean()))
    assert found["zeros"] == pytest.approx(2 / 8)
    at, shares = np.array(found["histogram"]).T
    assert shares.sum() == pytest.approx(1)
    expected = np.clip(np.log10(abs(values[2:] / 2)), -8, 1)
    for place, share in zip(at, shares, strict=True):
        inside = (expected >= place - 1 / 6) & (expected < place + 1 / 6 + 1e-9 * (place > 0.8))
        assert share == pytest.approx(inside.mean())
    assert np.isnan(in_page(pad, "return (await load('vitals')).sizes([1, NaN]).root;"))


TRAINED = """
    const { parseNotation } = await load("notation");
    const { buildNetwork } = await load("networks");
    const { seeded } = await load("network");
    const { OPTIMIZERS, trainOnBatch } = await load("optimizers");
    const { vitals } = await load("vitals");
    const { loadManifest, loadTensors } = await load("safetensors");
    const here = new URL("../_static/", location);
    const { digits } = await loadManifest(new URL("digit_pad.json", here));
    const tensors = await loadTensors(new URL(digits.file, here), digits);
    const [pixels, labels] = [tensors.x_train.data, tensors.y_train.data];
    const imageAt = (at) => Float32Array.from(pixels.subarray(784 * at, 784 * at + 784),
      (value) => value / 255);
    const { line, activation, optimizer, rate, batches } = argument;
    const random = seeded(1);
    const network = buildNetwork(parseNotation(line, activation), { random });
    const steps = OPTIMIZERS[optimizer].make(network, { learningRate: rate });
    const found = [];
    for (let k = 0; k < batches; k++) {
      const some = Array.from({ length: 16 }, () => Math.floor(random() * labels.length));
      trainOnBatch(network, steps, some.map(imageAt), some.map((at) => labels[at]),
        (...given) => found.push(vitals(...given)));
    }
    return found.map((layers) => layers.map(({ weights, gradients }) =>
      [weights.root, gradients.root, gradients.zeros]));"""


def test_gradients_vanish_explode_and_die_as_the_chapter_says(pad):
    deep = {"line": "16-16-16-16-16-16", "activation": "sigmoid", "optimizer": "adam"}
    vanishing = np.array(in_page(pad, TRAINED, deep | {"rate": 0.005, "batches": 3}))
    roots = vanishing[0, :, 1]  # (batch, layer, what)
    assert (np.diff(np.log10(roots)) > 0.3).all()  # each at least twice as large as the one before
    assert roots[-1] > 1000 * roots[0]
    wide = {"line": "32-32-32-32-32", "activation": "relu", "optimizer": "momentum"}
    exploding = np.array(in_page(pad, TRAINED, wide | {"rate": 0.5, "batches": 60}))
    weights, gradients, zeros = np.moveaxis(exploding, 2, 0)
    assert gradients.max() > 30 * gradients[0].max()
    assert (weights[-1] > 3 * weights[0]).all()
    assert (zeros[-1] == 1).all()  # every ReLU is silent


def captions(page):
    return page.locator(".pad-vitals figcaption").all_inner_texts()


def test_weights_and_gradients_are_shown_while_training(open_page):
    page = open_page()
    page.set_default_timeout(60_000)
    assert page.is_hidden(".pad-vitals")
    page.click('[data-by="batch"]')
    page.wait_for_selector('#digit-training[data-state="paused"]')
    first = captions(page)
    number = r"\d(·10⁻?[⁰¹²³⁴-⁹]+)"
    assert [text.split(":")[0] for text in first] == ["conv1", "conv2", "dense"]
    for text in first:
        assert re.search(f"weights about {number}, gradients about {number}", text)
    drawn = """() => [...document.querySelectorAll('.pad-vital')].map((canvas) =>
        new Set(canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data))
        .map(({ size }) => size)"""
    assert all(colours > 5 for colours in page.evaluate(drawn))
    page.click(".pad-start")
    page.wait_for_function(
        "first => document.querySelector('.pad-vitals figcaption').textContent !== first",
        arg=first[0],
    )
    page.click(".pad-reset")
    assert page.is_hidden(".pad-vitals")


def test_whoever_asks_for_less_motion_sees_them_when_training_rests(open_page):
    page = open_page(reduced_motion="reduce")
    page.set_default_timeout(60_000)
    page.click(".pad-start")
    page.wait_for_function(
        "/, \\d{3,} images/.test(document.querySelector('.pad-progress').textContent)"
    )
    assert captions(page) == []
    page.click(".pad-start")
    assert len(captions(page)) == 3


class Given:
    """A generator that draws what it is given: places between the lowest and the highest."""

    def __init__(self, *places):
        self.places = iter(places)

    def uniform(self, low, high, size):
        """Give the next of the places."""
        return low + (high - low) * np.reshape(next(self.places), size)


@pytest.mark.parametrize("name", ["small", "large"])
def test_augmentation_moves_as_the_packages(pad, mnist, name):
    images = data.prepare_images(mnist[0][0][:5])
    places = np.random.default_rng(1).random((5, 3))  # of the angle, down and right
    amounts, found = in_page(
        pad,
        """
        const { AMOUNTS, augment } = await load("augment");
        const amounts = AMOUNTS[argument.name];
        return [amounts, argument.images.map((image, k) => {
          const places = [...argument.places[k]];
          return Array.from(augment(Float32Array.from(image), new Float32Array(784),
            () => places.shift(), amounts));
        })];""",
        {"name": name, "images": images.reshape(5, -1).tolist(), "places": places.tolist()},
    )
    for image, (angle, down, right), moved in zip(images, places, found, strict=True):
        generator = Given(angle, [0.5, 0.5], [down, right])
        options = {"rotation": amounts["rotation"], "zoom": 0, "shift": amounts["shift"] / 28}
        expected = augmentation.random_affine(image[None], generator, **options)
        np.testing.assert_allclose(moved, expected.ravel(), atol=1e-4)
        assert np.abs(image - expected).max() > 0.2


def test_a_seed_repeats_a_training_with_augmentation(pad):
    losses = in_page(
        pad,
        """
        const { loadManifest } = await load("safetensors");
        const here = new URL("../_static/", location);
        const { training, digits } = await loadManifest(new URL("digit_pad.json", here));
        const loss = (augmentation) => new Promise((resume) => {
          const worker = new Worker(new URL("training_worker.js", here), { type: "module" });
          worker.onmessage = ({ data: { event, loss } }) => {
            if (event !== "progress") return;
            worker.terminate();
            resume(loss);
          };
          worker.postMessage({ command: "start", by: "batch", optimizer: "adam", batch: 16,
            learningRate: 0.005, decay: 0, augmentation, seed: 1, layers: training.layers,
            entry: digits, url: new URL(digits.file, here).href });
        });
        return [await loss("none"), await loss("large"), await loss("large")];""",
    )
    assert losses[0] != losses[1] == losses[2]
