"""Make the bibliography's page from references.bib: Markdown that reads the same everywhere.

python book/bibliography.py     writes book/bibliography.md, which is committed

The book's build adds to each entry which chapters cite it.
"""

import re
from pathlib import Path

import nbformat
from pybtex.backends.markdown import Backend
from pybtex.database import parse_file
from pybtex.style.formatting.plain import Style

ROOT = Path(__file__).resolve().parents[1]
HEAD = """# Bibliography

The works that the book reproduces, uses or argues with. (Made by `bibliography.py`.)
"""
PLACES = {  # what an entry says, and where that is found
    r"arXiv:(\d{4}\.\d{4,5})": r"https://arxiv.org/abs/\1",
    r"(?<![\w/])github\.com/[\w./\\-]*\w": r"https://\g<0>",
    r"(?<![\w/])jacobgil\.github\.io": r"https://\g<0>",
    r"(?<=GitHub repository )cdeotte/[\w.-]*\w": r"https://github.com/\g<0>",
    r"CVE-\d{4}-\d+": r"https://www.cve.org/CVERecord?id=\g<0>",
}


class Plain(Backend):
    """Markdown in which only what would be read as a mark is escaped."""

    def format_str(self, text):
        """Escape the marks."""
        return re.sub(r"([\\*_\[\]<>`])", r"\\\1", text)


def page(folder=ROOT / "book"):
    """Write the page: an item with an anchor for each entry, by author and year."""
    entries = parse_file(Path(folder, "references.bib")).entries.values()
    items = []
    for entry in Style().format_entries(entries):
        text = entry.text.render(Plain()).replace("\n", " ")
        items.append(f'- <a id="{entry.key}"></a>{linked(text)}')
    return f"{HEAD}\n" + "\n".join(items) + "\n"


def linked(text):
    """Link what says where it is found.

    Examples
    --------
    >>> linked("arXiv:1212.5701, 2012.")
    '[arXiv:1212.5701](https://arxiv.org/abs/1212.5701), 2012.'
    """
    for pattern, address in PLACES.items():
        text = re.sub(pattern, rf"[\g<0>]({address})", text)
    return text


def cited(text, folder):
    """Add to each entry of the page the chapters that cite it, with a link to the place."""
    users = {}
    for path in [*sorted(folder.glob("notebooks/*.ipynb")), folder / "book" / "draw.md"]:
        if not path.exists():
            continue
        if path.suffix == ".ipynb":
            cells = nbformat.read(path, as_version=4).cells
            source = "\n".join(cell.source for cell in cells if cell.cell_type == "markdown")
        else:
            source = path.read_text(encoding="utf-8")
        number = path.stem[:2] if path.suffix == ".ipynb" else "14"
        place = f"../notebooks/{path.name}" if path.suffix == ".ipynb" else path.name
        for key in dict.fromkeys(re.findall(r"bibliography\.md#([\w-]+)\)", source)):
            users.setdefault(key, []).append(f"[{number}]({place}#cite-{key})")

    def add(match):
        links = sorted(users.get(match[1], ()))
        return f"{match[0]} *Cited in {', '.join(links)}.*" if links else match[0]

    return re.sub(r'^- <a id="([\w-]+)"></a>.*$', add, text, flags=re.M)


if __name__ == "__main__":
    (ROOT / "book" / "bibliography.md").write_text(page(), encoding="utf-8")
