"""A chapter alone, downloaded or opened elsewhere: it finds the package, or installs it."""

import json
import os
import re
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import lone_chapters
import preview
import pytest
import take
from test_notebooks import CHAPTERS, SHORT, code_cells

from mnist_helpers import alone

pytestmark = [
    pytest.mark.xdist_group("alone"),
    pytest.mark.skipif(sys.platform == "win32", reason="links to the libraries"),
]

ENVIRONMENT = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
ENVIRONMENT |= {"PIP_NO_INDEX": "1", "PYTHONUTF8": "1"}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """Build the wheel."""
    return take.wheel(tmp_path_factory.mktemp("taken") / "it")


@pytest.fixture(scope="module")
def python(tmp_path_factory):
    """Make an environment with the libraries of this one, but without the book's package."""
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
    return made


def run(python, name, folder, address):
    """Run a chapter, shortened, in an empty folder where it lies alone."""
    folder.mkdir()
    path = next(path for path in CHAPTERS if path.stem == name)
    lone_chapters.rewrite(path, folder / path.name, address)
    shortened = [text for pair in SHORT.get(name, {}).items() for text in ("-p", *map(str, pair))]
    return subprocess.run(
        [python, "-m", "papermill", "--no-progress-bar", path.name, "ran.ipynb", *shortened],
        cwd=folder, env=ENVIRONMENT,
        capture_output=True, text=True, encoding="utf-8", check=False,
    )  # fmt: skip


def test_chapters_install_the_package_once_and_run_in_an_empty_folder(wheel, python, tmp_path):
    """The second one finds it: where it would install from, nothing answers."""
    with preview.serve(wheel.parent) as address:
        result = run(python, "04_save_and_load", tmp_path / "first", f"{address}/{wheel.name}")
    assert result.returncode == 0, result.stderr[-3000:]
    asked = [python, "-c", "import mnist_helpers; print(mnist_helpers.__path__[0])"]
    installed = subprocess.run(
        asked, cwd=tmp_path, env=ENVIRONMENT, capture_output=True, text=True, check=True
    )
    assert Path(installed.stdout.strip()).is_relative_to(python.parents[1])
    result = run(python, "16_ten_seconds", tmp_path / "second", "http://127.0.0.1:9/none.whl")
    assert result.returncode == 0, result.stderr[-3000:]
    for folder in ("first", "second"):
        assert {path.suffix or path.name for path in (tmp_path / folder).iterdir()} == {
            ".ipynb", "ten-digits",
        }  # fmt: skip


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
