"""What the digit pad's page reads: weights and digits as safetensors, and their manifest.

``python -m mnist_helpers.export`` writes the page's files anew from the trained network and from
MNIST.
"""

import gzip
import hashlib
import json
from pathlib import Path

import keras
import numpy as np
import safetensors.numpy

from mnist_helpers import data, storage

SITE = Path(__file__).resolve().parents[2] / "book" / "site"
WEIGHTS = "digit_pad.safetensors"
DIGITS = "digits.safetensors.gz"
MANIFEST = "digit_pad.json"
TRAINING_STEP, TEST_STEP = 10, 5  # every tenth training digit and every fifth test digit


def fold_batch_norm(model):
    """Fold each batch normalisation into the convolution before it.

    A trained batch normalisation multiplies each map by a number and adds another; so does the
    convolution, whose weights can take both over. The network computes the same with a layer less.

    Parameters
    ----------
    model : keras.Sequential
        Convolutions without bias, each followed by batch normalisation, and dense layers.

    Returns
    -------
    dict of str to ndarray of float32
        ``NAME.kernel`` and ``NAME.bias`` for each convolution and each dense layer.

    Raises
    ------
    ValueError
        If a convolution has a bias, or no batch normalisation after it.

    Examples
    --------
    >>> from mnist_helpers import models
    >>> weights = fold_batch_norm(models.digit_pad())
    >>> weights["conv1.kernel"].shape, weights["conv1.bias"].shape
    ((5, 5, 1, 24), (24,))
    """
    weights = {}
    following = [*model.layers[1:], None]
    for layer, next_layer in zip(model.layers, following, strict=True):
        if isinstance(layer, keras.layers.Dense):
            kernel, bias = (np.asarray(array) for array in layer.get_weights())
        elif isinstance(layer, keras.layers.Conv2D):
            if layer.use_bias or not isinstance(next_layer, keras.layers.BatchNormalization):
                raise ValueError(
                    f"the convolution {layer.name} has a bias, or no batch normalisation after it"
                )
            (kernel,) = (array.astype(np.float64) for array in layer.get_weights())
            scale, offset, mean, variance = (
                array.astype(np.float64) for array in next_layer.get_weights()
            )
            scale = scale / np.sqrt(variance + next_layer.epsilon)
            kernel, bias = kernel * scale, offset - mean * scale
        else:
            continue
        weights[f"{layer.name}.kernel"] = kernel.astype(np.float32)
        weights[f"{layer.name}.bias"] = bias.astype(np.float32)
    return weights


def export_safetensors(arrays, path):
    """Write named arrays as one safetensors file, gzip-compressed if its name ends in ``.gz``.

    A safetensors file is a header in JSON (name, type, shape and place of each array) and the
    arrays' bytes: nothing in it can be run, and every language can read it.

    Parameters
    ----------
    arrays : dict of str to ndarray
    path : str or Path
        Replaced only when the new file is complete.

    Returns
    -------
    dict
        ``file``, ``bytes`` and ``sha256`` (of the safetensors file, uncompressed), ``tensors``
        (name to shape).

    Raises
    ------
    ValueError
        If a floating-point array holds values that are not finite.
    """
    for name, array in arrays.items():
        if array.dtype.kind == "f" and not np.isfinite(array).all():
            raise ValueError(f"{name} holds values that are not finite")
    arrays = {name: np.ascontiguousarray(array) for name, array in arrays.items()}
    content = safetensors.numpy.save(arrays)
    path = Path(path)
    with storage.write_beside(path) as temporary:
        compressed = gzip.compress(content, 9, mtime=0) if path.suffix == ".gz" else content
        temporary.write_bytes(compressed)
    return {
        "file": path.name,
        "bytes": len(content),
        "sha256": hashlib.sha256(content).hexdigest(),
        "tensors": {name: list(array.shape) for name, array in arrays.items()},
    }


def training_digits():
    """Take the digits that the page trains on: every tenth training and every fifth test digit.

    Returns
    -------
    dict of str to ndarray of uint8
        ``x_train`` (6000, 28, 28), ``y_train``, ``x_test`` (2000, 28, 28), ``y_test``.

    Examples
    --------
    >>> {name: array.shape for name, array in training_digits().items()}["x_test"]
    (2000, 28, 28)
    """
    (x_train, y_train), (x_test, y_test) = data.load_data()
    return {
        "x_train": x_train[::TRAINING_STEP],
        "y_train": y_train[::TRAINING_STEP],
        "x_test": x_test[::TEST_STEP],
        "y_test": y_test[::TEST_STEP],
    }


def export_digit_pad(folder=SITE):
    """Write the page's weights, digits and manifest.

    Parameters
    ----------
    folder : str or Path
        By default ``book/site``.

    Returns
    -------
    dict
        The manifest: ``weights`` and ``digits`` as `export_safetensors` describes them, and
        ``test``, what the network reached.
    """
    folder = Path(folder)
    model = storage.load_network("digit_pad")
    record = storage.read_manifest()["digit_pad"]
    manifest = {
        "weights": export_safetensors(fold_batch_norm(model), folder / WEIGHTS),
        "digits": export_safetensors(training_digits(), folder / DIGITS),
        "test": record["test"],
    }
    with storage.write_beside(folder / MANIFEST) as temporary:
        temporary.write_text(json.dumps(manifest, indent=1) + "\n", encoding="utf-8")
    return manifest


if __name__ == "__main__":
    print(json.dumps(export_digit_pad(), indent=1))
