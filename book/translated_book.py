"""Make the sources of the book in another language: a build copies them, and this changes the copy.

A translated chapter is run for its figures, whose words come from its code, unless it was run
before and neither its code nor what it rests on has changed since. It is kept, as a notebook to
open, in ``_build/translated/LANGUAGE``.
"""

import hashlib
import json

import nbformat
import papermill
import translate
import yaml


def prepare(source, language, output):
    """Translate copied sources where there are catalogues; say which messages these lack.

    Parameters
    ----------
    source : Path
        The copied sources, which are changed.
    language : str
        Such as ``de``; for ``en``, nothing changes but the links to other languages' pages.
    output : Path
        Where built sites, and chapters that were run, are kept.

    Raises
    ------
    RuntimeError
        If a translated chapter fails.
    """
    site = output / "html"
    if language == "en":
        others = {
            each: each
            for each in translate.languages(source)
            if (site / each / "index.html").exists()
        }
    else:
        others = {"en": ".."} if (site / "index.html").exists() else {}
    path = source / "_config.yml"
    settings = yaml.safe_load(path.read_text(encoding="utf-8"))
    settings["sphinx"]["config"] |= {"language": language, "other_languages": others}
    path.write_text(yaml.safe_dump(settings, allow_unicode=True), encoding="utf-8")
    if language == "en":
        return
    contents(source, translate.catalogue(source, language, "site"))
    folder = translate.place(source, language, "notebooks/01").parent
    for path in sorted(source.glob("notebooks/*.ipynb")):
        if (folder / f"{path.stem}.po").exists():
            chapter(path, language, output / "translated" / language / path.name, source)


def contents(source, known):
    """Translate the captions of the table of contents."""
    path = source / "_toc.yml"
    made = yaml.safe_load(path.read_text(encoding="utf-8"))
    for part in made.get("parts", ()):
        part["caption"] = known.get(part["caption"], part["caption"])
    path.write_text(yaml.safe_dump(made, allow_unicode=True, sort_keys=False), encoding="utf-8")


def chapter(path, language, kept, source):
    """Translate a copied chapter, and draw its figures anew where something has changed."""
    notebook = nbformat.read(path, as_version=4)
    known = translate.catalogue(source, language, f"notebooks/{path.stem}")
    try:
        result, lacking = translate.translated(notebook, known)
    except ValueError as error:
        raise RuntimeError(f"in {path.name}, {error}") from error
    for text in lacking:
        print(f"{path.name} has no translation into {language} of {text!r}")
    codes = [cell.source for cell in result.cells if cell.cell_type == "code"]
    stamp = notebook.metadata.get("ten_digits", {})
    rests_on = {name: value for name, value in stamp.get("hashes", {}).items() if name != "code"}
    text = json.dumps([codes, rests_on, stamp.get("versions")], sort_keys=True)
    result.metadata["ten_digits"] = {"drawn_from": hashlib.sha256(text.encode()).hexdigest()}
    old = nbformat.read(kept, as_version=4) if kept.exists() else None
    if old is None or old.metadata.get("ten_digits") != result.metadata["ten_digits"]:
        print(f"{path.name} is run in {language}, for its figures", flush=True)
        old = run(result, path)
    cells = [cell for cell in old.cells if cell.cell_type == "code"]
    for cell in result.cells:
        if cell.cell_type == "code":
            ran = cells.pop(0)
            cell.outputs, cell.execution_count = ran.outputs, ran.execution_count
    kept.parent.mkdir(parents=True, exist_ok=True)
    for place in (path, kept):
        place.write_text(nbformat.writes(result) + "\n", encoding="utf-8", newline="\n")


def run(notebook, path):
    """Run a chapter in the folder of the copied ones; return what papermill makes of it."""
    ran = path.with_name(f"{path.stem}.run.ipynb")
    try:
        papermill.execute_notebook(
            notebook,
            ran,
            cwd=path.parent,
            kernel_name="python3",
            progress_bar=False,
            extra_arguments=["--IPKernelApp.capture_fd_output=False"],
        )
    except papermill.PapermillExecutionError as error:
        raise RuntimeError(
            f"{path.name} fails in its translation: {error.ename}, {error.evalue}"
        ) from error
    made = nbformat.read(ran, as_version=4)
    ran.unlink()
    return made
