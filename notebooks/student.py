"""Make the notebooks for a class: no outputs, no solutions, a place for each answer and its check.

python notebooks/student.py [OUTPUT]     into _build/student

Each solution becomes an empty cell and, where the solution ends in assertions, a locked cell that
asserts the same of the student's answer. Both carry nbgrader's metadata.
"""

import ast
import re
import sys
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell

ROOT = Path(__file__).resolve().parents[1]


def graded(number, **settings):
    """Return nbgrader's metadata of a cell, schema 3."""
    usual = {
        "schema_version": 3,
        "grade": False,
        "solution": False,
        "locked": False,
        "task": False,
    }
    return {"nbgrader": usual | settings | {"grade_id": f"exercise-{number}"}}


def checks(codes):
    """Return the statements of a solution's last cell that assert something, as text.

    Examples
    --------
    >>> checks(["found = 3", "assert found == 3, 'no'"])
    "assert found == 3, 'no'"
    """
    if not codes:
        return ""
    kept = [
        ast.get_source_segment(codes[-1], statement)
        for statement in ast.parse(codes[-1]).body
        if isinstance(statement, ast.Assert)
    ]
    return "\n".join(kept)


def given(codes):
    """Name what the cells of a solution define.

    Examples
    --------
    >>> sorted(given(["found, more = 3, 4", "def twice(x): return 2 * x"]))
    ['found', 'more', 'twice']
    """
    found = set()
    for node in (node for code in codes for node in ast.walk(ast.parse(code))):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            found.add(node.id)
        elif isinstance(node, ast.FunctionDef | ast.ClassDef):
            found.add(node.name)
    return found


def answer(number, solution):
    """Return the cells that stand in the place of a solution."""
    codes = [cell.source for cell in solution if cell.cell_type == "code"]
    check = checks(codes)
    read = {
        node.id
        for node in ast.walk(ast.parse(check))
        if isinstance(node, ast.Name)
    }
    wanted = sorted(read & given(codes))
    asked = f" (the check below reads {', '.join(wanted)})" if wanted else ""
    place = new_code_cell(f"# Your answer{asked}", id=f"answer-{number}")
    place.metadata.update(graded(number, solution=True))
    cells = [
        new_markdown_cell(f"### Exercise {number}", id=f"exercise-{number}"),
        place,
    ]
    if check:
        test = new_code_cell(check, id=f"check-{number}")
        test.metadata.update(
            graded(f"{number}-check", grade=True, locked=True, points=1)
        )
        cells.append(test)
    return cells


def student(notebook):
    """Return a chapter without outputs, its solutions replaced by places for answers."""
    cells, number, solution = [], None, []
    for cell in notebook.cells:
        heading = cell.cell_type == "markdown" and cell.source.startswith("#")
        if heading and number:
            cells += answer(number, solution)
            number, solution = None, []
        if heading and (
            found := re.fullmatch(r"### Solution (\d+)", cell.source)
        ):
            number = found[1]
        elif number:
            solution.append(cell)
        else:
            if cell.cell_type == "code":
                cell.outputs, cell.execution_count = [], None
            cells.append(cell)
    notebook.cells = cells + (answer(number, solution) if number else [])
    notebook.metadata.pop("ten_digits", None)  # the stamp of the full run
    return notebook


def main():
    """Write every chapter."""
    place = (
        Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "_build" / "student"
    )
    place.mkdir(parents=True, exist_ok=True)
    for path in sorted((ROOT / "notebooks").glob("[0-9]*.ipynb")):
        made = student(nbformat.read(path, as_version=4))
        nbformat.validate(made)
        nbformat.write(made, place / path.name)
        print(place / path.name)


if __name__ == "__main__":
    main()
