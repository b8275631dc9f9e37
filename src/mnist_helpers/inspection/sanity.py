"""How much of each kind of map remains when a network is put in disorder: recorded runs.

    python -m mnist_helpers.inspection.sanity

Layer by layer from the last one, the weights of the post's network are put in random order, many
times; each kind of map is made anew, and compared with the map of the trained network, image by
image. The rows stand in ``experiments/results/sanity_check.csv``; chapter 11 reads them.
"""

import csv
import json
import time

import keras
import numpy as np
from scipy.stats import t

from mnist_helpers import data, environment, storage
from mnist_helpers.experiments.results import path_of
from mnist_helpers.inspection.attribution import grad_cam, occlusion, saliency
from mnist_helpers.inspection.averages import integrated_gradients, smooth_grad
from mnist_helpers.inspection.checks import likeness, shuffled

# Every kind of map with its sign, made coarsely, for speed. The published saliency is the absolute
# value of the gradient, the published Grad-CAM the positive part.
METHODS = {
    "gradient": lambda network, images, classes: saliency(
        network, "logits", images, classes, signed=True
    ),
    "SmoothGrad": lambda network, images, classes: smooth_grad(
        network, "logits", images, classes, samples=8
    ),
    "integrated gradients": lambda network, images, classes: integrated_gradients(
        network, "logits", images, classes, steps=8
    ),
    "Grad-CAM": lambda network, images, classes: grad_cam(
        network, _last_convolution(network), images, classes, rectified=False
    ),
    "occlusion": lambda network, images, classes: occlusion(
        network, "logits", images, classes, stride=4
    ),
}
VIEWS = {
    "signed": lambda maps: maps,
    "absolute": np.abs,
    "positive part": lambda maps: np.maximum(maps, 0),
}
LAYERS = 4  # with weights, of the post's network
SHUFFLES = 20
EXPLAINED = 12  # images that are answered rightly, and as many that are not
COLUMNS = (
    "layers", "seed", "method", "images", *VIEWS, "seconds", "device", "versions", "commit",
)  # fmt: skip


def explained(answers, labels, count=EXPLAINED):
    """Choose, from a fixed seed, the images to explain: so many right answers, then wrong ones.

    Examples
    --------
    >>> explained(np.array([1, 2, 3, 4]), np.array([1, 2, 0, 0]), 2).tolist()
    [1, 0, 3, 2]
    """
    generator = np.random.default_rng(11)
    groups = np.flatnonzero(answers == labels), np.flatnonzero(answers != labels)
    return np.concatenate([generator.choice(group, count, replace=False) for group in groups])


def interval(values):
    """Return a mean over shuffles and images, and an interval that allows for both, at 95 %.

    Every shuffle met every image. Other shuffles would move the mean by about the spread of the
    shuffles' means, other images by that of the images' means; both variances are added, which
    errs on the side of too wide, and the number of degrees of freedom is that of the fewer.

    Parameters
    ----------
    values : array_like of float, shape (shuffles, images)
        At least two of each.

    Returns
    -------
    ndarray, shape (3,)
        The mean, and the lower and the upper end.

    Raises
    ------
    ValueError
        If there are fewer than two of either, or a value is not finite.

    Examples
    --------
    >>> interval([[0.0, 2.0], [2.0, 4.0]]).round(2).tolist()
    [2.0, -15.97, 19.97]
    """
    values = np.asarray(values, float)
    if values.ndim != 2 or min(values.shape) < 2 or not np.isfinite(values).all():
        raise ValueError(
            f"values have shape {values.shape}; expected (shuffles, images), at least two of each, "
            "all finite"
        )
    variance = sum(values.mean(axis=axis).var(ddof=1) / values.shape[1 - axis] for axis in (0, 1))
    half = t.ppf(0.975, min(values.shape) - 1) * np.sqrt(variance)
    return values.mean() + half * np.array([0, -1, 1])


def read(name="sanity_check"):
    """Read what was recorded.

    Returns
    -------
    images : ndarray of int, shape (images,)
        Places in the test set.
    remains : dict of (str, str) to ndarray, shape (layers, shuffles, images)
        Method and view to the rank correlation of each map with the trained network's; the first
        row has the last layer in disorder, the next one the last two, and so on.

    Raises
    ------
    ValueError
        If a row is missing or twice there, or explains other images.

    Examples
    --------
    >>> images, remains = read()
    >>> remains["gradient", "signed"].shape
    (4, 20, 24)
    """
    with path_of(name).open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    found = {(int(row["layers"]), int(row["seed"]), row["method"]): row for row in rows}
    expected = {(n, s, m) for n in range(1, 1 + LAYERS) for s in range(SHUFFLES) for m in METHODS}
    images = {row["images"] for row in rows}
    if set(found) != expected or len(rows) != len(expected) or len(images) != 1:
        raise ValueError(
            f"{name}.csv has {len(rows)} rows of {len(images)} sets of images; expected "
            f"{len(expected)} of one, each method once for each number of layers and each seed"
        )
    remains = {
        (method, view): np.array(
            [
                [json.loads(found[n, seed, method][view]) for seed in range(SHUFFLES)]
                for n in range(1, 1 + LAYERS)
            ]
        )
        for method in METHODS
        for view in VIEWS
    }
    return np.array(json.loads(images.pop())), remains


def rows_of(network, images, classes, layers, seed, originals):
    """Put so many layers in disorder, and compare each kind of map with the original one.

    Yields for each method a dict with its name, ``seconds``, and for each view a list of one rank
    correlation an image, to three places.
    """
    weighted = [layer.name for layer in reversed(network.layers) if layer.weights]
    disordered = shuffled(network, weighted[:layers], seed)
    for method, explain in METHODS.items():
        start = time.perf_counter()
        maps = explain(disordered, images, classes)
        row = {"method": method, "seconds": round(time.perf_counter() - start, 2)}
        for view, see in VIEWS.items():
            row[view] = likeness(see(originals[method]), see(maps)).round(3).tolist()
        yield row


def _last_convolution(network):
    return [each.name for each in network.layers if isinstance(each, keras.layers.Conv2D)][-1]


def main():
    """Record what is missing."""
    from mnist_helpers.experiments.runner import current_commit  # loads Dask

    _, (x_test, y_test) = data.load_data()
    network, images = storage.load_network("post_cnn"), data.prepare_images(x_test)
    answers = network.predict(images, batch_size=1000, verbose=0).argmax(axis=1)
    chosen = explained(answers, y_test)
    images, classes = images[chosen], answers[chosen]
    originals = {method: explain(network, images, classes) for method, explain in METHODS.items()}
    described, path, rows = environment.describe(), path_of("sanity_check"), []
    common = {
        "images": json.dumps(chosen.tolist()),
        "device": described["hardware"],
        "versions": json.dumps(described["versions"]),
        "commit": current_commit(),
    }
    if path.exists():
        with path.open(newline="", encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
    done = {int(row["seed"]) for row in rows}
    for seed in sorted(set(range(SHUFFLES)) - done):
        for layers in range(1, 1 + LAYERS):
            for row in rows_of(network, images, classes, layers, seed, originals):
                views = {view: json.dumps(row[view]) for view in VIEWS}
                rows.append({**row, **views, **common, "layers": layers, "seed": seed})
        with storage.write_beside(path) as new, new.open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)
        print(f"seed {seed} recorded", flush=True)


if __name__ == "__main__":
    main()
