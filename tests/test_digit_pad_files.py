"""Give chapter 14's page damaged, missing and strange files."""

import base64
import re
from pathlib import Path

import numpy as np
import preview
import pytest
import safetensors.numpy
from checks import imported, preloaded
from hands import in_page

pytestmark = pytest.mark.xdist_group("digit_pad")  # one browser, one built page


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


def without(*path):
    """Answer with the manifest, but without a field."""

    def answer(route):
        manifest = route.fetch().json()
        entry = manifest
        for step in path[:-1]:
            entry = entry[step]
        del entry[path[-1]]
        route.fulfill(json=manifest)

    return answer


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
        (
            "digit_pad.safetensors",
            lambda route: route.fulfill(body="short"),
            "digit_pad.safetensors is cut off: it has 5 bytes; expected 630,",
        ),
        (
            "digit_pad.json",
            lambda route: route.fulfill(body="{}"),
            "not the manifest that was expected: networks is missing",
        ),
        ("digit_pad.json", lambda route: route.fulfill(body="[]"), "networks is missing"),
        ("digit_pad.json", lambda route: route.fulfill(body="null"), "all of it is missing"),
        ("digit_pad.json", lambda route: route.fulfill(body="{"), "is damaged: it is no JSON"),
        (
            "digit_pad.json",
            without("networks", 0, "title"),
            "networks[0].title is missing or of another kind",
        ),
        ("digit_pad.json", without("networks", 0, "test", "accuracy"), "networks[0].test.accuracy"),
        ("digit_pad.json", without("training", "layers", 2, "kind"), "training.layers[2].kind"),
        ("digit_pad.json", without("digits"), "expected: digits is missing"),
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


@pytest.mark.parametrize(
    ("name", "how", "expected"),
    [
        (
            "cnn.js",
            {"status": 404, "body": ""},
            "cnn.js is missing: the server answers 404",
        ),
        (
            "digit_pad.js",
            {"body": "1", "content_type": "text/plain"},
            "digit_pad.js is served as text/plain, and browsers run a module only as",
        ),
        (
            "maps.js",
            {"body": "1", "content_type": "application/octet-stream"},
            "maps.js is served as application/octet-stream",
        ),
    ],
)
def test_a_module_that_does_not_come_is_named(open_page, name, how, expected):
    page = open_page(damage(name, lambda route: route.fulfill(**how)), wait=None)
    page.wait_for_selector('#digit-pad [role="alert"]')
    assert expected in page.inner_text("#digit-pad")
    assert "text works without it" in page.inner_text("#digit-pad")


def test_a_download_that_breaks_off_is_called_so(browser, pad_html):
    """The server promises the whole file, and closes the connection in its middle."""

    class Breaking(preview.Handler):
        def do_GET(self):
            if not self.path.endswith("digit_pad.safetensors"):
                return super().do_GET()
            body = Path(self.translate_path(self.path)).read_bytes()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body[: len(body) // 2])
            self.close_connection = True
            return None

    context = browser.new_context()
    with preview.serve(pad_html, handler=Breaking) as host:
        page = context.new_page()
        page.goto(f"{host}/book/draw.html")
        page.wait_for_selector('#digit-pad[data-state="failed"]')
        alert = page.inner_text('#digit-pad [role="alert"]')
    context.close()
    assert "digit_pad.safetensors was cut off on its way" in alert


def test_training_that_starts_offline_says_so(open_page):
    page = open_page()
    page.context.set_offline(True)
    page.click(".pad-start")
    page.wait_for_function(
        "document.querySelector('.pad-milestone').textContent.includes('this device is offline')"
    )
    assert page.inner_text(".pad-start") == "Start training"
    page.context.set_offline(False)


def test_a_worker_of_the_wrong_type_is_called_so(open_page):
    page = open_page()
    page.context.route(
        "**/training_worker.js",
        lambda route: route.fulfill(body="1", content_type="text/plain"),
    )
    page.click(".pad-start")
    page.wait_for_function(
        "document.querySelector('.pad-milestone').textContent.includes('is served as text/plain')"
    )


def test_every_module_is_asked_for_at_once(root):
    """A module that is found only in another costs a journey to the server more."""
    assert preloaded(root, "draw") == imported(root, "digit_pad.js")


def read_by_the_page(pad, content):
    """Parse a safetensors file in the page: arrays by name, or what it says of it."""
    return in_page(
        pad,
        """
        const { parse } = await load("safetensors");
        const bytes = Uint8Array.from(atob(argument), (letter) => letter.charCodeAt(0));
        try {
          return Object.fromEntries(Object.entries(parse(bytes, "it.safetensors").tensors).map(
            ([name, { data, shape }]) => [name, [Array.from(data), shape]]));
        } catch (error) { return error.message; }""",
        base64.b64encode(content).decode(),
    )


def test_a_safetensors_file_may_hold_metadata(pad):
    arrays = {"a": np.arange(6, dtype=np.float32).reshape(2, 3), "b": np.arange(3, dtype=np.uint8)}
    content = safetensors.numpy.save(arrays, metadata={"format": "np"})
    assert b"__metadata__" in content
    assert read_by_the_page(pad, content) == {
        "a": [[0, 1, 2, 3, 4, 5], [2, 3]],
        "b": [[0, 1, 2], [3]],
    }


def test_a_file_that_is_not_whole_is_refused_in_a_sentence(pad):
    content = safetensors.numpy.save({"a": np.ones(6, np.float32), "b": np.ones(3, np.uint8)})
    for length in range(len(content)):
        said = read_by_the_page(pad, content[:length])
        assert re.search("ends before its header|bytes of [ab] are not all there", said)
    assert "its header is no JSON" in read_by_the_page(pad, content[:8] + b"x" + content[9:])
    double = safetensors.numpy.save({"a": np.ones(6)})
    assert "holds a as F64; expected F32 or U8" in read_by_the_page(pad, double)
    assert "does not fit its bytes" in read_by_the_page(pad, content.replace(b"[6]", b"[7]"))


def test_sha256_is_the_browsers_own(pad):
    assert in_page(
        pad,
        """
        const { sha256 } = await load("sha256");
        for (const length of [0, 1, 55, 56, 63, 64, 65, 1000]) {
          const bytes = Uint8Array.from({ length }, () => 256 * Math.random());
          const own = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
          const hex = Array.from(own, (byte) => byte.toString(16).padStart(2, "0")).join("");
          if (sha256(bytes) !== hex) return false;
        }
        return true;""",
    )
