"""What the digit pad's page reads: weights and digits as safetensors, and their manifest.

``python -m mnist_helpers.export`` writes the page's files anew from the trained networks and from
MNIST. Another network on the pad is an entry in `PAD`.
"""

import gzip
import hashlib
import json
from pathlib import Path

import numpy as np
import safetensors.numpy

from mnist_helpers import data, models, storage
from mnist_helpers.notation import parse

SITE = Path(__file__).resolve().parents[2] / "book" / "site"
DIGITS = "digits.safetensors.gz"
MANIFEST = "digit_pad.json"
TABLE = "digit_pad_layers.txt"
PAD = {"digit_pad": "the book’s"}  # trained networks, and what the page calls them; the first leads
TRAINED_THERE = "8C5-P2-16C3-P2"  # the network that the reader trains
KINDS = {"convolution", "activation", "max_pooling", "dense"}  # of layers that the page has
FUNCTIONS = ("relu", "tanh", "sigmoid")  # and of activations
TRAINING_STEP, TEST_STEP = 10, 5  # every tenth training digit and every fifth test digit


def page_layers(described):
    """List what the page builds: layers that it has, in a network that is trained already.

    Dropout and flattening do nothing there, softmax is the page's own, and a batch normalisation is
    part of the convolution before it (`fold_batch_norm`).

    Parameters
    ----------
    described : list of notation.Layer

    Returns
    -------
    list of notation.Layer

    Raises
    ------
    ValueError
        If the page has no such layer, or a batch normalisation does not follow a convolution.

    Examples
    --------
    >>> [layer.name for layer in page_layers(parse("8C3B-P2-F-D.5"))]
    ['conv', 'conv_relu', 'pool', 'dense']
    """
    layers = []
    for layer in described[:-1]:
        if layer.kind == "batch_normalization" and layers and layers[-1].kind == "convolution":
            filters = layer.output_shape[-1]
            before = layers[-1]
            options = before.options | {"bias": True}
            parameters = before.parameters + filters * (not before.options["bias"])
            layers[-1] = before._replace(options=options, parameters=parameters)
        elif layer.kind in KINDS and layer.options.get("function", "relu") in FUNCTIONS:
            layers.append(layer)
        elif layer.kind not in ("dropout", "flatten"):
            what = layer.options.get("function", layer.kind)
            raise ValueError(
                f"the page has no {what} such as {layer.name}; expected {', '.join(sorted(KINDS))} "
                f"({', '.join(FUNCTIONS)}), and batch_normalization behind a convolution"
            )
    return layers


def fold_batch_norm(model, described):
    """Fold each batch normalisation into the convolution before it.

    A trained batch normalisation multiplies each map by a number and adds another; so does the
    convolution, whose weights can take both over. The network computes the same with a layer less.

    Parameters
    ----------
    model : keras.Sequential
    described : list of notation.Layer
        The layers that it was built from.

    Returns
    -------
    dict of str to ndarray of float32
        ``NAME.kernel`` and ``NAME.bias`` for each convolution and each dense layer.

    Raises
    ------
    ValueError
        As for `page_layers`.

    Examples
    --------
    >>> described = parse(models.NOTATIONS["digit_pad"])
    >>> weights = fold_batch_norm(models.digit_pad(), described)
    >>> weights["conv1.kernel"].shape, weights["conv1.bias"].shape
    ((5, 5, 1, 24), (24,))
    """
    page_layers(described)  # refuses what the page cannot show
    weights, name = {}, None
    trained = iter(layer for layer in model.layers if layer.weights)
    for layer in described:
        if not layer.parameters:
            continue
        own = next(trained)
        arrays = [np.asarray(array, np.float64) for array in own.get_weights()]
        if layer.kind == "batch_normalization":
            scale, offset, mean, variance = arrays
            scale = scale / np.sqrt(variance + own.epsilon)
            weights[f"{name}.kernel"] = weights[f"{name}.kernel"] * scale
            weights[f"{name}.bias"] = offset + (weights[f"{name}.bias"] - mean) * scale
        else:
            name, (kernel, *bias) = layer.name, arrays
            weights[f"{name}.kernel"] = kernel
            weights[f"{name}.bias"] = bias[0] if bias else np.zeros(kernel.shape[-1])
    return {name: array.astype(np.float32) for name, array in weights.items()}


def export_safetensors(arrays, path, metadata=None):
    """Write named arrays as one safetensors file, gzip-compressed if its name ends in ``.gz``.

    A safetensors file is a header in JSON (name, type, shape and place of each array) and the
    arrays' bytes: nothing in it can be run, and every language can read it.

    Parameters
    ----------
    arrays : dict of str to ndarray
    path : str or Path
        Replaced only when the new file is complete.
    metadata : dict of str to str, optional
        Words about the arrays.

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
    content = safetensors.numpy.save(arrays, metadata)
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


def export_network(name, title, folder=SITE):
    """Write the weights of a trained network of the book for the page.

    Parameters
    ----------
    name : str
        One of the manifest of ``models/``.
    title : str
        What the page calls it.
    folder : str or Path
        By default ``book/site``.

    Returns
    -------
    dict
        ``name``, ``title``, ``layers`` (what to build), ``weights`` as `export_safetensors`
        describes them, and ``test``, what the network reached.
    """
    described, model = parse(models.NOTATIONS[name]), storage.load_network(name)
    weights = fold_batch_norm(model, described)
    return {
        "name": name,
        "title": title,
        "layers": [layer._asdict() for layer in page_layers(described)],
        "weights": export_safetensors(weights, Path(folder, f"{name}.safetensors")),
        "test": storage.read_manifest()[name]["test"],
    }


def table(layers):
    """Write the table of a network's layers for the page, in Markdown.

    Parameters
    ----------
    layers : list of dict
        As in the manifest.

    Examples
    --------
    >>> print(table([layer._asdict() for layer in page_layers(parse("24C5S2same-P2"))]))
    | Layer | Output | Weights | Multiply-adds |
    |---|---|--:|--:|
    | 24 kernels 5 × 5, step 2, zeros around | 14 × 14 × 24 | 624 | 117,600 |
    | the largest of 2 × 2 | 7 × 7 × 24 | – | – |
    | dense | 10 | 11,770 | 11,760 |
    | together | | 12,394 | 129,360 |
    """
    lines = ["| Layer | Output | Weights | Multiply-adds |", "|---|---|--:|--:|"]
    for layer in layers:
        if layer["kind"] == "activation":
            continue
        options, cost = layer["options"], ("–", "–")
        if layer["kind"] == "convolution":
            size, step = options["kernel_size"], options["strides"]
            what = f"{options['filters']} kernels {size} × {size}"
            what += f", step {step}" * (step > 1)
            what += ", zeros around" * (options["padding"] == "same")
        else:
            size = options.get("pool_size")
            what = f"the largest of {size} × {size}" if size else "dense"
        if layer["parameters"]:
            cost = f"{layer['parameters']:,}", f"{layer['multiply_adds']:,}"
        output = " × ".join(map(str, layer["output_shape"]))
        lines.append(f"| {what} | {output} | {cost[0]} | {cost[1]} |")
    total = [sum(layer[cost] for layer in layers) for cost in ("parameters", "multiply_adds")]
    return "\n".join([*lines, f"| together | | {total[0]:,} | {total[1]:,} |"])


def export_digit_pad(folder=SITE):
    """Write the page's weights, digits, manifest and table.

    Parameters
    ----------
    folder : str or Path
        By default ``book/site``.

    Returns
    -------
    dict
        The manifest: ``networks``, each as `export_network` describes it, ``training``, the
        ``layers`` of the network that the reader trains, and ``digits``.
    """
    folder = Path(folder)
    manifest = {
        "networks": [export_network(name, title, folder) for name, title in PAD.items()],
        "training": {"layers": [layer._asdict() for layer in page_layers(parse(TRAINED_THERE))]},
        "digits": export_safetensors(training_digits(), folder / DIGITS),
    }
    for name, text in {
        MANIFEST: json.dumps(manifest, indent=1, ensure_ascii=False),
        TABLE: table(manifest["networks"][0]["layers"]),
    }.items():
        with storage.write_beside(folder / name) as temporary:
            temporary.write_text(text + "\n", encoding="utf-8")
    return manifest


if __name__ == "__main__":
    print(json.dumps(export_digit_pad(), indent=1))
