"""Files that are whole or not there, what killed writers leave, and tables of a bounded size."""

import contextlib
import hashlib
import io
import math
import os
import platform
import re
import shutil
import tempfile
import tokenize
import zipfile
import zlib
from pathlib import Path

import numpy as np
import psutil

DAMAGE = (  # what zipfile and NumPy raise at damaged files
    OSError,
    EOFError,
    ValueError,
    NotImplementedError,
    RuntimeError,
    SyntaxError,
    tokenize.TokenError,
    zipfile.BadZipFile,
    zlib.error,
)


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


def read_table(archive, info, largest, types):
    """Read a table from an ``.npz`` file, unpacking no more than it says, nor than it may have.

    Parameters
    ----------
    archive : zipfile.ZipFile
    info : zipfile.ZipInfo
        The table's entry, which may lie.
    largest : int
        Bytes, the header included.
    types : tuple of str
        Of numbers, such as ``"uint8"``.

    Returns
    -------
    ndarray, with two dimensions

    Raises
    ------
    one of DAMAGE
        If it is another array, a larger one, or none.

    Examples
    --------
    >>> file = io.BytesIO()
    >>> np.savez(file, answers=np.zeros((12, 100), np.uint8))
    >>> with zipfile.ZipFile(file) as archive:
    ...     read_table(archive, archive.infolist()[0], 2_000, ("uint8",)).shape
    (12, 100)
    """
    if info.file_size > largest:
        raise ValueError(f"an array has {info.file_size} bytes; expected at most {largest}")
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise ValueError(  # which Python unpacks whole, however large it gets
            f"an array is packed by method {info.compress_type}; expected 0 or 8"
        )
    with archive.open(info) as member:  # of which `read()` unpacks all, too
        content = io.BytesIO(member.read(info.file_size + 1))
    version = np.lib.format.read_magic(content)
    if version != (1, 0):
        raise ValueError(f"an array has the format {version}; expected (1, 0)")
    shape, _, dtype = np.lib.format.read_array_header_1_0(content)
    if dtype.name not in types or len(shape) != 2 or math.prod(shape) * dtype.itemsize > largest:
        raise ValueError(
            f"an array has type {dtype} and shape {shape}; expected numbers in a table"
        )
    content.seek(0)
    return np.load(content, allow_pickle=False)


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
