"""Point at values on chapter 14's page: windows, sums, softmax and the bench."""

import itertools
import re

import keras
import numpy as np
import pytest
from hands import in_page, said

pytestmark = pytest.mark.xdist_group("digit_pad")  # one browser, one built page


def point_at(page, stage, number, y, x):
    """Point at a value of a map: its stage, its number, its row and column, from 1."""
    scale = {1: 2, 2: 3, 3: 3}[stage]
    button = f'#digit-maps section:nth-of-type({stage}) [role="group"] button:nth-child({number})'
    page.locator(button).scroll_into_view_if_needed()
    page.click(button, position={"x": 2 + scale * (x - 0.5), "y": 2 + scale * (y - 0.5)})


def numbers(text):
    return [float(number.replace("−", "-")) for number in re.findall(r"−?\d+\.\d+", text)]


@pytest.mark.parametrize(("stage", "number", "y", "x"), [(1, 3, 5, 8), (2, 3, 6, 5), (3, 9, 1, 10)])
def test_a_value_that_is_pointed_at_is_the_sum_that_is_shown(pad, stage, number, y, x):
    pad.click('[data-sample="4"]')
    said(pad, "This is a 4 ")
    point_at(pad, stage, number, y, x)
    assert f"map {number}: " in pad.inner_text("#pad-origin-text")
    assert f"at row {y}, column {x} (framed)" in pad.inner_text("#pad-origin-text")
    cells = [numbers(text) for text in pad.locator(".pad-products td").all_inner_texts()]
    assert len(cells) == (25 if stage == 1 else 9)
    for value, weight, product in cells:
        assert product == pytest.approx(
            value * weight, abs=0.005 * (1 + value + abs(weight)) + 0.01
        )
    added, *others, total = numbers(pad.inner_text(".pad-sum"))[: 3 if stage == 1 else 4]
    assert added == pytest.approx(sum(cell[2] for cell in cells), abs=0.01 * len(cells))
    assert total == pytest.approx(added + sum(others), abs=0.02)
    found = in_page(
        pad,
        """
        const { pad } = await load("digit_pad");
        const { inputOf } = await load("drawing");
        const { buildNetwork } = await load("networks");
        const { loadManifest, loadTensors } = await load("safetensors");
        const here = new URL("../_static/", location);
        const manifest = await loadManifest(new URL("digit_pad.json", here));
        const [{ layers, weights }] = manifest.networks;
        const tensors = await loadTensors(new URL(weights.file, here), weights);
        const network = buildNetwork(layers).load(tensors);
        network.forward(inputOf(pad.prepared));
        const { output, outputShape } = network.layers[2 * (argument.stage - 1)];
        return output[((argument.y - 1) * outputShape[1] + argument.x - 1) * outputShape[2]
          + argument.number - 1];""",
        {"stage": stage, "number": number, "y": y, "x": x},
    )
    assert total == pytest.approx(found, abs=0.006)


def test_the_kernel_steps_over_the_picture_and_slides_by_itself(pad):
    pad.click('[data-sample="4"]')
    said(pad, "This is a 4 ")
    point_at(pad, 2, 3, 6, 12)
    place = re.compile(r"row (\d+), column (\d+)")
    caption = "document.querySelector('.pad-products caption').textContent"

    def at():
        return tuple(map(int, place.search(pad.evaluate(caption)).groups()))

    pad.click(".pad-step")
    assert at() == (7, 1)  # the next row begins
    pad.click(".pad-back")
    assert at() == (6, 12)
    pad.focus(".pad-enlarged")
    pad.keyboard.press("ArrowUp")
    assert at() == (5, 12)
    pad.click(".pad-slide")
    pad.wait_for_function(f"/row 1, column [3-9]/.test({caption})")
    assert pad.inner_text(".pad-slide") == "Stop"
    pad.click(".pad-slide")
    stopped = at()
    pad.wait_for_timeout(500)
    assert at() == stopped
    pad.select_option(".pad-layer", label="Scores")
    assert "Score of 0" in pad.inner_text("#digit-window")
    pad.click(".pad-clear")
    said(pad, "The pad is empty")
    assert "Draw a digit, and point at" in pad.inner_text("#digit-window")


def test_nothing_slides_where_motion_is_reduced(open_page):
    page = open_page(reduced_motion="reduce")
    page.click('[data-sample="4"]')
    said(page, "This is a 4 ")
    assert page.is_disabled(".pad-slide")
    assert page.is_enabled(".pad-step")
    assert "asks for less motion" in page.inner_text("#digit-window")


def test_softmax_is_spelt_out(pad):
    pad.click('[data-sample="9"]')
    said(pad, "This is a 9 ")
    rows = pad.locator(".pad-softmax tbody tr").all_inner_texts()
    scores = np.array([numbers(row)[0] for row in rows])
    shares = np.array([numbers(row)[-1] / 100 for row in rows])
    expected = np.exp(scores - scores.max())
    np.testing.assert_allclose(shares, expected / expected.sum(), atol=0.002)
    assert pad.locator(".pad-softmax .pad-best").inner_text().startswith("9")


def test_the_bench_counts_as_keras_does(pad):
    settings = [
        dict(zip(("size", "kernel", "stride", "padding", "dilation"), values, strict=True))
        for values in itertools.product((4, 7, 12), (1, 3, 5), (1, 2, 3), (0, 2), (1, 2))
    ]
    found = in_page(
        pad,
        """
        const { outputSize, rowsRead } = await load("bench");
        return argument.map((settings) => {
          const count = outputSize(settings);
          return [count, count ? rowsRead(settings, count - 1) : null];
        });""",
        settings,
    )
    fitting = 0
    for each, (count, last) in zip(settings, found, strict=True):
        padded = each["size"] + 2 * each["padding"]
        if each["dilation"] * (each["kernel"] - 1) + 1 > padded:
            assert count == 0
        elif each["stride"] == 1 or each["dilation"] == 1:  # TensorFlow has not both
            shape = keras.ops.conv(
                np.zeros((1, padded, 1), np.float32),
                np.zeros((each["kernel"], 1, 1), np.float32),
                strides=each["stride"],
                dilation_rate=each["dilation"],
            ).shape
            assert count == shape[1]
            assert last[-1] < each["size"] + each["padding"] <= last[-1] + each["stride"]
            fitting += 1
    assert fitting > 60


def test_the_bench_is_set_by_hand(pad):
    for setting, value, expected in [
        ("kernel", 5, "(8 + 2·0 − 1·(5 − 1) − 1) / 1⌋ + 1 = 4: the output is 4 × 4"),
        ("padding", 2, "= 8: the output is 8 × 8"),
        ("stride", 2, "= 4: the output is 4 × 4"),
        ("dilation", 2, "= 2: the output is 2 × 2"),
        ("padding", 0, "No window fits"),
        ("size", 999, "(12 + 2·0"),
    ]:
        pad.fill(f'#digit-bench [data-setting="{setting}"]', str(value))
        if expected not in pad.inner_text("#digit-bench"):
            raise AssertionError((expected, pad.inner_text("#digit-bench")))
    pad.click('#digit-bench [data-by="-1"]')
