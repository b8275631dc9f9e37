"""The embedded MNIST or a data set like it, its validation split, and the one preparation.

``mnist.npz`` lies beside this file; its authors and licence are in ``MNIST-LICENSE.md``. Whatever
else is read is not trusted: no file costs more memory than its header announces and its size
allows.
"""

import gzip
import hashlib
import math
import re
import zlib
from pathlib import Path

import numpy as np

EMBEDDED = Path(__file__).with_name("mnist.npz")
EMBEDDED_SHA256 = "06af5dfe73b70e3bc1c36439982b18a8d76803db9b544f6fdf838a37fbb01b64"

IMAGE_SIZE = 28  # pixels, height and width
CLASSES = 10
VALIDATION_IMAGES = 5_000
VALIDATION_SEED = 2018

IDX_TYPES = {8: np.dtype("u1"), 12: np.dtype(">i4")}  # by the third byte of a file
LARGEST_IDX = 2**30  # bytes; the 240,000 images of EMNIST's digits take a fifth of them
DENSEST = 1032  # bytes that gzip can make of one


def load_data(folder=None):
    """Load the embedded MNIST, or a data set that comes in the same four files.

    Without a folder, what ``keras.datasets.mnist.load_data()`` returns, without the network. The
    files of MNIST itself, Fashion-MNIST, KMNIST, QMNIST and EMNIST's digits can stand in a folder
    as they are published, plain or compressed by gzip. EMNIST's images are stored transposed, and
    are returned so (``images.swapaxes(1, 2)`` sets them upright); of QMNIST's labels, which
    have eight columns, the first is returned, the class.

    Parameters
    ----------
    folder : str or Path, optional
        With the images and labels of the training and the test set, named like
        ``train-images-idx3-ubyte`` and ``t10k-labels.idx1-ubyte.gz``, perhaps with ``test`` for
        ``t10k`` and something like ``emnist-digits-`` before it. By default the copy of MNIST that
        comes with the package.

    Returns
    -------
    (x_train, y_train), (x_test, y_test) : tuples of ndarray of uint8
        Images of shape (count, 28, 28), 0 (MNIST's paper) to 255 (its ink), and their labels of
        shape (count,), 0 to 9. MNIST has 60,000 images to train and 10,000 to test.

    Raises
    ------
    FileNotFoundError
        If the folder, or one of the four files in it, does not exist.
    ValueError
        If a file is damaged or holds something else, or the folder holds several data sets.

    Examples
    --------
    >>> (x_train, y_train), (x_test, y_test) = load_data()
    >>> x_train.shape, y_test.shape, y_train[:5].tolist()
    ((60000, 28, 28), (10000,), [5, 0, 4, 1, 9])
    """
    if folder is not None:
        return tuple(_read_pair(Path(folder), part) for part in ("train", "t10k|test"))
    with EMBEDDED.open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    if found != EMBEDDED_SHA256:
        raise ValueError(
            f"{shortened(EMBEDDED)} is damaged: its SHA-256 is {found[:12]}…; "
            f"expected {EMBEDDED_SHA256[:12]}…"
        )
    with np.load(EMBEDDED, allow_pickle=False) as arrays:
        return (arrays["x_train"], arrays["y_train"]), (arrays["x_test"], arrays["y_test"])


def _read_pair(folder, part):
    """Read the images and labels of the training or the test set."""
    files = {kind: _find(folder, part, kind) for kind in ("images", "labels")}
    images, labels = (read_idx(file) for file in files.values())
    if images.dtype != np.uint8 or images.shape[1:] != (IMAGE_SIZE, IMAGE_SIZE):
        raise ValueError(
            f"{shortened(files['images'])} holds {images.dtype} of shape {images.shape}; "
            f"expected uint8 and (count, {IMAGE_SIZE}, {IMAGE_SIZE})"
        )
    if labels.ndim == 2 and labels.dtype == IDX_TYPES[12]:
        labels = labels[:, 0]  # QMNIST's; the others say who wrote the digit, and where it stands
    labels = check_classes(labels, len(images), name=f"the labels in {shortened(files['labels'])}")
    return images, labels.astype(np.uint8)


def _find(folder, part, kind):
    """Find the one file of this part and kind, under any of its names."""
    if not folder.is_dir():
        raise FileNotFoundError(
            f"{shortened(folder)} is no folder; expected one with four IDX files, as MNIST's"
        )
    pattern = re.compile(rf"(.+-)?({part})-{kind}[-.]idx\d-(ubyte|int)(\.gz)?")
    found = sorted(path for path in folder.iterdir() if pattern.fullmatch(path.name))
    if not found:
        name = f"{part.split('|')[0]}-{kind}-idx{3 if kind == 'images' else 1}-ubyte"
        raise FileNotFoundError(f"{shortened(folder)} holds neither {name} nor {name}.gz")
    if len({path.name.removesuffix(".gz") for path in found}) > 1:
        raise ValueError(
            f"{shortened(folder)} holds {shortened(found[0].name, 40)} and "
            f"{shortened(found[-1].name, 40)}; expected the files of one data set"
        )
    return found[0]


def read_idx(path):
    """Read one file in IDX, the format in which MNIST was published.

    It begins with a magic number: two zeros, a code for the type of the values, and the number of
    dimensions. The size of each dimension follows as a 32-bit integer, highest byte first, and then
    the values, those of the last dimension side by side.

    Parameters
    ----------
    path : str or Path
        The file; it is unpacked if it begins with gzip's magic number.

    Returns
    -------
    ndarray of uint8, or of int32 with the highest byte first
        With one to three dimensions.

    Raises
    ------
    FileNotFoundError
        If the file does not exist.
    ValueError
        If it is no complete IDX file of one of these types, or larger than any of MNIST's kin.

    References
    ----------
    LeCun, Cortes and Burges, "The MNIST database of handwritten digits", 1998, whose page
    describes the format.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = Path(folder, "labels")
    ...     _ = file.write_bytes(bytes([0, 0, 8, 1] + [0, 0, 0, 3] + [7, 2, 1]))
    ...     read_idx(file)
    array([7, 2, 1], dtype=uint8)
    """
    path = Path(path)
    if not path.is_file():
        raise FileNotFoundError(f"{shortened(path)} does not exist; expected an IDX file")
    try:
        with path.open("rb") as file:
            packed = file.read(2) == b"\x1f\x8b"
        most = min(LARGEST_IDX, path.stat().st_size * (DENSEST if packed else 1))
        with (gzip.open if packed else open)(path, "rb") as file:
            magic = file.read(4)
            if len(magic) < 4 or magic[:2] != b"\0\0" or magic[2] not in IDX_TYPES:
                raise ValueError(f"it begins with {magic.hex() or 'nothing'}; expected 00000801")
            if not 1 <= magic[3] <= 3:
                raise ValueError(f"it announces {magic[3]} dimensions; expected 1 to 3")
            dtype = IDX_TYPES[magic[2]]
            shape = np.frombuffer(file.read(4 * magic[3]), ">u4").tolist()
            size = math.prod(shape) * dtype.itemsize
            if not 0 < size <= most:
                raise ValueError(f"it announces {size} bytes; expected 1 to {most}")
            content = file.read(size + 1)  # so gzip compares its checksum, too
        if len(content) != size:
            less_or_more = "fewer" if len(content) < size else "more"
            raise ValueError(f"it announces {size} bytes, but holds {less_or_more}")
        return np.frombuffer(content, dtype).reshape(shape).copy()
    except (ValueError, EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise ValueError(f"{shortened(path)} is no complete IDX file: {error}") from error


def shortened(text, longest=120):
    """Return a text, for a message, with its beginning left out if it is long."""
    text = " ".join(str(text).split())
    return text if len(text) <= longest else f"…{text[-longest:]}"


def check_classes(labels, count=None, classes=CLASSES, name="labels"):
    """Return labels as an array, or refuse, by ValueError, what would never equal a class.

    Text (OpenML's labels), one-hot rows and floating-point numbers are, and numbers outside 0 to
    ``classes - 1``. `count` is how many there must be, `name` what the message calls them.

    Examples
    --------
    >>> check_classes(["5", "0", "4"])
    Traceback (most recent call last):
        ...
    ValueError: labels have type <U1 and shape (3,); expected whole numbers, one for each image
    """
    labels = np.asarray(labels)
    if labels.dtype.kind not in "iu" or labels.ndim != 1 or count not in (None, len(labels)):
        images = "each image" if count is None else f"each of {count} images"
        raise ValueError(
            f"{name} have type {labels.dtype} and shape {labels.shape}; "
            f"expected whole numbers, one for {images}"
        )
    if len(labels) and not 0 <= labels.min() <= labels.max() < classes:
        raise ValueError(
            f"{name} reach from {labels.min()} to {labels.max()}; expected 0 to {classes - 1}"
        )
    return labels


def prepare_images(images, data_format="channels_last"):
    """Turn grey images into what every network of the book reads.

    The post's two steps: add the channel axis, and divide by 255.

    Parameters
    ----------
    images : ndarray of uint8, shape (count, 28, 28)
        0 (paper) to 255 (ink).
    data_format : {"channels_last", "channels_first"}
        Where the channel axis goes.

    Returns
    -------
    ndarray of float32, shape (count, 28, 28, 1) or (count, 1, 28, 28)
        Values from 0 to 1.

    Raises
    ------
    ValueError
        If `images` has another type or shape, or `data_format` is unknown.

    Examples
    --------
    >>> prepare_images(np.full((2, 28, 28), 255, np.uint8)).shape
    (2, 28, 28, 1)
    """
    images = np.asarray(images)
    if images.dtype != np.uint8 or images.ndim != 3 or images.shape[1:] != (28, 28):
        raise ValueError(
            f"images have type {images.dtype} and shape {images.shape}; "
            "expected uint8 and (count, 28, 28)"
        )
    if data_format not in ("channels_last", "channels_first"):
        raise ValueError(
            f"data_format is {data_format!r}; expected 'channels_last' or 'channels_first'"
        )
    axis = 3 if data_format == "channels_last" else 1
    return np.expand_dims(images.astype(np.float32) / 255, axis)


def split_validation(images, labels):
    """Hold out the book's validation set: 5,000 training images, stratified, by a fixed seed.

    Parameters
    ----------
    images : ndarray, shape (count, ...)
        The training images, prepared or not; MNIST has 60,000.
    labels : ndarray of int, shape (count,)
        Their classes, 0 to 9 (not one-hot).

    Returns
    -------
    (x_train, y_train), (x_validation, y_validation) : tuples of ndarray
        The others (MNIST's 55,000) and the 5,000 with their labels, each in the old order.

    Raises
    ------
    ValueError
        If there are not as many labels as images, not more than 5,000 to spare, labels that are
        none of the classes, or one image alone in its class.

    Examples
    --------
    >>> (images, labels), _ = load_data()
    >>> (x_train, _), (x_validation, y_validation) = split_validation(images, labels)
    >>> len(x_train), len(x_validation), np.bincount(y_validation).tolist()
    (55000, 5000, [494, 562, 496, 511, 487, 452, 493, 522, 487, 496])
    """
    from sklearn.model_selection import train_test_split  # slow to import

    images = np.asarray(images)
    count = len(images) if images.ndim else 0
    labels = check_classes(labels, count)
    if count < VALIDATION_IMAGES + CLASSES or 1 in np.bincount(labels):
        raise ValueError(
            f"there are {count} images, {np.bincount(labels).tolist()} of the classes; expected "
            f"over {VALIDATION_IMAGES}, and two or more of each class"
        )
    train, validation = train_test_split(
        np.arange(count),
        test_size=VALIDATION_IMAGES,
        random_state=VALIDATION_SEED,
        stratify=labels,
    )
    train.sort()
    validation.sort()
    return (images[train], labels[train]), (images[validation], labels[validation])
