"""The book as a reader meets it: its build, and every page of the built site in a browser."""

import importlib
import json
import pkgutil
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest
from checks import COLOURS, PHONE, build, opened, serious

import mnist_helpers

ROOT = Path(__file__).resolve().parents[1]
PAGES = [
    f"{name}.html"
    for name in re.findall(r"(?:root|file): (\S+)", (ROOT / "_toc.yml").read_text(encoding="utf-8"))
]

pytestmark = pytest.mark.xdist_group("book")


@pytest.mark.parametrize("name", [*PAGES, "search.html", "genindex.html"])
def test_page_is_sound(browser, address, name):
    with opened(browser, f"{address}/{name}") as (page, left, errors):
        assert page.title()
        assert left == []
        assert errors == []
        assert serious(page) == []


@pytest.mark.parametrize("name", PAGES)
def test_page_is_accessible_in_the_dark(browser, address, name):
    with opened(browser, f"{address}/{name}", theme="dark") as (page, _, _):
        assert page.locator("html").get_attribute("data-theme") == "dark"
        assert serious(page, only=COLOURS) == []


@pytest.mark.parametrize("name", PAGES)
def test_page_fits_a_phone(browser, address, name):
    with opened(browser, f"{address}/{name}", viewport=PHONE) as (page, _, _):
        widths = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
        assert widths[0] <= widths[1] + 1, "the page scrolls sideways"
        assert serious(page, without=COLOURS) == []


@pytest.mark.parametrize("name", PAGES)
def test_figures_say_what_they_show(browser, address, name):
    with opened(browser, f"{address}/{name}") as (page, _, _):
        pictures = page.eval_on_selector_all(
            "article img",
            """pictures => pictures.map(picture => ({
                alt: picture.getAttribute("alt") || "",
                caption: picture.closest("figure")?.querySelector("figcaption")?.textContent || "",
            }))""",
        )
    for picture in pictures:
        assert len(picture["alt"].split()) >= 5, picture  # words, not a file's name
        assert len(picture["caption"].split()) >= 5, picture
        assert picture["alt"] != picture["caption"]
    if re.match(r"notebooks/\d", name):
        assert pictures or "save" in name, "a chapter without a figure"


def test_maths_is_rendered(browser, address):
    with opened(browser, f"{address}/book/notation.html") as (page, left, _):
        page.wait_for_selector("mjx-container")
        assert page.locator("mjx-container").count() > 20
        assert page.locator("mjx-merror").count() == 0
        assert left == []


def test_pages_stay_small(site):
    sizes = {page.name: page.stat().st_size for page in site.rglob("*.html")}
    largest = max(sizes, key=sizes.get)
    print(f"largest page: {largest}, {sizes[largest] / 1e6:.2f} MB")
    assert sizes[largest] < 3e6


def test_the_api_page_misses_nothing(site):
    """Look for every public function and class of the package, where it is defined."""
    written = (site / "book" / "api.html").read_text(encoding="utf-8")
    found = 0
    for module in pkgutil.walk_packages(mnist_helpers.__path__, "mnist_helpers."):
        if "._" in module.name:
            continue
        for name, value in vars(importlib.import_module(module.name)).items():
            own = getattr(value, "__module__", None) == module.name
            if own and not name.startswith("_") and callable(value) and value.__doc__:
                assert f'id="{module.name}.{name}"' in written, f"{module.name}.{name}"
                found += 1
    assert found > 50
    assert re.search(r"Used in chapters? .*01_data.html", written)


# ---- the build -----------------------------------------------------------------------------


@pytest.fixture
def output(tmp_path):
    """Make a folder that holds an older site."""
    html = tmp_path / "output" / "_build" / "html"
    html.mkdir(parents=True)
    (html / "index.html").write_text("old")
    return tmp_path / "output"


def pages(output):
    """Check that nothing but the site and the lock is in the folder; give its front page."""
    assert {path.name for path in (output / "_build").iterdir()} <= {"html", "building.lock"}
    return (output / "_build" / "html" / "index.html").read_text(encoding="utf-8")


def test_a_build_replaces_the_old_site_and_writes_nothing_beside_its_sources(small_book, output):
    """Build where the terminal's code page is the one of Windows, too."""
    before = {path: path.stat().st_mtime_ns for path in small_book.rglob("*")}
    result = build(small_book, output, PYTHONIOENCODING="cp1252", PYTHONUTF8="0")
    assert result.returncode == 0, result.stdout + result.stderr
    assert "page.html" in pages(output)
    assert {path: path.stat().st_mtime_ns for path in small_book.rglob("*")} == before


def test_a_page_with_a_broken_link_fails_the_build_and_leaves_the_old_site(small_book, output):
    (small_book / "book" / "page.md").write_text(
        "# A page\n\n[There is no such page](nowhere.md)\n"
    )
    result = build(small_book, output)
    assert result.returncode != 0
    assert "nowhere.md" in result.stdout + result.stderr
    assert "The book was not built: the warnings above are errors." in result.stderr
    assert pages(output) == "old"


@pytest.mark.parametrize("failure", ["error", "unrun"])
def test_a_failing_notebook_fails_the_build(small_book, output, failure):
    path = small_book / "notebooks" / "02_model.ipynb"
    notebook = json.loads(path.read_text(encoding="utf-8"))
    cell = next(cell for cell in notebook["cells"] if cell["cell_type"] == "code")
    if failure == "error":
        cell["outputs"] = [
            {"output_type": "error", "ename": "ValueError", "evalue": "broken", "traceback": []}
        ]
    else:
        cell["execution_count"], cell["outputs"] = None, []
    path.write_text(json.dumps(notebook), encoding="utf-8")
    result = build(small_book, output)
    assert result.returncode != 0
    assert "not built: 02_model.ipynb is stored with a failed or unrun cell." in result.stderr
    assert pages(output) == "old"


def test_a_table_that_cannot_be_made_shows_its_error(small_book, output):
    (small_book / "benchmarks" / "results.json").unlink()
    result = build(small_book, output)
    assert result.returncode != 0
    assert "results.json" in result.stderr
    assert pages(output) == "old"


def test_a_build_that_is_killed_leaves_the_old_site(small_book, output):
    command = [sys.executable, small_book / "book" / "build.py", output]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while not list((output / "_build").glob("building-*")):
        assert process.poll() is None
        time.sleep(0.01)
    second = build(small_book, output)
    assert re.search(r"not built: another build into .*_build is going on.", second.stderr)
    process.kill()
    process.wait()
    assert (output / "_build" / "html" / "index.html").read_text() == "old"
    (output / "_build" / "html").rename(output / "_build" / "html.old")  # or it was just swapping
    (small_book / "benchmarks" / "results.json").unlink()
    assert build(small_book, output).returncode != 0
    assert pages(output) == "old"  # what the killed one left is gone
