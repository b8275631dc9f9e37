"""Files that are damaged, or made to harm, for the tests of the readers."""

import gzip
import io
import struct
import zlib

import numpy as np
from hypothesis import strategies as st

SHAPES = {"images": (2, 3, 4), "labels": (5,)}  # what the small archives hold
IMAGES = np.arange(24, dtype=np.uint8).reshape(SHAPES["images"])
LABELS = np.array([7, 2, 1, 0, 4], np.uint8)


def idx(array, sizes=None, magic=None):
    """Write an IDX file; `sizes` and `magic` replace what its header should say."""
    magic = bytes([0, 0, 8, array.ndim]) if magic is None else magic
    sizes = array.shape if sizes is None else sizes
    return magic + b"".join(struct.pack(">I", size) for size in sizes) + array.tobytes()


def npy(array, header=None):
    """Write a .npy file; `header` replaces its header's text."""
    if header is None:
        header = f"{{'descr': '|u1', 'fortran_order': False, 'shape': {array.shape}, }}"
    text = header.encode()
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(text) + 1) + text + b"\n" + array.tobytes()


def archive(members, comment=b""):
    """Write a zip archive by hand, so that nothing in it has to be true.

    `members` maps a name to its content, or to a dict with ``packed`` (the bytes that stand in
    the archive) and, where they shall differ from the content's, ``size``, ``crc``, ``method``,
    ``flags`` and ``local_name``.
    """
    body, directory = io.BytesIO(), io.BytesIO()
    for name, member in members.items():
        if isinstance(member, bytes):
            member = {"packed": member, "crc": zlib.crc32(member)}
        packed = member["packed"]
        encoded = name.encode()
        local_name = member.get("local_name", name).encode()
        # checksum, length packed, length unpacked
        sizes = (member.get("crc", 0), len(packed), member.get("size", len(packed)))
        flags, method = member.get("flags", 0), member.get("method", 0)
        start = body.tell()
        body.write(struct.pack("<4s5H3I2H", b"PK\x03\x04", 20, flags, method, 0, 33, *sizes,
                               len(local_name), 0) + local_name + packed)  # fmt: skip
        directory.write(struct.pack("<4s6H3I5H2I", b"PK\x01\x02", 20, 20, flags, method, 0, 33,
                                    *sizes, len(encoded), 0, 0, 0, 0, 0, start))  # fmt: skip
        directory.write(encoded)
    contents = directory.getvalue()
    end = struct.pack("<4s4H2IH", b"PK\x05\x06", 0, 0, len(members) & 0xFFFF, len(members) & 0xFFFF,
                      len(contents), body.tell(), len(comment))  # fmt: skip
    return body.getvalue() + contents + end + comment


def npz(**changed):
    """Write an archive of `SHAPES`; arguments replace or, if None, remove a member."""
    members = {"images.npy": npy(IMAGES), "labels.npy": npy(LABELS)}
    members |= {f"{name}.npy": member for name, member in changed.items()}
    return archive({name: member for name, member in members.items() if member is not None})


def deflate(content):
    """Compress as zip does."""
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(content) + packer.flush()


def deflate_bomb(start, gigabytes):
    """Make a deflate stream that begins with `start` and goes on with zeros for gigabytes."""
    packer = zlib.compressobj(9, wbits=-15)
    head = packer.compress(start) + packer.flush(zlib.Z_FULL_FLUSH)
    zeros = packer.compress(bytes(2**20)) + packer.flush(zlib.Z_FULL_FLUSH)
    return head + zeros * (1024 * gigabytes)


VALID = (
    idx(IMAGES),
    idx(LABELS),
    gzip.compress(idx(IMAGES), mtime=0),
    gzip.compress(idx(LABELS), mtime=0),
    npz(),
    npz(
        images={
            "packed": deflate(npy(IMAGES)),
            "size": len(npy(IMAGES)),
            "crc": zlib.crc32(npy(IMAGES)),
            "method": 8,
        }
    ),
)
NUMBERS = st.sampled_from(
    [0, 1, 2, 3, 4, 5, 28, 255, 2**16 - 1, 47_040_000, 2**31 - 1, 2**31, 2**32 - 1]
)
HEADERS = st.sampled_from(
    [
        "{'descr': '|O', 'fortran_order': False, 'shape': (2, 3, 4), }",
        "{'descr': '|u1', 'fortran_order': True, 'shape': (2, 3, 4), }",
        "{'descr': '<f8', 'fortran_order': False, 'shape': (2, 3, 4), }",
        "{'descr': '|u1', 'fortran_order': False, 'shape': (-2, -3, 4), }",
        "{'descr': '|u1', 'fortran_order': False, 'shape': (99999999999, 9999999999), }",
        "{'descr': [('a', '|u1')], 'fortran_order': False, 'shape': (2, 3, 4), }",
        "{[]: 1}",
        "__import__('os').abort()",
        "(" * 3000,
        "-" * 9000 + "1",
        "{" * 90,
        "'" * 7,
        "\0\n\r\t",
        "9" * 60_000,
    ]
)


@st.composite
def mutated(draw):
    """Draw a valid file with a few bits flipped, bytes put in or taken out, or numbers written."""
    content = bytearray(draw(st.sampled_from(VALID)))
    for _ in range(draw(st.integers(1, 4))):
        place = draw(st.integers(0, max(len(content) - 1, 0)))
        kind = draw(st.integers(0, 5))
        if kind == 0 and content:
            content[place] ^= 1 << draw(st.integers(0, 7))
        elif kind == 1:
            del content[place:]
        elif kind == 2:
            content[place:place] = draw(st.binary(min_size=1, max_size=8))
        elif kind == 3:
            del content[place : place + draw(st.integers(1, 8))]
        elif kind == 4:
            content[place : place + 4] = struct.pack(
                draw(st.sampled_from(["<I", ">I"])), draw(NUMBERS)
            )
        else:
            content += draw(st.binary(min_size=1, max_size=40))
    return bytes(content)


@st.composite
def crafted_idx(draw):
    """Draw an IDX file whose header lies, half of them compressed."""
    sizes = draw(st.lists(NUMBERS, max_size=5))
    magic = bytes([0, 0, draw(st.sampled_from([8, 8, 8, 9, 13, 14])), draw(st.integers(0, 6))])
    content = idx(draw(st.sampled_from([IMAGES, LABELS])), sizes, magic)
    return gzip.compress(content, mtime=0) if draw(st.booleans()) else content


@st.composite
def crafted_npz(draw):
    """Draw an archive with a member that is not what it should be."""
    content = npy(IMAGES, draw(HEADERS)) if draw(st.booleans()) else npy(IMAGES)
    member = {
        "packed": deflate(content) if draw(st.booleans()) else content,
        "method": draw(st.sampled_from([0, 8, 8, 9, 12, 14, 93, 95, 99])),
        "size": draw(st.one_of(st.just(len(content)), NUMBERS)),
        "crc": draw(st.sampled_from([zlib.crc32(content), 0])),
        "flags": draw(st.sampled_from([0, 0, 0, 1, 8, 32, 64, 0x800, 0xFFFF])),
        "local_name": draw(st.sampled_from(["images.npy", "", "labels.npy", "\n" * 300])),
    }
    return npz(images=member)


HOSTILE = st.one_of(
    st.binary(max_size=300),
    mutated(),
    mutated(),
    mutated(),
    crafted_idx(),
    crafted_npz(),
    mutated().map(lambda content: gzip.compress(content, 1, mtime=0)),
)
