"""A chapter alone, outside of the book's folder: where it works, and what it finds beside it."""

import os
import shutil
from pathlib import Path

# What chapters read by a path of its own. Models, data and recorded runs come by the package.
BESIDE = (
    "benchmarks/results.json",
    "experiments/results/ten_seconds.seconds.json",
    "models/manifest.json",
    "notebooks/photograph.jpg",
)


def settle(folder="ten-digits"):
    """Go to a folder where a chapter finds what it reads beside it, and leaves what it writes.

    Within the book's own folder, nothing happens. The first cell of a downloaded chapter calls it.

    Parameters
    ----------
    folder : str or Path
        Made in the working folder; the chapter then works in its ``notebooks``.

    Examples
    --------
    >>> import tempfile
    >>> here = os.getcwd()
    >>> with tempfile.TemporaryDirectory() as empty:
    ...     os.chdir(empty)
    ...     settle()
    ...     print(Path.cwd().name, Path("../models/manifest.json").is_file())
    ...     os.chdir(here)
    notebooks True
    """
    if Path("../models/manifest.json").is_file():
        return
    book = Path(__file__).resolve().parents[2]
    for name in BESIDE:
        place = Path(folder, name)
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(book / name, place)
    os.chdir(Path(folder, "notebooks"))
