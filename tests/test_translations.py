"""The book in other languages: complete catalogues, and a chapter that is translated as a whole."""

import ast
import doctest
import re
import shutil
from pathlib import Path

import build as book_build
import nbformat
import preview
import pytest
import shown_strings
import translate
from babel import Locale
from babel.messages.pofile import read_po
from checks import build, opened, refuses
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

ROOT = Path(__file__).resolve().parents[1]
CATALOGUES = [
    pytest.param(
        language,
        path.relative_to(translate.place(ROOT, language, "site").parent).with_suffix("").as_posix(),
        id=f"{language}-{path.stem}",
    )
    for language in translate.languages(ROOT)
    for path in sorted(translate.place(ROOT, language, "site").parent.rglob("*.po"))
]
CHAPTERS = [each for each in CATALOGUES if each.values[1] != "site"]
LINK = re.compile(r"\]\(([^)\s]*)\)")
CODE = re.compile(r"(?:\{[\w:-]+\})?(`+)(?!`).+?(?<!`)\1(?!`)")  # with its role, if it has one
FORMULA = re.compile(r"\$[^$]+\$")


@pytest.mark.parametrize("language, name", CATALOGUES)
def test_every_message_of_a_translated_chapter_is_translated(language, name):
    """One that has changed in English is fuzzy after `make catalogues`, and missing before."""
    with translate.place(ROOT, language, name).open("rb") as file:
        held = {each.id: each for each in read_po(file, locale=language) if each.id}
    wanted = translate.wanted(ROOT, name)
    assert [text for text in wanted if text not in held] == [], "missing: make catalogues"
    assert [text for text in held if text not in wanted] == [], "no longer there: make catalogues"
    assert [text for text, each in held.items() if not each.string] == [], "not translated"
    assert [text for text, each in held.items() if each.fuzzy] == [], "fuzzy"


def syntax(text):
    """List what a translation must not change: code with roles, targets of links, formulas."""
    codes = sorted(match[0] for match in CODE.finditer(text))
    text = CODE.sub("", text)
    return codes, sorted(LINK.findall(text)), sorted(FORMULA.findall(text))


def written_numbers(text, language):
    """List the numbers of a text, whichever signs a language writes in them."""
    symbols = Locale.parse(language).number_symbols["latn"]
    text = LINK.sub("]", CODE.sub("", text))
    found = re.findall(r"\d+(?:[.,\u00a0\u202f]\d+)*", text)
    return sorted(
        each.replace(symbols["group"], "").replace(symbols["decimal"], ".") for each in found
    )


@pytest.mark.parametrize("language, name", CHAPTERS)
def test_a_translation_keeps_code_links_formulas_and_numbers(language, name):
    kinds = translate.wanted(ROOT, name)
    for text, said in translate.catalogue(ROOT, language, name).items():
        assert syntax(said) == syntax(text), said
        # In strings of code numbers stay as Python writes them; the page sets them.
        theirs = "en" if kinds[text] in ("string", "f-string") else language
        assert written_numbers(said, theirs) == written_numbers(text, "en"), said
        if kinds[text] == "text":
            assert '"' not in CODE.sub("", said), f"not a quotation mark of {language}: {said}"


@pytest.mark.parametrize("language, name", CHAPTERS)
def test_the_cells_of_a_translated_chapter_compute_the_same(language, name):
    """But for the strings and comments that are shown, the code is that of the English one."""
    english = nbformat.read(ROOT / f"{name}.ipynb", as_version=4)
    known = translate.catalogue(ROOT, language, name)
    made, lacking = translate.translated(english, known)
    assert lacking == []
    for before, after in zip(english.cells, made.cells, strict=True):
        if before.cell_type == "code":
            expected, found = (
                ast.dump(Spoken(known).visit(ast.parse(cell.source))) for cell in (before, after)
            )
            assert found == expected


class Spoken(ast.NodeTransformer):
    """Put strings into another language, and f-strings as plain ones."""

    def __init__(self, known):
        self.known = known

    def visit_Constant(self, node):
        """Translate a string."""
        known = isinstance(node.value, str) and self.known.get(node.value, node.value)
        return ast.Constant(known) if known else node

    def visit_JoinedStr(self, node):
        """Translate an f-string, its fields included."""
        text = shown_strings.message(node)[0]
        return ast.Constant(shown_strings.in_fields(self.known.get(text, text), self.known))


# ---- the tools -----------------------------------------------------------------------------


@pytest.mark.parametrize("module", [shown_strings, translate])
def test_the_examples_of_the_tools_run(module):
    found = doctest.testmod(module)
    assert found.attempted > 0 and found.failed == 0


@pytest.fixture
def chapter(tmp_path):
    """Write a chapter with one sentence of each kind, and its German catalogue."""
    code = (
        "import matplotlib.pyplot as plt\n"
        "from mnist_helpers import plots\n\n"
        "share = {'two words': 0.5}  # a comment\n"
        "figure, axis = plt.subplots()\n"
        'axis.set(xlabel="Digit", yscale="log")\n'
        'print("half:", share["two words"])\n'
        'plots.show(figure, caption=f"There are {5421:,} images, "\n'
        '           f"{share[\'two words\']:.0%} of all.", alt="An empty pair of axes.")'
    )
    notebook = new_notebook(
        cells=[
            new_markdown_cell("# A chapter\n\nA sentence with `code`,\nin two lines.\n\n- Item."),
            new_code_cell(code, execution_count=1),
        ],
        metadata={
            "language_info": {"name": "python", "pygments_lexer": "ipython3"},
            "ten_digits": {"seconds": 1, "date": "2026-11-27", "hardware": "none"},
        },
    )
    path = tmp_path / "notebooks" / "02_model.ipynb"
    path.parent.mkdir()
    nbformat.write(notebook, path)
    assert translate.update(tmp_path, "de", "notebooks/02_model") == 9
    place = translate.place(tmp_path, "de", "notebooks/02_model")
    text = place.read_text(encoding="utf-8")
    for english, german in {
        "A chapter": "Ein Kapitel",
        "A sentence with `code`, in two lines.": "Ein Satz mit `code` über „Größen“.",
        "Item.": "Ein Punkt.",
        "two words": "zwei Wörter",
        "a comment": "ein Kommentar",
        "Digit": "Ziffer",
        "half:": "Hälfte:",
        "There are {5421:,} images, {share['two words']:.0%} of all.": "Es gibt {5421:,} Bilder, "
        "{share['two words']:.0%} von allen.",
        "An empty pair of axes.": "Ein leeres Achsenkreuz mit 0.5 Einheiten.",
    }.items():
        assert f'msgid "{english}"\nmsgstr ""' in text, english
        text = text.replace(
            f'msgid "{english}"\nmsgstr ""', f'msgid "{english}"\nmsgstr "{german}"'
        )
    place.write_text(text, encoding="utf-8")
    return tmp_path


def test_a_changed_sentence_waits_for_its_translator(chapter):
    path = chapter / "notebooks" / "02_model.ipynb"
    notebook = nbformat.read(path, as_version=4)
    known = translate.catalogue(chapter, "de", "notebooks/02_model")
    notebook.cells[0].source = notebook.cells[0].source.replace("A sentence", "One sentence")
    made, lacking = translate.translated(notebook, known)
    assert lacking == ["One sentence with `code`, in two lines."]
    assert "# Ein Kapitel" in made.cells[0].source
    assert "One sentence with `code`,\nin two" not in made.cells[0].source  # one line, English
    nbformat.write(notebook, path)
    assert translate.update(chapter, "de", "notebooks/02_model") == 1
    text = translate.place(chapter, "de", "notebooks/02_model").read_text(encoding="utf-8")
    assert '#, fuzzy\n#| msgid "A sentence with `code`, in two lines."' in text
    known = translate.catalogue(chapter, "de", "notebooks/02_model")
    assert translate.translated(notebook, known)[1] == lacking


def test_keys_are_translated_wherever_they_stand():
    """They are strings of several words, so that a key and its use are found by one rule."""
    known = {"mean loss": "mittlerer Verlust", "loss": "Verlust"}
    source = """row = {"mean loss": 1, "loss": 2}\nprint(f"{row['mean loss']} {row['loss']}")"""
    result = shown_strings.replaced(source, known)
    assert result == source.replace("mean loss", "mittlerer Verlust")


def test_a_translated_string_may_not_compute_something_else():
    with refuses("has the fields"):
        shown_strings.replaced('print(f"half: {x:.0%}")', {"half: {x:.0%}": "Hälfte: {y:.0%}"})


# ---- the build -----------------------------------------------------------------------------


def test_a_language_that_is_not_there_is_refused(root, tmp_path):
    result = build(root, tmp_path, options=("--language", "tlh"))
    assert result.returncode != 0
    assert re.search(r"not built: the language is 'tlh'; expected one of en, .*de\.", result.stderr)


@pytest.mark.parametrize("killed", [False, True], ids=["whole", "killed"])
def test_an_english_build_keeps_the_german_one(tmp_path, killed):
    place, new = tmp_path / "html", tmp_path / "new"
    for folder in (place / "de", new):
        folder.mkdir(parents=True)
        (folder / "index.html").write_text(folder.name)
    if killed:  # between its two steps
        place.rename(tmp_path / "html.old")
        new.rename(place)
        book_build.keep_languages(tmp_path / "html.old", place)
    else:
        book_build.swap(new, place)
        assert not (tmp_path / "html.old").exists()
    assert (place / "index.html").read_text() == "new"
    assert (place / "de" / "index.html").read_text() == "de"


def test_a_language_of_the_terminal_builds_no_book_in_it(root, monkeypatch, make):
    monkeypatch.setenv("LANGUAGE", "de_DE:de")
    assert "--language" not in make(root, "book")


def test_a_german_book_is_german_as_far_as_it_is_translated(small_book, chapter, browser, tmp_path):
    """Its figure is drawn anew; what is not translated says so, and stays English."""
    for part in ("notebooks", "book/locale"):
        shutil.rmtree(small_book / part, ignore_errors=True)
        shutil.copytree(chapter / part, small_book / part)
    for name in ("run", "stamps", "uses"):
        shutil.copy(ROOT / "notebooks" / f"{name}.py", small_book / "notebooks")
    shutil.copy(translate.place(ROOT, "de", "site"), translate.place(small_book, "de", "site"))
    (small_book / "_toc.yml").write_text(
        "format: jb-book\nroot: book/page\nparts:\n- caption: Around the book\n  chapters:\n"
        "  - file: notebooks/02_model\n"
    )
    shutil.copy(ROOT / "book" / "site" / "page.js", small_book / "book" / "site")
    english = tmp_path / "_build" / "html" / "index.html"
    english.parent.mkdir(parents=True)
    english.write_text("the English book")
    result = build(small_book, tmp_path, options=("--language", "de"))
    assert result.returncode == 0, result.stdout + result.stderr
    site = english.parent / "de"
    with (
        preview.serve(site) as address,
        opened(browser, f"{address}/notebooks/02_model.html") as (page, left, errors),
    ):
        assert (left, errors) == ([], [])
        assert page.locator("html").get_attribute("lang") == "de"
        assert page.locator("article h1").inner_text().startswith("Ein Kapitel")
        text = page.locator("article").first.inner_text()
        assert "über „Größen“." in text and "Hälfte: 0.5" in text and "ein Kommentar" in text
        assert "Es gibt 5.421 Bilder, 50\u00a0% von allen." in text
        alt = page.locator("article figure img").first.get_attribute("alt")
        assert alt == "Ein leeres Achsenkreuz mit 0,5 Einheiten."
        assert "sentence" not in text and "comment\n" not in text
        assert "Rund um das Buch" in page.locator(".bd-sidebar-primary").first.text_content()
        switch = page.locator(".languages a")
        assert switch.get_attribute("href") == "../../notebooks/02_model.html"
        assert switch.get_attribute("lang") == "en"
    with (
        preview.serve(site) as address,
        opened(browser, f"{address}/book/page.html") as (page, _, _),
    ):
        assert "noch nicht übersetzt" in page.locator(".languages").inner_text()
        assert page.locator("div[lang=en]").inner_text().startswith("A page")
    download = nbformat.read(site / "_sources" / "notebooks" / "02_model.ipynb", as_version=4)
    assert "Ein Satz" in download.cells[0].source and 'xlabel="Ziffer"' in download.cells[1].source
    kept = tmp_path / "_build" / "translated" / "de" / "02_model.ipynb"
    before = kept.read_bytes()
    assert english.read_text() == "the English book"
    assert before == (site / "_sources" / "notebooks" / "02_model.ipynb").read_bytes()
