"""The embedded MNIST, its validation split, and the one preparation that all networks share.

``mnist.npz`` lies beside this file; its authors and licence are in ``MNIST-LICENSE.md``.
"""

import hashlib
from pathlib import Path

import numpy as np

from mnist_helpers.files import read_idx, read_npz

EMBEDDED = Path(__file__).with_name("mnist.npz")

IMAGE_SIZE = 28  # pixels, height and width
CLASSES = 10
VALIDATION_IMAGES = 5_000
VALIDATION_SEED = 2018

# Name: (shape, SHA-256 of the raw bytes), in the order in which `load_data` returns them.
ARRAYS = {
    "x_train": (
        (60_000, 28, 28),
        "741c988805d008ac6e4c904b69001ba184c24b2c540a4ef403f4c71b676cf757",
    ),
    "y_train": (
        (60_000,),
        "1feba77c54802fa5339a11837ea4b2866434b83314ec45192930f1df69120c13",
    ),
    "x_test": (
        (10_000, 28, 28),
        "6d87418db22cc8025d05968bec9bd5c3932904b23485740db143a061a2c9d161",
    ),
    "y_test": (
        (10_000,),
        "ddeff807876a9661a1110d45c266c86239a3a1b7d37da0c3716a7a683c852ff5",
    ),
}
# The names under which the files were first published; ".gz" may follow.
IDX_FILES = {
    "x_train": "train-images-idx3-ubyte",
    "y_train": "train-labels-idx1-ubyte",
    "x_test": "t10k-images-idx3-ubyte",
    "y_test": "t10k-labels-idx1-ubyte",
}


def load_data(path=None):
    """Load MNIST, checked against the SHA-256 of each array.

    Returns what ``keras.datasets.mnist.load_data()`` returns, without the network.

    Parameters
    ----------
    path : str or Path, optional
        A ``.npz`` file with the arrays ``x_train``, ``y_train``, ``x_test`` and ``y_test``, or
        a folder with the four original IDX files, plain or gzip-compressed. By default the
        copy that comes with the package.

    Returns
    -------
    (x_train, y_train), (x_test, y_test) : tuples of ndarray of uint8
        Images of shape (60000, 28, 28) and (10000, 28, 28), 0 (paper) to 255 (ink), and their
        labels of shape (60000,) and (10000,), 0 to 9.

    Raises
    ------
    FileNotFoundError
        If `path`, or one of the four IDX files in it, does not exist.
    ValueError
        If a file is damaged, or is not MNIST.

    Examples
    --------
    >>> (x_train, y_train), (x_test, y_test) = load_data()
    >>> x_train.shape, y_test.shape, y_train[:5].tolist()
    ((60000, 28, 28), (10000,), [5, 0, 4, 1, 9])
    """
    path = EMBEDDED if path is None else Path(path)
    if path.is_dir():
        arrays = {name: read_idx(_find_idx(path, file)) for name, file in IDX_FILES.items()}
    elif path.is_file():
        arrays = read_npz(path, {name: shape for name, (shape, _) in ARRAYS.items()})
    else:
        raise FileNotFoundError(
            f"{path} does not exist; expected an .npz file or a folder with the IDX files of MNIST"
        )
    for name, (shape, expected) in ARRAYS.items():
        if arrays[name].shape != shape:
            raise ValueError(f"{path}: {name} has shape {arrays[name].shape}; expected {shape}")
        if hashlib.sha256(arrays[name].tobytes()).hexdigest() != expected:
            raise ValueError(f"{path}: {name} is not MNIST's (its SHA-256 is not the expected one)")
    return (arrays["x_train"], arrays["y_train"]), (arrays["x_test"], arrays["y_test"])


def _find_idx(folder, name):
    for candidate in (folder / name, folder / f"{name}.gz"):
        if candidate.is_file():
            return candidate
    raise FileNotFoundError(f"{folder} holds neither {name} nor {name}.gz")


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
    images : ndarray, shape (60000, ...)
        The training images, prepared or not.
    labels : ndarray, shape (60000,)
        Their classes, 0 to 9 (not one-hot).

    Returns
    -------
    (x_train, y_train), (x_validation, y_validation) : tuples of ndarray
        55,000 and 5,000 images with their labels, each in MNIST's order.

    Raises
    ------
    ValueError
        If there are not as many labels as images, not 60,000 of them, or labels that are none of
        the classes.

    Examples
    --------
    >>> (images, labels), _ = load_data()
    >>> (x_train, _), (x_validation, y_validation) = split_validation(images, labels)
    >>> len(x_train), len(x_validation), np.bincount(y_validation).tolist()
    (55000, 5000, [494, 562, 496, 511, 487, 452, 493, 522, 487, 496])
    """
    from sklearn.model_selection import train_test_split  # slow to import

    count = ARRAYS["y_train"][0][0]
    images, labels = np.asarray(images), np.asarray(labels)
    if images.shape[:1] != (count,) or labels.shape != (count,):
        raise ValueError(
            f"images have shape {images.shape} and labels {labels.shape}; "
            f"expected {count} of both, labels as class numbers"
        )
    if not np.isin(labels, np.arange(CLASSES)).all():
        raise ValueError(f"a label is none of the classes 0 to {CLASSES - 1}")
    train, validation = train_test_split(
        np.arange(count),
        test_size=VALIDATION_IMAGES,
        random_state=VALIDATION_SEED,
        stratify=labels,
    )
    train.sort()
    validation.sort()
    return (images[train], labels[train]), (images[validation], labels[validation])
