"""What a reader takes along: a PDF and an EPUB in which nothing is missing, the wheel, the site."""

import os
import re
import subprocess
import sys
import zipfile
from xml.etree import ElementTree

import nbformat
import pytest

pytestmark = pytest.mark.xdist_group("book")
CHAPTER = "02_model"


@pytest.fixture(scope="module")
def figures(root):
    """Count the figures of the chapter, as they are stored."""
    cells = nbformat.read(root / "notebooks" / f"{CHAPTER}.ipynb", as_version=4).cells
    outputs = [output.get("data", {}) for cell in cells for output in cell.get("outputs", ())]
    return sum("image/png" in data for data in outputs)


@pytest.fixture
def taken(small_book, browser):
    """Make files of a book of a page and a chapter; gives a function of their kinds."""
    card = "::::{grid}\n:::{grid-item-card} A card\n:link: https://keras.io\nIts text.\n:::\n::::\n"
    (small_book / "index.md").write_text(f"# A page\n\nNothing is wrong with it.\n\n{card}")
    (small_book / "_toc.yml").write_text(
        f"format: jb-book\nroot: index\nchapters:\n  - file: notebooks/{CHAPTER}\n"
    )
    path = small_book / "notebooks" / f"{CHAPTER}.ipynb"
    text = re.sub(r"\]\([^)#]*?(ipynb|md)[^)]*\)", "]", path.read_text(encoding="utf-8"))
    path.write_text(text, encoding="utf-8")

    def make(kind):
        result = subprocess.run(
            [sys.executable, small_book / "book" / "take.py", kind],
            capture_output=True, text=True, encoding="utf-8", check=False,
            env=os.environ | {"PYTHONDONTWRITEBYTECODE": "1", "PYTHONUTF8": "1"},
        )  # fmt: skip
        assert result.returncode == 0, result.stdout + result.stderr
        (made,) = (small_book / "_build" / "take").iterdir()
        return made

    return make


def test_the_pdf_has_every_figure_and_an_outline(taken, figures):
    """The browser writes a picture as an object; what is not drawn is not there."""
    content = taken("pdf").read_bytes()
    assert content.startswith(b"%PDF")
    assert len(re.findall(rb"/Subtype\s*/Image", content)) >= figures > 1
    assert b"/Outlines" in content and b"/StructTreeRoot" in content  # tagged, with alt texts
    assert content.count(b"/Alt") >= figures
    assert len(re.findall(rb"/Type\s*/Page\b", content)) > 5


def test_the_epub_has_every_figure_and_formulas_that_are_mathml(taken, figures):
    with zipfile.ZipFile(taken("epub")) as book:
        names = book.namelist()
        assert names[0] == "mimetype"
        assert book.getinfo("mimetype").compress_type == zipfile.ZIP_STORED
        pages = {name: book.read(name).decode() for name in names if name.endswith("html")}
        manifest = book.read(next(name for name in names if name.endswith(".opf"))).decode()
    found = formulas = 0
    for name, text in pages.items():
        page = ElementTree.fromstring(text)
        assert r"\(" not in text and r"\[" not in text, name
        assert "<script" not in text
        found += sum(1 for _ in page.iter("{http://www.w3.org/1999/xhtml}figure"))
        here = sum(1 for _ in page.iter("{http://www.w3.org/1998/Math/MathML}math"))
        if here:
            items = re.findall(r"<item [^>]*>", manifest)
            assert any(f'href="{name}"' in item and "mathml" in item for item in items), name
        formulas += here
    assert found == figures
    assert formulas > 10
    assert sum(text.count('<div class="solution"') for text in pages.values()) == 3
    assert not [name for name in names if name.endswith((".safetensors", ".js", ".gz"))]
