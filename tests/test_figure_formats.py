"""Every figure with its caption and alt text, in whatever a notebook or the book becomes."""

import os
import re
import shutil
import subprocess
import sys
import zipfile
from xml.etree import ElementTree

import nbformat
import numpy as np
import pytest
from nbconvert import LatexExporter, MarkdownExporter

from mnist_helpers import plots

CHAPTER = "05_evaluation"


@pytest.fixture
def notebook(shown):
    """Give a notebook of two figures, as it is stored."""
    figure = plots.curves_with_bands({"a": ([0, 1], [1, 2])}, "Epoch", "Loss")
    plots.show(figure, 'A "line" < a curve: 99 % & more', 'A line that rises & says "1 < 2".')
    plots.show(plots.digit_grid(np.eye(28)[None]), "One digit, no name_of_a_file", "A diagonal.")
    v4 = nbformat.v4
    outputs = [v4.new_output("display_data", data=bundle) for bundle in shown]
    cells = [v4.new_code_cell("plots.show()", outputs=[output], execution_count=1)
             for output in outputs]  # fmt: skip
    return v4.new_notebook(cells=[v4.new_markdown_cell("# Two figures"), *cells])


def figures(notebook):
    """List caption and alt text of the figures of a notebook's stored outputs."""
    bundles = [output.data for cell in notebook.cells for output in cell.get("outputs", ())
               if "image/png" in output.get("data", {})]  # fmt: skip
    texts = [bundle["text/plain"].split("\n\n") for bundle in bundles]
    return [(caption, alt[1:-1]) for caption, alt in texts]


@pytest.fixture
def stored(root):
    """Give a chapter of the book, as it is stored."""
    chapter = nbformat.read(root / "notebooks" / f"{CHAPTER}.ipynb", as_version=4)
    assert len(figures(chapter)) >= 4, "run the chapter anew: its figures are of an older kind"
    return chapter


@pytest.mark.parametrize("name", ["notebook", "stored"])
def test_nbconvert_keeps_every_figure(request, name):
    book = request.getfixturevalue(name)
    expected = figures(book)
    markdown, _ = MarkdownExporter().from_notebook_node(book)
    pieces = re.findall(r"<figure.*?</figure>", markdown, re.DOTALL)
    found = [ElementTree.fromstring(piece) for piece in pieces]
    assert [(each.find("figcaption").text, each.find("img").get("alt")) for each in found] == (
        expected
    )
    book.cells = [cell for cell in book.cells if cell.cell_type == "code"]  # text needs pandoc
    latex, resources = LatexExporter().from_notebook_node(book)
    pictures = re.findall(r"\\adjustimage\{.*?\}\}\{(.*?)\}", latex)
    assert len(pictures) == len(expected) == len(set(pictures))
    assert set(pictures) == set(resources["outputs"])


BUILD = """
import sys
from jupyter_book.cli.main import main
for builder in (["html"], ["latex"], ["custom", "--custom-builder", "epub"]):
    main(["build", sys.argv[1], "--quiet", "--builder", *builder], standalone_mode=False)
"""


@pytest.fixture
def built(root, tmp_path, notebook, stored):
    """Build a book of two notebooks, set up as the book is; give its folder and its figures."""
    for name in ("_config.yml", "pyproject.toml"):
        shutil.copy(root / name, tmp_path)
    (tmp_path / "book" / "site").mkdir(parents=True)
    extensions = (path.name for path in (root / "book").glob("*.py"))
    for name in ("site/ten_digits.css", *extensions):
        shutil.copy(root / "book" / name, tmp_path / "book" / name)
    nbformat.write(notebook, tmp_path / "two.ipynb")
    nbformat.write(stored, tmp_path / "chapter.ipynb")
    (tmp_path / "_toc.yml").write_text(
        "format: jb-book\nroot: two\nchapters:\n  - file: chapter\n", encoding="utf-8"
    )
    result = subprocess.run(
        [sys.executable, "-c", BUILD, tmp_path], capture_output=True, text=True, encoding="utf-8",
        check=False, env=os.environ | {"PYTHONUTF8": "1"},
    )  # fmt: skip
    assert result.returncode == 0, result.stdout + result.stderr
    return tmp_path / "_build", figures(notebook) + figures(stored)


def found_in(page, space=""):
    """List caption, alt text and picture of the figures in a page, by the names of its elements."""
    for figure in page.iter(f"{space}figure"):
        (picture,) = figure.iter(f"{space}img")
        (caption,) = figure.iter(f"{space}figcaption")
        yield "".join(caption.itertext()).strip(), picture.get("alt"), picture.get("src")


def test_the_book_keeps_every_figure_in_every_format(built):
    folder, expected = built
    captions = [caption for caption, _ in expected]

    found = []
    for name in ("two", "chapter"):
        page = (folder / "html" / f"{name}.html").read_text(encoding="utf-8")
        for piece in re.findall(r"<figure.*?</figure>", page, re.DOTALL):
            found += found_in(ElementTree.fromstring(piece))
    assert [(caption.removesuffix("#"), alt) for caption, alt, _ in found] == expected
    assert all((folder / "html" / source).is_file() for *_, source in found)

    found = []
    (packed,) = (folder / "epub").glob("*.epub")
    with zipfile.ZipFile(packed) as book:
        for name in book.namelist():
            if name.endswith("html"):  # every page parses
                pages = ElementTree.fromstring(book.read(name))
                found += found_in(pages, "{http://www.w3.org/1999/xhtml}")
        assert {source for *_, source in found} <= set(book.namelist())
    assert sorted((caption, alt) for caption, alt, _ in found) == sorted(expected)

    latex = (folder / "latex" / "tendigits.tex").read_text(encoding="utf-8")
    figure = r"includegraphics\[[^]]*\]\{\{(\w+)\}\.png\}\n\\caption\{(.*)\}\\label"
    found = re.findall(figure, latex)
    assert len(found) == latex.count("begin{figure}") == len(expected)
    assert all((folder / "latex" / f"{name}.png").is_file() for name, _ in found)
    plain = {r"\textless{}": "<", r"\%": "%", r"\&": "&", r"\_": "_"}
    for (_, text), caption in zip(found, captions, strict=True):
        for escaped, sign in plain.items():
            text = text.replace(escaped, sign)
        assert text == caption
