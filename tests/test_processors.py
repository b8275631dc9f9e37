"""The settings of tests/processors.py, and what keeps a notebook's cells together."""

import os
import re
import shutil
import subprocess
import sys

import processors
import pytest
from processors import ONE_THREAD
from test_notebooks import write


@pytest.fixture
def notebooks(root, tmp_path):
    """Give the empty folder of notebooks in a repository that has this one's settings."""
    for name in ("conftest.py", "pyproject.toml", "tests/nbval_sanitize.cfg"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        shutil.copy(root / name, tmp_path / name)
    (tmp_path / "notebooks").mkdir()
    return tmp_path / "notebooks"


def test_a_cell_that_differs_under_a_setting_fails(notebooks, monkeypatch):
    monkeypatch.setattr(processors, "ROOT", notebooks.parent)
    path = write(
        notebooks / "small.ipynb",
        "import os",
        ("print(f\"≈ 9{os.environ['TF_ENABLE_ONEDNN_OPTS']}.5 %\")", "≈ 97.25 %\n"),
        ("print(os.environ['TF_ENABLE_ONEDNN_OPTS'])", "1\n"),
    )
    assert processors.main(["--setting", "with oneDNN", str(path)]) == 0
    assert processors.main(["--setting", "without oneDNN", str(path)]) == 1


def test_a_kernel_that_cannot_be_had_is_skipped_in_a_sentence(monkeypatch, capfd, tmp_path):
    unknown = {"OPENBLAS_CORETYPE": "Abacus"}
    assert processors.obstacle(unknown) == (
        "this machine's NumPy does not run OpenBLAS's Abacus kernel"
    )
    assert processors.obstacle({}) is None
    monkeypatch.setitem(processors.SETTINGS, "AVX-512", unknown)
    assert processors.main(["--setting", "AVX-512", str(tmp_path)]) == 0
    assert "AVX-512: skipped, this machine" in capfd.readouterr().out


def test_the_workflow_runs_every_setting(root):
    text = (root / ".github/workflows/tests.yml").read_text(encoding="utf-8")
    listed = re.search(r"setting:\n((?: +- .*\n)+)", text)[1]
    assert re.findall(r"- (.*)", listed) == list(processors.SETTINGS)


@pytest.mark.parametrize("folder", [".", "notebooks"])
def test_two_workers_share_neither_a_notebook_nor_a_core(notebooks, folder):
    threads = (f"print(*map(os.environ.get, {list(ONE_THREAD)}))", "1 1 1\n")
    for name in ("first", "second"):
        write(notebooks / f"{name}.ipynb", "import os", threads, *["os.getcwd()"] * 6)
    command = [sys.executable, "-m", "pytest", "-n", "2", "-v", notebooks / "first.ipynb"]
    shown = subprocess.run(
        [*command, notebooks / "second.ipynb"],
        cwd=notebooks.parent / folder,
        env={name: value for name, value in os.environ.items() if name not in ONE_THREAD},
        capture_output=True,
        text=True,
    ).stdout
    done = re.findall(r"\[(gw\d)\].* (?:notebooks/)?(\w+)\.ipynb::", shown)
    assert len(done) == 16, shown
    assert len({worker for worker, _ in done}) == len(set(done)) == 2, shown
    if folder == ".":  # from elsewhere nbval does not find its file, and runs no cell
        assert len(re.findall(r"PASSED \S+ipynb::Cell 1\b", shown)) == 2, shown
