"""The embedded data, the files of its kin, and what is refused.

``FUZZ=100000 pytest tests/test_data.py -k whatever`` tries as many damaged files, in minutes.
"""

import gzip
import hashlib
import importlib
import math
import os
import shutil
import struct
import zlib

import numpy as np
import papermill
import pytest
from checks import cases, memory_below, refuses
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mnist_helpers import data, plots, statistics

# Of the four files as first published, uncompressed.
MD5 = {
    "train-images-idx3-ubyte": "6bbc9ace898e44ae57da46a324031adb",
    "train-labels-idx1-ubyte": "a25bea736e30d166cdddb491f175f624",
    "t10k-images-idx3-ubyte": "2646ac647ad5339dbf082846283269ea",
    "t10k-labels-idx1-ubyte": "27ae3e4e09519cfbb04c329615203637",
}
NAMES = list(MD5)


def idx(array, sizes=None, magic=None):
    """Write an IDX file; `sizes` and `magic` replace what its header should say."""
    kind = 8 if array.dtype == np.uint8 else 12
    magic = bytes([0, 0, kind, array.ndim]) if magic is None else magic
    sizes = array.shape if sizes is None else sizes
    return magic + struct.pack(f">{len(sizes)}I", *sizes) + array.tobytes()


@pytest.fixture
def kin(tmp_path):
    """Give the arrays of a small data set, and a folder with its four files."""
    generator = np.random.default_rng(0)
    arrays = []
    for count in (12, 7):
        arrays.append(generator.integers(0, 256, (count, 28, 28), np.uint8))
        arrays.append(generator.integers(0, 10, count, np.uint8))
    for name, array in zip(NAMES, arrays, strict=True):
        (tmp_path / name).write_bytes(idx(array))
    return arrays, tmp_path


def assert_read(folder, arrays):
    """Check that these arrays are what stands in the folder."""
    pairs = data.load_data(folder)
    for array, expected in zip([*pairs[0], *pairs[1]], arrays, strict=True):
        assert array.dtype == np.uint8 and array.flags.writeable
        assert np.array_equal(array, expected)


# ---- what is read -------------------------------------------------------------------------


def test_embedded_data_are_the_published_files_and_are_read_from_them(mnist, tmp_path):
    arrays = [*mnist[0], *mnist[1]]
    for name, array in zip(NAMES, arrays, strict=True):
        content = idx(array)
        assert hashlib.md5(content).hexdigest() == MD5[name]
        (tmp_path / name).write_bytes(content)
    assert_read(str(tmp_path), arrays)


def test_load_data_returns_what_keras_returns(mnist, monkeypatch):
    import keras

    module = importlib.import_module(keras.datasets.mnist.load_data.__module__)
    monkeypatch.setattr(module, "get_file", lambda *_, **__: data.EMBEDDED)
    for theirs, ours in zip(keras.datasets.mnist.load_data(), data.load_data(), strict=True):
        assert type(theirs) is type(ours) is tuple
        for their_array, our_array in zip(theirs, ours, strict=True):
            assert their_array.dtype == our_array.dtype and our_array.flags.writeable
            assert np.array_equal(their_array, our_array)


@pytest.mark.parametrize(
    "named",
    cases({
        "plain": (lambda name: name,),
        "gzip": (lambda name: f"{name}.gz",),
        "dotted": (lambda name: name.replace("-idx", ".idx"),),
        "EMNIST": (lambda name: f"emnist-digits-{name.replace('t10k', 'test')}.gz",),
    }),
)  # fmt: skip
def test_names_and_compression(kin, named):
    arrays, folder = kin
    for name in NAMES:
        content = (folder / name).read_bytes()
        (folder / name).unlink()
        new = folder / named(name)
        new.write_bytes(gzip.compress(content) if new.suffix == ".gz" else content)
    (folder / "readme.txt").write_text("is not looked at")
    assert_read(folder, arrays)


def test_a_file_beside_its_compressed_copy(kin):
    arrays, folder = kin
    (folder / f"{NAMES[0]}.gz").write_bytes(gzip.compress((folder / NAMES[0]).read_bytes()))
    assert_read(folder, arrays)


def test_whatever_its_name_a_file_is_unpacked(kin):
    arrays, folder = kin
    (folder / NAMES[0]).write_bytes(gzip.compress((folder / NAMES[0]).read_bytes()))
    assert_read(folder, arrays)


def test_labels_with_several_columns_as_qmnist_has_them(kin):
    arrays, folder = kin
    for place, name in ((1, NAMES[1]), (3, NAMES[3])):
        columns = np.full((len(arrays[place]), 8), 3_000_000, ">i4")
        columns[:, 0] = arrays[place]
        (folder / name).unlink()
        (folder / f"qmnist-{name.replace('idx1-ubyte', 'idx2-int')}").write_bytes(idx(columns))
    assert_read(folder, arrays)


def test_chapter_01_runs_on_another_data_set(mnist, tmp_path, root):
    for part, (images, labels), count in zip(("train", "t10k"), mnist, (6_000, 500), strict=True):
        upside_down = images[:count, ::-1]
        (tmp_path / f"{part}-images-idx3-ubyte").write_bytes(idx(upside_down))
        (tmp_path / f"{part}-labels-idx1-ubyte").write_bytes(idx((labels[:count] + 3) % 10))
    chapter = papermill.execute_notebook(
        root / "notebooks" / "01_data.ipynb",
        None,
        {"DATA_FOLDER": str(tmp_path), "LOGISTIC_STEPS": 1},
        cwd=root / "notebooks",
        kernel_name="python3",
        progress_bar=False,
    )
    (loaded,) = [cell for cell in chapter.cells if "load_data(DATA_FOLDER)" in cell.source]
    assert "(6000, 28, 28)" in loaded.outputs[0].text


# ---- what is refused -----------------------------------------------------------------------


def test_damaged_embedded_data(tmp_path, monkeypatch):
    whole = data.EMBEDDED.read_bytes()
    for content in (b"", whole[:-1], whole[:5000] + b"\1" + whole[5001:]):
        (tmp_path / "mnist.npz").write_bytes(content)
        monkeypatch.setattr(data, "EMBEDDED", tmp_path / "mnist.npz")
        with refuses("mnist.npz is damaged: its SHA-256 is .*; expected 06af5dfe73b7"):
            data.load_data()


def test_a_folder_without_one_of_the_files(kin):
    _, folder = kin
    for path in (folder / "nothing", folder / NAMES[0]):
        with refuses("is no folder; expected one with four IDX files", FileNotFoundError):
            data.load_data(path)
    (folder / NAMES[3]).unlink()
    with refuses(f"holds neither {NAMES[3]} nor {NAMES[3]}.gz", FileNotFoundError):
        data.load_data(folder)
    with refuses("does not exist; expected an IDX file", FileNotFoundError):
        data.read_idx(folder / NAMES[3])


def test_a_folder_with_two_data_sets(kin):
    _, folder = kin
    shutil.copy(folder / NAMES[0], folder / f"emnist-letters-{NAMES[0]}")
    with refuses("holds emnist-letters-train-.* and train-.*; expected the files of one data set"):
        data.load_data(folder)


@pytest.mark.parametrize(
    ("name", "array", "reason"),
    cases({
        "images of another size": (NAMES[0], np.zeros((12, 32, 32), np.uint8),
                                   r"holds uint8 of shape \(12, 32, 32\); expected uint8 and \(co"),
        "images of another type": (NAMES[0], np.zeros((12, 28, 28), ">i4"), "holds >i4 of shape"),
        "labels as images": (NAMES[2], np.zeros(7, np.uint8), r"holds uint8 of shape \(7,\)"),
        "images as labels": (NAMES[1], np.zeros((12, 28, 28), np.uint8), "have type uint8 and"),
        "too few labels": (NAMES[3], np.zeros(6, np.uint8), r"shape \(6,\); .* each of 7 images"),
        "letters": (NAMES[3], np.arange(20, 27, dtype=np.uint8), "from 20 to 26; expected 0 to 9"),
        "one-hot": (NAMES[3], np.eye(10, dtype=np.uint8)[:7], "have type uint8 and shape"),
        "negative": (NAMES[3], np.full((7, 8), -1, ">i4"), "reach from -1 to -1"),
    }),
)  # fmt: skip
def test_files_that_are_no_such_data(kin, name, array, reason):
    _, folder = kin
    (folder / name).write_bytes(idx(array))
    with refuses(f"{name}.*{reason}"):
        data.load_data(folder)


PIXELS = np.arange(24, dtype=np.uint8).reshape(2, 3, 4)
PLAIN = idx(PIXELS)
PACKED = gzip.compress(PLAIN, mtime=0)


@pytest.mark.parametrize(
    ("content", "reason"),
    cases({
        "empty": (b"", "begins with nothing; expected 00000801"),
        "two bytes": (PLAIN[:2], "begins with 0000; expected 00000801"),
        "a picture": (b"\x89PNG" + PLAIN, "begins with 89504e47"),
        "another type": (b"\0\0\x0d\3" + PLAIN[4:], "begins with 00000d03"),
        "no dimension": (b"\0\0\x08\0" + PLAIN[4:], "announces 0 dimensions; expected 1 to 3"),
        "many dimensions": (b"\0\0\x08\4" + PLAIN[4:], "announces 4 dimensions"),
        "ends in its header": (PLAIN[:13], "is no complete IDX file"),
        "ends after its header": (PLAIN[:16], "announces 24 bytes; expected 1 to 16"),
        "truncated": (PLAIN[:-1], "announces 24 bytes, but holds fewer"),
        "trailing byte": (PLAIN + b"\0", "announces 24 bytes, but holds more"),
        "larger than its file": (idx(PIXELS, (60_000, 28, 28)), "expected 1 to 40"),
        "huge": (idx(PIXELS, (2**32 - 1,) * 3), "expected 1 to 40"),
        "nothing in it": (idx(PIXELS, (0, 2**32 - 1, 28)), "announces 0 bytes"),
        "gzip: truncated": (PACKED[:-9], "Compressed file ended before"),
        "gzip: no checksum": (PACKED[:-8], "Compressed file ended before"),
        "gzip: header alone": (PACKED[:10], "Compressed file ended before"),
        "gzip: checksum": (PACKED[:-8] + bytes(4) + PACKED[-4:], "CRC check failed"),
        "gzip: length": (PACKED[:-4] + bytes(4), "Incorrect length of data"),
        "gzip: another method": (PACKED[:2] + b"\7" + PACKED[3:], "Unknown compression method"),
        "gzip: trailing byte inside": (gzip.compress(PLAIN + b"\0"), "but holds more"),
        "gzip: trailing text": (PACKED + b"more", "Not a gzipped file"),
        "gzip in gzip": (gzip.compress(PACKED), "begins with 1f8b0800"),
        "gzip: larger than it can be": (gzip.compress(idx(PIXELS, (60_000, 28, 28)), mtime=0),
                                        "announces 47040000 bytes; expected 1 to"),
    }),
)  # fmt: skip
def test_a_bad_idx_file(tmp_path, content, reason):
    (tmp_path / "file").write_bytes(content)
    with memory_below(2**20), refuses(f"file is no complete IDX file: .*{reason}|{reason}"):
        data.read_idx(tmp_path / "file")


def test_a_gzip_bomb_in_bounded_memory(tmp_path):
    header = struct.pack(">4s3I", b"\0\0\x08\3", 1_000, 28, 28)
    packer = zlib.compressobj(9, wbits=-15)
    head = packer.compress(header) + packer.flush(zlib.Z_FULL_FLUSH)
    zeros = packer.compress(bytes(2**20)) + packer.flush(zlib.Z_FULL_FLUSH)
    bomb = gzip.compress(b"", mtime=0)[:10] + head + zeros * 20 * 2**10  # 20 GB
    (tmp_path / "bomb.gz").write_bytes(bomb)
    with memory_below(4 * 784_000), refuses("announces 784000 bytes, but holds more"):
        data.read_idx(tmp_path / "bomb.gz")


def test_a_large_file_in_bounded_memory(tmp_path):
    for announced, reason in ((5, "but holds more"), (2**32 - 1, "expected 1 to 1073741824")):
        with (tmp_path / "large").open("wb") as file:
            file.write(idx(PIXELS.ravel(), (announced,)))
            file.truncate(50 * 2**30)  # a hole; it takes no room on the disk
        with memory_below(2**20), refuses(reason):
            data.read_idx(tmp_path / "large")


NUMBERS = st.sampled_from([0, 1, 2, 3, 4, 8, 12, 28, 255, 2**16, 47_040_000, 2**31, 2**32 - 1])
VALID = [PLAIN, PACKED, idx(PIXELS.ravel()), idx(PIXELS[0].astype(">i4"))]


@st.composite
def damaged(draw):
    """Draw a file with bits flipped, bytes put in or taken out or numbers written, or a lie."""
    if draw(st.booleans()):
        magic = bytes([0, 0, draw(st.sampled_from([8, 8, 12, 13])), draw(st.integers(0, 5))])
        content = bytearray(idx(PIXELS, draw(st.lists(NUMBERS, max_size=4)), magic))
    else:
        content = bytearray(draw(st.sampled_from(VALID)))
    for _ in range(draw(st.integers(0, 3))):
        place = draw(st.integers(0, len(content)))
        inserted = draw(
            st.one_of(st.binary(max_size=6), NUMBERS.map(lambda n: struct.pack(">I", n)))
        )
        content[place : place + draw(st.integers(0, 6))] = inserted
    return gzip.compress(bytes(content), 1, mtime=0) if draw(st.booleans()) else bytes(content)


def test_whatever_stands_in_a_file_it_is_read_rightly_or_refused(tmp_path):
    outcomes = {"read": 0, "refused": 0}
    with (tmp_path / "file").open("wb", buffering=0) as file:

        @settings(
            max_examples=int(os.environ.get("FUZZ", 400)),
            deadline=None,
            derandomize=True,
            database=None,
            suppress_health_check=[HealthCheck.too_slow],
        )
        @given(damaged())
        def check(content):
            file.seek(0)  # opening it anew would take as long as all the rest
            file.write(content)
            file.truncate()
            try:
                with memory_below(2**20):
                    found = data.read_idx(tmp_path / "file")
            except ValueError as error:
                assert "\n" not in str(error) and len(str(error)) <= 300
                outcomes["refused"] += 1
            else:
                content = gzip.decompress(content) if content[:2] == b"\x1f\x8b" else content
                assert idx(found) == content and found.size == math.prod(found.shape)
                outcomes["read"] += 1

        check()
    assert min(outcomes.values()) > 5, outcomes


# ---- labels ---------------------------------------------------------------------------------

BAD_LABELS = cases({
    "text": (["5", "0", "4"], "type <U1 and shape"),
    "objects": (np.array(["5", "0", "4"], object), "type object"),
    "bytes": (np.array([b"5", b"0", b"4"]), r"type \|S1"),
    "one-hot": (np.eye(10, dtype=int)[:3], r"shape \(3, 10\)"),
    "columns": (np.ones((3, 1), int), r"shape \(3, 1\)"),
    "fractions": (np.array([5.0, 0.0, 4.0]), "type float64"),
    "truth values": ([True, False, True], "type bool"),
    "negative": ([5, -1, 4], "reach from -1 to 5; expected 0 to"),
    "too large": ([5, 0, 10], "reach from 0 to 10; expected 0 to"),
    "too few": ([5, 0], r"shape \(2,\)"),
    "none": (None, r"type object and shape \(\)"),
})  # fmt: skip


@pytest.mark.parametrize(("labels", "reason"), BAD_LABELS)
def test_labels_that_are_no_classes_are_refused_everywhere(labels, reason):
    images, probabilities = np.zeros((3, 28, 28), np.uint8), np.full((3, 10), 0.1)
    points, marked = {"a": np.zeros((3, 2))}, np.zeros(3, bool)
    for use in (
        lambda: data.check_classes(labels, 3),
        lambda: data.split_validation(images, labels),
        lambda: statistics.accuracy([5, 0, 4], labels),
        lambda: statistics.accuracy(labels, [5, 0, 4]),
        lambda: statistics.reliability(probabilities, labels, 1),
        lambda: statistics.fit_temperature(probabilities, labels),
        lambda: statistics.errors_by_coverage(probabilities, labels),
        lambda: plots.embedding_maps(points, labels, marked),
    ):
        with refuses(f"(labels|predictions) .*({reason}|each of 2 images)|the panel"):
            use()


# ---- preparing and splitting ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("data_format", "shape", "axis"),
    [("channels_last", (3, 28, 28, 1), 3), ("channels_first", (3, 1, 28, 28), 1)],
)
def test_prepare_images(mnist, data_format, shape, axis):
    images = mnist[0][0][:3]
    prepared = data.prepare_images(images, data_format)
    assert prepared.shape == shape
    assert prepared.dtype == np.float32
    assert np.array_equal(prepared.squeeze(axis), images.astype("float32") / 255)
    assert (prepared.min(), prepared.max()) == (0, 1)
    assert images.dtype == np.uint8  # unchanged


def test_prepare_no_images():
    assert data.prepare_images(np.zeros((0, 28, 28), np.uint8)).shape == (0, 28, 28, 1)


@pytest.mark.parametrize(
    "images",
    [
        np.zeros((2, 28, 28), np.float32),  # prepared twice
        np.zeros((2, 28, 28, 1), np.uint8),
        np.zeros((28, 28), np.uint8),
        np.zeros((2, 32, 32), np.uint8),
        np.zeros((2, 784), np.uint8),
        [],
        "digits",
        None,
    ],
    ids=str,
)
def test_prepare_images_refuses(images):
    with refuses(r"images have type .* expected uint8 and \(count, 28, 28\)"):
        data.prepare_images(images)


def test_prepare_images_refuses_an_unknown_format():
    with refuses("data_format is 'NHWC'; expected 'channels_last' or 'channels_first'"):
        data.prepare_images(np.zeros((1, 28, 28), np.uint8), "NHWC")


def test_split_validation(mnist):
    (images, labels), _ = mnist
    numbers = np.arange(60_000)
    (train, y_train), (validation, y_validation) = data.split_validation(numbers, labels)
    assert len(train) == 55_000 and len(validation) == 5_000
    assert np.array_equal(np.sort(np.concatenate([train, validation])), numbers)  # each once
    assert (np.diff(train) > 0).all() and (np.diff(validation) > 0).all()  # in MNIST's order
    assert np.array_equal(labels[train], y_train)
    assert np.array_equal(labels[validation], y_validation)
    share = np.bincount(y_validation) / 5_000 - np.bincount(labels) / 60_000
    assert abs(share).max() < 2e-4  # stratified
    found = hashlib.sha256(validation.astype("<i4").tobytes()).hexdigest()
    assert found == VALIDATION_SHA256  # the same on every machine and version
    (x_train, _), (x_validation, _) = data.split_validation(images, labels)
    assert np.array_equal(x_train, images[train])
    assert np.array_equal(x_validation, images[validation])


VALIDATION_SHA256 = "ebc3d57519ad0d0b390604a4ffd15bbda6f840b22c95d1c84aae9a7e16cb88c9"


def test_split_validation_of_a_training_set_of_another_size():
    labels = np.repeat(np.arange(10), 600)
    (train, y_train), (validation, y_validation) = data.split_validation(np.arange(6_000), labels)
    assert np.array_equal(np.sort(np.concatenate([train, validation])), np.arange(6_000))
    assert (np.diff(train) > 0).all() and (np.diff(validation) > 0).all()
    assert np.bincount(y_train).tolist() == [100] * 10
    assert np.array_equal(labels[validation], y_validation)


def test_split_validation_refuses(mnist):
    (images, labels), _ = mnist
    with refuses("labels have type uint8 and shape .59999,.; .* each of 60000 images"):
        data.split_validation(images, labels[:-1])
    with refuses("labels .* each of 0 images"):
        data.split_validation(5, labels)
    with refuses("there are 5000 images, .*; expected over 5000"):
        data.split_validation(images[:5000], labels[:5000])
    alone = np.where(np.arange(60_000) == 7, 9, labels % 9)
    with refuses("there are 60000 images, .*, 1. of the classes; expected .*two or more of each"):
        data.split_validation(images, alone)


def test_the_licence_of_mnist_stands_beside_it():
    licence = data.EMBEDDED.with_name("MNIST-LICENSE.md").read_text(encoding="utf-8")
    for word in ("LeCun", "Cortes", "Burges", "Attribution-ShareAlike 3.0"):
        assert word in licence
