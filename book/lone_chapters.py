"""Make chapters that work alone: a first cell installs the package where it is missing.

python book/lone_chapters.py OUTPUT     writes all chapters into OUTPUT/notebooks

Such are the notebooks that the site's pages offer to download, and those that Colab opens, from
the branch ``colab``; the address of the wheel is ``Wheel`` in ``[project.urls]`` of
pyproject.toml. The chapters themselves stay as they are.
"""

import json
import sys
from pathlib import Path

import addresses

ROOT = Path(__file__).resolve().parents[1]
FIRST = """\
# The book's package with its data, networks and recorded runs, unless it is here.
try:
    from mnist_helpers import alone
except ImportError:
    %pip install --quiet {wheel}
    from mnist_helpers import alone
alone.settle()"""


def alone(notebook, wheel):
    """Put the cell that installs the package behind the title of a chapter.

    Parameters
    ----------
    notebook : dict
        As JSON holds it; it is changed.
    wheel : str
        The address of the package's wheel.
    """
    cell = {
        "cell_type": "code",
        "execution_count": None,
        "id": "install",
        "metadata": {"tags": ["install"]},
        "outputs": [],
        "source": FIRST.format(wheel=wheel).splitlines(keepends=True),
    }
    if cell["id"] not in [each.get("id") for each in notebook["cells"]]:
        notebook["cells"].insert(1, cell)
    return notebook


def rewrite(path, place, wheel):
    """Write a chapter that works alone, in the form of notebooks."""
    notebook = alone(json.loads(path.read_text(encoding="utf-8")), wheel)
    text = json.dumps(notebook, ensure_ascii=False, indent=1, sort_keys=True)
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(text + "\n", encoding="utf-8", newline="\n")


def main():
    """Write the chapters, or say in one sentence why not."""
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    wheel = addresses.read(ROOT).get("Wheel")
    if not wheel:
        sys.exit("No chapter was written: no Wheel is set in pyproject.toml.")
    for path in sorted((ROOT / "notebooks").glob("[0-9][0-9]_*.ipynb")):
        rewrite(path, Path(sys.argv[1], "notebooks", path.name), wheel)


if __name__ == "__main__":
    main()
