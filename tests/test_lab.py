"""The chapters in JupyterLab: what opens, what is folded, and that looking changes nothing."""

import re
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import bibliography
import nbformat
import pytest
import student
from checks import DESKTOP
from ipykernel.kernelspec import get_kernel_dict

ROOT = Path(__file__).resolve().parents[1]
CHAPTERS = sorted((ROOT / "notebooks").glob("[0-9]*.ipynb"))
every_chapter = pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)


def cells_of(path):
    return nbformat.read(path, as_version=4).cells


@every_chapter
def test_solutions_are_folded_one_click_each(path):
    """A folded heading hides what is below it, until the next heading of its rank or a higher."""
    found, below = [], None
    for cell in cells_of(path):
        if cell.cell_type == "markdown":
            assert "<details" not in cell.source
            if re.match(r"#{1,3} ", cell.source):
                below = re.fullmatch(r"### Solution (\d+)", cell.source)
                if below:
                    assert cell.metadata["jp-MarkdownHeadingCollapsed"] is True
                    found.append(int(below[1]))
            elif below:
                assert not re.search(r"^#{1,3} ", cell.source, re.M), "a heading amid a solution"
        if "hide-cell" in cell.metadata.get("tags", ()):
            assert below, "a hidden cell that is no solution"
    assert found == list(range(1, len(found) + 1)) and len(found) >= 3


@every_chapter
def test_a_chapter_is_not_modified_by_opening_it(path):
    """JupyterLab writes the kernel's own name into a notebook that has another one."""
    kernel = nbformat.read(path, as_version=4).metadata.kernelspec
    installed = get_kernel_dict()
    assert (kernel.display_name, kernel.language) == (
        installed["display_name"], installed["language"],
    )  # fmt: skip


def test_the_bibliography_is_made_from_its_entries():
    written = (ROOT / "book" / "bibliography.md").read_text(encoding="utf-8")
    assert written == bibliography.page(), "run python book/bibliography.py"
    items = re.findall(r'^- <a id="([\w-]+)"></a>(.{20,})$', written, re.M)
    assert len(items) == len(set(items)) > 60
    assert sum("](http" in text for _, text in items) > 0.8 * len(items)


@every_chapter
def test_a_citation_names_its_entry(path):
    for cell in cells_of(path):
        for text in re.findall(r"\[([^]]*)\]\(\.\./book/bibliography\.md\)", cell.source):
            assert text == "their addresses", text  # all of them


@pytest.fixture
def lab(root, make):
    """Start what `make lab` starts; gives its address."""
    *_, command = make(root, "lab").splitlines()
    arguments = command.split()[1:]
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    arguments += ["--no-browser", "--allow-root", f"--port={port}", "--IdentityProvider.token=t"]
    server = subprocess.Popen(
        [sys.executable, *arguments], cwd=root,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    address = f"http://127.0.0.1:{port}"
    try:
        while True:
            assert server.poll() is None, "it ended"
            try:
                with urllib.request.urlopen(f"{address}/api?token=t"):
                    break
            except OSError:  # not yet
                time.sleep(0.2)
        yield address
    finally:
        server.terminate()
        try:
            server.wait(10)
        except subprocess.TimeoutExpired:  # it waits for its kernels
            server.kill()
            server.wait()


def test_jupyterlab_opens_the_pages_to_which_chapters_link(lab):
    with urllib.request.urlopen(f"{lab}/?token=t") as page:
        assert page.url.startswith(f"{lab}/lab/tree/README.md")
    for path in ("notebooks/01_data.ipynb", "book/bibliography.md"):
        with urllib.request.urlopen(f"{lab}/api/contents/{path}?content=0&token=t") as page:
            assert page.status == 200


def test_jupyterlab_shows_pages_as_pages_and_solutions_closed(browser, lab):
    context = browser.new_context(viewport=DESKTOP)
    page = context.new_page()
    page.set_default_timeout(120_000)
    page.goto(f"{lab}/lab/tree/README.md?token=t")
    page.locator(".jp-MarkdownViewer h1", has_text="Ten Digits").wait_for()
    page.goto(f"{lab}/lab/tree/book/bibliography.md?token=t")
    page.locator(".jp-MarkdownViewer a#zeiler2012").wait_for(state="attached")
    page.goto(f"{lab}/lab/tree/notebooks/01_data.ipynb?token=t")
    page.locator(".jp-Notebook .jp-Cell").first.wait_for()
    page.locator(".jp-Notebook-ExecutionIndicator[data-status=idle]").wait_for()
    page.wait_for_function("!document.querySelector('.jp-mod-dirty')")  # but while it is laid out
    assert page.locator(".jp-toast-button, .Toastify__toast").count() == 0  # asks for nothing
    context.close()


# ---- for a class ---------------------------------------------------------------------------


@every_chapter
def test_the_student_version_has_places_for_answers_and_their_checks(path):
    notebook = nbformat.read(path, as_version=4)
    solutions = [cell for cell in notebook.cells if cell.source.startswith("### Solution")]
    hidden = [
        cell.source for cell in notebook.cells if "hide-cell" in cell.metadata.get("tags", ())
    ]
    made = student.student(notebook)
    nbformat.validate(made)
    sources = [cell.source for cell in made.cells]
    assert not [source for source in sources if source in hidden or "Solution" in source[:12]]
    code = [cell for cell in made.cells if cell.cell_type == "code"]
    assert all(cell.outputs == [] and cell.execution_count is None for cell in code)
    grades = [cell.metadata.nbgrader for cell in code if "nbgrader" in cell.metadata]
    places = [each for each in grades if each.solution]
    assert len(places) == len(solutions)
    assert len({each.grade_id for each in grades}) == len(grades)
    checked = [cell.source for cell in code if cell.metadata.get("nbgrader", {}).get("grade")]
    assert checked and all(source.startswith("assert") for source in checked)
    assert sources[-1].startswith("## Next") or "## Next" in sources[-1] or path.stem[:2] == "06"
