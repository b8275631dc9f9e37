"""Files that are whole or not there, and what killed writers leave."""

import contextlib
import hashlib
import os
import platform
import re
import shutil
import tempfile
from pathlib import Path

import psutil


@contextlib.contextmanager
def write_beside(path):
    """Write a file so that it is either the old one or the new one, never half of either.

    The body writes to a temporary file in the same folder. When the body succeeds, the temporary
    file is forced to the disk and renamed to `path`; when it fails, `path` is left as it was. What
    a process that was killed meanwhile left there before goes, too.

    Parameters
    ----------
    path : str or Path
        The file to make or replace.

    Yields
    ------
    Path
        The temporary file, with the same suffixes as `path`.

    Examples
    --------
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     target = Path(folder, "note.txt")
    ...     with write_beside(target) as file:
    ...         _ = file.write_text("kept")
    ...     target.read_text()
    'kept'
    """
    path = Path(path)
    with _temporary(path.parent, path) as temporary:
        yield temporary
        _commit(temporary, path)


def keep(folder, name, suffix, write):
    """Write a file under a name that says what is in it, so that it never replaces another one.

    Parameters
    ----------
    folder : Path
    name, suffix : str
        The file becomes ``NAME.CHECKSUM.SUFFIX``, with the first twelve digits of its SHA-256.
    write : callable
        Given a path, writes the file there.

    Returns
    -------
    dict
        ``file``, its name, and ``sha256``.
    """
    with _temporary(Path(folder), f"{name}.{suffix}") as temporary:
        write(temporary)
        checksum = sha256(temporary)
        path = Path(folder, f"{name}.{checksum[:12]}.{suffix}")
        _commit(temporary, path)
    return {"file": path.name, "sha256": checksum}


def sha256(path):
    """Compute the SHA-256 of a file, as 64 hexadecimal digits."""
    with Path(path).open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextlib.contextmanager
def _temporary(folder, name):
    """Make a folder for one writer, whose name says which process it is; remove it in the end."""
    if not folder.is_dir():
        raise FileNotFoundError(f"cannot write {name}: the folder {folder} does not exist")
    here = f".writing-{platform.node()}-"
    for left in folder.glob(".writing-*"):
        process = re.fullmatch(rf"{re.escape(here)}(\d{{1,9}})-[^-]+", left.name)
        if process and not psutil.pid_exists(int(process[1])):
            shutil.rmtree(left, ignore_errors=True)
    with tempfile.TemporaryDirectory(dir=folder, prefix=f"{here}{os.getpid()}-") as temporary:
        yield Path(temporary, Path(name).name)


def _commit(temporary, path):
    """Force a file to the disk and rename it; on POSIX, force the new name to the disk, too."""
    with temporary.open("rb+") as file:
        os.fsync(file.fileno())
    os.replace(temporary, path)
    if os.name == "posix":
        descriptor = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
