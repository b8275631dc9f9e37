"""How chapters are run in full, and when their outputs count as stale."""

import importlib.util
import json
import subprocess
import sys

import nbformat
import papermill
import pytest
from checks import cases, refuses
from nbformat import v4

MODULE = '''"""A module."""

from pathlib import Path

from mnist_helpers import deeper

SIZE = 28
UNUSED = 1


def used():
    """Say something."""
    return deeper.deepest() + SIZE


def unused():
    return UNUSED
'''
DEEPER = """LEVEL = 2


def deepest():
    return LEVEL


def beside():
    return 0
"""


@pytest.fixture
def house(root, tmp_path, monkeypatch):
    """Give run.py, loaded as a module, in a small book of its own."""
    spec = importlib.util.spec_from_file_location("run_of_a_small_book", root / "notebooks/run.py")
    run = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(run)
    for folder in ("notebooks", "models", "experiments/results", "src/mnist_helpers/plots"):
        (tmp_path / folder).mkdir(parents=True)
    monkeypatch.setattr(run, "ROOT", tmp_path)
    monkeypatch.setattr(run, "NOTEBOOKS", tmp_path / "notebooks")
    monkeypatch.setattr(run, "OUTPUT", tmp_path / "notebooks" / "_output")
    package = tmp_path / "src" / "mnist_helpers"
    (package / "top.py").write_text(MODULE)
    (package / "deeper.py").write_text(DEEPER)
    (package / "plots" / "__init__.py").write_text("from .lines import draw\n")
    (package / "plots" / "lines.py").write_text(
        "from ..marks import mark\n\n\ndef draw():\n    return 1, mark()\n"
    )
    (package / "marks.py").write_text("def mark():\n    return 3\n")
    (tmp_path / "models" / "manifest.json").write_text('{"small": {"a": 1}, "other": {"a": 2}}')
    (tmp_path / "models" / "small.weights.h5").write_bytes(b"weights")
    (tmp_path / "models" / "other.weights.h5").write_bytes(b"weights")
    (tmp_path / "experiments" / "results" / "widths.json").write_text("[]")
    return run


def chapter(house, name, *cells):
    """Write a chapter with a title and code cells."""
    notebook = v4.new_notebook(cells=[v4.new_markdown_cell("# 01 · Title")])
    notebook.cells += [v4.new_code_cell(code) for code in cells]
    notebook.metadata["kernelspec"] = {
        "name": "python3",
        "display_name": "Python 3",
        "language": "python",
    }
    for index, cell in enumerate(notebook.cells):
        cell.id = f"cell-{index:02}"
    path = house.NOTEBOOKS / f"{name}.ipynb"
    nbformat.write(notebook, path)
    return path


def stamp(house, path):
    """Stamp a chapter as if it had just been run."""
    notebook = nbformat.read(path, as_version=4)
    notebook.metadata["ten_digits"] = {"hashes": house.dependencies(notebook)}
    nbformat.write(notebook, path)
    assert house.stale(path) == []


# ---- running -------------------------------------------------------------------------------


def test_a_run_that_succeeds_replaces_the_chapter_and_stamps_it(house):
    path = chapter(
        house, "01_sum", "print(1 + 1)", "import os; print(os.path.basename(os.getcwd()))"
    )
    seconds = house.run(path)
    notebook = nbformat.read(path, as_version=4)
    assert [cell.get("execution_count") for cell in notebook.cells] == [None, 1, 2]
    assert [cell.outputs[0].text for cell in notebook.cells[1:]] == ["2\n", "notebooks\n"]
    found = notebook.metadata["ten_digits"]
    assert set(found) == {"hashes", "seconds", "date", "hardware", "versions"}
    assert found["seconds"] == pytest.approx(seconds, abs=0.1)
    assert "papermill" not in json.dumps(notebook)
    assert set(notebook.metadata) == {"kernelspec", "language_info", "ten_digits"}
    assert all(set(cell.metadata) <= {"tags"} for cell in notebook.cells)
    assert house.stale(path) == []
    assert list(house.OUTPUT.iterdir()) == []
    assert set(house.NOTEBOOKS.iterdir()) == {house.OUTPUT, path}


def test_a_run_that_fails_leaves_the_chapter_and_is_kept_aside(house):
    path = chapter(house, "01_sum", "print('before')", "raise RuntimeError('the reason')")
    before = path.read_bytes()
    with pytest.raises(papermill.PapermillExecutionError, match="the reason"):
        house.run(path)
    assert path.read_bytes() == before
    (kept,) = house.OUTPUT.iterdir()
    assert kept.name == "01_sum.failed.ipynb"
    text = kept.read_text(encoding="utf-8")
    assert "Traceback" in text and "the reason" in text and "before" in text


def test_a_kernel_that_dies_leaves_the_chapter(house):
    path = chapter(house, "01_dies", "import os; os._exit(1)")
    before = path.read_bytes()
    with pytest.raises(house.DeadKernelError):
        house.run(path)
    assert path.read_bytes() == before


def test_a_failure_is_reported_and_the_other_chapters_are_run(house, monkeypatch, capsys):
    bad = chapter(house, "01_bad", "1 / 0")
    good = chapter(house, "02_good", "print(2)")
    before = bad.read_bytes()
    monkeypatch.setattr(sys, "argv", ["run.py"])
    with pytest.raises(SystemExit) as stopped:
        house.main()
    assert stopped.value.code == 1
    printed = capsys.readouterr().out
    assert "01_bad.ipynb failed, and is unchanged; the run is kept in" in printed
    assert "ZeroDivisionError" in printed
    assert "02_good.ipynb: " in printed
    assert bad.read_bytes() == before
    assert nbformat.read(good, as_version=4).cells[1].outputs[0].text == "2\n"


# ---- choosing ------------------------------------------------------------------------------


def test_chapters_are_chosen_by_number(house):
    paths = [chapter(house, name) for name in ("01_data", "02_model", "12_layers")]
    chapter(house, "notes")
    assert house.chapters() == paths
    assert house.chapters(["02"]) == paths[1:2]
    assert house.chapters(["12", "01"]) == [paths[0], paths[2]]
    with refuses("there is no chapter '07'; expected some of 01, 02, 12"):
        house.chapters(["01", "07"])


def test_an_unknown_chapter_gets_one_sentence(root):
    command = [sys.executable, root / "notebooks" / "run.py", "99"]
    result = subprocess.run(command, capture_output=True, text=True, check=False, encoding="utf-8")
    assert result.returncode == 2
    assert "error: there is no chapter '99'; expected some of 01, " in result.stderr
    assert "Traceback" not in result.stderr


# ---- what makes a chapter stale ------------------------------------------------------------

CODE = """from mnist_helpers import plots, top
from mnist_helpers import storage as _
network, results = "small", "widths"
top.used()
plots.draw()"""


def edit(path, old, new):
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


@pytest.mark.parametrize(
    ("file", "old", "new", "expected"),
    cases({
        "a cell": ("notebooks/01_a.ipynb", "top.used()", "top.used() + 1", ["code"]),
        "a function": ("src/mnist_helpers/top.py", "() + SIZE", "() - SIZE", ["mnist_helpers.top"]),
        "a constant": ("src/mnist_helpers/top.py", "SIZE = 28", "SIZE = 29", ["mnist_helpers.top"]),
        "a function used indirectly": (
            "src/mnist_helpers/deeper.py", "return LEVEL", "return 0", ["mnist_helpers.deeper"]),
        "a constant used indirectly": (
            "src/mnist_helpers/deeper.py", "LEVEL = 2", "LEVEL = 3", ["mnist_helpers.deeper"]),
        "a function that a package hands on": (
            "src/mnist_helpers/plots/lines.py", "return 1", "return 2",
            ["mnist_helpers.plots.lines"]),
        "a function from the package above": (
            "src/mnist_helpers/marks.py", "return 3", "return 4", ["mnist_helpers.marks"]),
        "a network": (
            "models/small.weights.h5", "weights", "others", ["models/small.weights.h5"]),
        "a record": (
            "models/manifest.json", '"a": 1', '"a": 3', ["models/manifest.json small"]),
        "a result": (
            "experiments/results/widths.json", "[]", "[1]", ["experiments/results/widths.json"]),
        "prose": ("notebooks/01_a.ipynb", "Title", "Other title", []),
        "a docstring": ("src/mnist_helpers/top.py", "Say something", "Say it", []),
        "a function that is not used": ("src/mnist_helpers/top.py", "UNUSED\n", "3\n", []),
        "a function beside it": ("src/mnist_helpers/deeper.py", "return 0", "return 1", []),
        "another network": ("models/other.weights.h5", "weights", "others", []),
        "another record": ("models/manifest.json", '"a": 2', '"a": 3', []),
    }),
)  # fmt: skip
def test_stale_names_what_has_changed(house, file, old, new, expected):
    (house.ROOT / "src" / "mnist_helpers" / "storage.py").write_text("def unused():\n    pass\n")
    path = chapter(house, "01_a", CODE)
    stamp(house, path)
    edit(house.ROOT / file, old, new)
    assert house.stale(path) == expected


def test_stale_notices_what_is_gone_and_what_is_new(house):
    path = chapter(house, "01_a", CODE)
    stamp(house, path)
    (house.ROOT / "models" / "small.weights.h5").unlink()
    assert house.stale(path) == ["models/small.weights.h5"]
    (house.ROOT / "models" / "small.epochs.npz").write_bytes(b"")
    assert house.stale(path) == ["models/small.epochs.npz", "models/small.weights.h5"]


def test_a_chapter_without_a_stamp_is_stale(house):
    assert house.stale(chapter(house, "01_a", "print()")) == ["code"]


def test_functions_imported_by_name_count(house):
    path = chapter(house, "01_a", "from mnist_helpers.top import used as use\nuse()")
    stamp(house, path)
    edit(house.ROOT / "src/mnist_helpers/deeper.py", "LEVEL = 2", "LEVEL = 4")
    assert house.stale(path) == ["mnist_helpers.deeper"]


# ---- the table of run times ----------------------------------------------------------------


def test_the_table_of_run_times(house):
    for name, seconds in (("01_a", 12.4), ("02_b", 100.0)):
        path = chapter(house, name, "print()")
        notebook = nbformat.read(path, as_version=4)
        notebook.metadata["ten_digits"] = {
            "seconds": seconds,
            "date": "2026-01-02",
            "hardware": "A, 2 cores, Linux",
        }
        nbformat.write(notebook, path)
    lines = house.table().splitlines()
    assert len(lines) == 5
    assert "[01 · Title](../notebooks/01_a.ipynb) | 12 | 2026-01-02 | A, 2 cores" in lines[2]
    assert lines[-1] == "| **All chapters** | **112** | | |"
