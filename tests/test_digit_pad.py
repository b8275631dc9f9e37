"""Drive chapter 14's page, as built, in a real browser.

Skipped where no Chromium is installed; with REQUIRE_BROWSER=1 that is a failure.
"""

import numpy as np
import pytest
from hands import HANDS, PLACES, draw_by_mouse, draw_by_touch, in_page, paths, said

from mnist_helpers import drawing

pytestmark = pytest.mark.xdist_group("digit_pad")  # one browser, one built page


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
            best = pad.locator(".pad-bars .pad-best")
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


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 375])
def test_axe_finds_nothing_serious(open_page, scheme, width):
    from axe_playwright_python.sync_playwright import Axe

    page = open_page(color_scheme=scheme, viewport={"width": width, "height": 900})
    page.click('[data-sample="8"]')
    said(page, "This is a 8 ")
    page.focus('#digit-maps section [role="group"] button')
    page.click('[data-own="8"]')
    page.click(".pad-kink")
    parts = ("pad", "maps", "window", "softmax", "bench", "why", "check", "training", "own")
    for part in [f"#digit-{name}" for name in parts]:
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


def test_no_ring_stays_in_a_digit_drawn_by_mouse(pad):
    orange = """() => {
        const canvas = document.querySelector(".pad-canvas");
        const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
        let found = 0;
        for (let at = 0; at < data.length; at += 4) found += data[at] - data[at + 2] > 60;
        return found;
    }"""
    draw_by_mouse(pad, paths(pad, 0, 0, "whole"))
    said(pad, "This is a 0 ")
    assert pad.evaluate(orange) == 0
    pad.keyboard.press("ArrowUp")  # the mouse has left the focus there
    assert pad.evaluate(orange) > 0


def test_strokes_that_leave_the_pad_neither_widen_the_pen_nor_the_digit(pad):
    (bar, *others) = paths(pad, 7, 0, "whole")
    box = pad.locator(".pad-canvas").bounding_box()
    (x, y), right = bar[-1], box["x"] + 2.5 * box["width"]
    draw_by_mouse(pad, [[*bar, (right, y), (x, y)], *others])
    said(pad, "This is a 7 ")
    strokes, side = in_page(
        pad,
        """const { pad } = await load("digit_pad");
        const { strokes, ink } = pad.canvas;
        const [left, right, top, bottom] = ink.box;
        return [strokes.flat(2), Math.max(right - left, bottom - top)];""",
    )
    assert min(strokes) >= 0
    assert max(strokes) == 280
    assert side <= 280


def test_ink_that_grows_with_the_pen_is_that_of_the_whole_drawing(pad):
    """Undo included: what is kept for it must not have grown with later strokes."""
    same = """
        const { pad } = await load("digit_pad");
        const { Ink } = await load("drawing");
        const whole = new Ink(pad.canvas.strokes).draw();
        const same = pad.drawing.every((value, at) => value === whole[at]);
        return [same, pad.canvas.strokes.length];"""
    draw_by_mouse(pad, paths(pad, 5, 0, "small"))
    draw_by_mouse(pad, paths(pad, 8, 1, "whole"))
    said(pad, "This is|Perhaps")
    drawn, strokes = in_page(pad, same)
    assert drawn
    pad.click(".pad-undo")
    assert in_page(pad, same) == [True, strokes - 1]


def test_thousands_of_points_are_taken(pad):
    points = in_page(
        pad,
        """
        const { pad } = await load("digit_pad");
        const circle = Array.from({ length: 4_000 }, (_, k) =>
          [140 + 90 * Math.cos(k / 30), 140 + 120 * Math.sin(k / 30)]);
        pad.canvas.replace([circle]);
        return pad.canvas.strokes[0].length;""",
    )
    assert points == 4_000
    said(pad, "This is a 0 ")


@pytest.mark.parametrize(("width", "height", "share"), [(1280, 900, 0.3), (375, 800, 0.36)])
def test_the_panel_of_maps_moves_nothing_and_can_be_closed(open_page, width, height, share):
    page = open_page(viewport={"width": width, "height": height})
    page.click('[data-sample="4"]')
    said(page, "This is a 4 ")
    below = "document.querySelector('#digit-why').getBoundingClientRect().top + scrollY"
    place = page.evaluate(below)
    page.click('#digit-maps section:nth-of-type(1) [role="group"] button:nth-child(3)')
    assert page.evaluate(below) == place
    panel = page.locator(".pad-origin.pad-open")
    assert panel.bounding_box()["height"] <= share * height
    page.keyboard.press("Escape")
    assert panel.count() == 0
    page.click('#digit-maps section:nth-of-type(1) [role="group"] button:nth-child(5)')
    page.click(".pad-close")
    assert panel.count() == 0
    assert page.evaluate(below) == place


@pytest.mark.parametrize("width", [1280, 375])
def test_charts_are_drawn_for_their_size(open_page, width):
    page = open_page(viewport={"width": width, "height": 800}, device_scale_factor=2)
    sizes = page.evaluate(
        "[...document.querySelectorAll('#digit-training .pad-chart')].map((chart) =>"
        " [chart.width, chart.clientWidth])"
    )
    assert len(sizes) == 2
    assert all(pixels == 2 * shown > 400 for pixels, shown in sizes)
