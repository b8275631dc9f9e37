"""Write slides of each chapter: what one can do after it, its figures, and what we have seen.

python book/slides.py [OUTPUT]     into _build/slides, a page a chapter, which asks no other host

Nothing is kept for the slides alone: the promises are a chapter's first list, the findings that of
its summary, and each figure stands under the heading where the chapter shows it.
"""

import base64
import re
import sys
import tempfile
from pathlib import Path
from xml.etree import ElementTree

import nbformat
from sphinx.application import Sphinx

ROOT = Path(__file__).resolve().parents[1]
SETTINGS = {
    "extensions": ["myst_parser", "sphinx-mathjax-offline", "sphinx_revealjs"],
    "myst_enable_extensions": ["dollarmath"],
    "suppress_warnings": ["myst.header", "config.cache"],
    "language": "en",
    "revealjs_static_path": ["style"],
    "revealjs_style_theme": "white",
    "revealjs_css_files": ["slides.css"],
    "revealjs_script_conf": {"hash": True, "width": 1100, "height": 760},
}
STYLE = """
.reveal .slides { font-size: 28px; }
.reveal .slides h1, .reveal .slides h2 { text-transform: none; font-size: 1.5em; }
.reveal .slides section img { max-height: 480px; width: auto; margin: 0; }
.reveal .slides p, .reveal .slides li { line-height: 1.35; }
.reveal .slides img ~ p, .reveal .slides p:has(img) + p { font-size: 0.75em; }
.reveal .slides ul { columns: 2; font-size: 0.75em; }
"""


def plain(text):
    """Take the links off a text: what they lead to is not on a slide.

    Examples
    --------
    >>> plain("as [chapter 05](05_evaluation.ipynb) says")
    'as chapter 05 says'
    """
    return re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", text)


def items(text):
    r"""List the items of a text's first numbered list, each without its number.

    Examples
    --------
    >>> items("You can\n\n1. read;\n2. write.\n\nIt builds on nothing.\n\n1. And no more.")
    ['read;', 'write.']
    """
    found = re.search(r"^(?:\d+\. .*\n?)+", text, re.MULTILINE)
    return re.findall(r"^\d+\. (.*)$", found[0], re.MULTILINE) if found else []


def findings(text):
    r"""List what a summary has found: the items of its list, or the rows of its table.

    Examples
    --------
    >>> findings("| Question | Answer |\n|---|---|\n| Why? | Because. |")
    ['**Why?** Because.']
    """
    rows = re.findall(r"^\| (.*?) \| (.*?) \|", text, re.MULTILINE)[1:]
    return items(text) or [f"**{question}** {answer}" for question, answer in rows]


def figures(cell):
    """List the figures that a cell has shown: picture, alt text, caption."""
    found = []
    for output in cell.get("outputs", ()):
        forms = output.get("data", {})
        html = forms.get("text/html", "")
        if "image/png" in forms and html.startswith('<figure class="ten-digits">'):
            figure = ElementTree.fromstring(html)
            alt, caption = figure.find("img").get("alt"), figure.find("figcaption").text
            found.append((base64.b64decode(forms["image/png"]), alt, caption))
    return found


def deck(notebook, name, folder):
    """Write a chapter's slides as a page for Sphinx, and its figures beside it."""
    first = notebook.cells[0].source
    title = first.splitlines()[0].removeprefix("# ")
    heading, slides, number = title, [], 0
    slides.append("After this chapter you can\n\n" + numbered(items(first)))
    for cell in notebook.cells[1:]:
        if cell.cell_type == "markdown":
            if headings := re.findall(r"^##+ (.*)$", cell.source, re.MULTILINE):
                heading = headings[-1]
            if "## What we have seen" in cell.source:
                seen = re.split("^## ", cell.source.split("## What we have seen")[1], flags=re.M)[0]
                slides += [f"What we have seen\n\n{plain(found)}" for found in findings(seen)]
        if heading.startswith(("Exercises", "Solution")):
            continue
        for picture, alt, caption in figures(cell):
            number += 1
            file = folder / f"{name}-{number}.png"
            file.write_bytes(picture)
            slides.append(
                f"{plain(heading)}\n\n```{{image}} {file.name}\n:alt: {alt}\n```\n\n{caption}"
            )
    text = f"# {title}\n\n" + "\n\n".join(f"## {slide}" for slide in slides) + "\n"
    (folder / f"{name}.md").write_text(text, encoding="utf-8")


def numbered(texts):
    """Write a numbered list."""
    return "\n".join(f"{number}. {plain(text)}" for number, text in enumerate(texts, start=1))


def write(output, chapters=None):
    """Build the slides of some chapters, of all by default.

    Parameters
    ----------
    output : Path
        Of the pages; `index.html` lists them.
    chapters : sequence of Path, optional
        Executed notebooks.
    """
    chapters = chapters or sorted(Path(ROOT, "notebooks").glob("[0-9]*.ipynb"))
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        names = [chapter.stem for chapter in chapters]
        for chapter in chapters:
            deck(nbformat.read(chapter, as_version=4), chapter.stem, folder)
        listed = "\n".join(names)
        links = "\n".join(f"- [](./{name}.md)" for name in names)
        index = (
            f"# Ten Digits\n\n## Chapters\n\n{links}\n\n```{{toctree}}\n:hidden:\n\n{listed}\n```\n"
        )
        (folder / "index.md").write_text(index, encoding="utf-8")
        (folder / "style").mkdir()
        (folder / "style" / "slides.css").write_text(STYLE, encoding="utf-8")
        app = Sphinx(
            folder,
            None,
            output,
            folder / "doctrees",
            "revealjs",
            confoverrides=SETTINGS,
            status=None,
            warningiserror=True,
        )
        app.build()
        if app.statuscode:
            raise RuntimeError("the slides were not built; Sphinx says above what was wrong")


if __name__ == "__main__":
    out = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "_build" / "slides"
    write(out.absolute())
    print(f"slides in {out}")
