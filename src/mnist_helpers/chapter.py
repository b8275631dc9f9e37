"""The first line of a chapter: it runs as printed, whatever the machine's settings say.

So this module imports the standard library alone, and Keras only once nothing can stand in its
place.
"""

import importlib.util
import os
import traceback
from pathlib import Path


def start(**parameters):
    """Check a chapter's parameters, and set Keras to what the chapters are printed with.

    Keras then runs on TensorFlow, in float32, with the channels last, whatever ``keras.json`` and
    the variables of the environment say.

    Parameters
    ----------
    **parameters : tuple of int
        Name to value, least value and, where there is one, greatest value.

    Raises
    ------
    ValueError
        If a parameter is no whole number in its range.
    ImportError
        If other code would take the place of the book's or of its libraries, or Keras cannot be
        imported or set: one sentence names the file or variable, and what to do.

    Examples
    --------
    >>> start(EPOCHS=(0, 1))
    Traceback (most recent call last):
    ValueError: EPOCHS is 0; expected a whole number of at least 1
    """
    for name, (value, least, *greatest) in parameters.items():
        whole = isinstance(value, int) and not isinstance(value, bool)
        if not whole or value < least or (greatest and value > greatest[0]):
            span = f"from {least:,} to {greatest[0]:,}" if greatest else f"of at least {least:,}"
            raise ValueError(f"{name} is {value!r}; expected a whole number {span}")
    _refuse_other_copies()
    for library in ("numpy", "tensorflow", "keras"):
        _refuse_substitutes(library)
    os.environ["KERAS_BACKEND"] = "tensorflow"
    for limit in ("KERAS_MAX_EPOCHS", "KERAS_MAX_STEPS_PER_EPOCH"):
        os.environ.pop(limit, None)
    try:
        import keras
    except Exception as error:
        if Path(traceback.extract_tb(error.__traceback__)[-1].filename).name != "config.py":
            raise  # not by the reader of keras.json
        reason = str(error).split(". ")[0]
        raise ImportError(f"Keras refuses {_keras_json()} ({reason}): delete that file") from error
    if keras.config.backend() != "tensorflow":
        raise ImportError(
            f"Keras runs on {keras.config.backend()} already, by KERAS_BACKEND or keras.json: "
            "restart the kernel, and run this cell before any other imports Keras"
        )
    from mnist_helpers import environment

    environment.set_keras_defaults()


def _refuse_other_copies():
    """Stop where another copy of the package would run than the one beside the chapter."""
    here, beside = Path(__file__).parent, Path("../src/mnist_helpers")
    if beside.is_dir() and not beside.samefile(here):
        raise ImportError(
            f"mnist_helpers comes from {here}, not from {beside.resolve()} beside this chapter: "
            "unset PYTHONPATH, or delete .venv and run make lab"
        )


def _refuse_substitutes(library):
    """Stop where a library comes from PYTHONPATH or the working folder, or from nowhere."""
    found = importlib.util.find_spec(library)
    if found is None:
        raise ImportError(f"{library} is not installed here; make lab starts Jupyter where it is")
    if not found.origin:
        return
    file = Path(found.origin)
    folder = file.parents[1] if file.name == "__init__.py" else file.parent
    for other in ["", *os.environ.get("PYTHONPATH", "").split(os.pathsep)]:
        if folder.resolve() == Path(other).resolve():
            raise ImportError(
                f"{file} would stand in for the book's {library}: rename it, or take its folder "
                "out of PYTHONPATH"
            )


def _keras_json():
    """Find the file of settings where Keras does."""
    home = Path("~").expanduser()
    folder = (home if os.access(home, os.W_OK) else Path("/tmp")) / ".keras"
    return Path(os.environ.get("KERAS_HOME", folder)).expanduser() / "keras.json"
