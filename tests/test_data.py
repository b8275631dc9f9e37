"""The embedded data, the files it can be read from instead, and what is refused."""

import collections
import gzip
import hashlib
import importlib
import os
import pickle
import shutil
import struct
import zipfile
import zlib

import hostile
import numpy as np
import pytest
from checks import cases, memory_below, refuses
from hypothesis import HealthCheck, given, settings

from mnist_helpers import data, files

# Of the four files as first published, uncompressed.
MD5 = {
    "x_train": "6bbc9ace898e44ae57da46a324031adb",
    "y_train": "a25bea736e30d166cdddb491f175f624",
    "x_test": "2646ac647ad5339dbf082846283269ea",
    "y_test": "27ae3e4e09519cfbb04c329615203637",
}
LARGEST = 60_000 * 28 * 28  # bytes


@pytest.fixture(scope="module")
def arrays(mnist):
    (x_train, y_train), (x_test, y_test) = mnist
    return {"x_train": x_train, "y_train": y_train, "x_test": x_test, "y_test": y_test}


@pytest.fixture(scope="module")
def idx_folder(arrays, tmp_path_factory):
    """Write the four files as they were first published."""
    folder = tmp_path_factory.mktemp("idx")
    for name, file in data.IDX_FILES.items():
        (folder / file).write_bytes(hostile.idx(arrays[name]))
    return folder


@pytest.fixture
def folder(idx_folder, tmp_path):
    """Give a folder with the four files, of which a test may replace some."""
    for file in data.IDX_FILES.values():
        os.link(idx_folder / file, tmp_path / file)
    return tmp_path


def replace(folder, name, content):
    """Replace a file, and not the one that it is linked with."""
    file = folder / data.IDX_FILES[name]
    file.unlink()
    file.write_bytes(content)


# ---- what is read -------------------------------------------------------------------------


def test_embedded_data_are_mnist(arrays):
    for name, (shape, expected) in data.ARRAYS.items():
        assert arrays[name].shape == shape
        assert arrays[name].dtype == np.uint8
        assert arrays[name].flags.c_contiguous
        assert hashlib.sha256(arrays[name].tobytes()).hexdigest() == expected


def test_embedded_data_give_the_published_idx_files(arrays):
    for name, array in arrays.items():
        assert hashlib.md5(hostile.idx(array)).hexdigest() == MD5[name]


def test_load_data_gives_arrays_of_its_own():
    first, second = data.load_data(), data.load_data()
    first[0][0][:] = 0
    first[1][1][:] = 0
    assert second[0][0].any() and second[1][1].any()


def test_load_data_returns_what_keras_returns(arrays, tmp_path, monkeypatch):
    import keras

    file = tmp_path / "mnist.npz"
    np.savez(file, **arrays)  # as the file was made that Keras fetches
    module = importlib.import_module(keras.datasets.mnist.load_data.__module__)
    monkeypatch.setattr(module, "get_file", lambda *_, **__: file)
    theirs, ours = keras.datasets.mnist.load_data(), data.load_data(file)
    for their_pair, our_pair in zip(theirs, ours, strict=True):
        assert isinstance(our_pair, tuple)
        for their_array, our_array in zip(their_pair, our_pair, strict=True):
            assert their_array.dtype == our_array.dtype
            assert np.array_equal(their_array, our_array)


@pytest.mark.parametrize("packed", [False, True], ids=["plain", "gzip"])
def test_load_data_reads_the_idx_files_of_a_folder(arrays, folder, packed):
    if packed:
        for name, file in data.IDX_FILES.items():
            content = gzip.compress(hostile.idx(arrays[name]), 1)
            (folder / f"{file}.gz").write_bytes(content)
            (folder / file).unlink()
    (x_train, y_train), (x_test, y_test) = data.load_data(str(folder))
    for name, array in zip(arrays, (x_train, y_train, x_test, y_test), strict=True):
        assert np.array_equal(array, arrays[name])
        assert array.flags.writeable


def test_read_idx_unpacks_whatever_the_name_says(tmp_path):
    for name in ("labels", "labels.gz"):
        (tmp_path / name).write_bytes(gzip.compress(hostile.idx(hostile.LABELS)))
        assert np.array_equal(files.read_idx(tmp_path / name), hostile.LABELS)


# ---- what is refused: folders and archives as a whole -------------------------------------


def test_a_path_that_does_not_exist(tmp_path):
    with refuses("does not exist; expected an .npz file or a folder", FileNotFoundError):
        data.load_data(tmp_path / "nothing")
    with refuses("does not exist; expected an IDX file", FileNotFoundError):
        files.read_idx(tmp_path / "nothing")
    with refuses("does not exist; expected an .npz file", FileNotFoundError):
        files.read_npz(tmp_path / "nothing", hostile.SHAPES)


@pytest.mark.parametrize("name", data.IDX_FILES)
def test_a_missing_idx_file(folder, name):
    (folder / data.IDX_FILES[name]).unlink()
    with refuses(f"holds neither {data.IDX_FILES[name]} nor .*gz", FileNotFoundError):
        data.load_data(folder)


@pytest.mark.parametrize("name", ["x_test", "y_test"])
def test_an_altered_idx_file(arrays, folder, name):
    content = bytearray(hostile.idx(arrays[name]))
    content[5000] ^= 1
    replace(folder, name, content)
    with refuses(f"{name} is not MNIST's"):
        data.load_data(folder)


def test_the_right_bytes_in_another_shape(arrays, folder):
    replace(folder, "x_test", hostile.idx(arrays["x_test"].reshape(28, 28, 10_000)))
    with refuses(r"x_test has shape \(28, 28, 10000\); expected \(10000, 28, 28\)"):
        data.load_data(folder)


def test_files_under_each_others_names(arrays, folder):
    replace(folder, "y_train", hostile.idx(arrays["y_test"]))
    with refuses(r"y_train has shape \(10000,\); expected \(60000,\)"):
        data.load_data(folder)


def test_an_altered_archive(arrays, tmp_path):
    labels = arrays["y_test"].copy()
    labels[0] = 8
    np.savez(tmp_path / "altered.npz", **(arrays | {"y_test": labels}))
    with refuses("y_test is not MNIST's"):
        data.load_data(tmp_path / "altered.npz")


def test_damaged_copies_of_the_embedded_archive(tmp_path):
    whole = data.EMBEDDED.read_bytes()
    flipped = bytearray(whole)
    flipped[len(whole) // 2] ^= 4
    for content, reason in {
        b"": "does not end as",
        b"x_train": "does not end as",
        whole[: len(whole) // 2]: "does not end as",
        whole[:-1]: "does not end as",
        whole + b"\0": "does not end as",
        b"\0" + whole: "its table of contents announces another number",
        bytes(flipped): "is not a complete .npz file",
    }.items():
        (tmp_path / "damaged.npz").write_bytes(content)
        with refuses(reason):
            data.load_data(tmp_path / "damaged.npz")


# ---- what is refused: IDX ------------------------------------------------------------------

PLAIN = hostile.idx(hostile.IMAGES)
PACKED = gzip.compress(PLAIN, mtime=0)


@pytest.mark.parametrize(
    ("content", "reason"),
    cases({
        "empty": (b"", "begins with nothing"),
        "two bytes": (PLAIN[:2], "begins with 0000; expected 00000801"),
        "another magic number": (b"\x89PNG" + PLAIN, "begins with 89504e47"),
        "another type": (b"\0\0\x0d\3" + PLAIN[4:], "begins with 00000d03"),
        "another number of dimensions": (b"\0\0\x08\2" + PLAIN[4:], "begins with 00000802"),
        "ends in its header": (PLAIN[:13], "ends within its header; expected 3 dimensions"),
        "truncated": (PLAIN[:-1], "announces 24 values, but holds 23"),
        "trailing byte": (PLAIN + b"\0", "announces 24 values, but holds 25"),
        "larger than its data": (
            hostile.idx(hostile.IMAGES, (60_000, 28, 28)),
            "announces 47040000 values, but holds 24",
        ),
        "larger than MNIST": (
            hostile.idx(hostile.IMAGES, (2**32 - 1,) * 3),
            "expected 1 to 47040000",
        ),
        "nothing in it": (hostile.idx(hostile.IMAGES, (0, 2**32 - 1, 28)), "announces 0 values"),
        "gzip: truncated": (PACKED[:-9], "not a complete gzip file.*ends too early"),
        "gzip: no checksum": (PACKED[:-8], "not a complete gzip file.*ends too early"),
        "gzip: header alone": (PACKED[:10], "not a complete gzip file.*ends too early"),
        "gzip: checksum": (PACKED[:-8] + bytes(4) + PACKED[-4:], "incorrect data check"),
        "gzip: length": (PACKED[:-4] + bytes(4), "incorrect length check"),
        "gzip: another method": (PACKED[:2] + b"\7" + PACKED[3:], "unknown compression method"),
        "gzip: trailing byte inside": (
            gzip.compress(PLAIN + b"\0", mtime=0),
            "announces 24 values, but holds 25",
        ),
        "gzip: trailing zero": (PACKED + b"\0", "1 bytes trail its gzip data"),
        "gzip: trailing text": (PACKED + b"more", "4 bytes trail its gzip data"),
        "gzip: a second member": (PACKED + gzip.compress(b""), "bytes trail its gzip data"),
        "gzip in gzip": (gzip.compress(PACKED), "begins with 1f8b0800"),
    }),
)  # fmt: skip
def test_a_bad_idx_file(tmp_path, content, reason):
    (tmp_path / "file").write_bytes(content)
    with refuses(reason):
        files.read_idx(tmp_path / "file")


def test_a_gzip_bomb_in_bounded_memory(tmp_path):
    header = struct.pack(">4s3I", b"\0\0\x08\3", 60_000, 28, 28)
    bomb = gzip.compress(b"", mtime=0)[:10] + hostile.deflate_bomb(header, gigabytes=20)
    (tmp_path / "bomb.gz").write_bytes(bomb)
    with memory_below(3 * LARGEST), refuses("unpacks to over"):
        files.read_idx(tmp_path / "bomb.gz")


def test_a_large_file_in_bounded_memory(tmp_path):
    with (tmp_path / "large").open("wb") as file:
        file.write(hostile.idx(hostile.LABELS))
        file.truncate(50 * 2**30)  # a hole; it takes no room on the disk
    with memory_below(3 * LARGEST), refuses("is larger than any file of MNIST"):
        files.read_idx(tmp_path / "large")


# ---- what is refused: npz ------------------------------------------------------------------

IMAGES = hostile.npy(hostile.IMAGES)
OTHER_ORDER = "{'descr': '|u1', 'fortran_order': True, 'shape': (2, 3, 4), }"
PICKLED = "{'descr': '|O', 'fortran_order': False, 'shape': (2, 3, 4), }"


def packed_member(content, **changed):
    return {
        "packed": hostile.deflate(content),
        "size": len(content),
        "crc": zlib.crc32(content),
        "method": zipfile.ZIP_DEFLATED,
    } | changed


@pytest.mark.parametrize(
    ("images", "reason"),
    cases({
        "missing": (None, "lacks an array of MNIST: .*images.npy"),
        "encrypted": (packed_member(IMAGES, flags=1), "is encrypted"),
        "bzip2": (packed_member(IMAGES, method=zipfile.ZIP_BZIP2), "another method"),
        "lzma": (packed_member(IMAGES, method=zipfile.ZIP_LZMA), "another method"),
        "unknown method": (packed_member(IMAGES, method=99), "another method"),
        "another checksum": (packed_member(IMAGES, crc=7), "Bad CRC-32"),
        "another name inside": (packed_member(IMAGES, local_name="x\ny"), "differ"),
        "cut": (packed_member(IMAGES, packed=hostile.deflate(IMAGES)[:-3]), "complete .npz"),
        "announced too short": (packed_member(IMAGES, size=50), "Bad CRC-32|begins with"),
        "not packed": (packed_member(IMAGES, packed=b"\xff" * 50), "Error -3"),
        "empty": (b"", "begins with b''"),
        "no array": (b"hello", "begins with b'hello'"),
        "Fortran order": (hostile.npy(hostile.IMAGES, OTHER_ORDER), "in C order"),
        "pickled objects": (hostile.npy(hostile.IMAGES, PICKLED), "expected a .npy array"),
        "another type": (hostile.npy(hostile.IMAGES, PICKLED.replace("|O", "<i8")), "type uint8"),
        "another shape": (hostile.npy(hostile.IMAGES[:1]), r"expected a .npy array of shape \(2,"),
        "a program": (hostile.npy(hostile.IMAGES, "__import__('os').abort()"), "begins with"),
        "huge header": (hostile.npy(hostile.IMAGES, "(" * 65_000), "expected a .npy array"),
        "header cut": (IMAGES[:40], "expected a .npy array"),
        "values cut": (IMAGES[:-1], "not as many values"),
        "trailing byte": (IMAGES + b"\0", "not as many values"),
        "version 3": (IMAGES[:6] + b"\3" + IMAGES[7:], "expected a .npy array"),
    }),
)  # fmt: skip
def test_a_bad_member(tmp_path, images, reason):
    (tmp_path / "file.npz").write_bytes(hostile.npz(images=images))
    with refuses(reason):
        files.read_npz(tmp_path / "file.npz", hostile.SHAPES)


def test_a_good_archive_of_the_same_kind(tmp_path):
    (tmp_path / "file.npz").write_bytes(hostile.npz(images=packed_member(IMAGES)))
    arrays = files.read_npz(tmp_path / "file.npz", hostile.SHAPES)
    assert np.array_equal(arrays["images"], hostile.IMAGES)
    assert np.array_equal(arrays["labels"], hostile.LABELS)


def test_nothing_pickled_is_run(tmp_path):
    class Harm:
        def __reduce__(self):
            return os.mkdir, (str(tmp_path / "harm"),)

    array = np.array([[[Harm()]]], dtype=object)
    np.savez(tmp_path / "file.npz", images=array, labels=hostile.LABELS)
    assert pickle.dumps(Harm())
    with refuses("expected a .npy array"):
        files.read_npz(tmp_path / "file.npz", {"images": (1, 1, 1), "labels": (5,)})
    assert not (tmp_path / "harm").exists()


def test_a_zip_bomb_in_bounded_memory(tmp_path):
    header = f"{{'descr': '|u1', 'fortran_order': False, 'shape': {(60_000, 28, 28)}, }}"
    start = hostile.npy(np.zeros(0, np.uint8), header)
    bomb = {
        "packed": hostile.deflate_bomb(start, gigabytes=20),
        "size": 2**32 - 2,
        "method": zipfile.ZIP_DEFLATED,
    }
    members = {f"{name}.npy": bomb if name == "x_train" else b"" for name in data.ARRAYS}
    (tmp_path / "bomb.npz").write_bytes(hostile.archive(members))
    with memory_below(4 * LARGEST), refuses("x_train has the header .* but not as many values"):
        data.load_data(tmp_path / "bomb.npz")


def test_a_zip_of_many_members_in_bounded_memory(tmp_path):
    members = {f"{number}.npy": b"" for number in range(50_000)}
    (tmp_path / "many.npz").write_bytes(hostile.archive(members))
    with memory_below(2**20), refuses("has a table of contents of .* bytes; expected four entries"):
        files.read_npz(tmp_path / "many.npz", hostile.SHAPES)


def test_a_zip_with_another_end(tmp_path):
    plain = hostile.npz()
    with_locator = plain[:-22] + b"PK\x06\x07" + bytes(16) + plain[-22:]
    with_comment = hostile.archive({"images.npy": IMAGES}, comment=b"PK\x05\x06")
    for content in (with_locator, with_comment):
        (tmp_path / "file.npz").write_bytes(content)
        with refuses("does not end as an .npz file of MNIST does"):
            files.read_npz(tmp_path / "file.npz", hostile.SHAPES)


# ---- whatever stands in a file -------------------------------------------------------------


def test_hostile_files_give_the_right_array_or_a_sentence(tmp_path):
    path = tmp_path / "file"
    outcomes = collections.Counter()

    @settings(
        max_examples=10_000,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=[HealthCheck.too_slow],
    )
    @given(content=hostile.HOSTILE)
    def check(content):
        file.seek(0)  # opening it anew would take as long as all the rest
        file.write(content)
        file.truncate()
        for read in (files.read_idx, lambda path: files.read_npz(path, hostile.SHAPES)):
            try:
                with memory_below(2**20):
                    found = read(path)
            except ValueError as error:
                message = str(error)
                assert "\n" not in message and len(message) < 500
                outcomes[" ".join(message.removeprefix(str(path)).split()[:3])] += 1
            else:
                assert_right(found, content, path)
                outcomes["read"] += 1

    with path.open("wb", buffering=0) as file:
        check()
    assert outcomes.total() >= 2 * 10_000
    # Not all refused, and not all for one reason; how many are read varies around two hundred.
    assert outcomes["read"] > 100 and len(outcomes) > 20


def assert_right(found, content, path):
    """Compare what was read with what other readers make of it."""
    if isinstance(found, dict):
        with np.load(path) as expected:
            for name, array in found.items():
                assert np.array_equal(array, expected[name])
    else:
        if content.startswith(b"\x1f\x8b"):
            content = gzip.decompress(content)
        assert hostile.idx(found) == content


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
    assert validation[:5].tolist() == VALIDATION_STARTS  # the same on every machine and version
    (x_train, _), (x_validation, _) = data.split_validation(images, labels)
    assert np.array_equal(x_train, images[train])
    assert np.array_equal(x_validation, images[validation])


VALIDATION_STARTS = [25, 49, 71, 124, 164]


def test_split_validation_refuses(mnist):
    (images, labels), (test_images, test_labels) = mnist
    for bad_images, bad_labels in [
        (images[:-1], labels),
        (images, labels[:-1]),
        (test_images, test_labels),
        (images, np.eye(10)[labels]),
        (images, None),
        (5, labels),
    ]:
        with refuses("expected 60000 of both"):
            data.split_validation(bad_images, bad_labels)
    for bad in (10, 255):
        wrong = labels.copy()
        wrong[7] = bad
        with refuses("a label is none of the classes 0 to 9"):
            data.split_validation(images, wrong)
    with refuses("a label is none of the classes 0 to 9"):
        data.split_validation(images, np.where(labels == 9, np.nan, labels))


def test_the_licence_of_mnist_stands_beside_it():
    licence = data.EMBEDDED.with_name("MNIST-LICENSE.md").read_text(encoding="utf-8")
    for word in ("LeCun", "Cortes", "Burges", "Attribution-ShareAlike 3.0"):
        assert word in licence


def test_no_file_is_left_open(tmp_path):
    (tmp_path / "file.npz").write_bytes(hostile.npz())
    files.read_npz(tmp_path / "file.npz", hostile.SHAPES)
    shutil.rmtree(tmp_path)  # Windows refuses while a file is open
