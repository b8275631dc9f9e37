"""A chapter runs as printed, or stops in its first cell with one sentence, whatever is set here."""

import json
import os
import re
import subprocess
import sys

import nbformat
import pytest
from checks import cases, refuses
from test_notebooks import CHAPTERS, NOTEBOOKS, SHORT, code_cells, every_chapter, tags

from mnist_helpers import chapter

# What the fifth cell of chapter 02 prints, and what Keras is set to afterwards.
WORKS = "shape of what flows: (None, 26, 26, 32)"
REPORT = """
limits = [keras.src.backend.config.max_epochs(), keras.src.backend.config.max_steps_per_epoch()]
probabilities = keras.Sequential([pixels, keras.layers.Dense(2)])(image)
print(keras.config.backend(), keras.config.floatx(), keras.config.image_data_format())
print(keras.config.dtype_policy().name, keras.config.epsilon(), limits, probabilities.dtype)
"""
AS_PRINTED = "tensorflow float32 channels_last\nfloat32 1e-07 [None, None] <dtype: 'float32'>\n"


def first_cells(variables, before=""):
    """Run the first cells of chapter 02 where some variables of the environment are set."""
    model = next(path for path in CHAPTERS if path.stem == "02_model")
    cells = [cell.source for cell in code_cells(model)[:6]]
    (start,) = [n for n, source in enumerate(cells) if "chapter.start(" in source]
    assert start == 1  # behind the parameters, before all else
    environment = {name: value for name, value in os.environ.items() if "KERAS" not in name}
    return subprocess.run(
        [sys.executable, "-c", "\n".join([before, *cells, REPORT])],
        cwd=NOTEBOOKS,
        env=environment | {name: str(value) for name, value in variables.items()},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )


def write(path, content):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("file", "settings", "variables"),
    cases(
        {
            "what another library wanted": (
                ".keras/keras.json",
                {
                    "image_data_format": "channels_first",
                    "floatx": "float16",
                    "epsilon": 0.001,
                    "backend": "theano",
                },
                {},
            ),
            "variables": (
                "settings/keras.json",
                {"image_data_format": "channels_first", "floatx": "float64", "backend": "torch"},
                {
                    "KERAS_HOME": "settings",
                    "KERAS_BACKEND": "no_such_library",
                    "KERAS_MAX_EPOCHS": "many",
                    "KERAS_MAX_STEPS_PER_EPOCH": 1,
                    "TF_USE_LEGACY_KERAS": 1,
                },
            ),
            "a file that is none": (".keras/keras.json", "{'floatx': ", {"KERAS_BACKEND": "jax"}),
        }
    ),
)
def test_a_chapter_runs_as_printed(tmp_path, file, settings, variables):
    write(tmp_path / file, settings)
    if "KERAS_HOME" in variables:
        variables = variables | {"KERAS_HOME": tmp_path / variables["KERAS_HOME"]}
    result = first_cells({"HOME": tmp_path, "USERPROFILE": tmp_path} | variables)
    assert result.returncode == 0, result.stderr
    assert WORKS in result.stdout
    assert result.stdout.endswith(AS_PRINTED)


def stops(result):
    """Give the one sentence that a chapter has stopped with, in its first cell."""
    assert result.returncode == 1 and not result.stdout, result.stdout
    return re.fullmatch(r"(?:.*\n)*ImportError: (.*)\n", result.stderr)[1]


@pytest.mark.parametrize(
    ("settings", "reason"),
    cases(
        {
            "an unknown type": ({"floatx": "float8"}, "Invalid `floatx` configuration"),
            "a number of another type": ({"epsilon": 1}, "Invalid `epsilon` configuration"),
            "an unknown format": (
                {"image_data_format": "channels"},
                "Invalid `image_data_format` configuration",
            ),
            "a list": ([], "'list' object has no attribute 'get'"),
        }
    ),
)
def test_settings_that_keras_refuses_are_named(tmp_path, settings, reason):
    path = write(tmp_path / "keras.json", settings)
    said = stops(first_cells({"KERAS_HOME": tmp_path}))
    assert said == f"Keras refuses {path} ({reason}): delete that file"


@pytest.mark.parametrize(
    ("file", "library"),
    cases(
        {
            "a module": ("keras.py", "keras"),
            "an old library": ("keras/__init__.py", "keras"),
            "a library below": ("numpy/__init__.py", "numpy"),
        }
    ),
)
def test_a_substitute_of_a_library_is_named(tmp_path, file, library):
    path = write(tmp_path / file, "__version__ = '2.2.0'\n")
    said = stops(first_cells({"PYTHONPATH": on_path(tmp_path)}))
    assert said == (
        f"{path} would stand in for the book's {library}: rename it, or take its folder out of "
        "PYTHONPATH"
    )


def on_path(folder):
    """Put a folder before what PYTHONPATH already holds."""
    return os.pathsep.join(filter(None, [str(folder), os.environ.get("PYTHONPATH")]))


def test_another_package_of_the_same_name_is_named(tmp_path):
    path = write(tmp_path / "mnist_helpers" / "__init__.py", "")
    said = stops(first_cells({"PYTHONPATH": on_path(tmp_path)}))
    assert said == f"cannot import name 'chapter' from 'mnist_helpers' ({path})"


def test_another_copy_of_the_book_is_named(tmp_path, root):
    package = root / "src" / "mnist_helpers"
    for name in ("__init__.py", "chapter.py"):
        write(tmp_path / "mnist_helpers" / name, (package / name).read_text(encoding="utf-8"))
    said = stops(first_cells({"PYTHONPATH": on_path(tmp_path)}))
    assert said.startswith(f"mnist_helpers comes from {tmp_path / 'mnist_helpers'}, not from")
    assert said.endswith("unset PYTHONPATH, or delete .venv and run make lab")


def test_a_missing_library_is_named():
    hidden = "import importlib.util as u; u.find_spec = lambda name: None"
    said = stops(first_cells({}, before=hidden))
    assert said == "numpy is not installed here; make lab starts Jupyter where it is"


def test_keras_that_runs_on_something_else_already(monkeypatch):
    import keras

    monkeypatch.setattr(keras.config, "backend", lambda: "jax")
    monkeypatch.setenv("KERAS_BACKEND", "jax")
    with refuses("Keras runs on jax already, by KERAS_BACKEND.*restart the kernel", ImportError):
        chapter.start()


# ---- parameters ----------------------------------------------------------------------------


def parameters_of(path):
    """Give the names of a chapter's whole numbers, and its first two cells compiled."""
    first, second = code_cells(path)[:2]
    assert "parameters" in tags(first)
    values = {}
    exec(first.source, values)
    names = [name for name, value in values.items() if type(value) is int]
    return names, compile(f"{first.source}\nglobals().update(given)\n{second.source}", path, "exec")


@every_chapter
def test_the_first_cell_takes_the_parameters_of_full_and_short_runs(path):
    _, cells = parameters_of(path)
    for given in ({}, SHORT.get(path.stem, {})):
        exec(cells, {"given": given})


@every_chapter
def test_the_first_cell_refuses_parameters_out_of_range(path):
    names, cells = parameters_of(path)
    assert names
    for name in names:
        for value in (-1, 1.0, True, "12", None):
            with refuses(rf"^{name} is {value!r}; expected a whole number (from|of at least) \d"):
                exec(cells, {"given": {name: value}})


def test_a_parameter_has_a_least_and_perhaps_a_greatest_value():
    chapter.start(IMAGE=(0, 0, 59_999), EPOCHS=(10**9, 1))
    with refuses("^IMAGE is 60000; expected a whole number from 0 to 59,999$"):
        chapter.start(IMAGE=(60_000, 0, 59_999))


def test_nothing_is_imported_before_the_first_cell(root):
    for path in CHAPTERS:
        sources = [cell.source for cell in nbformat.read(path, as_version=4).cells]
        imports = [source for source in sources if re.search(r"^(import|from) ", source, re.M)]
        assert imports[0].startswith("from mnist_helpers import chapter\n"), path.name
