"""What the stored outputs of a chapter depend on, hashed by what it means.

Comments, line breaks and docstrings change no hash, and neither do the line ends of a clone on
Windows. `dependencies` makes the stamp of a chapter, `stale` compares it with what is there now.
"""

import ast
import hashlib
import importlib.util
import json
from pathlib import Path

import nbformat
from IPython.core.displayhook import DisplayHook

from uses import Package, parse

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
FOLDERS = ("benchmarks", "experiments", "models", "notebooks", "src")
# Tables of the package to which entries are added, while those that are there mean what they meant.
GROWING = (
    "mnist_helpers.training.settings.DEFAULTS",
    "mnist_helpers.experiments.results.COLUMNS",
    "mnist_helpers.experiments.results.LATER",
    "mnist_helpers.models.NETWORKS",
    "mnist_helpers.models.NOTATIONS",
)
BY_NAME = ("models/manifest.json", "benchmarks/results.json")  # records by name


def dependencies(notebook, files, known=None):
    """Hash what the outputs of a notebook depend on.

    Parameters
    ----------
    notebook : nbformat.NotebookNode
    files : iterable of str
        Those that it opens, relative to the repository, as `data_file` gives them.
    known : dict of str to list, optional
        The keys that `GROWING` tables had when the outputs were made: what came later does not
        count. By default all that they have.

    Returns
    -------
    dict of str to str
        ``code`` for the code cells; ``mnist_helpers.NAME`` for what they use of each module,
        directly or through others, and the keys of a `GROWING` table among them under its name;
        ``FOLDER/FILE`` for each file. Of a file with records by name
        those count that the cells name, else those that the package's code names, as
        ``FOLDER/FILE NAME``, or all if neither names any.
    """
    cells = [cell.source for cell in notebook.cells if cell.cell_type == "code"]
    texts = {"code": "\n".join(map(_meaning_of_cell, cells))}
    package, keys = Package(ROOT / "src", known), {}
    for module, names in package.used(cells).items():
        texts[module] = "\n".join(
            f"{name}: {meaning(nodes)}" for name, nodes in names.items()
        )
        for table in GROWING if known is None else known:
            if table in (f"{module}.{name}" for name in names):
                keys[table] = " ".join(package.keys(table))
    hashes = {name: _hash(text.encode()) for name, text in texts.items()} | keys
    for file in sorted(files):
        path, named = ROOT / file, []
        if file in BY_NAME and path.is_file():
            records = json.loads(path.read_text(encoding="utf-8"))
            everything = "\n".join(texts.values())
            for text in (texts["code"], everything):
                named = named or [
                    name for name in sorted(records) if repr(name) in text
                ]
        for name in named:
            record = json.dumps(records[name], sort_keys=True)
            hashes[f"{file} {name}"] = _hash(record.encode())
        if not named:
            hashes[file] = _hash_file(path) if path.is_file() else "gone"
    return hashes


def stale(path):
    """Name what has changed since the outputs of a notebook were made; empty if they are fresh."""
    notebook = nbformat.read(path, as_version=4)
    stamped = notebook.metadata.get("ten_digits", {}).get("hashes", {})
    files = {name.split(" ")[0] for name in stamped if "/" in name}
    known = {name: stamped[name].split() for name in GROWING if name in stamped}
    current = dependencies(notebook, files, known)
    return sorted(
        name
        for name in stamped.keys() | current.keys()
        if stamped.get(name) != current.get(name)
    )


def data_file(path):
    """Name a file relative to the repository, if it is one that outputs can depend on, else None.

    Such are those in the `FOLDERS`, without chapters, modules of the package, which count by
    what is used of them, and whatever a command makes. An experiment's compiled file stands for
    its source.
    """
    path = Path(path)
    if path.suffix == ".pyc":
        path = Path(importlib.util.source_from_cache(str(path)))
    if not path.is_relative_to(ROOT) or not path.is_file():
        return None
    parts = path.relative_to(ROOT).parts
    if parts[0] not in FOLDERS or any(part[0] in "._" for part in parts):
        return None
    if path.suffix == ".ipynb" or (path.suffix == ".py" and parts[0] == "src"):
        return None
    return "/".join(parts)


def data_files():
    """List all files that outputs can depend on."""
    found = (
        data_file(path)
        for folder in FOLDERS
        for path in (ROOT / folder).rglob("*")
        if path.suffix != ".pyc"
    )
    return sorted(filter(None, found))


def meaning(node, docstrings=False):
    """Write a syntax tree without what changes nothing, equally under every version of Python.

    Parameters
    ----------
    node : ast.AST or list or constant
    docstrings : bool
        Whether these count.

    Examples
    --------
    >>> meaning(ast.parse("f( x )  # why")) == meaning(ast.parse("f(x)"))
    True
    """
    if isinstance(node, list):
        return f"[{', '.join(meaning(one, docstrings) for one in node)}]"
    if not isinstance(node, ast.AST):
        return repr(node)
    fields = []
    for name, value in ast.iter_fields(node):
        if name == "body" and not docstrings and _has_docstring(node):
            value = value[1:]
        # A version adds fields, and what is not there is None or empty.
        if value not in (None, []) and name not in ("kind", "type_comment"):
            fields.append(f"{name}={meaning(value, docstrings)}")
    return f"{type(node).__name__}({', '.join(fields)})"


def _has_docstring(node):
    documented = (
        ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef
    )
    return (
        isinstance(node, documented)
        and ast.get_docstring(node, clean=False) is not None
    )


def _meaning_of_cell(source):
    """Write what a cell means; a semicolon at its end hides its value."""
    if (tree := parse(source)) is None:
        return source
    hidden = DisplayHook.semicolon_at_end_of_expression(source)
    return meaning(tree) + ";" * hidden


def _hash(content):
    return hashlib.sha256(content).hexdigest()[:16]


def _hash_file(path):
    content = path.read_bytes()
    if (
        path.suffix == ".py"
    ):  # of an experiment, whose docstring is its question
        content = meaning(ast.parse(content), docstrings=True).encode()
    elif b"\0" not in content:  # text, as git tells it
        content = content.replace(b"\r\n", b"\n")
    return _hash(content)
