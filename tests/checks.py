"""What several test files check in the same way."""

import contextlib
import json
import os
import re
import subprocess
import sys
import tracemalloc

import pytest

DESKTOP, PHONE = {"width": 1280, "height": 900}, {"width": 375, "height": 740}
# What Playwright waits for by `wait_for_function` it evaluates as text, which no page may; the
# policy of the pages is tested in test_site.py.
PAD_WINDOW = {"viewport": DESKTOP, "bypass_csp": True}


def cases(named):
    """List the cases of a parametrized test under their names."""
    return [pytest.param(*values, id=name) for name, values in named.items()]


@contextlib.contextmanager
def refuses(match, error=ValueError):
    """Check that the body is refused with one clear sentence that says `match`."""
    with pytest.raises(error, match=match) as caught:
        yield caught
    message = str(caught.value)
    assert "\n" not in message, message
    assert 20 < len(message) < 500, message


@contextlib.contextmanager
def memory_below(limit):
    """Check that the body never holds more than `limit` bytes at once."""
    tracemalloc.start()
    try:
        yield
    finally:
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert peak < limit, f"{peak / 1e6:.1f} MB at once; at most {limit / 1e6:.1f} allowed"


def filled_row(settings):
    """Train a task by its settings; check that its row can be recorded and read, and give it."""
    from mnist_helpers import tasks
    from mnist_helpers.experiments import results

    row = tasks.train(settings, seed=1).row | {"variant": "tiny", "commit": "abc"}
    assert set(row) == set(results.COLUMNS)
    results.parse(list(results.COLUMNS), [
        json.dumps(row[name]) if kind in (dict, list) else str(row[name])
        for name, kind in results.COLUMNS.items()
    ], "it")  # fmt: skip
    return row


def build(root, output, options=(), **environment):
    """Build the book of a folder into another one."""
    return subprocess.run(
        [sys.executable, root / "book" / "build.py", output, *options],
        capture_output=True, text=True, encoding="utf-8", check=False,
        env=os.environ | {"PYTHONDONTWRITEBYTECODE": "1"} | environment,
    )  # fmt: skip


@contextlib.contextmanager
def opened(browser, url, viewport=DESKTOP, theme="light"):
    """Open a page; give it with the requests that left and the errors that it logged."""
    context = browser.new_context(viewport=viewport, color_scheme=theme)
    context.add_init_script(
        f"localStorage.setItem('mode', '{theme}'); localStorage.setItem('theme', '{theme}')"
    )
    page = context.new_page()
    left, errors = [], []
    home = "/".join(url.split("/")[:3])
    page.on("request", lambda request: left.append(request.url) if not request.url.startswith(
        (home, "data:", "blob:")) else None)  # fmt: skip
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda line: errors.append(line.text) if line.type == "error" else None)
    page.goto(url, wait_until="networkidle")
    page.evaluate("window.MathJax?.startup?.promise?.then(() => null)")  # formulas have widths
    yield page, left, errors
    context.close()


def imported(root, script):
    """Name the modules that a script of the site imports, directly or through others."""
    found, ahead = set(), [script]
    while ahead:
        text = (root / "book" / "site" / ahead.pop()).read_text(encoding="utf-8")
        new = set(re.findall(r'from "\./(\w+\.js)"', text)) - found
        found |= new
        ahead += new
    return found


def preloaded(root, page):
    """Name the modules that a page of the book asks for at once."""
    text = (root / "book" / f"{page}.md").read_text(encoding="utf-8")
    return set(re.findall(r'modulepreload" href="\.\./_static/(\w+\.js)"', text))


# Rules of axe that hang on colours, and take most of its time.
COLOURS = ["color-contrast", "link-in-text-block"]


def serious(page, only=None, without=()):
    """List what axe finds to be serious or worse: by all rules, by some, or by all but some."""
    from axe_playwright_python.sync_playwright import Axe

    options = {
        "resultTypes": ["violations"],
        "rules": {rule: {"enabled": False} for rule in without},
    }
    if only:
        options["runOnly"] = {"type": "rule", "values": only}
    found = Axe().run(page, options=options).response["violations"]
    return [
        f"{violation['id']}, {len(violation['nodes'])} times: {violation['nodes'][0]['html'][:200]}"
        for violation in found
        if violation["impact"] in ("serious", "critical")
    ]
