"""Build the book from the notebooks' stored outputs, always from scratch; warnings are errors.

python book/build.py             builds into _build/html
python book/build.py OUTPUT      builds into OUTPUT/_build/html
"""

import shutil
import subprocess
import sys
from pathlib import Path

import nbformat

ROOT = Path(__file__).resolve().parents[1]


def failing(path):
    """Say whether a notebook is stored with an error, or with a cell that was not run."""
    cells = [cell for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code"]
    return any(
        cell.execution_count is None
        or any(output.output_type == "error" for output in cell.outputs)
        for cell in cells
    )


def main():
    """Refuse failed notebooks, make the tables, build, and name the largest page."""
    for notebook in sorted((ROOT / "notebooks").glob("*.ipynb")):
        if failing(notebook):
            sys.exit(
                f"The book was not built: {notebook.name} is stored with a failed or unrun cell."
            )
    output = Path(sys.argv[1] if len(sys.argv) > 1 else ROOT).resolve()
    build = output / "_build"
    shutil.rmtree(build, ignore_errors=True)
    build.mkdir(parents=True)
    generated = ROOT / "book" / "_generated"
    generated.mkdir(exist_ok=True)
    for name, program in {"run_times": ["notebooks/run.py"], "speed": ["-m", "benchmarks"]}.items():
        table = subprocess.run(
            [sys.executable, *program, "--table"],
            cwd=ROOT, check=True, capture_output=True, text=True, encoding="utf-8",
        )  # fmt: skip
        (generated / f"{name}.md").write_text(table.stdout, encoding="utf-8")
    command = "from jupyter_book.cli.main import main; main()"
    built = subprocess.run(
        [sys.executable, "-c", command, "build", ROOT, "--all", "--warningiserror",
         "--keep-going", "--quiet", "--path-output", output],
        check=False,
    )  # fmt: skip
    if built.returncode != 0:
        sys.exit("The book was not built: the warnings above are errors.")
    pages = sorted((build / "html").rglob("*.html"), key=lambda page: page.stat().st_size)
    largest = pages[-1]
    print(
        f"{len(pages)} pages in {build / 'html'}; open {build / 'html' / 'index.html'}\n"
        f"Largest page: {largest.relative_to(build / 'html')}, "
        f"{largest.stat().st_size / 1e6:.2f} MB"
    )


if __name__ == "__main__":
    main()
