"""Build the book from the notebooks' stored outputs, always from scratch; warnings are errors.

python book/build.py             builds into _build/html
python book/build.py OUTPUT      builds into OUTPUT/_build/html, and writes nowhere else
python book/build.py --links     checks the links that leave the book, into _build/links
python book/build.py --language de   builds the German book into _build/html/de

The new pages are built beside the old ones, and replace them only when the build has succeeded.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import addresses
import nbformat
import translate
import translated_book
from filelock import FileLock, Timeout

ROOT = Path(__file__).resolve().parents[1]
COMMAND = "from jupyter_book.cli.main import main; main()"  # the module cannot be run by -m


def failing(path):
    """Say whether a notebook is stored with an error, or with a cell that was not run."""
    cells = [cell for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code"]
    return any(
        cell.execution_count is None
        or any(output.output_type == "error" for output in cell.outputs)
        for cell in cells
    )


def copy_sources(folder):
    """Copy what the book is built from, and make the pages that come from elsewhere."""
    sys.path[:0] = [str(ROOT / name) for name in ("", "book", "notebooks")]
    import api
    import attacked
    import bibliography
    import cheat_sheet
    import front_page
    import run

    import benchmarks.__main__

    for name in ("_config.yml", "_toc.yml", "pyproject.toml", "index.md"):
        shutil.copy(ROOT / name, folder)
    ignored = shutil.ignore_patterns("_*", ".*", "*.toml")
    for name in ("book", "notebooks"):  # Sphinx's extensions stand in book/, too
        shutil.copytree(ROOT / name, folder / name, ignore=ignored)
    generated = folder / "book" / "_generated"
    generated.mkdir()
    made = {
        "api": api.page,
        "attacks": attacked.table,
        "many_runs": attacked.many_runs,
        "cheat_sheet_network": cheat_sheet.table,
        "cheat_sheet_numbers": cheat_sheet.numbers,
        "run_times": run.table,
        "speed": benchmarks.__main__.table,
    }
    for name, write in made.items():
        (generated / f"{name}.md").write_text(write(), encoding="utf-8")
    front_page.write(generated, folder / "book" / "site")
    works = folder / "book" / "bibliography.md"
    if works.exists():
        text = bibliography.cited(works.read_text(encoding="utf-8"), folder)
        works.write_text(text, encoding="utf-8")


def jupyter_book(source, *options):
    """Run Jupyter Book on the sources; say whether it succeeded."""
    command = [sys.executable, "-c", COMMAND, "build", source, "--all", *options]
    environment = os.environ | {"PYTHONUTF8": "1", "PYTHONIOENCODING": "utf-8"}
    return subprocess.run(command, env=environment, check=False).returncode == 0


def swap(new, place):
    """Put a folder in the place of another."""
    old = place.with_name(f"{place.name}.old")
    if place.exists():
        shutil.rmtree(old, ignore_errors=True)
        place.rename(old)
    try:
        new.rename(place)
    except OSError:
        if old.exists():
            old.rename(place)
        raise
    keep_languages(old, place)
    shutil.rmtree(old, ignore_errors=True)


def keep_languages(old, place):
    """Move the books in other languages, which stand within the English one, to the new one."""
    for language in translate.languages():
        if (old / language).exists() and not (place / language).exists():
            (old / language).rename(place / language)


def build(output, links=False, language="en"):
    """Build the pages, or check their links; return a sentence about what was made."""
    for left in output.glob("building-*"):  # by a build that was killed
        shutil.rmtree(left)
    place = output / ("links" if links else "html")
    old = place.with_name(f"{place.name}.old")
    if old.exists() and not place.exists():  # it was killed while it swapped
        old.rename(place)
    elif old.exists():
        keep_languages(old, place)
    if language != "en":
        place.mkdir(exist_ok=True)
        place = place / language
    for notebook in sorted((ROOT / "notebooks").glob("*.ipynb")):
        if failing(notebook):
            raise RuntimeError(f"{notebook.name} is stored with a failed or unrun cell")
    with tempfile.TemporaryDirectory(prefix="building-", dir=output) as folder:
        source = Path(folder)
        copy_sources(source)
        translated_book.prepare(source, language, output)
        if links:
            sound = jupyter_book(source, "--builder", "linkcheck")
            swap(source / "_build" / "html", place)  # Jupyter Book's place for it, too
            if not sound:
                raise RuntimeError(f"some links are broken; {place / 'output.txt'} lists them")
            return f"Every link leads somewhere; {place / 'output.txt'} lists them"
        if not jupyter_book(source, "--warningiserror", "--keep-going", "--quiet"):
            raise RuntimeError("the warnings above are errors")
        swap(source / "_build" / "html", place)
    if lacking := addresses.missing(addresses.read(ROOT)):
        print(lacking)
    pages = sorted(place.rglob("*.html"), key=lambda page: page.stat().st_size)
    return (
        f"{len(pages)} pages in {place}; open {place / 'index.html'}\n"
        f"Largest page: {pages[-1].relative_to(place)}, {pages[-1].stat().st_size / 1e6:.2f} MB"
    )


def main():
    """Do what the command line asks; say in one sentence why it was not done."""
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="backslashreplace")
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("output", nargs="?", type=Path, default=ROOT, help="a folder")
    parser.add_argument("--links", action="store_true", help="check the links instead")
    parser.add_argument("--language", default="en", help="of the book")
    arguments = parser.parse_args()
    if arguments.language not in (known := ["en", *translate.languages()]):
        sys.exit(
            f"The book was not built: the language is {arguments.language!r}; expected one of "
            f"{', '.join(known)}."
        )
    output = arguments.output.resolve() / "_build"
    try:
        output.mkdir(parents=True, exist_ok=True)
        with FileLock(output / "building.lock", timeout=0):
            print(build(output, arguments.links, arguments.language))
    except Timeout:
        sys.exit(f"The book was not built: another build into {output} is going on.")
    except (RuntimeError, OSError) as error:
        sys.exit(f"The book was not built: {error}.")


if __name__ == "__main__":
    main()
