"""Run chapters in full, and stamp each with what its outputs depend on.

    python notebooks/run.py              runs every chapter
    python notebooks/run.py 03 05        runs these
    python notebooks/run.py --stale      lists the chapters whose stored outputs are out of date
    python notebooks/run.py --table      prints the run times as a Markdown table

A chapter's file is replaced only when its run has succeeded; a failed run is kept, with its
traceback, under notebooks/_output/. The stamp, in the notebook's metadata, holds hashes of the
code cells, of the package's modules that they use and of the recorded results and trained networks
that they read, with versions, hardware, date and duration.
"""

import argparse
import ast
import datetime
import hashlib
import json
import sys
import time
from pathlib import Path

import nbformat
import papermill
from nbclient.exceptions import DeadKernelError
from tqdm import tqdm

from mnist_helpers import environment
from mnist_helpers.storage import write_beside

NOTEBOOKS = Path(__file__).resolve().parent
ROOT = NOTEBOOKS.parent
OUTPUT = (
    NOTEBOOKS / "_output"
)  # git-ignored: what chapters write, and runs that failed


def chapters(only=()):
    """List the chapters' files, all of them or those whose name begins with one of `only`."""
    found = sorted(NOTEBOOKS.glob("[0-9][0-9]_*.ipynb"))
    for prefix in only:
        if not any(path.name.startswith(prefix) for path in found):
            numbers = ", ".join(path.name[:2] for path in found)
            raise ValueError(
                f"there is no chapter {prefix!r}; expected some of {numbers}"
            )
    return [
        path for path in found if not only or path.name.startswith(tuple(only))
    ]


def dependencies(notebook):
    """Hash what the outputs of a notebook depend on.

    Returns a dict: ``code`` for its code cells; ``mnist_helpers.NAME`` for what they use of each
    module, directly or through another, docstrings and formatting aside; ``models/FILE`` and
    ``experiments/results/FILE`` for each file whose name without suffixes stands as a string in
    the code.
    """
    code = "\n".join(
        cell.source for cell in notebook.cells if cell.cell_type == "code"
    )
    hashes = {"code": _hash(code)}
    for module, definitions in sorted(_package_code_used(code).items()):
        hashes[module] = _hash(definitions)
    strings = {
        node.value
        for node in ast.walk(ast.parse(code))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    for folder in ("models", "experiments/results"):
        for path in sorted((ROOT / folder).glob("*")):
            if path.suffix != ".py" and path.name.split(".")[0] in strings:
                hashes[f"{folder}/{path.name}"] = _hash(path.read_bytes())
    manifest = json.loads(
        (ROOT / "models" / "manifest.json").read_text(encoding="utf-8")
    )
    for name in sorted(strings & set(manifest)):
        hashes[f"models/manifest.json {name}"] = _hash(
            json.dumps(manifest[name], sort_keys=True)
        )
    return hashes


def stale(path):
    """Name what has changed since the outputs of a notebook were made; empty if they are fresh."""
    notebook = nbformat.read(path, as_version=4)
    stamped = notebook.metadata.get("ten_digits", {}).get("hashes", {})
    current = dependencies(notebook)
    return sorted(
        name
        for name in stamped.keys() | current.keys()
        if stamped.get(name) != current.get(name)
    )


def run(path):
    """Run one chapter in full; replace its file if that succeeds, else keep the failed run aside.

    Returns the duration in seconds.
    """
    OUTPUT.mkdir(exist_ok=True)
    failed = OUTPUT / f"{path.stem}.failed.ipynb"
    started = time.perf_counter()
    papermill.execute_notebook(
        path,
        failed,
        cwd=NOTEBOOKS,
        kernel_name="python3",
        progress_bar={"desc": path.stem, "unit": "cell", "leave": False},
        # TensorFlow's start-up messages, written below Python, are no results of a chapter.
        extra_arguments=["--IPKernelApp.capture_fd_output=False"],
    )
    seconds = time.perf_counter() - started
    notebook = nbformat.read(failed, as_version=4)
    notebook.metadata.pop("papermill", None)
    for cell in notebook.cells:
        cell.metadata.pop("papermill", None)
        cell.metadata.pop("execution", None)
        cell.metadata.pop("exception", None)
    notebook.metadata["ten_digits"] = {
        "hashes": dependencies(notebook),
        "seconds": round(seconds, 1),
        "date": datetime.date.today().isoformat(),
        **environment.describe(),
    }
    with write_beside(path) as temporary:
        nbformat.write(notebook, temporary)
    failed.unlink()
    return seconds


def table():
    """Write the run times of all chapters, as stamped, as a Markdown table."""
    lines = ["| Chapter | Seconds | Date | Machine |", "|---|---:|---|---|"]
    total = 0.0
    for path in chapters():
        notebook = nbformat.read(path, as_version=4)
        stamp = notebook.metadata["ten_digits"]
        title = notebook.cells[0].source.splitlines()[0].lstrip("# ")
        total += stamp["seconds"]
        lines.append(
            f"| [{title}](../notebooks/{path.name}) | {stamp['seconds']:.0f} "
            f"| {stamp['date']} | {stamp['hardware']} |"
        )
    lines.append(f"| **All chapters** | **{total:.0f}** | | |")
    return "\n".join(lines)


def _hash(content):
    return hashlib.sha256(
        content.encode() if isinstance(content, str) else content
    ).hexdigest()[:16]


def _file(module):
    """Find the file of a module of the package; None if there is no such module."""
    path = ROOT / "src" / Path(*module.split("."))
    for candidate in (path.with_suffix(".py"), path / "__init__.py"):
        if candidate.is_file():
            return candidate
    return None


def _package(module, level):
    """Name the package that a relative import with so many dots means; "" for an absolute one."""
    if not level:
        return ""
    parts = module.split(".")
    if _file(module).name != "__init__.py":
        level += 1  # a module's own name is not its package's
    return ".".join(parts[: len(parts) - level + 1])


class _Source:
    """Some code, taken apart: what it defines, what it imports from the package, what it names."""

    def __init__(self, code, module=""):
        self.code, self.tree = code, ast.parse(code)
        self.definitions, self.imports, self.loose = {}, {}, []
        for node in self.tree.body:
            if isinstance(node, ast.FunctionDef | ast.ClassDef):
                self.definitions[node.name] = node
            elif isinstance(node, ast.Assign):
                for name in ast.walk(ast.Tuple(node.targets)):
                    if isinstance(name, ast.Name):
                        self.definitions[name.id] = node
            elif not isinstance(node, ast.Import | ast.ImportFrom):
                self.loose.append(node)
        for node in ast.walk(self.tree):
            if not isinstance(node, ast.ImportFrom):
                continue
            origin = ".".join(
                filter(None, (_package(module, node.level), node.module))
            )
            if origin.startswith("mnist_helpers"):
                for alias in node.names:
                    self.imports[alias.asname or alias.name] = (
                        origin,
                        alias.name,
                    )

    def named(self, tree):
        """Yield what a part of the code names: (module, name), module None for its own."""
        for node in ast.walk(tree):
            if isinstance(node, ast.Name) and node.id in self.definitions:
                yield None, node.id
            elif isinstance(node, ast.Name) and node.id in self.imports:
                yield self.imports[node.id]
            elif isinstance(node, ast.Attribute) and isinstance(
                node.value, ast.Name
            ):
                module = ".".join(self.imports.get(node.value.id, ()))
                if module and _file(module):
                    yield module, node.attr

    def text(self, tree):
        """Return the text of a part of the code, without docstrings."""
        text = ast.get_source_segment(self.code, tree) or ""
        for node in ast.walk(tree):
            documented = isinstance(node, ast.FunctionDef | ast.ClassDef)
            if documented and ast.get_docstring(node) is not None:
                text = text.replace(
                    ast.get_source_segment(self.code, node.body[0]), "", 1
                )
        return text


def _package_code_used(code):
    """Gather the definitions of the package that some code uses, directly or through others.

    Returns module names with the text of those definitions, docstrings left out.
    """
    sources, found = {}, {}
    notebook = _Source(code)
    waiting = {pair for pair in notebook.named(notebook.tree) if pair[0]}
    while waiting:
        module, name = waiting.pop()
        if name in found.setdefault(module, {}) or _file(f"{module}.{name}"):
            continue  # known, or a module whose functions count by themselves
        if module not in sources:
            sources[module] = _Source(
                _file(module).read_text(encoding="utf-8"), module
            )
        source = sources[module]
        found[module][name] = ""
        for node in [
            *source.loose,
            source.definitions.get(name, ast.Module([], [])),
        ]:
            found[module][name] += source.text(node)
            waiting |= {
                (where or module, what) for where, what in source.named(node)
            }
        if name in source.imports:
            waiting.add(source.imports[name])
    return {
        module: str(sorted(names.items()))
        for module, names in found.items()
        if names
    }


def main():
    """Do what the command line asks."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "only", nargs="*", metavar="NN", help="chapters; all by default"
    )
    parser.add_argument(
        "--stale",
        action="store_true",
        help="list chapters that are out of date",
    )
    parser.add_argument(
        "--table", action="store_true", help="print the run times"
    )
    arguments = parser.parse_args()
    try:
        paths = chapters(arguments.only)
    except ValueError as error:
        parser.error(str(error))
    if arguments.table:
        print(table())
    elif arguments.stale:
        for path in paths:
            if changed := stale(path):
                print(f"{path.name}: {', '.join(changed)}")
    else:
        failures = 0
        for path in (progress := tqdm(paths, desc="chapters", unit="chapter")):
            try:
                progress.write(f"{path.name}: {run(path):.0f} s")
            except (
                papermill.PapermillExecutionError,
                DeadKernelError,
            ) as error:
                failures += 1
                kept = OUTPUT / f"{path.stem}.failed.ipynb"
                progress.write(
                    f"{path.name} failed, and is unchanged; the run is kept in {kept}"
                )
                progress.write(str(error))
        sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
