"""Put a chapter into another language: its text, its comments, and the words that its code shows.

python book/translate.py LANGUAGE [NN ...]     brings catalogues up to date with the English

A chapter's catalogue is ``book/locale/LANGUAGE/LC_MESSAGES/notebooks/NAME.po``, in the format of
gettext: a message for each paragraph, heading and item, each comment, and each string that a cell
shows. From it comes a whole notebook, which is run for its figures: so they, their captions and
what readers download speak one language. What stands on every page is in ``site.po``; what the
theme says, in catalogues of its own.
"""

import argparse
import copy
import io
import re
import sys
from pathlib import Path

import nbformat
import yaml
from babel import Locale, UnknownLocaleError
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po
from markdown_it.renderer import RendererHTML
from myst_parser.config.main import MdParserConfig
from myst_parser.parsers.mdit import create_md_parser
from shown_strings import replaced, shown

ROOT = Path(__file__).resolve().parents[1]
WORD = re.compile(r"[^\W\d_]{2}")
HEAD = """msgid ""
msgstr ""
"Project-Id-Version: Ten Digits\\n"
"Language: {language}\\n"
"Plural-Forms: {plural}\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"

"""
SITE = {  # what the extensions write, by name
    "licence": "Text and code: MIT licence. MNIST: LeCun, Cortes and Burges, CC BY-SA 3.0.",
    "search": "Search this book...",
    "solution": "Solution",
    "untranslated": "This page has not been translated yet, and is shown in English.",
    "switch": "This page in English",  # in each language, of that language
    "by": "By",
    "author": "the contributors to Ten Digits",
}
# What the theme has in no catalogue, or Sphinx in no German.
THEME = (
    "Link to this heading", "Link to this image", "Main", "Page", "Toggle primary sidebar",
    "Toggle secondary sidebar",
)  # fmt: skip


def languages(root=ROOT):
    """List the languages that there are besides English."""
    return sorted(path.parent.name for path in root.glob("book/locale/*/LC_MESSAGES"))


def place(root, language, name):
    """Say where a catalogue stands; its name is that of a page, or ``site``."""
    return Path(root, "book", "locale", language, "LC_MESSAGES", f"{name}.po")


def catalogue(root, language, name):
    """Read a catalogue: from each message to its translation, without those that are in doubt."""
    path = place(root, language, name)
    if not path.exists():
        return {}
    with path.open("rb") as file:
        messages = read_po(file, locale=language)
    return {each.id: each.string for each in messages if each.id and each.string and not each.fuzzy}


def language_of(root, language, name):
    """Say in which language a page stands in a book of a language."""
    return language if place(root, language, name).exists() else "en"


def site(root, language):
    """Say what stands on every page, by name, in a language."""
    known = catalogue(root, language, "site")
    return {name: known.get(text, text) for name, text in SITE.items()}


# ---- the text of a chapter -------------------------------------------------------------------


def pieces(markdown):
    r"""Find a cell's paragraphs, headings and items: where each begins and ends, and its text.

    Examples
    --------
    >>> pieces("# Look\n\n1. a digit of `x`;\n2. and $y$.")
    [(2, 6, 'Look'), (11, 26, 'a digit of `x`;'), (30, 38, 'and $y$.')]
    """
    extensions = {"amsmath", "colon_fence", "deflist", "dollarmath"}
    parser = create_md_parser(MdParserConfig(enable_extensions=extensions), RendererHTML)
    found, place = [], 0
    for token in parser.parse(markdown):
        if token.type == "inline" and WORD.search(token.content):
            lines = r"\n[ \t>]*".join(map(re.escape, token.content.split("\n")))
            match = re.compile(lines).search(markdown, place)
            place = match.end()
            found.append((match.start(), place, " ".join(token.content.split("\n"))))
    return found


def messages(notebook):
    """List what a translation needs: each message, and what it is."""
    found = {}
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            for _, _, text in pieces(cell.source):
                found.setdefault(text, "text")
        elif cell.cell_type == "code":
            for each in shown(cell.source):
                found.setdefault(each.text, each.kind)
    return found


def translated(notebook, known):
    """Return a notebook in another language, without outputs, and the messages that are lacking.

    Parameters
    ----------
    notebook : NotebookNode
        Of a chapter; it is not changed.
    known : dict of str to str
        From each message to its translation; what it lacks stays English.

    Raises
    ------
    ValueError
        If a translated f-string computes something else than the English one.
    """
    result = copy.deepcopy(notebook)
    for cell in result.cells:
        if cell.cell_type == "markdown":
            for start, end, text in reversed(pieces(cell.source)):
                cell.source = cell.source[:start] + known.get(text, text) + cell.source[end:]
        elif cell.cell_type == "code":
            cell.source = replaced(cell.source, known)
            cell.outputs, cell.execution_count = [], None
    return result, [text for text in messages(notebook) if text not in known]


def numbers(text, language):
    r"""Set the numbers of a caption as a language does.

    Examples
    --------
    >>> numbers("5,421 images, 0.29 or 81% of 10 in 2018", "de")
    '5.421 images, 0,29 or 81\xa0% of 10 in 2018'
    """
    if language == "en":
        return text
    locale = Locale.parse(language)
    symbols = locale.number_symbols["latn"]
    marks = {",": symbols["group"], ".": symbols["decimal"]}
    percent = locale.percent_formats[None].pattern.split("0")[-1]

    def localized(match):
        return re.sub("[,.]", lambda mark: marks[mark[0]], match[1]) + (percent if match[2] else "")

    return re.sub(r"(?<![\w.])(\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?)(%)?", localized, text)


def attributes(page, known):
    """Translate what a page of HTML says to who points at a button, or hears it.

    Examples
    --------
    >>> attributes('<nav aria-label="Main" id="Main">', {"Main": "Hauptmenü"})
    '<nav aria-label="Hauptmenü" id="Main">'
    """
    return re.sub(
        r'\b(title|aria-label)="([^"]*)"',
        lambda match: f'{match[1]}="{known.get(match[2], match[2])}"',
        page,
    )


# ---- the catalogues --------------------------------------------------------------------------


def captions(root):
    """List the captions of the table of contents."""
    contents = yaml.safe_load(Path(root, "_toc.yml").read_text(encoding="utf-8"))
    return [part["caption"] for part in contents.get("parts", ())]


def wanted(root, name):
    """List the messages that a catalogue should hold, each with what it is."""
    if name == "site":
        parts = dict.fromkeys(captions(root), "part of the book")
        return parts | dict.fromkeys((*SITE.values(), *THEME), "on every page")
    return messages(nbformat.read(Path(root, f"{name}.ipynb"), as_version=4))


def write(path, made):
    """Write a catalogue under a header that never changes by itself."""
    for message in made:
        message.flags -= {"python-format", "python-brace-format"}  # a percent sign is one
    text = io.BytesIO()
    write_po(text, made, width=100, include_previous=True, omit_header=True)
    head = HEAD.format(language=made.locale, plural=made.plural_forms)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(head.encode() + text.getvalue())


def update(root, language, name):
    """Bring a catalogue up to date; return how many of its messages wait for a translator.

    What is new is empty; what resembles an old message takes its translation, marked fuzzy, with
    the old message beside it.
    """
    path = place(root, language, name)
    template = Catalog()
    for text, kind in wanted(root, name).items():
        template.add(text, auto_comments=[kind])
    if path.exists():
        with path.open("rb") as file:
            made = read_po(file, locale=language, ignore_obsolete=True)
    else:
        made = Catalog(locale=language)
    made.update(template, update_creation_date=False)
    made.obsolete.clear()
    write(path, made)
    return sum(not each.string or each.fuzzy for each in made if each.id)


def main():
    """Do what the command line asks; say in one sentence why it was not done."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("language", help="such as de")
    parser.add_argument("chapters", nargs="*", metavar="NN", help="those in it by default")
    arguments = parser.parse_args()
    try:
        Locale.parse(arguments.language)
    except (UnknownLocaleError, ValueError):
        sys.exit(f"The language is {arguments.language!r}; expected a code such as de or pt_BR.")
    folder = place(ROOT, arguments.language, "site").parent
    names = {path.relative_to(folder).with_suffix("").as_posix() for path in folder.rglob("*.po")}
    names.add("site")
    if arguments.chapters:
        names = set()
        for number in arguments.chapters:
            paths = list(ROOT.glob(f"notebooks/{number}*.ipynb"))
            if len(paths) != 1:
                sys.exit(f"There is no one chapter {number!r}; expected a number such as 01.")
            names.add(f"notebooks/{paths[0].stem}")
    for name in sorted(names):
        waiting = update(ROOT, arguments.language, name)
        print(f"{place(ROOT, arguments.language, name).relative_to(ROOT)}: {waiting} to translate")


if __name__ == "__main__":
    main()
