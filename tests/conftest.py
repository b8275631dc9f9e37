"""Fixtures that several test files share."""

import os
import shutil
import subprocess
import sys
import warnings
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "book"))
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "notebooks"))
import preview
from checks import PAD_WINDOW, build


@pytest.fixture(scope="session")
def root():
    """Give the folder of the repository."""
    return Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def mnist():
    """Give the embedded data: (x_train, y_train), (x_test, y_test); not to be changed."""
    from mnist_helpers import data

    arrays = data.load_data()
    for pair in arrays:
        for array in pair:
            array.flags.writeable = False
    return arrays


@pytest.fixture
def shown(monkeypatch):
    """Give the outputs of the figures that are shown, each a dict of MIME types."""
    from mnist_helpers.plots import figure

    bundles = []

    def display(bundle, metadata, raw):
        assert raw and metadata["image/png"]["width"] > 0
        bundles.append(bundle)

    monkeypatch.setattr(figure, "display", display)
    return bundles


@pytest.fixture(scope="session")
def browser():
    """Start the browser of this machine; without one, skip, or fail if REQUIRE_BROWSER is set."""
    try:
        with preview.browser() as started:
            yield started
    except FileNotFoundError as error:
        if os.environ.get("REQUIRE_BROWSER"):
            pytest.fail(str(error))
        warnings.warn(pytest.PytestWarning(f"{error}: the site is NOT tested"), stacklevel=1)
        pytest.skip(str(error))


@pytest.fixture(scope="session")
def site(root, tmp_path_factory):
    """Build the book; give the folder of its pages."""
    output = tmp_path_factory.mktemp("book")
    result = build(root, output)
    assert result.returncode == 0, result.stdout + result.stderr
    print(result.stdout)
    return output / "_build" / "html"


@pytest.fixture(scope="session")
def address(site):
    """Serve the built site to this machine alone; give its address."""
    with preview.serve(site) as host:
        yield host


@pytest.fixture
def small_book(root, tmp_path):
    """Copy what a build needs, with one chapter, and a page alone in the table of contents."""
    book = tmp_path / "bo·ok"  # of a name that not every code page has
    book.mkdir()
    files = ("_config.yml", "pyproject.toml", "CITATION.cff", "index.md")
    for name in (*files, "book", "notebooks", "benchmarks"):
        if (root / name).is_dir():
            shutil.copytree(root / name, book / name, ignore=shutil.ignore_patterns("_o*", "site"))
        else:
            shutil.copy(root / name, book / name)
    (book / "book" / "site").mkdir()
    for name in ("ten_digits.css", "favicon.svg"):
        shutil.copy(root / "book" / "site" / name, book / "book" / "site")
    for notebook in (book / "notebooks").glob("*.ipynb"):
        if not notebook.name.startswith("02"):
            notebook.unlink()
    (book / "book" / "page.md").write_text("# A page\n\nNothing is wrong with it.\n")
    (book / "_toc.yml").write_text("format: jb-book\nroot: book/page\n")
    (book / "book" / "bibliography.md").unlink()
    return book


@pytest.fixture(scope="session")
def make():
    """Give the commands that a target of the Makefile would run in a folder."""
    if shutil.which("make") is None:
        pytest.skip("no make here")

    def commands(folder, target):
        command = ["make", "--dry-run", "--no-print-directory", "--directory", folder, target]
        return subprocess.run(
            command, capture_output=True, check=True, text=True, encoding="utf-8"
        ).stdout

    return commands


@pytest.fixture(scope="session")
def touch_records():
    """Give what the page on which digits are touched has recorded of its networks, by recipe."""
    from mnist_helpers import touch

    return touch.read()


@pytest.fixture(scope="session")
def touch_networks(touch_records):
    """Give that page's networks in Keras: recipe to part to network."""
    from mnist_helpers import touch

    return {
        name: {part: touch.network(entry) for part, entry in record["networks"].items()}
        for name, record in touch_records.items()
    }


@pytest.fixture(scope="session")
def pad_html(tmp_path_factory):
    """Give the folder of chapter 14's page, built on its own, under a path."""
    return preview.build("draw", tmp_path_factory.mktemp("pad") / "under" / "a-path")


@pytest.fixture(scope="session")
def pad_address(pad_html):
    """Give the address of chapter 14's page."""
    with preview.serve(pad_html.parents[3]) as host:
        relative = pad_html.relative_to(pad_html.parents[3]).as_posix()
        yield f"{host}/{relative}/book/draw.html"


@pytest.fixture
def open_page(browser, pad_address):
    """Give a function that opens the page anew; no script may fail, no other host be asked."""
    contexts, problems = [], []
    host = "/".join(pad_address.split("/")[:3])

    def open_page(prepare=None, wait="ready", **options):
        context = browser.new_context(**(PAD_WINDOW | options))
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
        page.goto(pad_address)
        if wait:
            page.wait_for_selector(f'#digit-pad[data-state="{wait}"]')
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert not problems


@pytest.fixture(scope="session")
def shared_page(browser, pad_address):
    """Give one open page for tests that leave nothing behind but a drawing."""
    context = browser.new_context(**PAD_WINDOW)
    page = context.new_page()
    page.goto(pad_address)
    page.wait_for_selector('#digit-pad[data-state="ready"]')
    yield page
    context.close()


@pytest.fixture
def pad(shared_page):
    """Give the shared page with an empty pad."""
    shared_page.click(".pad-clear")
    return shared_page
