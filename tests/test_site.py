"""The door of the book: its first page, and what each page says of itself to other sites."""

import json
import re
from pathlib import Path

import front_page
import numpy as np
import preview
import pytest
from checks import DESKTOP, PHONE, build, opened
from PIL import Image

from mnist_helpers import data, experiments
from mnist_helpers.statistics import accuracy

pytestmark = pytest.mark.xdist_group("book")
ADDRESSES = {
    "Repository": "https://github.com/somebody/ten-digits",
    "Site": "https://somebody.github.io/ten-digits",
    "Data": "https://example.org/data",
    "Wheel": "https://example.org/mnist_helpers-1.0.0-py3-none-any.whl",
}


# ---- the first page ------------------------------------------------------------------------


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_the_first_page_shows_the_pad_at_once(browser, address, viewport):
    with opened(browser, f"{address}/index.html", viewport=viewport) as (page, left, errors):
        page.wait_for_selector("#front-pad[data-state=ready]")
        box = page.locator(".front-canvas").bounding_box()
        assert box["y"] + box["height"] <= viewport["height"], "one has to scroll to the pad"
        status = page.locator("#front-pad [role=status]")
        assert re.fullmatch(r"A 3 \(\d+\.\d %\)\. Now draw one yourself\.", status.text_content())
        x, y = box["x"] + box["width"] / 2, box["y"] + 0.15 * box["height"]
        page.mouse.move(x, y)
        page.mouse.down()
        for step in range(15):
            page.mouse.move(x, y + step * 0.05 * box["height"])
        page.mouse.up()
        assert status.text_content().startswith("A 1 (")
        inked = "c => { const d = c.getContext('2d').getImageData(0, 0, c.width, c.height).data;"
        inked += " return d.filter((v, k) => k % 4 === 0 && v < 128).length }"
        assert page.locator(".front-maps").evaluate(inked) > 100
        for digit in (7, 0):
            page.locator(f"#front-pad [data-sample='{digit}']").click()
            assert status.text_content().startswith(f"A {digit} (")
        page.locator(".front-clear").click()
        assert status.text_content() == "Draw a digit."
        page.locator(".front-canvas").focus()
        for key in [*["ArrowUp"] * 8, " ", *["ArrowDown"] * 16, " "]:
            page.keyboard.press(key)
        assert status.text_content().startswith("A 1 (")
        assert left == errors == []


def test_the_first_page_is_light(browser, site):
    """Count the bytes that come before anybody touches anything, compressed as web hosts do."""
    with preview.serve(site, compress=True) as address:
        context = browser.new_context(viewport=DESKTOP)
        page, sizes = context.new_page(), []
        session = context.new_cdp_session(page)
        session.send("Network.enable")
        session.on(
            "Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"])
        )
        page.goto(f"{address}/index.html", wait_until="networkidle")
        page.wait_for_selector("#front-pad[data-state=ready]")
        ready = page.evaluate("performance.getEntriesByName('front-pad-ready')[0].startTime")
        context.close()
    print(f"{sum(sizes) / 1e3:.0f} kB in {len(sizes)} files, ready after {ready:.0f} ms")
    assert sum(sizes) < 1e6


def test_the_numbers_of_the_first_page_are_those_of_the_rows(browser, address, root):
    runs = (
        100 * experiments.by_variant(experiments.read("ten_seconds"), "test_accuracy")["the post"]
    )
    half = 2.262 * runs.std(ddof=1) / np.sqrt(10)  # Student's, of ten runs
    votes = sum(
        each.astype(float) for each in experiments.probabilities_of("ensemble_wide").values()
    )
    _, (_, labels) = data.load_data()
    vote = accuracy(votes.argmax(axis=1), labels)
    speed = json.loads((root / "benchmarks" / "results.json").read_text(encoding="utf-8"))
    speed = speed["post_vs_ten_seconds_9919"]
    expected = [
        (f"{runs.mean():.2f} %", f"{runs.mean() - half:.2f} to {runs.mean() + half:.2f} %"),
        (f"{100 * vote.value:.2f} %", f"{100 * vote.low:.2f} to {100 * vote.high:.2f} %"),
        (f"{speed['value']:.0f} ×", f"{speed['low']:.0f} to {speed['high']:.0f} ×"),
    ]
    assert len(runs) == 10
    with opened(browser, f"{address}/index.html") as (page, _, _):
        cards = page.locator(".front-number").all_inner_texts()
        wrong = vote.count - vote.correct
        assert f"All {wrong} of 10,000 test digits" in page.locator("figcaption").first.inner_text()
    for (number, interval), card in zip(expected, cards, strict=True):
        assert card.startswith(number) and interval in card, card
    readme = (root / "README.md").read_text(encoding="utf-8")
    assert f"| {runs.mean():.2f} ± " in readme and f"| {100 * vote.value:.2f} % |" in readme
    typed = re.findall(r"\d+\.\d+ %", (root / "index.md").read_text(encoding="utf-8"))
    assert set(typed) <= {"99.19 %"}, "a number of the first page is typed"  # but the post's


def test_a_phone_gets_the_narrow_figure(browser, address):
    for viewport, name in ((DESKTOP, "errors.png"), (PHONE, "errors_narrow.png")):
        with opened(browser, f"{address}/index.html", viewport=viewport) as (page, _, _):
            shown = page.locator("picture img").evaluate("image => image.currentSrc")
            assert shown.endswith(f"/{name}")


def test_the_preview_is_a_picture_as_other_sites_want_it(site):
    path = site / "_static" / "preview.png"
    with Image.open(path) as picture:
        assert picture.size == (1200, 630)
    assert path.stat().st_size < 1e5


# ---- what pages say of themselves ----------------------------------------------------------


def test_every_page_has_a_title_and_a_description_of_its_own(site):
    titles, descriptions = {}, {}
    pages = [page for page in site.rglob("*.html") if page.parent.name in ("book", "notebooks")]
    assert len(pages) > 20
    for page in [site / "index.html", *pages]:
        text = page.read_text(encoding="utf-8")
        title = re.search(r"<title>(.*?)</title>", text, re.S)[1].strip()
        first, _, rest = title.partition(" &#8212; ")
        assert rest in ("", "Ten Digits") and first != "Ten Digits", title
        titles[title] = page
        said = re.search(r'<meta name="description" content="([^"]*)" />', text)
        assert said and 40 <= len(said[1]) <= 260, page
        descriptions[said[1]] = page
        for name in ("og:title", "og:description", "og:type", "og:site_name"):
            assert text.count(f'property="{name}"') == 1, (page, name)
        assert "MIT licence" in text  # the footer's line
    assert len(titles) == len(descriptions) == len(pages) + 1


def test_what_is_not_found_leads_back(browser, site, address):
    with opened(browser, f"{address}/404.html") as (page, left, errors):
        assert left == errors == []
        page.get_by_role("link", name="To the first page").click()
        page.locator("#front-pad").wait_for(state="attached")


PUT_IN = """async address => {
  const script = document.createElement("script");
  script.textContent = "window.ran = 'a script'";
  document.body.append(script);
  document.body.insertAdjacentHTML("beforeend", "<p id='put' onclick='window.ran = 1'>here</p>");
  document.getElementById("put").click();
  const answer = await fetch(address).then(() => "an answer", () => "no answer");
  return [window.ran, answer];
}"""


def test_a_page_runs_what_it_was_built_with_and_asks_no_other_host(browser, site, address):
    tag = '<meta http-equiv="Content-Security-Policy"'
    for path in site.rglob("*.html"):
        if path.parent.name != "_static":  # templates of the theme
            text = path.read_text(encoding="utf-8")
            assert text.count(tag) == 1 and text.index(tag) < (text + "<script").index("<script")
    start = f"{address}/index.html"
    with preview.serve(site) as other, opened(browser, start) as (page, _, errors):
        assert errors == []
        assert page.evaluate(PUT_IN, f"{address}/404.html") == [None, "an answer"]
        assert page.evaluate(PUT_IN, f"{other}/404.html") == [None, "no answer"]
        for refused in ("inline script", "inline event handler", "to connect"):
            assert any(refused in error for error in errors), errors
        page.locator("button[onclick='toggleFullScreen()']").click()
        page.wait_for_selector(":fullscreen", state="attached")
    with opened(browser, f"{address}/search.html?q=dropout") as (page, _, errors):
        page.wait_for_selector("#search-results li")
        page.wait_for_load_state("networkidle")
        assert errors == []


BLOCKED = """for (const name of ["localStorage", "sessionStorage"]) {
  Object.defineProperty(window, name, {
    configurable: true, get() { throw new DOMException("no", "SecurityError"); } });
}"""


KEEP = """async () => {
  const { keep } = await import(document.baseURI.replace("book/draw.html", "_static/kept.js"));
  return keep({ layers: [], weights: {} });
}"""


def test_where_storage_is_switched_off_the_book_works_and_says_what_it_cannot_keep(
    browser, address
):
    for prepare, expected in ((BLOCKED, "This browser keeps nothing for"), ("", "Kept in this")):
        context, failed = browser.new_context(), []
        context.add_init_script(prepare)
        page = context.new_page()
        page.on("pageerror", lambda error, failed=failed: failed.append(str(error)))
        page.goto(f"{address}/search.html?q=dropout")
        page.wait_for_selector("#search-results li")
        page.goto(f"{address}/index.html")
        page.wait_for_selector("#front-pad[data-state=ready]")
        page.goto(f"{address}/book/draw.html")
        page.wait_for_selector("#digit-pad[data-state=ready]")
        assert page.evaluate(KEEP).startswith(expected)
        assert failed == []
        context.close()


def test_on_a_slow_connection_the_text_does_not_wait_for_the_rest(browser, site):
    slow = {"offline": False, "latency": 400, "downloadThroughput": 5e4, "uploadThroughput": 5e4}
    with preview.serve(site, compress=True) as address:
        context, failed = browser.new_context(viewport=PHONE), []
        page = context.new_page()
        page.on("pageerror", lambda error: failed.append(str(error)))
        session = context.new_cdp_session(page)
        session.send("Network.enable")
        session.send("Network.emulateNetworkConditions", slow)  # bytes a second, milliseconds
        page.goto(f"{address}/notebooks/05_evaluation.html", wait_until="commit")
        painted = "() => performance.getEntriesByName('first-contentful-paint').length"
        page.wait_for_function(painted)
        assert page.evaluate("document.readyState") != "complete"
        assert page.locator("article h1").is_visible()
        session.send("Network.emulateNetworkConditions", slow | {"downloadThroughput": -1})
        page.wait_for_load_state("load")
        assert failed == []
        context.close()


def test_the_icons_that_pages_show_are_there(browser, site, address):
    with opened(browser, f"{address}/index.html") as (page, _, _):
        page.wait_for_selector("svg[data-icon=download]")
        assert page.locator("i[class*=fa-]").count() == 0
        assert page.locator("svg.svg-inline--fa path[d='']").count() == 0
        assert page.locator("svg[data-icon=download]").count() == 1
    assert (site / "_static" / "scripts" / "fontawesome.js").stat().st_size < 2e5


# ---- where the book lives ------------------------------------------------------------------


@pytest.fixture
def pages(small_book, tmp_path):
    """Build a page and a chapter under given addresses; gives what was said, and the site."""
    (small_book / "_toc.yml").write_text(
        "format: jb-book\nroot: book/page\nchapters:\n  - file: notebooks/02_model\n"
    )
    (small_book / "book" / "bibliography.md").write_text("# Bibliography\n")
    path = small_book / "notebooks" / "02_model.ipynb"  # of which the links alone would fail
    path.write_text(re.sub(r"\]\([^)#]*?(ipynb|md)\)", "]", path.read_text(encoding="utf-8")),
                    encoding="utf-8")  # fmt: skip

    def built(urls):
        path = small_book / "pyproject.toml"
        text = re.sub(
            r"^\[project\.urls\]\n(.+\n)*", "", path.read_text(encoding="utf-8"), flags=re.M
        )
        text += "\n[project.urls]\n" + "".join(f'{key} = "{url}"\n' for key, url in urls.items())
        path.write_text(text, encoding="utf-8")
        result = build(small_book, tmp_path / "out")
        return result, tmp_path / "out" / "_build" / "html"

    return built


def test_addresses_become_buttons_canonical_links_and_a_sitemap(pages, small_book, monkeypatch):
    result, site = pages(ADDRESSES)
    assert result.returncode == 0, result.stdout + result.stderr
    assert "is set in pyproject.toml" not in result.stdout
    repository, home, _, wheel = ADDRESSES.values()
    text = (site / "notebooks" / "02_model.html").read_text(encoding="utf-8")
    links = re.findall(r'href="(https://[^"]+)"', text)
    assert repository in links
    assert f"{repository}/edit/main/notebooks/02_model.ipynb" in links
    assert any(link.startswith(f"{repository}/issues/new?title=") for link in links)
    place = "github/somebody/ten-digits/blob/colab/notebooks/02_model.ipynb"
    assert f"https://colab.research.google.com/{place}" in links
    assert any(
        link.startswith("https://mybinder.org/v2/gh/somebody/ten-digits/main") for link in links
    )
    download = json.loads((site / "_sources" / "notebooks" / "02_model.ipynb").read_text("utf-8"))
    assert f"%pip install --quiet {wheel}\n" in "".join(download["cells"][1]["source"])
    assert f'<link rel="canonical" href="{home}/notebooks/02_model.html"' in text
    assert f'"og:image" content="{home}/_static/preview.png"' in text
    sitemap = (site / "sitemap.xml").read_text(encoding="utf-8")
    assert re.findall("<loc>(.*?)</loc>", sitemap) == [
        f"{home}/book/page.html", f"{home}/notebooks/02_model.html",
    ]  # fmt: skip
    assert 'href="/ten-digits/index.html"' in (site / "404.html").read_text(encoding="utf-8")
    monkeypatch.setattr(front_page, "ROOT", small_book)
    assert f"git clone {repository}\ncd ten-digits\n" in front_page.get()
    cited = front_page.cite()
    assert f"url = {{{home}}}" in cited and ADDRESSES["Data"] in cited


def test_without_addresses_the_buttons_are_absent_and_the_build_says_so(pages):
    result, site = pages({})
    assert result.returncode == 0, result.stdout + result.stderr
    assert "No Repository, Site, Data, Wheel is set in pyproject.toml" in result.stdout
    for page in site.rglob("*.html"):
        text = page.read_text(encoding="utf-8")
        for sign in (
            "canonical",
            "og:image",
            "fa-rocket",
            "source-repository",
            "mybinder",
            "colab.research",
        ):
            assert sign not in text, (page, sign)
    assert not (site / "sitemap.xml").exists()


@pytest.mark.parametrize(
    ("urls", "said"),
    [
        ({"Site": "somewhere"}, "the address Site is 'somewhere'; expected one with https://"),
        ({"Repository": "https://example.org/a/b"}, "the repository is at example.org; expected"),
    ],
)
def test_an_address_that_is_none_is_refused(pages, urls, said):
    result, _ = pages(urls)
    assert result.returncode != 0
    assert said in result.stderr


def test_the_citation_names_the_same_addresses_as_the_project(root):
    """Compare CITATION.cff, which other sites read, with pyproject.toml."""
    project = re.findall(
        r'^(Repository|Site) = "(.+)"', Path(root, "pyproject.toml").read_text(), re.M
    )
    names = {"Repository": "repository-code", "Site": "url"}
    entry = front_page.cited()
    assert {names[name]: address for name, address in project} == {
        name: entry[name] for name in names.values() if name in entry
    }
    for name in ("title", "version", "date-released", "license", "abstract", "type"):
        assert entry[name]


def test_one_version_everywhere(root):
    text = {name: (root / name).read_text(encoding="utf-8")
            for name in ("pyproject.toml", "_config.yml", "CHANGELOG.md")}  # fmt: skip
    version = front_page.cited()["version"]
    assert f'\nversion = "{version}"\n' in text["pyproject.toml"]
    assert f'version: "{version.rsplit(".", 1)[0]}"\n' in text["_config.yml"]
    assert f"\n## {version} (" in text["CHANGELOG.md"]
