"""The chapters as they are stored.

nbval, which pytest runs on the notebooks themselves, compares stored outputs with new ones; here
stands what nbval would let pass. With short parameters they run in `test_alone`.
"""

import re
import sys
from pathlib import Path
from xml.etree import ElementTree

import nbformat
import papermill
import pytest
from nbformat import v4

sys.path.append(str(Path(__file__).resolve().parents[1] / "notebooks"))
import stamps

ROOT = Path(__file__).resolve().parents[1]
NOTEBOOKS = ROOT / "notebooks"
CHAPTERS = sorted(NOTEBOOKS.glob("[0-9][0-9]_*.ipynb"))
CFG = ROOT / "tests" / "nbval_sanitize.cfg"

# Parameters that shorten a chapter; one that is not listed runs with its defaults, under nbval.
SHORT = {
    "01_data": {"LOGISTIC_STEPS": 5},
    "03_training": {"EPOCHS": 1, "TRAP_EPOCHS": 1, "TRAINING_IMAGES": 2_560},
    "04_save_and_load": {"IMAGES": 1_000},
    "07_loss_and_accuracy": {"LIVE_IMAGES": 2_560, "FEW_EPOCHS": 2},
    "08_architecture": {"LIVE_IMAGES": 6_400},
    "09_layer_parameters": {"LIVE_SEEDS": 2, "FEW_IMAGES": 640, "MANY_IMAGES": 1_280},
    "10_optimizers": {"LIVE_IMAGES": 9_600},
    "11_inside": {"TRAINING_IMAGES": 6_000, "MAPPED": 150},
    "12_numpy_layers": {"BATCH": 16, "REPEATS": 3},
    "13_numpy_training": {
        "EPOCHS": 1,
        "TIMED_STEPS": 8,
        "COMPARED_STEPS": 10,
    },
    "15_ensembles": {"LIVE_IMAGES": 250, "LIVE_EPOCHS": 2, "SPLITS": 50},
    "16_ten_seconds": {"TRAINING_IMAGES": 5_120, "TIMED_STEPS": 4},
    "17_last_errors": {"CHANGED_IMAGES": 200, "SPLITS": 20},
    "18_sequences": {"STEPS": 98, "LIVE_IMAGES": 640},
    "19_transfer": {"LIVE_STEPS": 8, "LIVE_IMAGES": 3_000},
    "20_autoencoders": {"LIVE_IMAGES": 1_280, "DRAWS": 50},
    "21_drawing": {"LIVE_IMAGES": 2_560, "JUDGED": 200},
    "22_around": {
        "LIVE_IMAGES": 1_280,
        "MAPPED": 150,
        "ASKED": 1_000,
        "SEARCHED": 160,
        "LAYOUTS": 1,
    },
}
LONGEST_CELL = 32  # lines with code; the style asks for far less
LONGEST_SOLUTION = 50  # lines, collapsed on the page
USUAL_CELL = 18  # lines; three cells of four are no longer

every_chapter = pytest.mark.parametrize("path", CHAPTERS, ids=[path.stem for path in CHAPTERS])


def read(path):
    return nbformat.read(path, as_version=4)


def code_cells(path):
    return [cell for cell in read(path).cells if cell.cell_type == "code"]


def tags(cell):
    return set(cell.metadata.get("tags", []))


def forms(output):
    """Give the contents of an output that is shown, by MIME type."""
    return output.get("data", {})


def texts(output):
    """List what an output holds as text."""
    if output.output_type == "stream":
        return [output.text]
    return [content for kind, content in forms(output).items() if kind.startswith("text/")]


def test_there_are_chapters():
    assert len(CHAPTERS) >= 5
    numbers = [int(path.stem[:2]) for path in CHAPTERS]
    assert numbers == sorted(set(numbers))
    assert {name for name in SHORT if int(name[:2]) in numbers} <= {p.stem for p in CHAPTERS}


# ---- what is stored ------------------------------------------------------------------------


@every_chapter
def test_every_cell_was_run_in_order_without_an_error(path):
    cells = code_cells(path)
    assert [cell.execution_count for cell in cells] == list(range(1, len(cells) + 1))
    for cell in cells:
        assert cell.source.strip(), "an empty cell"
        for output in cell.outputs:
            assert output.output_type != "error", cell.source
            assert output.get("name") != "stderr", f"{cell.source}\nwrote:\n{output.text}"


@every_chapter
def test_a_chapter_has_outputs_that_are_compared(path):
    ignored = {"nbval-ignore-output", "nbval-skip", "nbval-raises-exception", "raises-exception"}
    compared = [
        cell
        for cell in code_cells(path)
        if cell.outputs and not tags(cell) & ignored and "NBVAL_" not in cell.source
    ]
    with_text = [cell for cell in compared if any(o.output_type == "stream" for o in cell.outputs)]
    assert len(with_text) >= 3
    assert len(compared) >= len([cell for cell in code_cells(path) if cell.outputs]) / 2


@every_chapter
def test_a_chapter_has_parameters(path):
    (cell,) = [cell for cell in read(path).cells if "parameters" in tags(cell)]
    assert cell.cell_type == "code"
    assert "#" in cell.source  # says what they mean
    for line in cell.source.splitlines():  # papermill reads them line by line
        assert re.fullmatch(r"[A-Z][A-Z0-9_]* = [^(\[{].*|#.*|", line), f"not name = value: {line}"
    assert papermill.inspect_notebook(str(path))


@every_chapter
def test_the_stored_outputs_are_fresh(path):
    changed = stamps.stale(path)
    assert not changed, f"make notebooks ONLY={path.stem[:2]}: changed are {', '.join(changed)}"


@every_chapter
def test_the_stamp_says_how_long_a_full_run_took(path):
    """How long it may take is no test's: the clock hangs on what else the machine does."""
    assert read(path).metadata["ten_digits"]["seconds"] > 0


@every_chapter
def test_the_outputs_come_from_the_pinned_versions(path):
    pins = (ROOT / "requirements.txt").read_text(encoding="utf-8")
    versions = dict(read(path).metadata["ten_digits"]["versions"])
    assert versions.pop("python").startswith(("3.11.", "3.12.", "3.13."))
    for package, version in versions.items():
        assert re.search(rf"^{package}=={re.escape(version)}( |$)", pins, re.M), package


@every_chapter
def test_what_is_not_compared_is_asserted(path):
    """Behind ≈ stands what processors compute differently, within bounds that a cell asserts."""
    for cell in code_cells(path):
        if any("≈" in text for output in cell.outputs for text in texts(output)):
            assert re.search(r"^ *assert ", cell.source, re.M), cell.source


@every_chapter
def test_the_metadata_are_clean(path):
    notebook = read(path)
    assert set(notebook.metadata) == {"kernelspec", "language_info", "ten_digits"}
    assert notebook.metadata.kernelspec == {
        "display_name": "Python 3 (ipykernel)",  # else JupyterLab changes it
        "language": "python",
        "name": "python3",
    }
    assert '"papermill"' not in path.read_text(encoding="utf-8")
    identifiers = [cell.id for cell in notebook.cells]
    assert len(set(identifiers)) == len(identifiers)
    for cell in notebook.cells:
        allowed = {"tags", "mystnb", "jp-MarkdownHeadingCollapsed"}
        assert set(cell.metadata) <= allowed, cell.metadata
        assert not cell.get("attachments")


@every_chapter
def test_no_output_names_a_machine_or_has_colours_of_a_terminal(path):
    for cell in code_cells(path):
        for output in cell.outputs:
            for text in texts(output):
                text = re.sub(r"base64,[A-Za-z0-9+/=]+", "", text)
                found = re.search(
                    r"(?<![\w.])/(root|home|Users|work|tmp|private|var|usr|opt)/\w+|[A-Z]:\\\w+"
                    r"|\.venv|site-packages",
                    text,
                )
                assert not found, f"{cell.source}\nprints {found[0]!r}"
                assert "\x1b" not in text, cell.source


@every_chapter
def test_every_figure_has_a_caption_and_says_what_one_sees(path):
    alts = []
    for cell in code_cells(path):
        for data in map(forms, cell.outputs):
            pictures = [kind for kind in data if kind.startswith("image/")]
            if not pictures and not re.search("<(img|figure)", data.get("text/html", "")):
                continue
            shown = f"{cell.source}\nshow figures with plots.show"
            assert data.keys() == {"text/html", "image/png", "text/plain"}, shown
            figure = ElementTree.fromstring(data["text/html"])  # as EPUB wants it
            alt, caption = figure.find("img").get("alt"), figure.find("figcaption").text
            source = f"data:image/png;base64,{data['image/png'].strip()}"
            assert figure.find("img").get("src") == source
            assert data["text/plain"] == f"{caption}\n\n[{alt}]"
            assert len(alt) >= 20 and alt.count(" ") >= 3, alt
            assert not re.search(r"\.png|[0-9a-f]{16}|^(image|figure|plot) of", alt, re.I), alt
            assert len(caption) >= 20 and caption != alt, caption
            alts.append(alt)
    assert len(set(alts)) == len(alts), "two figures have the same alt text"


@every_chapter
def test_cells_are_short(path):
    lengths = []
    for cell in code_cells(path):
        lines = sum(bool(line.strip()) for line in cell.source.splitlines())
        solution = "hide-cell" in tags(cell)
        assert lines <= (LONGEST_SOLUTION if solution else LONGEST_CELL), cell.source
        lengths += [] if solution else [lines]
    long = sum(length > USUAL_CELL for length in lengths)
    assert long <= max(1, len(lengths) / 4), f"{long} of {len(lengths)} cells are long"


@every_chapter
def test_a_chapter_begins_with_its_number_and_renders_everywhere(path):
    cells = read(path).cells
    assert cells[0].cell_type == "markdown"
    assert cells[0].source.startswith(f"# {path.stem[:2]} · ")
    for cell in cells:
        if cell.cell_type == "markdown":
            assert not re.search(r"^\s*(```|:::)\{", cell.source, re.M), "a directive"
            assert not re.search(r"\{[a-z:-]+\}`", cell.source), "a role"
            assert not re.search(r"^\s*[-*] \[[ x]\] ", cell.source, re.M), "a task list"
            if cell is not cells[0]:
                assert not re.search(r"^# ", cell.source, re.M), "a second title"


# ---- links ---------------------------------------------------------------------------------

PAGES = [*CHAPTERS, *sorted((ROOT / "book").glob("*.md")), ROOT / "README.md", ROOT / "index.md"]


def without_code(markdown):
    markdown = re.sub(r"^(```|~~~).*?^\1", "", markdown, flags=re.M | re.S)
    return re.sub(r"`[^`]*`", "", markdown)


def markdown_of(path):
    if path.suffix == ".md":
        return without_code(path.read_text(encoding="utf-8"))
    cells = [cell.source for cell in read(path).cells if cell.cell_type == "markdown"]
    return without_code("\n\n".join(cells))


def anchors_of(path):
    """List what a link to a page may name after its #."""
    if path.name == "bibliography.md":
        keys = re.findall(
            r"^@\w+\{([^,\s]+),", (ROOT / "book/references.bib").read_text(encoding="utf-8"), re.M
        )
        return set(keys)
    text = markdown_of(path)
    labels = set(re.findall(r"^\(([\w-]+)\)=", text, re.M))
    for heading in re.findall(r"^#+ (.+)$", text, re.M):
        labels.add(re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-"))
    return labels


@pytest.mark.parametrize("path", [p for p in PAGES if p.is_file()], ids=lambda path: path.name)
def test_links_lead_somewhere(path):
    for target in re.findall(r"\]\(<?([^)>\s]+)>?(?: \"[^\"]*\")?\)", markdown_of(path)):
        if re.match(r"[a-z]+:", target):
            assert target.startswith("https://"), target
            continue
        file, _, anchor = target.partition("#")
        other = (path.parent / file).resolve() if file else path
        assert other.exists(), f"{target} does not exist"
        if anchor:
            assert anchor in anchors_of(other), f"{target}: no such anchor"


# ---- nbval ----------------------------------------------------------------------------------


def write(path, *cells):
    """Write a small notebook; each cell is its code, or its code and stored output."""
    notebook = v4.new_notebook()
    notebook.metadata["kernelspec"] = {
        "name": "python3",
        "display_name": "Python 3",
        "language": "python",
    }
    for number, cell in enumerate(cells, start=1):
        code, stored = cell if isinstance(cell, tuple) else (cell, None)
        made = v4.new_code_cell(code, execution_count=number, id=f"cell-{number:02}")
        if isinstance(stored, dict):
            made.outputs = [v4.new_output("display_data", stored)]
        elif stored is not None:
            made.outputs = [v4.new_output("stream", name="stdout", text=stored)]
        notebook.cells.append(made)
    notebook.cells[0].metadata["tags"] = ["parameters"]
    nbformat.write(notebook, path)
    return path


def figure(picture, alt):
    """Give a figure's output as `plots.show` makes it."""
    html = f'<figure>\n<img alt="{alt}" src="data:image/png;base64,{picture}" /></figure>'
    return {"text/html": html, "image/png": picture, "text/plain": f"[{alt}]"}


def showing(bundle):
    return f"from IPython.display import display\ndisplay({bundle!r}, raw=True)"


def test_nbval_compares_what_is_stored(tmp_path, pytester):
    path = write(
        pytester.path / "small.ipynb",
        ("print('accuracy 0.9919')", "accuracy 0.9919\n"),
        ("print('accuracy 0.9919')", "accuracy 0.9918\n"),
        ("print('accuracy 0.9919')", ""),
        (showing(figure("iVBORw0=", "a line")), figure("iVBORw1+/a==", "a line")),
        (showing(figure("iVBORw0=", "a line")), figure("iVBORw0=", "a curve")),
        ("print('12 epochs took 3.21 s, 47 s an epoch')", "12 epochs took 98 s, 5.1 s an epoch\n"),
        ("print('12 epochs')", "13 epochs\n"),
        "1 / 0",
        ("print('≈ 63.4% of 5,000')", "≈  7.1e-05% of 5,000\n"),
        ("print('≈ 63.4% of 5,000')", "≈ 63.4% of 5,001\n"),
    )
    result = pytester.runpytest_subprocess(
        "--nbval", "--nbval-current-env", f"--nbval-sanitize-with={CFG}", "-rA", str(path)
    )
    lines = re.findall(r"^(PASSED|FAILED) .*::(Cell \d)", result.stdout.str(), re.M)
    outcomes = {cell: outcome for outcome, cell in lines}
    assert [outcomes.get(f"Cell {number}") for number in range(10)] == [
        "PASSED", "FAILED", "FAILED", "PASSED", "FAILED", "PASSED", "FAILED", "FAILED",
        "PASSED", "FAILED",
    ]  # fmt: skip


def test_nbval_runs_on_every_chapter_but_the_long_one(request):
    """The settings name 03 alone; what they leave out is not compared."""
    options = request.config.getini("addopts")
    assert "--nbval" in options
    ignored = [option for option in options if option.startswith("--ignore")]
    assert ignored == ["--ignore-glob=notebooks/03_*", "--ignore=notebooks/_output"]
    assert "--nbval-sanitize-with=tests/nbval_sanitize.cfg" in options
