"""Draw on chapter 14's page as a hand does, and hear what it says."""

import itertools
import json
from pathlib import Path

HANDS = json.loads(Path(__file__).with_name("digit_strokes.json").read_text())["hands"]
# Size and place of the strokes' field, as shares of the pad.
PLACES = {"whole": (0.9, 0.05, 0.05), "small": (0.35, 0.3, 0.35), "corner": (0.5, 0.03, 0.47)}


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
