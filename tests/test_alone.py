"""Chapters alone, downloaded or opened elsewhere: each installs the package, or finds it, and runs.

They run shortened, which is also how papermill's parameters are tested. In the book's own folder
nbval runs them in full.
"""

import json
import os
import re
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import lone_chapters
import nbformat
import papermill
import preview
import pytest
import take
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from test_notebooks import CHAPTERS, SHORT, code_cells, every_chapter

from mnist_helpers import alone

NOWHERE = "http://127.0.0.1:9/none.whl"
links = pytest.mark.skipif(sys.platform == "win32", reason="links to the libraries")

ENVIRONMENT = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
ENVIRONMENT |= {"PIP_NO_INDEX": "1", "PYTHONUTF8": "1"}


@pytest.fixture(scope="session")
def wheel(tmp_path_factory):
    """Build the wheel."""
    return take.wheel(tmp_path_factory.mktemp("taken") / "it")


@pytest.fixture(scope="session")
def python(tmp_path_factory, wheel):
    """Make an environment with the libraries of this one, in which a chapter installs the book."""
    folder = tmp_path_factory.mktemp("clean")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder / "venv"], check=True)
    (folder / "libraries").mkdir()
    for path in Path(sysconfig.get_path("purelib")).iterdir():
        if "mnist_helpers" not in path.name and path.suffix != ".pth":
            (folder / "libraries" / path.name).symlink_to(path)
    (place,) = (folder / "venv").glob("lib/python*/site-packages")
    (place / "libraries.pth").write_text(f"{folder / 'libraries'}\n")
    made = folder / "venv" / "bin" / "python"
    kernel = folder / "venv" / "share" / "jupyter" / "kernels" / "python3"
    kernel.mkdir(parents=True)
    arguments = [str(made), "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    (kernel / "kernel.json").write_text(
        json.dumps({"argv": arguments, "display_name": "Python 3", "language": "python"})
    )
    chapter = tmp_path_factory.mktemp("first") / "chapter.ipynb"
    with preview.serve(wheel.parent) as address:
        cells = [new_markdown_cell("# A chapter"), new_code_cell("import mnist_helpers")]
        notebook = lone_chapters.alone(new_notebook(cells=cells), f"{address}/{wheel.name}")
        nbformat.write(nbformat.from_dict(notebook), chapter)
        run(made, chapter)
    return made


def run(python, path, *more):
    """Run a notebook with papermill, where it lies; return what it left."""
    command = [python, "-m", "papermill", "-k", "python3", "--no-progress-bar"]
    command += ["--execution-timeout", "300", path.name, "ran.ipynb", *more]
    options = {"capture_output": True, "text": True, "encoding": "utf-8"}
    result = subprocess.run(command, cwd=path.parent, env=ENVIRONMENT, check=False, **options)
    assert result.returncode == 0, result.stderr[-3000:]
    return path.with_name("ran.ipynb")


@links
@every_chapter
def test_a_chapter_runs_shortened_in_an_empty_folder(path, python, tmp_path):
    """It finds the package: where it would install it from, nothing answers."""
    short = SHORT.get(path.stem, {})
    assert short.keys() <= papermill.inspect_notebook(str(path)).keys()
    lone_chapters.rewrite(path, tmp_path / path.name, NOWHERE)
    pairs = [text for pair in short.items() for text in ("-p", *map(str, pair))]
    cells = code_cells(run(python, tmp_path / path.name, *pairs))
    assert all(cell.execution_count for cell in cells)
    added = 1 + bool(short)  # the book's first cell, and papermill's own
    assert len(cells) == len(code_cells(path)) + added
    left = {path.suffix or path.name for path in tmp_path.iterdir()}
    assert left == {".ipynb", "ten-digits"}


@links
def test_a_chapter_installs_the_package(python, tmp_path):
    asked = [python, "-c", "import mnist_helpers; print(mnist_helpers.__path__[0])"]
    installed = subprocess.run(
        asked, cwd=tmp_path, env=ENVIRONMENT, capture_output=True, text=True, check=True
    )
    assert Path(installed.stdout.strip()).is_relative_to(python.parents[1])


def test_a_chapter_finds_beside_it_what_it_reads_by_a_path():
    named = set()
    for path in CHAPTERS:
        text = "\n".join(cell.source for cell in code_cells(path))
        named |= {each.removeprefix("../") for each in re.findall(r'"(\.\./[^"]+)"', text)}
        named |= {f"notebooks/{each}" for each in re.findall(r'= "(\w+\.(?:jpg|png|csv))"', text)}
    assert named == set(alone.BESIDE)


def test_the_wheel_carries_the_data_the_networks_and_the_recorded_runs(wheel, root):
    with zipfile.ZipFile(wheel) as packed:
        names = {name.removeprefix("mnist_helpers/book/") for name in packed.namelist()}
    assert "src/mnist_helpers/mnist.npz" in names
    for folder in ("models", "experiments/results"):
        files = [path for path in (root / folder).iterdir() if path.suffix != ".lock"]
        assert len(files) > 3
        assert {f"{folder}/{path.name}" for path in files if path.is_file()} <= names


def test_the_first_cell_is_put_into_a_chapter_once():
    notebook = {"cells": [{"cell_type": "markdown", "id": "title", "source": "# A chapter"}]}
    for _ in range(2):
        lone_chapters.alone(notebook, "https://example.org/it.whl")
    assert len(notebook["cells"]) == 2
    assert "    %pip install --quiet https://example.org/it.whl\n" in notebook["cells"][1]["source"]
