"""How chapters are run in full, and when their outputs count as stale."""

import ast
import importlib
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

import nbformat
import pytest
from checks import cases, refuses
from nbformat import v4

from mnist_helpers import environment

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
    return LEVEL or "other"


def beside():
    return 0
"""


@pytest.fixture
def house(tmp_path):
    """Make a small book with a package, two networks and an experiment."""
    return build_house(tmp_path)


def build_house(folder):
    for inner in ("notebooks", "models", "experiments/results", "src/mnist_helpers/plots"):
        (folder / inner).mkdir(parents=True)
    package = folder / "src" / "mnist_helpers"
    (package / "__init__.py").write_text('"""The package."""\n')
    (package / "top.py").write_text(MODULE)
    (package / "deeper.py").write_text(DEEPER)
    (package / "plots" / "__init__.py").write_text(
        "import os\n\nfrom .lines import draw\n\nos.getcwd()\n"
    )
    (package / "plots" / "lines.py").write_text(
        "from ..marks import mark\n\n\ndef draw():\n    return 1, mark()\n"
    )
    (package / "marks.py").write_text("def mark():\n    return 3\n")
    (folder / "models" / "manifest.json").write_text('{"small": {"a": 1}, "other": {"a": 2}}')
    (folder / "models" / "small.weights.h5").write_bytes(b"weights\0\r\n")
    (folder / "experiments" / "widths.py").write_text('"""Why?"""\n\nSEEDS = 5\n')
    (folder / "experiments" / "results" / "widths.csv").write_bytes(b"a,b\n1,2\n")
    return folder


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
    path = house / "notebooks" / f"{name}.ipynb"
    nbformat.write(notebook, path)
    return path


# ---- running -------------------------------------------------------------------------------


def start(root, house, *arguments):
    """Start run.py in the small book, in a process of its own."""
    for file in ("run.py", "stamps.py", "uses.py", "opened.py"):
        shutil.copy(root / "notebooks" / file, house / "notebooks")
    return subprocess.Popen(
        [sys.executable, house / "notebooks" / "run.py", *arguments],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding="utf-8",
        env=os.environ | {"PYTHONUTF8": "1"},
    )  # fmt: skip


READS = """import importlib.util, json
from pathlib import Path
json.loads(Path("../models/manifest.json").read_text())["small"]
Path("../experiments/results/widths.csv").read_bytes()
spec = importlib.util.spec_from_file_location("w", "../experiments/widths.py")
spec.loader.exec_module(importlib.util.module_from_spec(spec))
Path("_output/own.txt").write_text(Path("../models/small.weights.h5").name)
print(Path("_output/own.txt").read_text(), Path().resolve().name)"""
CHAPTERS = {
    "01_fails": ["print('before')", "raise RuntimeError('the reason')"],
    "02_dies": ["import os; os._exit(1)"],
    "03_hangs": ["import time; time.sleep(100)"],
    "04_saved": [
        "from pathlib import Path",
        "path = Path('04_saved.ipynb')",
        "_ = path.write_text(path.read_text().replace('Title', 'The title'))",
    ],
    "05_module": [
        "_ = open('../src/mnist_helpers/top.py', 'a').write('SIZE = 29')",
        "if False: from mnist_helpers import top; top.used()",
    ],
    "06_result": [
        "path = '../experiments/results/lengths.csv'",
        "_ = open(path, 'w').write('a')",
        "open(path).read()",
    ],
    "07_full": ["print(1)"],
    "08_damaged": [],
    "09_good": [READS, "1 + 1"],
}


@pytest.fixture(scope="module")
def ran(root, tmp_path_factory):
    """Run chapters of which most cannot be stored; give the book, the files before, the words."""
    house = build_house(tmp_path_factory.mktemp("house"))
    paths = {name[:2]: chapter(house, name, *cells) for name, cells in CHAPTERS.items()}
    paths["08"].write_text("no notebook")
    before = {number: path.read_bytes() for number, path in paths.items()}
    (house / "notebooks" / "_output").mkdir()
    if os.path.exists("/dev/full"):
        (house / "notebooks/_output/07_full.failed.ipynb").symlink_to("/dev/full")
    process = start(root, house, "--limit", "10")
    output, errors = process.communicate(timeout=300)
    assert process.returncode == 1, errors
    assert 'run.py", line' not in errors, errors
    return house, paths, before, output


@pytest.mark.parametrize(
    ("number", "sentence", "kept"),
    [
        ("01", r"01_fails.ipynb failed, and is unchanged; the run is kept in \S+\n", "failed"),
        ("02", r"02_dies.ipynb failed, and is unchanged; the run is kept in \S+\n", "failed"),
        (
            "03",
            r"03_hangs.ipynb failed, and is unchanged: a cell took longer than 10 s; ",
            "failed",
        ),
        ("04", r"04_saved.ipynb was not stored, for 04_saved.ipynb changed while", "outdated"),
        ("05", r"05_module.ipynb was not stored, for mnist_helpers.top changed while", "outdated"),
        ("06", r"06_result.ipynb was not stored, for experiments/results/lengths.csv", "outdated"),
        ("07", r"07_full.ipynb was not stored, and is unchanged: \[Errno 28\] No space", None),
        ("08", r"08_damaged.ipynb was not run: it is no notebook\n", None),
    ],
)
def test_a_run_that_cannot_be_stored_is_kept_aside_and_said_so(ran, number, sentence, kept):
    house, paths, before, output = ran
    if number == "07" and not os.path.exists("/dev/full"):
        pytest.skip("no /dev/full here")
    assert len(re.findall(f"^{sentence}", output, re.M)) == 1, output
    expected = before[number]
    if number == "04":  # as its author saved it
        expected = expected.replace(b"Title", b"The title")
    assert paths[number].read_bytes() == expected
    if kept:
        assert (house / f"notebooks/_output/{paths[number].stem}.{kept}.ipynb").is_file()


def test_a_failed_run_is_kept_with_its_traceback(ran):
    house, _, _, output = ran
    assert "RuntimeError: the reason" in output
    text = (house / "notebooks/_output/01_fails.failed.ipynb").read_text(encoding="utf-8")
    assert "Traceback" in text and "the reason" in text and "before" in text


def test_a_run_that_succeeds_replaces_the_chapter_and_stamps_it(ran):
    house, paths, _, output = ran
    assert re.search(r"^09_good.ipynb: \d+ s$", output, re.M)
    notebook = nbformat.read(paths["09"], as_version=4)
    assert [cell.get("execution_count") for cell in notebook.cells] == [None, 1, 2]
    assert notebook.cells[1].outputs[0].text == "small.weights.h5 notebooks\n"
    found = notebook.metadata["ten_digits"]
    assert set(found) == {"hashes", "seconds", "cpu_seconds", "date", *environment.describe()}
    assert set(found["hashes"]) == {
        "code", "models/manifest.json small", "experiments/results/widths.csv",
        "experiments/widths.py",
    }  # fmt: skip
    assert set(notebook.metadata) == {"kernelspec", "language_info", "ten_digits"}
    assert all(set(cell.metadata) <= {"tags"} for cell in notebook.cells)
    left = {path.name for path in (house / "notebooks").iterdir() if path.suffix != ".py"}
    assert left - {"__pycache__"} == {"_output", *(path.name for path in paths.values())}


def test_a_second_run_of_a_chapter_is_refused(root, house):
    wait = "import time, os\nwhile not os.path.exists('go'): time.sleep(0.01)"
    path = chapter(house, "01_waits", "open('started', 'w').close()", wait)
    first = start(root, house)
    while not (house / "notebooks" / "started").exists():
        assert first.poll() is None
        time.sleep(0.01)
    second = start(root, house)
    output, errors = second.communicate(timeout=100)
    (house / "notebooks" / "go").touch()
    assert "01_waits.ipynb was not run: another run of it is going on\n" in output
    assert second.returncode == 1, errors
    output, errors = first.communicate(timeout=100)
    assert first.returncode == 0, output + errors
    assert "ten_digits" in nbformat.read(path, as_version=4).metadata


def test_an_unknown_chapter_gets_one_sentence(root, house):
    chapter(house, "01_data")
    process = start(root, house, "99")
    _, errors = process.communicate(timeout=100)
    assert process.returncode == 2
    assert "error: there is no chapter '99'; expected some of 01" in errors
    assert "Traceback" not in errors


# ---- choosing ------------------------------------------------------------------------------


@pytest.fixture
def run(root, house, monkeypatch):
    """Give run.py as a module, at home in the small book."""
    monkeypatch.syspath_prepend(root / "notebooks")
    run = importlib.import_module("run")
    monkeypatch.setattr(run, "NOTEBOOKS", house / "notebooks")
    monkeypatch.setattr(run.stamps, "ROOT", house)
    return run


def test_chapters_are_chosen_by_number(run, house):
    paths = [chapter(house, name) for name in ("01_data", "02_model", "12_layers")]
    chapter(house, "notes")
    assert run.chapters() == paths
    assert run.chapters(["02"]) == paths[1:2]
    assert run.chapters(["12", "01"]) == [paths[0], paths[2]]
    with refuses("there is no chapter '07'; expected some of 01, 02, 12"):
        run.chapters(["01", "07"])


# ---- what makes a chapter stale ------------------------------------------------------------


@pytest.fixture
def stamps(run):
    """Give stamps.py as a module, at home in the small book."""
    return run.stamps


def stamp(stamps, path, *files):
    """Stamp a chapter as if it had just been run, and had opened these files."""
    notebook = nbformat.read(path, as_version=4)
    notebook.metadata["ten_digits"] = {"hashes": stamps.dependencies(notebook, files)}
    nbformat.write(notebook, path)
    assert stamps.stale(path) == []


CODE = '''from mnist_helpers import plots, top
network, results = "small", "widths"
def own():
    """Say it."""
    return top.used()
print("a quote: '")
plots.draw()'''
OPENED = (
    "models/manifest.json", "models/small.weights.h5", "experiments/widths.py",
    "experiments/results/widths.csv",
)  # fmt: skip
TOP, LINES = "src/mnist_helpers/top.py", "src/mnist_helpers/plots/lines.py"


@pytest.mark.parametrize(
    ("file", "old", "new", "expected"),
    cases({
        "a cell": ("notebooks/01_a.ipynb", "top.used()", "top.used() + 1", ["code"]),
        "a value that is hidden": ("notebooks/01_a.ipynb", "draw()", "draw();", ["code"]),
        "a function": (TOP, "() + SIZE", "() - SIZE", ["mnist_helpers.top"]),
        "a constant": (TOP, "SIZE = 28", "SIZE = 29", ["mnist_helpers.top"]),
        "a function used indirectly": (
            "src/mnist_helpers/deeper.py", "return LEVEL", "return 0", ["mnist_helpers.deeper"]),
        "a constant used indirectly": (
            "src/mnist_helpers/deeper.py", "LEVEL = 2", "LEVEL = 3", ["mnist_helpers.deeper"]),
        "a function that a package hands on": (
            LINES, "return 1", "return 2", ["mnist_helpers.plots.lines"]),
        "what runs at the import": (
            "src/mnist_helpers/plots/__init__.py", "getcwd()", "getpid()", ["mnist_helpers.plots"]),
        "a function from the package above": (
            "src/mnist_helpers/marks.py", "return 3", "return 4", ["mnist_helpers.marks"]),
        "a network": (
            "models/small.weights.h5", "weights", "others", ["models/small.weights.h5"]),
        "a record": (
            "models/manifest.json", '"a": 1', '"a": 3', ["models/manifest.json small"]),
        "an experiment": ("experiments/widths.py", "5", "6", ["experiments/widths.py"]),
        "its question": ("experiments/widths.py", "Why", "How", ["experiments/widths.py"]),
        "a result": (
            "experiments/results/widths.csv", "1,2", "1,3", ["experiments/results/widths.csv"]),
        "line ends of binary data": (
            "models/small.weights.h5", "\r\n", "\n", ["models/small.weights.h5"]),
        "prose": ("notebooks/01_a.ipynb", "Title", "Other title", []),
        "a comment in a cell": ("notebooks/01_a.ipynb", "draw()", "draw()  # why", []),
        "a line of a cell that is broken": (
            "notebooks/01_a.ipynb", "plots.draw()", "plots.draw(\\n)", []),
        "a docstring in a cell": ("notebooks/01_a.ipynb", "Say it", "Say that", []),
        "a docstring": (TOP, "Say something", "Say it", []),
        "a comment": (TOP, "+ SIZE", "+ SIZE  # why", []),
        "a line that is broken": (TOP, "deeper.deepest() + SIZE", "(\n        deeper.deepest()"
                                  " + SIZE\n    )", []),
        "line ends": (TOP, "\n", "\r\n", []),
        "line ends of a result": ("experiments/results/widths.csv", "\n", "\r\n", []),
        "line ends of an experiment": ("experiments/widths.py", "\n", "\r\n", []),
        "a comment in an experiment": ("experiments/widths.py", "5", "5  # why", []),
        "a function that is not used": (TOP, "UNUSED\n", "3\n", []),
        "a function beside it": ("src/mnist_helpers/deeper.py", "return 0", "return 1", []),
        "another record": ("models/manifest.json", '"a": 2', '"a": 3', []),
    }),
)  # fmt: skip
def test_stale_names_what_has_changed(house, stamps, file, old, new, expected):
    path = chapter(house, "01_a", CODE)
    stamp(stamps, path, *OPENED)
    content = (house / file).read_bytes()
    assert old.encode() in content
    (house / file).write_bytes(content.replace(old.encode(), new.encode()))
    assert stamps.stale(path) == expected


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    cases({
        "an entry that came later": ('{"a": 1', '{"z": unused, "a": 1', []),
        "a value": ('"a": 1', '"a": 2', ["mnist_helpers.growing"]),
        "a function that it names": ("return 5", "return 6", ["mnist_helpers.growing"]),
        "an entry that went": (
            '"a": 1, ', "", ["mnist_helpers.growing", "mnist_helpers.growing.TABLE"]),
        "a table that went": (
            "= {", "= {} or {", ["mnist_helpers.growing", "mnist_helpers.growing.TABLE"]),
    }),
)  # fmt: skip
def test_a_table_may_grow(house, stamps, monkeypatch, old, new, expected):
    monkeypatch.setattr(stamps, "GROWING", ("mnist_helpers.growing.TABLE",))
    module = house / "src" / "mnist_helpers" / "growing.py"
    module.write_text(
        "def five():\n    return 5\n\n\ndef unused():\n    return 0\n\n\n"
        'TABLE = {"a": 1, "b": five}\n'
    )
    path = chapter(house, "01_a", "from mnist_helpers import growing\ngrowing.TABLE")
    stamp(stamps, path)
    content = module.read_text()
    assert old in content
    module.write_text(content.replace(old, new))
    assert stamps.stale(path) == expected


def test_the_tables_that_may_grow_are_there(root, stamps):
    package = stamps.Package(root / "src")
    assert all(package.keys(table) for table in stamps.GROWING)


def test_only_files_that_were_opened_count(house, stamps):
    path = chapter(house, "01_a", CODE)
    stamp(stamps, path)
    for file in OPENED:
        (house / file).unlink()
    assert stamps.stale(path) == []


def test_stale_notices_what_is_gone(house, stamps):
    path = chapter(house, "01_a", CODE)
    stamp(stamps, path, *OPENED)
    (house / "models" / "small.weights.h5").unlink()
    (house / "models" / "manifest.json").unlink()
    assert stamps.stale(path) == [
        "models/manifest.json", "models/manifest.json small", "models/small.weights.h5",
    ]  # fmt: skip


def test_a_chapter_without_a_stamp_is_stale(house, stamps):
    assert stamps.stale(chapter(house, "01_a", "print()")) == ["code"]


@pytest.mark.parametrize(
    "code",
    [
        "from mnist_helpers.top import used as use\nuse()",
        "import mnist_helpers.top\nmnist_helpers.top.used()",
        "import mnist_helpers.top as t\nt.used()",
        "import mnist_helpers as package\nprint(package.top.used)",
    ],
)
def test_definitions_count_however_they_are_reached(house, stamps, code):
    path = chapter(house, "01_a", code)
    stamp(stamps, path)
    deeper = house / "src/mnist_helpers/deeper.py"
    deeper.write_text(deeper.read_text().replace("LEVEL = 2", "LEVEL = 4"))
    assert stamps.stale(path) == ["mnist_helpers.deeper"]


def test_every_version_of_python_writes_the_same_meaning(stamps):
    """Compare with what 3.11 wrote; trees have got fields, and sources other quotes, since then."""
    code = "def f(x=None, *, y: int = 1) -> str:\n    'S.'\n    return f'{x!r:>{y}} {x[\"a\"]}'"
    assert stamps.meaning(ast.parse(code)) == (
        "Module(body=[FunctionDef(name='f', args=arguments(args=[arg(arg='x')], kwonlyargs="
        "[arg(arg='y', annotation=Name(id='int', ctx=Load()))], kw_defaults=[Constant(value=1)], "
        "defaults=[Constant()]), body=[Return(value=JoinedStr(values=[FormattedValue(value=Name("
        "id='x', ctx=Load()), conversion=114, format_spec=JoinedStr(values=[Constant(value='>'), "
        "FormattedValue(value=Name(id='y', ctx=Load()), conversion=-1)])), Constant(value=' '), "
        "FormattedValue(value=Subscript(value=Name(id='x', ctx=Load()), slice=Constant(value='a'), "
        "ctx=Load()), conversion=-1)]))], returns=Name(id='str', ctx=Load()))])"
    )


def test_the_files_that_can_count_are_the_data_of_the_repository(house, stamps):
    for file in ("notebooks/_output/x.csv", "models/.writing-1/x", "experiments/__pycache__/a.pyc"):
        (house / file).parent.mkdir(parents=True, exist_ok=True)
        (house / file).touch()
    chapter(house, "01_a")
    (house / "notebooks" / "photograph.jpg").touch()
    assert set(stamps.data_files()) == {*OPENED, "notebooks/photograph.jpg"}
    compiled = house / "experiments/__pycache__/widths.cpython-311.pyc"
    assert stamps.data_file(compiled) == "experiments/widths.py"
    assert stamps.data_file(Path(__file__)) is None


# ---- the table of run times ----------------------------------------------------------------


def test_the_table_of_run_times(run, house):
    for name, seconds in (("01_a", 12.4), ("02_b", 100.0)):
        path = chapter(house, name, "print()")
        notebook = nbformat.read(path, as_version=4)
        notebook.metadata["ten_digits"] = {
            "seconds": seconds,
            "date": "2026-01-02",
            "hardware": "A, 2 cores, Linux",
        }
        nbformat.write(notebook, path)
    lines = run.table().splitlines()
    assert len(lines) == 5
    assert "[01 · Title](../notebooks/01_a.ipynb) | 12 | 2026-01-02 | A, 2 cores" in lines[2]
    assert lines[-1] == "| **All chapters** | **112** | | |"
