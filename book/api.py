"""The API page, made from the package as it is and from what uses it."""

import sys
from pathlib import Path

import nbformat

import mnist_helpers

ROOT = Path(__file__).resolve().parents[1]
SOURCE = Path(mnist_helpers.__path__[0])
COMMANDS = ("experiments/*.py", "models/*.py", "benchmarks/*.py")

sys.path.append(str(ROOT / "notebooks"))
from uses import LOOSE, Package  # noqa: E402  notebooks/ is no package


def page():
    """Write a section for each public module, in Markdown: who uses it, and its docstrings."""
    sections, users = [], who_uses()
    for path in sorted(SOURCE.rglob("*.py")):
        parts = path.relative_to(SOURCE).with_suffix("").parts
        package = parts[-1] == "__init__"
        parts = parts[:-1] if package else parts
        name = ".".join(parts)
        if not parts or any(part.startswith("_") for part in parts):
            continue
        used = "" if package else f"{sentence(**users.get(name, {}))}\n\n"
        sections.append(
            f"{'#' * (1 + len(parts))} {name}\n\n{used}"
            f"```{{eval-rst}}\n.. automodule:: mnist_helpers.{name}\n   :members:\n"
            "   :ignore-module-all:\n```\n"  # what a package hands on stands in its modules
        )
    return "\n".join(sections)


def who_uses():
    """Find the chapters and the commands that name something of a module, as links by module."""
    package, users = Package(SOURCE.parent), {}
    found = []
    for path in sorted((ROOT / "notebooks").glob("[0-9][0-9]_*.ipynb")):
        cells = nbformat.read(path, as_version=4).cells
        code = [cell.source for cell in cells if cell.cell_type == "code"]
        found.append(("chapters", f"[{path.name[:2]}](../notebooks/{path.name})", code))
    for path in sorted(path for pattern in COMMANDS for path in ROOT.glob(pattern)):
        code = [path.read_text(encoding="utf-8")]
        found.append(("commands", f"`{path.relative_to(ROOT).as_posix()}`", code))
    for kind, link, code in found:
        for module, definitions in package.used(code, indirectly=False).items():
            if set(definitions) != {LOOSE}:
                name = module.removeprefix("mnist_helpers.")
                users.setdefault(name, {}).setdefault(kind, []).append(link)
    return users


def sentence(chapters=(), commands=()):
    """Say who uses a module.

    Examples
    --------
    >>> sentence(["01", "02"], ["models/remake.py"])
    'Used in chapters 01, 02; models/remake.py.'
    >>> sentence()
    'No chapter names it.'
    """
    said = [f"chapter{'s' * (len(chapters) > 1)} {', '.join(chapters)}"] if chapters else []
    said += [", ".join(commands)] if commands else []
    return f"Used in {'; '.join(said)}." if said else "No chapter names it."
