"""The files in which MNIST comes, read without trusting them.

A damaged or hostile file costs no more memory and time than MNIST itself, and nothing in it is
evaluated.
"""

import math
import zipfile
import zlib
from pathlib import Path

import numpy as np

_LARGEST = 60_000 * 28 * 28  # bytes; no MNIST array is larger
_HEADER = 4096  # bytes; more than the header of a .npy file or the contents of four take


def read_idx(path):
    """Read one IDX file of unsigned bytes, the format in which MNIST was published.

    The header is a magic number (0, 0, the type code 8 for unsigned bytes, the number of
    dimensions) and the size of each dimension, all big-endian 32-bit integers. However large
    the file, or what it unpacks to, no more is read than MNIST's largest array takes.

    Parameters
    ----------
    path : str or Path
        The file; it is unpacked if it begins with gzip's magic number.

    Returns
    -------
    ndarray of uint8

    Raises
    ------
    FileNotFoundError
        If the file does not exist.
    ValueError
        If it is not a complete IDX file of unsigned bytes, or larger than MNIST's largest.

    References
    ----------
    LeCun, Cortes and Burges, "The MNIST database of handwritten digits", 1998, whose page
    describes the format.

    Examples
    --------
    >>> import tempfile
    >>> header = bytes([0, 0, 8, 1]) + (3).to_bytes(4, "big")
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = Path(folder, "labels")
    ...     _ = file.write_bytes(header + bytes([7, 2, 1]))
    ...     read_idx(file)
    array([7, 2, 1], dtype=uint8)
    """
    path = Path(path)
    if not path.is_file():
        raise FileNotFoundError(f"{path} does not exist; expected an IDX file")
    limit = _LARGEST + 2**16  # room for headers, and for what gzip adds to noise
    if path.stat().st_size > limit:
        raise ValueError(f"{path} is larger than any file of MNIST; expected at most {limit} bytes")
    content = path.read_bytes()
    if content.startswith(b"\x1f\x8b"):
        content = _unpack(content, limit, path)
    return _parse_idx(content, path)


def _unpack(content, limit, path):
    """Unpack one gzip member, as far as `limit`."""
    unpacker = zlib.decompressobj(wbits=31)  # 31: the gzip format, with its checksum
    try:
        unpacked = unpacker.decompress(content, limit)
    except zlib.error as error:
        raise ValueError(f"{path} is not a complete gzip file: {error}") from error
    if not unpacker.eof:
        reason = (
            "it ends too early" if len(unpacked) < limit else f"it unpacks to over {limit} bytes"
        )
        raise ValueError(f"{path} is not a complete gzip file of MNIST: {reason}")
    if unpacker.unused_data:
        raise ValueError(f"{path}: {len(unpacker.unused_data)} bytes trail its gzip data")
    return unpacked


def _parse_idx(content, path):
    magic = content[:4]
    if len(magic) < 4 or magic[:3] != b"\x00\x00\x08" or magic[3] not in (1, 3):
        raise ValueError(
            f"{path} begins with {magic.hex() or 'nothing'}; "
            "expected 00000801 (labels) or 00000803 (images)"
        )
    start = 4 + 4 * magic[3]
    if len(content) < start:
        raise ValueError(f"{path} ends within its header; expected {magic[3]} dimensions")
    shape = tuple(int(size) for size in np.frombuffer(content[4:start], ">u4"))
    size = math.prod(shape)
    if not 0 < size <= _LARGEST:
        raise ValueError(f"{path} announces {size} values; expected 1 to {_LARGEST}")
    if len(content) != start + size:
        raise ValueError(f"{path} announces {size} values, but holds {len(content) - start}")
    return np.frombuffer(content, np.uint8, offset=start).reshape(shape).copy()


def read_npz(path, shapes):
    """Read arrays of unsigned bytes from an archive that ``numpy.savez`` wrote.

    Parameters
    ----------
    path : str or Path
        The ``.npz`` file.
    shapes : dict of str to tuple of int
        Name of each array to the shape that it must have. Other arrays are not looked at.

    Returns
    -------
    dict of str to ndarray of uint8

    Raises
    ------
    FileNotFoundError
        If the file does not exist.
    ValueError
        If it is not such an archive, lacks an array, or holds one of another shape or type.
    """
    path = Path(path)
    if not path.is_file():
        raise FileNotFoundError(f"{path} does not exist; expected an .npz file")
    _check_directory(path)
    contents = {}
    try:
        with zipfile.ZipFile(path) as archive:
            for name, shape in shapes.items():
                member = archive.getinfo(f"{name}.npy")
                # The others unpack a bomb in one piece.
                if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
                    raise NotImplementedError(f"{name} is compressed by another method than zlib's")
                with archive.open(member) as stream:
                    contents[name] = stream.read(math.prod(shape) + _HEADER)
    except KeyError as error:
        raise ValueError(f"{path} lacks an array of MNIST: {error.args[0]}") from error
    except Exception as error:  # a damaged archive makes zipfile raise a dozen types
        reason = " ".join(str(error).split())[:120] or type(error).__name__
        raise ValueError(f"{path} is not a complete .npz file: {reason}") from error
    return {
        name: _parse_npy(contents[name], shape, f"{path}: {name}") for name, shape in shapes.items()
    }


def _check_directory(path):
    """Refuse an archive with a long table of contents, which zipfile would read into memory."""
    size = path.stat().st_size
    with path.open("rb") as file:
        file.seek(max(0, size - 42))
        tail = file.read()  # 20 bytes of ZIP64's locator, if there is one, and 22 of the end
    end = tail[-22:]
    length, start = int.from_bytes(end[12:16], "little"), int.from_bytes(end[16:20], "little")
    if not end.startswith(b"PK\x05\x06") or tail.startswith(b"PK\x06\x07"):
        raise ValueError(f"{path} does not end as an .npz file of MNIST does")
    if length > _HEADER:
        raise ValueError(f"{path} has a table of contents of {length} bytes; expected four entries")
    if start + length + 22 != size:
        raise ValueError(f"{path} has {size} bytes; its table of contents announces another number")


def _parse_npy(content, shape, name):
    """Take an array from a .npy file; its header is compared, not evaluated."""
    start = 10 + int.from_bytes(content[8:10], "little")
    expected = f"{{'descr': '|u1', 'fortran_order': False, 'shape': {shape}, }}".encode()
    if not content.startswith(b"\x93NUMPY\x01\x00") or content[10:start].rstrip() != expected:
        raise ValueError(
            f"{name} begins with {content[:80]!r}; expected a .npy array of shape {shape} and "
            "type uint8, in C order"
        )
    if len(content) != start + math.prod(shape):
        raise ValueError(f"{name} has the header of {shape}, but not as many values")
    return np.frombuffer(content, np.uint8, offset=start).reshape(shape).copy()
