"""The page on which digits are touched, in a real browser.

Skipped where no Chromium is installed; with REQUIRE_BROWSER=1 that is a failure.
"""

import re

import numpy as np
import preview
import pytest
from checks import DESKTOP, PAD_WINDOW, PHONE, imported, opened, preloaded, serious
from hands import in_page

from mnist_helpers import storage
from mnist_helpers.tasks import flow

pytestmark = pytest.mark.xdist_group("touch")  # one browser, one built page
WEIGHTS = re.compile(r"touch_\w+\.safetensors|digit_pad\.safetensors")


@pytest.fixture(scope="module")
def touch_address(tmp_path_factory):
    """Build the page on its own, and give its address."""
    html = preview.build("touch", tmp_path_factory.mktemp("touch") / "under" / "a-path")
    with preview.serve(html.parents[3]) as host:
        yield f"{host}/{html.relative_to(html.parents[3]).as_posix()}/book/touch.html"


@pytest.fixture
def open_touch(browser, touch_address):
    """Give a function that opens the page anew; no script may fail, no other host be asked."""
    contexts, problems = [], []
    host = "/".join(touch_address.split("/")[:3])

    def open_touch(prepare=None, **options):
        context = browser.new_context(**(PAD_WINDOW | {"reduced_motion": "reduce"} | options))
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.asked = []
        page.on("request", lambda request: page.asked.append(request.url))
        if prepare:
            prepare(page)
        if page.url == "about:blank":
            page.goto(touch_address)
        page.wait_for_selector("body[data-touch]")
        return page

    yield open_touch
    for context in contexts:
        for page in context.pages:
            problems += [url for url in page.asked if not url.startswith((host, "data:", "blob:"))]
        context.close()
    assert not problems


def said(page, part, expected):
    """Wait until the live region of a part says something, and return it."""
    page.wait_for_function(
        "([part, text]) => new RegExp(text).test("
        "document.querySelector(`#touch-${part} .touch-said`)?.textContent)",
        arg=[part, expected],
        timeout=10_000,
    )
    return page.inner_text(f"#touch-{part} .touch-said")


def test_the_page_keeps_to_its_policy_and_loads_weights_at_the_first_touch(browser, touch_address):
    with opened(browser, touch_address) as (page, left, errors):
        asked = []
        page.on("request", lambda request: asked.append(request.url))
        page.reload(wait_until="networkidle")
        page.wait_for_selector("body[data-touch=ready]")
        assert not [url for url in asked if WEIGHTS.search(url)]
        page.locator("[data-draw='7']").click()
        page.wait_for_selector(".touch-strip li")
        loaded = {WEIGHTS.search(url)[0] for url in asked if WEIGHTS.search(url)}
        assert loaded == {"touch_machine_flow.safetensors", "touch_machine_decoder.safetensors",
                          "digit_pad.safetensors"}  # fmt: skip
        assert left == errors == []


def test_what_the_page_computes_is_what_keras_does(open_touch, touch_networks):
    page = open_touch()
    points = np.random.default_rng(0).normal(size=(20, 2)).round(3)
    found = in_page(
        page,
        """
        const { loaders, loadRecords, noise, walk } = await load("touch_networks");
        const here = new URL("../_static/", location);
        const networks = loaders(here, await loadRecords(new URL("touch.json", here)));
        const plane = await networks.network("touch_plane", "decoder");
        const flow = await networks.network("touch_machine", "flow");
        const decoder = await networks.network("touch_machine", "decoder");
        const read = await networks.reader();
        const drawn = argument.map((point) => Array.from(plane.forward(Float32Array.from(point))));
        const ways = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9].map((digit) =>
          walk(flow, noise(digit, 16), digit, 20).map((place) => Array.from(place)));
        const pictures = ways.map((way) => Array.from(decoder.forward(Float32Array.from(way[20]))));
        const many = Array.from(noise(7, 10_000));
        return { drawn, ways, pictures, many, shares: pictures.map((each) => read(each)) };""",
        points.tolist(),
    )
    decoded = np.asarray(touch_networks["touch_plane"]["decoder"](points.astype("float32")))
    np.testing.assert_allclose(found["drawn"], decoded.reshape(20, 784), atol=1e-5)
    ways = np.array(found["ways"], "float32")
    machine = touch_networks["touch_machine"]
    expected = flow.walk(machine["flow"], ways[:, 0], np.arange(10))
    np.testing.assert_allclose(ways, np.stack(expected, axis=1), atol=1e-4)
    pictures = np.asarray(machine["decoder"](ways[:, -1]))
    np.testing.assert_allclose(found["pictures"], pictures.reshape(10, 784), atol=1e-4)
    shares = np.asarray(storage.load_network("digit_pad")(pictures))
    np.testing.assert_allclose(found["shares"], shares, atol=1e-3)
    many = np.array(found["many"])
    assert abs(many.mean()) < 0.04 and abs(many.std() - 1) < 0.03  # four standard errors
    assert abs(np.corrcoef(many[::2], many[1::2])[0, 1]) < 0.06


def test_the_plane_by_keyboard_slider_and_mouse(open_touch):
    page = open_touch()
    numbers = "[...document.querySelectorAll('.touch-numbers output')].map((o) => o.textContent)"
    drawn = "document.querySelector('#touch-plane .touch-drawn').toDataURL()"
    page.focus(".touch-plane")
    page.keyboard.press("Home")
    for key in ["ArrowRight", "ArrowRight", "Shift+ArrowUp", "ArrowLeft", "ArrowDown"]:
        page.keyboard.press(key)
    assert page.evaluate(numbers) == ["0.10", "0.40"]
    said(page, "plane", "It (reads|wavers)")
    first = page.evaluate(drawn)
    page.keyboard.press("Home")
    assert page.evaluate(numbers) == ["0.00", "0.00"]
    page.focus("[data-axis='0']")
    for _ in range(30):
        page.keyboard.press("ArrowLeft")
    assert page.evaluate(numbers) == ["−1.50", "0.00"]
    page.wait_for_function(f"first => {drawn} !== first", arg=first)
    box = page.locator(".touch-plane").bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(box["x"] + 0.75 * box["width"], box["y"] + 2 * box["height"], steps=4)
    page.mouse.up()
    page.mouse.move(box["x"], box["y"])
    first, second = page.evaluate(numbers)
    assert float(first) == pytest.approx(1.75, abs=0.03) and second == "−3.50"  # kept within


def test_each_button_leads_to_its_digit_s_codes(open_touch, touch_records):
    page = open_touch()
    codes = np.array(touch_records["touch_plane"]["codes"])
    for digit in range(10):
        page.click(f"#touch-plane [data-digit='{digit}']")
        at = in_page(page, "return (await load('touch')).touch.plane.at;")
        middle = np.median(codes[codes[:, 2] == digit][:, :2], axis=0)
        np.testing.assert_allclose(at, middle, atol=0.15)
    assert page.locator("#touch-plane [aria-pressed=true][data-digit]").count() == 1
    page.click("[data-behind=drawings]")
    page.wait_for_selector("[data-behind=drawings][aria-pressed=true]")


def test_a_drawn_digit_is_put_where_the_encoder_says(open_touch, touch_networks):
    page = open_touch()
    for digit in (1, 0):
        page.click(f"[data-sample='{digit}']")
        said(page, "own", "Your digit lies at .* draw: it (reads|wavers)")
        given, at, kept = in_page(
            page,
            """const { touch: { plane, own } } = await load("touch");
            return [Array.from(own.given), plane.at, Array.from(own.kept)];""",
        )
        picture = np.array(given, "float32").reshape(1, 28, 28, 1)
        place = np.asarray(touch_networks["touch_plane"]["encoder"](picture))[:, :2]
        np.testing.assert_allclose(at, np.clip(place[0], -3.5, 3.5), atol=1e-3)
        drawn = np.asarray(touch_networks["touch_plane"]["decoder"](place))
        np.testing.assert_allclose(kept, drawn.ravel(), atol=1e-3)
    page.click(".touch-clear")
    said(page, "own", "The pad is empty")


PICTURE = "document.querySelector('#touch-machine .touch-drawn').toDataURL()"


def test_the_same_seed_draws_the_same_digit(open_touch):
    page = open_touch()

    def drawn(digit, seed, steps="20"):
        page.select_option(".touch-steps", steps)
        page.fill(".touch-seed", str(seed))
        page.press(".touch-seed", "Enter")
        page.click(f"[data-draw='{digit}']")
        said(page, "machine", r"It (reads|wavers)")
        assert page.locator(".touch-strip li").count() == int(steps) + 1
        return page.evaluate(PICTURE)

    first = drawn(3, 11)
    others = drawn(3, 12), drawn(5, 11), drawn(3, 11, "5")
    assert first not in others
    assert drawn(3, 11) == first
    page.click(".touch-next")
    assert page.input_value(".touch-seed") == "12" and page.evaluate(PICTURE) == others[0]
    page.fill(".touch-seed", "-7.4")
    page.press(".touch-seed", "Enter")
    assert page.input_value(".touch-seed") == "0"


def test_many_seeds_are_drawn_at_once_and_a_link_holds_one(open_touch, touch_address):
    page = open_touch()
    page.fill(".touch-seed", "99990")
    page.click("[data-draw='6']")
    said(page, "machine", "^It")
    page.click(".touch-more")
    tiles = page.locator(".touch-many button")
    assert tiles.count() == 24
    assert tiles.nth(10).inner_text().startswith("seed 0, ")  # after the last seed comes the first
    tiles.nth(3).click()
    page.wait_for_function("location.hash === '#draw-6-99993-20'")
    first = page.evaluate(PICTURE)
    linked = open_touch(lambda other: other.goto(f"{touch_address}#draw-6-99993-20"))
    said(linked, "machine", "^It")
    assert linked.evaluate(PICTURE) == first


def test_steps_are_walked_by_keyboard(open_touch):
    page = open_touch()
    page.click("[data-draw='4']")
    said(page, "machine", "^It")  # asked for less motion, it is at the end at once
    assert page.inner_text(".touch-along output") == "20 of 20"
    page.focus(".touch-step")
    page.keyboard.press("Home")
    assert said(page, "machine", "^Step 0")
    assert page.inner_text(".touch-when").startswith("Noise")
    page.keyboard.press("ArrowRight")
    page.focus(".touch-one")
    page.keyboard.press("Enter")
    said(page, "machine", "^Step 2")
    assert page.locator(".touch-strip [aria-current=step]").count() == 1
    page.click(".touch-strip li:nth-child(2)")
    assert page.inner_text(".touch-along output") == "1 of 20"


# Press the button as soon as two steps are done, however slow the machine is.
PAUSED = """() => new Promise((resolve) => {
  const watch = () => {
    if (document.querySelector(".touch-step").value < 2) return setTimeout(watch, 5);
    document.querySelector(".touch-play").click();
    resolve();
  };
  watch();
})"""


def test_it_plays_where_motion_is_welcome(open_touch):
    page = open_touch(reduced_motion="no-preference")
    page.click("[data-draw='2']")
    page.wait_for_selector(".touch-strip li")
    page.evaluate(PAUSED)
    step = page.input_value(".touch-step")
    assert 1 < int(step) < 20
    page.wait_for_timeout(450)
    assert page.input_value(".touch-step") == step
    page.click(".touch-play")
    said(page, "machine", "^It")


@pytest.mark.parametrize(
    ("name", "how", "expected"),
    [
        ("touch_plane_decoder.safetensors", {"status": 404, "body": ""}, "is missing"),
        ("touch_plane_decoder.safetensors", {"body": "short"}, "is cut off: it has 5 bytes"),
        ("digit_pad.safetensors", {"status": 404, "body": ""}, "is missing"),
    ],
)
def test_weights_that_do_not_come_are_named_and_asked_for_again(open_touch, name, how, expected):
    page = open_touch(lambda page: page.route(f"**/{name}", lambda route: route.fulfill(**how)))
    page.focus(".touch-plane")
    page.keyboard.press("ArrowUp")
    sentence = said(page, "plane", expected)
    assert sentence.startswith(name) and "touch again to try again" in sentence
    page.unroute(f"**/{name}")
    page.keyboard.press("ArrowUp")
    said(page, "plane", "It (reads|wavers)")


def test_a_machine_without_weights_says_so(open_touch):
    name = "touch_machine_flow.safetensors"
    page = open_touch(lambda page: page.route(f"**/{name}", lambda route: route.abort()))
    page.click("[data-draw='4']")
    assert said(page, "machine", "could not be loaded").startswith(name)
    page.unroute(f"**/{name}")
    page.click("[data-draw='4']")
    said(page, "machine", "^It")


@pytest.mark.parametrize(
    ("how", "expected"),
    [
        ({"status": 404, "body": ""}, "touch.json is missing"),
        ({"body": "{}"}, "is not the manifest"),
    ],
)
def test_without_its_manifest_the_page_says_so(open_touch, how, expected):
    page = open_touch(lambda page: page.route("**/touch.json", lambda route: route.fulfill(**how)))
    for alert in page.locator('[role="alert"]').all_inner_texts():
        assert expected in alert and "The text works without it." in alert
    assert page.locator('[role="alert"]').count() == 3


@pytest.mark.parametrize(
    ("scheme", "viewport"), [("light", DESKTOP), ("dark", PHONE)], ids=["light", "dark"]
)  # before it is touched, test_book.py looks at it
def test_axe_finds_nothing_serious_and_nothing_is_wider_than_the_page(open_touch, scheme, viewport):
    page = open_touch(color_scheme=scheme, viewport=viewport)
    page.click("#touch-plane [data-digit='8']")
    page.click("[data-draw='8']")
    page.click("[data-sample='8']")
    said(page, "own", "Your digit")
    said(page, "plane", "It (reads|wavers)")
    said(page, "machine", "^It")
    assert serious(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= viewport["width"]


def test_every_module_is_asked_for_at_once(root):
    assert preloaded(root, "touch") == imported(root, "touch.js")
