"""Saving that loses nothing, loading that changes nothing when it is refused."""

import errno
import io
import json
import os
import random
import shutil
import struct
import subprocess
import sys
import zipfile
from pathlib import Path

import h5py
import keras
import numpy as np
import pytest
from checks import cases, memory_below, refuses

from mnist_helpers import data, models, storage


@pytest.fixture(scope="module")
def network():
    """Give a network of the book with random weights."""
    keras.utils.set_random_seed(1)
    return models.post_cnn()


@pytest.fixture(scope="module")
def saved(network, tmp_path_factory):
    """Give a file with the weights of `network`, not to be changed, and its SHA-256."""
    path = tmp_path_factory.mktemp("saved") / "network.weights.h5"
    return path, storage.save_weights(network, path)


@pytest.fixture
def folder(tmp_path):
    """Give a folder, and look in the end that nothing unfinished lies in it."""
    yield tmp_path
    assert not list(tmp_path.rglob(".writing-*"))


@pytest.fixture
def unchanged():
    """Give another network, and look in the end that it is as it was."""
    keras.utils.set_random_seed(2)
    other = models.post_cnn()
    before = other.get_weights()
    yield other
    for old, new in zip(before, other.get_weights(), strict=True):
        assert np.array_equal(old, new)


# ---- write_beside --------------------------------------------------------------------------


def test_write_beside_makes_and_replaces(folder):
    target = folder / "note.txt"
    for text in ("first", "second"):
        with storage.write_beside(target) as file:
            assert file.parent.parent == folder and file.suffix == ".txt"
            file.write_text(text)
        assert target.read_text() == text
    assert os.listdir(folder) == ["note.txt"]


@pytest.mark.parametrize(
    "failure", [OSError(errno.ENOSPC, "No space left on device"), KeyboardInterrupt()], ids=str
)
@pytest.mark.parametrize("old", ["old", None])
def test_write_beside_keeps_the_old_file_when_the_body_fails(folder, failure, old):
    target = folder / "note.txt"
    if old:
        target.write_text(old)
    with pytest.raises(type(failure)), storage.write_beside(str(target)) as file:
        file.write_text("half of the n")
        raise failure
    assert os.listdir(folder) == (["note.txt"] if old else [])
    assert not old or target.read_text() == old


@pytest.mark.parametrize("step", ["fsync", "replace"])
def test_write_beside_keeps_the_old_file_when_the_disk_fails(folder, monkeypatch, step):
    def fail(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    target = folder / "note.txt"
    target.write_text("old")
    monkeypatch.setattr(os, step, fail)
    with pytest.raises(OSError, match="No space left"), storage.write_beside(target) as file:
        file.write_text("new")
    assert target.read_text() == "old"
    assert os.listdir(folder) == ["note.txt"]


def test_write_beside_needs_a_folder_and_a_file(folder):
    with (
        refuses("the folder .* does not exist", FileNotFoundError),
        storage.write_beside(folder / "none" / "note.txt"),
    ):
        pass
    (folder / "note.txt").write_text("old")
    with pytest.raises(FileNotFoundError), storage.write_beside(folder / "note.txt"):
        pass  # writes nothing
    assert (folder / "note.txt").read_text() == "old"


def test_sha256(folder):
    (folder / "abc").write_bytes(b"abc")
    expected = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert storage.sha256(folder / "abc") == expected


# ---- weights -------------------------------------------------------------------------------


def test_predictions_are_the_same_bit_for_bit_after_loading(network, saved, mnist):
    path, checksum = saved
    assert checksum == storage.sha256(path)
    images = data.prepare_images(mnist[1][0][:200])
    loaded = models.post_cnn()
    storage.load_weights(loaded, path, checksum)
    for old, new in zip(network.get_weights(), loaded.get_weights(), strict=True):
        assert old.tobytes() == new.tobytes()
    before, after = (model.predict(images, verbose=0) for model in (network, loaded))
    assert before.tobytes() == after.tobytes()


def test_the_state_of_the_optimizer_is_not_saved(folder):
    keras.utils.set_random_seed(4)
    trained = models.post_cnn()
    trained.compile("adam", "categorical_crossentropy")
    trained.fit(np.ones((4, 28, 28, 1)), np.eye(10)[:4], verbose=0)
    path = folder / "trained.weights.h5"
    storage.save_weights(trained, path)
    assert path.stat().st_size < 1.01 * 4 * trained.count_params() + 50_000
    with h5py.File(path) as file:
        assert "optimizer" not in file
    storage.load_weights(loaded := models.post_cnn(), path, storage.sha256(path))
    for old, new in zip(trained.get_weights(), loaded.get_weights(), strict=True):
        assert np.array_equal(old, new)


def test_weights_need_their_name(network, folder):
    for name in ("weights.h5", "network.keras", "network.weights.H5"):
        with refuses("expected a name that ends in .weights.h5"):
            storage.save_weights(network, folder / name)
    with refuses("the folder .* does not exist", FileNotFoundError):
        storage.save_weights(network, folder / "none" / "network.weights.h5")
    assert not os.listdir(folder)


def test_weights_of_a_training_that_diverged_are_not_saved(folder):
    diverged = models.post_cnn()
    diverged.layers[-1].bias.assign(np.full(10, np.nan))
    with refuses("are not finite: the training diverged"):
        storage.record_network(diverged, "post_cnn", {}, folder)
    assert os.listdir(folder) == [".manifest.lock"]


def test_a_full_disk_leaves_the_old_weights(network, saved, folder):
    resource = pytest.importorskip("resource")  # not on Windows
    signal = pytest.importorskip("signal")
    target = folder / "network.weights.h5"
    shutil.copy(saved[0], target)
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, limits[1]))  # the weights take 4.8 MB
    try:
        with pytest.raises((OSError, RuntimeError)):
            storage.save_weights(network, target)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, handler)
    assert os.listdir(folder) == ["network.weights.h5"]
    assert storage.sha256(target) == saved[1]


def test_no_flipped_bit_is_loaded(saved, folder, unchanged):
    path, checksum = saved
    copy = folder / "flipped.weights.h5"
    shutil.copy(path, copy)
    generator = random.Random(0)
    with copy.open("rb+", buffering=0) as file:
        for _ in range(200):
            place, bit = generator.randrange(path.stat().st_size), generator.randrange(8)
            file.seek(place)
            (byte,) = file.read(1)
            file.seek(place)
            file.write(bytes([byte ^ 1 << bit]))
            with refuses("has the SHA-256 .* the file is damaged or another one"):
                storage.load_weights(unchanged, copy, checksum)
            file.seek(place)
            file.write(bytes([byte]))
    storage.load_weights(models.post_cnn(), copy, checksum)  # each bit was put back


def test_missing_and_truncated_weights(saved, folder, unchanged):
    path, checksum = saved
    with refuses("does not exist; expected saved weights", FileNotFoundError):
        storage.load_weights(unchanged, folder / "none.weights.h5", checksum)
    cut = folder / "cut.weights.h5"
    cut.write_bytes(path.read_bytes()[:-1000])
    with refuses("the file is damaged or another one"):
        storage.load_weights(unchanged, cut, checksum)
    with refuses("does not fit the network post_cnn"):  # even if the manifest says so
        storage.load_weights(unchanged, cut, storage.sha256(cut))


KERNEL = "layers/dense/vars/0"  # of the second layer to be read with weights after it
KERNEL_SHAPE = (9216, 128)


def set_value(file, value):
    file[KERNEL][3, 5] = value


def replace(file, values, name=KERNEL, **options):
    del file[name]
    file.create_dataset(name, data=values, **options)


def announce(file, shape, **options):
    """Put a dataset there that holds nothing, and is read as that many zeros."""
    del file[KERNEL]
    file.create_dataset(KERNEL, shape, "f4", **options)


@pytest.mark.parametrize(
    ("change", "reason"),
    cases(
        {
            "not a number": (lambda file: set_value(file, np.nan), "not finite"),
            "infinite": (lambda file: set_value(file, -np.inf), "not finite"),
            "missing dataset": (lambda file: file.__delitem__(KERNEL), "expected 2 variables"),
            "missing layer": (
                lambda file: file.__delitem__("layers/dense"),
                "expected 2 variables",
            ),
            "nothing in it": (lambda file: file.clear(), "does not fit"),
            "other shape": (
                lambda file: replace(file, np.zeros((9216, 64), "f4")),
                r"vars/0 has type float32 and shape \(9216, 64\), as none of its variables",
            ),
            "text": (lambda file: replace(file, "hello"), "has type object"),
            "not numbers": (
                lambda file: replace(file, np.zeros(KERNEL_SHAPE, "S3")),
                r"has type \|S3",
            ),
            "int8": (lambda file: replace(file, np.zeros(KERNEL_SHAPE, "i1")), "has type int8"),
            "complex": (
                lambda file: replace(file, np.zeros(128, "c8"), "layers/dense/vars/1"),
                "has type complex64",
            ),
            "compressed": (
                lambda file: replace(file, np.zeros(KERNEL_SHAPE, "f4"), compression="gzip"),
                "is stored in chunks",
            ),
            "one large chunk": (  # 2 GB are unpacked for the few megabytes that it says
                lambda file: announce(
                    file, KERNEL_SHAPE, maxshape=(None, 128), chunks=(2**22, 128), compression=9
                ),
                "is stored in chunks",
            ),
            "16 GB of nothing": (
                lambda file: announce(file, (2**25, 128)),
                r"shape \(33554432, 128\), as none of its variables",
            ),
        }
    ),
)
def test_weights_that_do_not_fit(saved, folder, unchanged, change, reason):
    copy = folder / "changed.weights.h5"
    shutil.copy(saved[0], copy)
    with h5py.File(copy, "r+") as file:
        change(file)
    with (
        memory_below(5 * copy.stat().st_size),
        refuses(f"does not fit the network post_cnn: .*{reason}|{reason} the network post_cnn"),
    ):
        storage.load_weights(unchanged, copy, storage.sha256(copy))


def test_a_file_of_another_size(saved, folder, unchanged):
    copy = folder / "large.weights.h5"
    shutil.copy(saved[0], copy)
    os.truncate(copy, 50 * 2**30)  # a hole; it takes no room on the disk
    with refuses("has 53687091200 bytes; expected at most"):
        storage.load_weights(unchanged, copy, saved[1])


def test_weights_of_another_network(folder, unchanged):
    path = folder / "pad.weights.h5"
    checksum = storage.save_weights(models.digit_pad(), path)
    with refuses("does not fit the network post_cnn"):
        storage.load_weights(unchanged, path, checksum)


def test_a_file_that_is_no_hdf5(folder, unchanged):
    path = folder / "text.weights.h5"
    path.write_text("hello")
    with refuses("does not fit the network post_cnn: .*signature not found"):
        storage.load_weights(unchanged, path, storage.sha256(path))


def test_an_interrupted_load(saved, unchanged, monkeypatch):
    def interrupt(*_):
        unchanged.layers[0].kernel.assign(unchanged.layers[0].kernel * 0)
        raise KeyboardInterrupt

    monkeypatch.setattr(unchanged, "load_weights", interrupt)
    with pytest.raises(KeyboardInterrupt):
        storage.load_weights(unchanged, *saved)


# ---- the manifest --------------------------------------------------------------------------

GOOD = {"network": "post_cnn", "file": "a.weights.h5", "sha256": "0" * 64}


@pytest.mark.parametrize(
    ("text", "reason"),
    cases({
        "empty": ("", "is not JSON"),
        "no JSON": ("{'post_cnn': 1}", "is not JSON"),
        "cut": (json.dumps({"a": GOOD})[:-5], "is not JSON"),
        "deep": ("[" * 100_000, "is not JSON"),
        "no text": (b"\xff\xfe\x00", "is not JSON"),
        "a list": ("[1, 2]", "holds a list; expected records by name"),
        "a number": ("7", "holds a int; expected records by name"),
        "no record": ('{"a": 1}', "record of 'a' lacks network, file, sha256"),
        "no checksum": ('{"a": {"network": "b", "file": "c"}}', "record of 'a' lacks sha256"),
        "no names": (json.dumps({"a": GOOD | {"file": 7, "network": ["post_cnn"]}}),
                     "record of 'a' lacks network, file"),
        "large": (" " * 2**20 + "{}", "is too large; expected at most 1048576 bytes"),
        "a long name": (json.dumps({"a" * 9999: 1}), "record of '…a{40}' lacks network"),
        "a long file": (json.dumps({"a": GOOD | {"file": "../" + "b" * 9999}}), "is '…b{40}'; exp"),
        "epochs of nothing": (json.dumps({"a": GOOD | {"epochs": 7}}), "epochs of 'a' are no file"),
        "epochs elsewhere": (
            json.dumps({"a": GOOD | {"epochs": {"file": "../b", "sha256": ""}}}), "is '../b'; exp"),
        "elsewhere": (json.dumps({"a": GOOD | {"file": "../a.weights.h5"}}), "expected one beside"),
        "absolute": (json.dumps({"a": GOOD | {"file": "/a.weights.h5"}}), "expected one beside"),
    }),
)  # fmt: skip
def test_nonsense_in_the_manifest(folder, text, reason):
    (folder / "manifest.json").write_bytes(text if isinstance(text, bytes) else text.encode())
    with refuses(reason):
        storage.read_manifest(folder)
    with refuses(reason):
        storage.load_network("a", folder)


def test_a_missing_manifest(folder):
    with refuses("expected the manifest of the networks", FileNotFoundError):
        storage.load_network("post_cnn", folder)


def test_record_and_load_a_network(network, folder):
    record = {"recipe": {"epochs": 1}, "history": {"loss": [1.0]}, "sha256": "of another run"}
    for name in ("later", "earlier"):
        storage.record_network(network, name, record, folder)
    manifest = storage.read_manifest(folder)
    assert list(manifest) == ["earlier", "later"]
    assert manifest["later"]["recipe"] == {"epochs": 1}
    assert manifest["later"]["network"] == "post_cnn"
    loaded = storage.load_network("later", folder)
    assert not loaded.compiled
    for old, new in zip(network.get_weights(), loaded.get_weights(), strict=True):
        assert np.array_equal(old, new)
    named = {manifest[name]["file"] for name in ("earlier", "later")}
    assert {name for name in os.listdir(folder) if name[0] != "."} == named | {"manifest.json"}
    assert manifest["later"]["file"] == f"later.{manifest['later']['sha256'][:12]}.weights.h5"


def test_a_network_that_is_replaced_leaves_nothing_and_its_readers_get_the_new_one(
    network, folder, monkeypatch
):
    old, new = (np.full((2, 5), epochs, np.uint8) for epochs in range(2))
    (folder / f"net.{12 * 'a'}.weights.h5").write_text("a killed writer's")
    (folder / "net.notes.txt").write_text("not ours")
    storage.record_network(network, "net", {}, folder, old)
    assert np.array_equal(storage.load_predictions("net", folder), old)
    load = storage.load_weights
    other = models.post_cnn()

    def replaced_meanwhile(*arguments):
        monkeypatch.undo()
        storage.record_network(other, "net", {}, folder, new)
        load(*arguments)

    monkeypatch.setattr(storage, "load_weights", replaced_meanwhile)
    loaded = storage.load_network("net", folder)
    assert np.array_equal(loaded.get_weights()[0], other.get_weights()[0])
    assert np.array_equal(storage.load_predictions("net", folder), new)
    assert len(os.listdir(folder)) == 5  # lock, manifest, notes, weights, predictions
    record = storage.read_manifest(folder)["net"]
    (folder / record["epochs"]["file"]).write_bytes(b"")
    with refuses("is damaged, or not the file of the manifest"):
        storage.load_predictions("net", folder)


def test_what_a_killed_writer_left_goes_and_what_a_living_one_has_stays(folder):
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    with storage.write_beside(folder / "own.txt") as own:
        left = folder / own.parent.name.replace(f"-{os.getpid()}-", f"-{dead.pid}-")
        left.mkdir()
        with storage.write_beside(folder / "other.txt") as other:
            other.write_text("new")
        assert own.parent.exists() and not left.exists()
        own.write_text("kept")
    assert (folder / "own.txt").read_text() == "kept"


def test_what_cannot_be_recorded_changes_nothing(network, folder):
    storage.record_network(network, "kept", {}, folder)
    before = {path: path.read_bytes() for path in folder.iterdir()}
    keras.utils.set_random_seed(3)
    with refuses("cannot be written as JSON"):
        storage.record_network(models.post_cnn(), "kept", {"history": np.zeros(3)}, folder)
    other = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)], name="mine")
    with refuses("the network is called 'mine'; expected one of .*post_cnn"):
        storage.record_network(other, "kept", {}, folder)
    with refuses("does not exist", FileNotFoundError):
        storage.record_network(network, "kept", {}, folder / "none")
    assert {path: path.read_bytes() for path in folder.iterdir()} == before


def test_nothing_is_recorded_beside_a_damaged_manifest(network, folder):
    (folder / "manifest.json").write_text("{")
    with refuses("is not JSON"):
        storage.record_network(network, "post_cnn", {}, folder)
    assert sorted(os.listdir(folder)) == [".manifest.lock", "manifest.json"]


def test_networks_that_cannot_be_loaded(network, folder):
    storage.record_network(network, "good", {}, folder)
    with refuses("there is no trained network 'post'; expected one of .*good"):
        storage.load_network("post", folder)
    manifest = json.loads((folder / "manifest.json").read_text())
    manifest["good"]["network"] = "vgg16"
    (folder / "manifest.json").write_text(json.dumps(manifest))
    with refuses("there is no network 'vgg16'; expected one of"):
        storage.load_network("good", folder)
    manifest["good"] |= {"network": "post_cnn", "sha256": "0" * 64}
    (folder / "manifest.json").write_text(json.dumps(manifest))
    with refuses("the manifest says 000000000000"):
        storage.load_network("good", folder)
    (folder / manifest["good"]["file"]).unlink()
    with refuses("expected saved weights", FileNotFoundError):
        storage.load_network("good", folder)


# ---- predictions that would harm --------------------------------------------------------------


def packed(array, name="predictions", method=zipfile.ZIP_DEFLATED, says=None):
    """Return the bytes of an archive that holds an array, and says how large it is, truly or not.

    The size stands four bytes long behind 22 other ones where the member begins, and behind 24 in
    the directory.
    """
    member, file = io.BytesIO(), io.BytesIO()
    np.lib.format.write_array(member, np.asarray(array), version=(1, 0))
    with zipfile.ZipFile(file, "w", method) as archive:
        archive.writestr(f"{name}.npy", member.getvalue())
    content = bytearray(file.getvalue())
    if says is not None:
        for magic, start in ((b"PK\3\4", 22), (b"PK\1\2", 24)):
            struct.pack_into("<I", content, content.index(magic) + start, says)
    return bytes(content)


def bomb(**options):
    return packed(np.zeros((1000, 100_000), np.uint8), **options)


def announcing(shape):
    """Return an archive whose array announces a shape and holds next to nothing."""
    content = packed(np.zeros((3, 7), np.uint8), method=zipfile.ZIP_STORED)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        member = archive.read("predictions.npy")
    assert member.count(b"(3, 7), }        ") == 1
    member = member.replace(b"(3, 7), }".ljust(30), f"{shape}, }}".ljust(30).encode())
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("predictions.npy", member)
    return file.getvalue()


HOSTILE = cases({
    "too large": (bomb, "an array has 100000128 bytes; expected at most 16777216"),
    "larger than it says": (lambda: bomb(says=1000), "predictions: "),
    "packed by bzip2": (lambda: bomb(method=zipfile.ZIP_BZIP2, says=1000), "method 12; expected"),
    "packed by LZMA": (lambda: bomb(method=zipfile.ZIP_LZMA, says=1000), "method 14; expected"),
    "a shape without numbers": (lambda: announcing((10**6, 10**6)), "expected numbers in a table"),
    "fewer than announced": (lambda: announcing((7, 7)), "predictions: "),
    "objects": (lambda: packed([[{}]]), "type object"),
    "fractions": (lambda: packed(np.zeros((2, 5))), "type float64"),
    "a row": (lambda: packed(np.zeros(5, np.uint8)), r"shape \(5,\)"),
    "another name": (
        lambda: packed(np.zeros((2, 5), np.uint8), "a" * 9999), "expected predictions alone"),
    "no archive": (lambda: b"PK no", "is not a zip file"),
    "large": (lambda: bytes(2**24 + 1), "has 16777217 bytes; expected at most 16777216"),
})  # fmt: skip


@pytest.mark.parametrize(("content", "reason"), HOSTILE)
def test_predictions_that_would_harm_are_refused_before_they_unfold(folder, content, reason):
    path = folder / "a.epochs.npz"
    path.write_bytes(content())
    record = {"file": path.name, "sha256": storage.sha256(path)}
    manifest = {"a": {"network": "post_cnn", "file": "a", "sha256": "", "epochs": record}}
    (folder / "manifest.json").write_text(json.dumps(manifest))
    with memory_below(2**20), refuses(reason) as refused:
        storage.load_predictions("a", folder)
    assert len(str(refused.value)) <= 300


# ---- the networks that the book ships ------------------------------------------------------

SHIPPED = sorted(storage.read_manifest())


@pytest.mark.parametrize("name", SHIPPED)
def test_a_shipped_network_reaches_what_the_manifest_says(name, mnist):
    record = storage.read_manifest()[name]
    _, (x_test, y_test) = mnist
    probabilities = storage.load_network(name).predict(
        data.prepare_images(x_test), batch_size=1000, verbose=0
    )
    predicted = probabilities.argmax(axis=1)
    of_right_class = probabilities[np.arange(len(y_test)), y_test]
    # Another processor may add in another order: a few images on the edge, the last digits.
    assert (predicted == y_test).mean() == pytest.approx(record["test"]["accuracy"], abs=3e-4)
    loss = -np.log(np.maximum(of_right_class, 1e-7)).mean()
    assert loss == pytest.approx(record["test"]["loss"], rel=1e-3)
    predictions = storage.load_predictions(name)
    assert predictions.dtype == np.uint8 and predictions.shape[1] == len(y_test)
    assert (predictions[-1] == predicted).mean() > 1 - 3e-4
    if "val_accuracy" in record["history"]:
        by_epoch = (predictions == y_test).mean(axis=1)
        assert by_epoch == pytest.approx(record["history"]["val_accuracy"], abs=1e-6)


@pytest.mark.parametrize("name", SHIPPED)
def test_a_shipped_network_has_a_full_record(name):
    record = storage.read_manifest()[name]
    for key in ("recipe", "history", "test", "seconds", "versions", "hardware", "date"):
        assert record[key], key
    for values in record["history"].values():
        assert len(values) == record["recipe"]["epochs"]
        assert np.isfinite(values).all()
    assert record["versions"].keys() >= {"python", "keras", "tensorflow", "numpy"}


def test_nothing_else_lies_beside_the_shipped_networks():
    expected = {"manifest.json", "remake.py"}
    for record in storage.read_manifest().values():
        expected |= {record["file"], record["epochs"]["file"]}
    files = {path.name for path in Path(storage.MODELS).iterdir() if path.is_file()}
    assert files - {".manifest.lock"} == expected
