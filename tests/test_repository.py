"""What README, Makefile and pyproject promise of the repository as a whole."""

import ast
import json
import re
import shutil
import statistics
import subprocess
import sys
import tomllib
from pathlib import Path

import nbformat
import pytest

from mnist_helpers import data, experiments


@pytest.fixture(scope="module")
def project(root):
    return tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def tracked(root):
    """List the tracked files."""
    try:
        listed = subprocess.run(
            ["git", "ls-files", "-z"], cwd=root, capture_output=True, check=True
        ).stdout
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("no git repository here")
    paths = [root / name.decode() for name in listed.split(b"\0") if name]
    return [path for path in paths if path.is_file()]


@pytest.fixture(scope="module")
def modules(root, tracked):
    """List the tracked modules of the package."""
    return [
        path
        for path in tracked
        if path.suffix == ".py" and path.is_relative_to(root / "src" / "mnist_helpers")
    ]


def test_a_module_can_be_read_in_one_sitting(root, modules):
    assert modules
    for path in modules:
        lines = len(path.read_text(encoding="utf-8").splitlines())
        assert lines <= 300, f"{path.relative_to(root)} has {lines} lines; at most 300"


def imports(path, optional=True):
    """List the modules that a file imports, without those in a ``try`` if not `optional`."""
    waiting = [ast.parse(path.read_text(encoding="utf-8"))]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Try) and not optional:
            continue
        waiting += ast.iter_child_nodes(node)
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield "." * node.level + (node.module or "")


def test_the_network_from_scratch_imports_numpy_alone(root, modules):
    for path in modules:
        if path.parent.name != "numpy_cnn":
            continue
        for name in imports(path, optional=False):
            own = name.startswith((".", "mnist_helpers.numpy_cnn"))
            top = name.split(".")[0]
            bar = (path.name, top) == ("network.py", "tqdm")  # what `fit` shows, no arithmetic
            assert own or bar or top == "numpy" or top in sys.stdlib_module_names, (
                f"{path.name} imports {name}"
            )


def test_arrows_go_one_way(modules):
    for path in modules:
        for name in imports(path):
            assert name.split(".")[0] not in {"notebooks", "experiments", "benchmarks", "tests"}


def pins(path):
    """Read which versions a file of requirements pins, each with its hashes."""
    pinned = {}
    for entry in re.sub(r" \\\n", "", path.read_text(encoding="utf-8")).splitlines():
        match = re.fullmatch(
            r"([a-z0-9-]+)==([\w.]+)( ; [^#]+?)?((?: +--hash=sha256:[0-9a-f]{64})+)", entry
        )
        assert match, f"not pinned, or without hashes: {entry}"
        pinned.setdefault(match[1], set()).add(match[2])
    return pinned


def test_workflows_run_what_is_pinned_and_may_read_alone(root):
    for path in (root / ".github" / "workflows").glob("*.yml"):
        text = path.read_text(encoding="utf-8")
        assert "\npermissions:\n  contents: read\n" in text
        for action in re.findall(r"uses: (.*)", text):
            assert re.match(r"[\w/-]+@[0-9a-f]{40} # v\d", action), action
        for command in re.findall(r"pip\W+install .*", text):
            known = "--require-hashes|-r requirements.txt|-e \\.|jax torch"
            assert re.search(known, command), command
    assert "cyclonedx-bom" in pins(root / ".github" / "sbom.txt")


def test_requirements_pin_the_whole_environment(root, project):
    pinned = pins(root / "requirements.txt")
    direct = list(project["project"]["dependencies"])
    for extra in project["project"]["optional-dependencies"].values():
        direct += extra
    for requirement in direct:
        name = re.match(r"[A-Za-z0-9-]+", requirement)[0].lower()
        assert name in pinned, f"{name} is not in requirements.txt"
        if exact := re.search(r"==([\w.]+)", requirement):
            assert pinned[name] == {exact[1]}
    (backend,) = project["build-system"]["requires"]  # nothing is fetched for the build
    assert re.match(r"[a-z]+", backend)[0] in pinned


def test_direct_dependencies_are_those_that_the_package_imports(modules, project):
    packages = {"sklearn": "scikit-learn", "IPython": "ipython", "PIL": "pillow"}
    declared = {
        re.match(r"[A-Za-z0-9-]+", requirement)[0].lower()
        for requirement in project["project"]["dependencies"]
    }
    used = set()
    for path in modules:
        for name in imports(path, optional=False):
            top = name.split(".")[0]
            if top and top not in sys.stdlib_module_names and top != "mnist_helpers":
                used.add(packages.get(top, top).lower())
    # IPython is what a notebook runs in, JAX what Keras may be set to run on.
    assert used - {"ipython", "jax"} <= declared


# ---- tables of chapters, kept by hand ------------------------------------------------------


@pytest.fixture(scope="module")
def chapters(root):
    """List number, name and page of the chapters as the table of contents has them.

    A title is a name, a colon and what the chapter is about.
    """
    listed = []
    pages = re.findall(r"(?:root|file): (\S+)", (root / "_toc.yml").read_text(encoding="utf-8"))
    for page in pages:
        for suffix in (".ipynb", ".md"):
            path = root / f"{page}{suffix}"
            if not path.is_file():
                continue
            first = path.read_text(encoding="utf-8").splitlines()[0]
            if suffix == ".ipynb":
                first = nbformat.read(path, as_version=4).cells[0].source.splitlines()[0]
            if match := re.match(r"# (\d\d) · ([^:]+)", first):
                listed.append((match[1], match[2], f"{page}{suffix}"))
    return listed


def test_every_chapter_is_in_the_table_of_contents(root, chapters):
    pages = [page for _, _, page in chapters]
    for path in (root / "notebooks").glob("*.ipynb"):
        page = f"notebooks/{path.name}"
        assert page in pages, f"{page} is not in _toc.yml, or does not begin with '# NN · '"
    numbers = [number for number, _, _ in chapters]
    assert numbers == sorted(set(numbers))
    announced = (root / "book" / "part5.md").read_text(encoding="utf-8")
    for number in range(1, int(numbers[-1])):
        assert f"{number:02}" in numbers or f"| {number:02} (to come) |" in announced


def test_the_readme_lists_the_chapters(root, chapters):
    readme = (root / "README.md").read_text(encoding="utf-8")
    rows = re.findall(r"\| \[(\d\d) (.+?)\]\((.+?)\) \|", readme)
    expected = [(number, page) for number, _, page in chapters]
    assert [row[::2] for row in rows] == expected, "README.md, the table of chapters"
    for row, (_, name, _) in zip(rows, chapters, strict=True):
        assert row[1].lower() in name.lower()  # a table may shorten it


def test_the_instructors_table_lists_the_notebooks(root, chapters):
    """Chapter 14, a page on which one draws, assumes nothing and has no row."""
    page = (root / "book" / "for_instructors.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (\d\d) (.+?) \|", page, re.M)
    notebooks = [chapter for chapter in chapters if chapter[2].endswith(".ipynb")]
    expected = [number for number, _, _ in notebooks]
    assert [row[0] for row in rows] == expected, "book/for_instructors.md, the table of chapters"
    for row, (_, name, _) in zip(rows, notebooks, strict=True):
        assert row[1].lower() in name.lower()


def test_a_chapter_is_called_by_its_own_number(root, chapters):
    """Compare "chapter 06" in a link with where the link leads, on every page."""
    number_of = {Path(page).name: number for number, _, page in chapters}
    seen = 0
    for path in [root / "README.md", *(root / "book").glob("*.md")]:
        for number, target in re.findall(
            r"\[[Cc]hapter (\d\d)[^]]*\]\(([^)#]+)", path.read_text(encoding="utf-8")
        ):
            assert number_of[Path(target).name] == number, f"{path.name}: {target}"
            seen += 1
    assert seen


def test_no_module_lists_its_users_by_hand(root, modules):
    """The API page says it, from what the chapters name."""
    for path in modules:
        found = re.search(r"Used by (every )?chapter", path.read_text(encoding="utf-8"))
        assert not found, f"{path.relative_to(root)}: {found[0]}"


# ---- make ----------------------------------------------------------------------------------


def test_make_sets_up_a_folder_that_moved_anew(root, make, tmp_path):
    first, second = tmp_path / "one", tmp_path / "another place"
    (first / ".venv").mkdir(parents=True)
    for name in ("Makefile", "requirements.txt", "pyproject.toml"):
        shutil.copy(root / name, first)
    assert "pip install" in make(first, "test")
    (first / ".venv" / "ready").write_text(f"{first}\n")
    assert "pip install" not in make(first, "test")
    first.rename(second)
    assert "pip install" in make(second, "test")


# ---- files ---------------------------------------------------------------------------------

# A home or working folder, or another place to install from than the public index.
PRIVATE = re.compile(
    rb"(?<![\w.])/(?:root|work|home/(?!user\b|runner\b)\w+|Users/\w+)/"
    rb"|[A-Z]:\\Users\\|--(?:extra-)?index-url|(?:extra-)?index-url\s*="
    rb"|https?://(?:[\w.:-]+/(?:pypi|simple)/|10\.\d+\.\d+\.\d+|192\.168\.\d+\.\d+)"
)
BINARY = {".npz", ".h5", ".png", ".ico", ".woff2", ".jpg", ".gz", ".safetensors"}


def test_no_file_names_a_machine_or_an_index(root, tracked):
    for path in tracked:
        if path.suffix in BINARY or path.name == "test_repository.py":
            continue
        found = PRIVATE.search(path.read_bytes())
        assert not found, f"{path.relative_to(root)} holds {found[0]!r}"


def test_no_tracked_file_is_large(root, tracked):
    for path in tracked:
        megabytes = path.stat().st_size / 1e6
        assert megabytes < 12, f"{path.relative_to(root)} has {megabytes:.0f} MB"


def test_a_clone_on_windows_has_the_same_bytes(root, tracked, tmp_path):
    """Check the files out as Git for Windows does by default."""
    git = ["git", "-c", "core.autocrlf=true", "-c", "core.eol=crlf", "-C", root]
    copies = f"--prefix={tmp_path.as_posix()}/"
    subprocess.run([*git, "checkout-index", "--all", copies], check=True)
    for path in tracked:
        name = path.relative_to(root).as_posix()
        stored = subprocess.run(
            ["git", "-C", root, "show", f":{name}"], capture_output=True, check=True
        ).stdout
        assert (tmp_path / name).read_bytes() == stored, name
        assert b"\0" in stored or b"\r\n" not in stored, f"git add --renormalize {name}"


def test_the_code_is_formatted(root, tracked):
    files = [path for path in tracked if path.suffix in (".py", ".ipynb")]
    for command in (["check"], ["format", "--check"]):
        result = subprocess.run(
            [sys.executable, "-m", "ruff", *command, "--no-cache", "--force-exclude", *files],
            cwd=root, capture_output=True, text=True, check=False, encoding="utf-8",
        )  # fmt: skip
        assert result.returncode == 0, result.stdout[-3000:]


def test_the_readme_states_what_was_measured(root):
    """Compare the README's table with the manifest, network by network."""
    readme = (root / "README.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| the .* \| ([\d.]+) % \| (\d+) s \|$", readme, flags=re.MULTILINE)
    manifest = json.loads((root / "models" / "manifest.json").read_text(encoding="utf-8"))
    measured = {
        (f"{100 * record['test']['accuracy']:.2f}", f"{record['seconds']:.0f}")
        for record in manifest.values()
    }
    assert set(rows) == measured


def test_the_readme_states_what_the_ensembles_reached(root):
    """Compare the README's rows about the fifteen networks, twice, with the recorded runs."""
    readme = (root / "README.md").read_text(encoding="utf-8")
    alone = re.findall(r"^\| fifteen .* \| ([\d.]+) ± ([\d.]+) % \| (\d+) s", readme, re.MULTILINE)
    together = re.findall(r"^\| the vote .* \| ([\d.]+) % \|", readme, re.MULTILINE)
    _, (_, labels) = data.load_data()
    for name, one, vote in zip(("ensemble", "ensemble_wide"), alone, together, strict=True):
        rows = experiments.read(name)
        accuracies = [100 * row["test_accuracy"] for row in rows]
        assert one == (
            f"{statistics.mean(accuracies):.2f}",
            f"{statistics.stdev(accuracies):.2f}",
            f"{statistics.median(row['cpu_seconds'] for row in rows):.0f}",
        )
        probabilities = experiments.probabilities_of(name)
        answers = sum(each.astype("float64") for each in probabilities.values()).argmax(axis=1)
        assert vote == f"{100 * (answers == labels).mean():.2f}"


def test_the_readme_states_what_ten_minutes_reach(root):
    """Compare the README's row about fifteen epochs with the recorded runs and the benchmark."""
    readme = (root / "README.md").read_text(encoding="utf-8")
    (row,) = re.findall(
        r"^\| ten such .* \| ([\d.]+) ± ([\d.]+) % \| (\d+) s \|", readme, re.MULTILINE
    )
    accuracies = [100 * run["test_accuracy"] for run in experiments.read("ten_minutes")]
    benchmarks = json.loads((root / "benchmarks" / "results.json").read_text(encoding="utf-8"))
    assert len(accuracies) == 10
    assert row == (
        f"{statistics.mean(accuracies):.2f}",
        f"{statistics.stdev(accuracies):.2f}",
        f"{60 * benchmarks['ten_minutes_member']['value']:.0f}",
    )


def test_the_readme_states_what_the_recipe_of_the_post_gives_on_average(root):
    readme = (root / "README.md").read_text(encoding="utf-8")
    (row,) = re.findall(r"^\| ten more runs .* \| ([\d.]+) ± ([\d.]+) % \|", readme, re.MULTILINE)
    rows = experiments.read("ten_seconds")
    accuracies = 100 * experiments.by_variant(rows, "test_accuracy")["the post"]
    assert len(accuracies) == 10
    assert row == (f"{accuracies.mean():.2f}", f"{accuracies.std(ddof=1):.2f}")


def test_the_readme_states_how_short_a_training_can_be(root):
    """Compare the README's row about chapter 16 with the recorded runs and their seconds."""
    readme = (root / "README.md").read_text(encoding="utf-8")
    (row,) = re.findall(
        r"^\| (\d+) trainings .* \| ([\d.]+) ± ([\d.]+) % \| ([\d.]+) s \|", readme, re.MULTILINE
    )
    fresh = [row for row in experiments.read("hundred_seeds") if row["seed"] >= 10]
    accuracies = 100 * experiments.by_variant(fresh, "test_accuracy")["no margin"]
    record = root / "experiments" / "results" / "ten_seconds.seconds.json"
    seconds = json.loads(record.read_text(encoding="utf-8"))["seconds"]["no margin"]
    assert row == (
        f"{len(accuracies)}",
        f"{accuracies.mean():.2f}",
        f"{accuracies.std(ddof=1):.2f}",
        f"{statistics.median(seconds):.1f}",
    )
    assert len(accuracies) == 100
