"""Two images through one network, to tell whether they are of the same digit.

R. Hadsell, S. Chopra and Y. LeCun, "Dimensionality reduction by learning an invariant mapping",
2006.
"""

import keras
import numpy as np

from mnist_helpers.tasks import parts


def pairs(labels, seed):
    """Pair every image with one of its own class and with one of another.

    Parameters
    ----------
    labels : ndarray of int, shape (count,)
        At least two of each class, and two classes.
    seed : int

    Returns
    -------
    places : ndarray of int, shape (2 * count, 2)
        Of the two images.
    same : ndarray of float32, shape (2 * count,)
        1 where they are of one class, else 0.

    Examples
    --------
    >>> labels = np.array([0, 0, 1, 1])
    >>> places, same = pairs(labels, seed=0)
    >>> ((labels[places[:, 0]] == labels[places[:, 1]]) == same).all(), same.mean()
    (np.True_, np.float32(0.5))
    """
    generator = np.random.default_rng(seed)
    alike, unlike = [], []
    for digit in np.unique(labels):
        members = generator.permutation(np.flatnonzero(labels == digit))
        alike.append(np.stack([members, np.roll(members, 1)], axis=1))
        others = generator.choice(np.flatnonzero(labels != digit), len(members))
        unlike.append(np.stack([members, others], axis=1))
    places = np.concatenate([*alike, *unlike])
    same = np.zeros(len(places), "float32")
    same[: len(labels)] = 1
    return places, same


class PairBatches(keras.utils.PyDataset):
    """Whole batches of pairs, the same ones in a new order each epoch."""

    def __init__(self, images, places, same, batch_size, seed):
        super().__init__()
        self.images, self.places, self.same, self.batch_size = images, places, same, batch_size
        self.generator = np.random.default_rng(seed)
        self.on_epoch_end()

    def __len__(self):
        """Return the number of batches in an epoch."""
        return len(self.places) // self.batch_size

    def __getitem__(self, index):
        """Return both images of each pair, and whether they are of one class."""
        chosen = self.order[index * self.batch_size : (index + 1) * self.batch_size]
        first, second = self.places[chosen].T
        return (self.images[first], self.images[second]), self.same[chosen]

    def on_epoch_end(self):
        """Draw a new order."""
        self.order = self.generator.permutation(len(self.places))


def distance_of(embed):
    """Build the network that reads two images and gives the distance of what `embed` makes of them.

    The distance's gradient is infinite where it is 0, so it is kept above a hundred-thousandth.
    """
    images = [keras.Input((28, 28, 1)) for _ in range(2)]
    first, second = map(embed, images)
    square = keras.ops.sum(keras.ops.square(first - second), axis=1)
    return keras.Model(images, keras.ops.sqrt(keras.ops.maximum(square, 1e-10)))


def contrastive_loss(same, distance, margin=1.0):
    """Return the square of the distance for a pair of one class, else of what the margin lacks."""
    lacking = keras.ops.maximum(margin - distance, 0)
    return keras.ops.mean(
        same * keras.ops.square(distance) + (1 - same) * keras.ops.square(lacking)
    )


def accuracy(same, distance):
    """Return the share of pairs that 0.5 as the threshold puts on the right side."""
    return keras.ops.mean(keras.ops.cast((distance < 0.5) == (same > 0.5), "float32"))


def best_threshold(distances, same):
    """Find the distance below which pairs are to be called alike, so that the most are right.

    Examples
    --------
    >>> best_threshold(np.array([0.1, 0.3, 0.7, 0.9]), np.array([1, 1, 0, 0]))
    0.5
    """
    order = np.argsort(distances)
    sorted_distances, alike = distances[order], same[order] > 0.5
    right = np.cumsum(alike) + (~alike).sum() - np.cumsum(~alike)  # if all up to here are called so
    last = min(int(right.argmax()), len(order) - 2)
    return float(sorted_distances[last : last + 2].mean())


def one_shot(vectors, labels, digits, draws=200, seed=0):
    """Name images by the nearest of one example a digit; return the mean share of right names.

    Parameters
    ----------
    vectors : ndarray, shape (count, size)
    labels : ndarray of int, shape (count,)
    digits : sequence of int
        Which digits take part.
    draws : int
        How often the examples are drawn anew.
    seed : int
        Of the draws.

    Returns
    -------
    float
    """
    generator = np.random.default_rng(seed)
    taking = np.isin(labels, digits)
    vectors, labels = vectors[taking].astype("float64"), labels[taking]
    squares, shares = (vectors**2).sum(axis=1), []
    for _ in range(draws):
        chosen = [generator.choice(np.flatnonzero(labels == digit)) for digit in digits]
        distances = squares[chosen] - 2 * vectors @ vectors[chosen].T
        right = np.asarray(digits)[distances.argmin(axis=1)] == labels
        shares.append((right.sum() - len(digits)) / (len(labels) - len(digits)))  # not themselves
    return float(np.mean(shares))


def train(settings, seed, training, validation, test):
    """Train on pairs of the digits that take part, and measure pairs and single examples.

    The columns are of pairs of these digits, with 0.5 as the threshold; ``measures`` holds the
    threshold that the validation pairs choose, the share of right test pairs with it, for the
    digits that take part and for the others, and what one example each of 7, 8 and 9 is worth.

    Task options: ``digits``, those that take part.
    """
    digits = settings["task_options"]["digits"]
    embed = parts.network(settings["network"], None, seed)
    model = distance_of(embed)
    untrained = embed.predict(test[0], batch_size=1000, verbose=0)
    parts.compile_network(model, settings, contrastive_loss, [accuracy])

    def of(images, labels, chosen, first_seed):
        taking = np.isin(labels, chosen)
        return images[taking], *pairs(labels[taking], first_seed)

    learned = PairBatches(*of(*training, digits, seed), settings["batch_size"], seed)
    images, places, same = of(*validation, digits, 0)
    both = [images[places[:, side]] for side in (0, 1)]
    history = parts.fit(model, settings, learned, (both, same))

    def distances_of(images, places):
        vectors = embed.predict(images, batch_size=1000, verbose=0)
        return np.linalg.norm(vectors[places[:, 0]] - vectors[places[:, 1]], axis=1)

    threshold = best_threshold(distances_of(images, places), same)
    measures = {"threshold": round(threshold, 6)}
    for name, chosen in {"these digits": digits, "7, 8, 9": [7, 8, 9]}.items():
        images, places, same = of(*test, chosen, 1)
        distances = distances_of(images, places)
        for at in (0.5, threshold):
            key = f"{name}, {'threshold 0.5' if at == 0.5 else 'chosen threshold'}"
            measures[key] = round(float(((distances < at) == same).mean()), 6)
        if name == "these digits":
            lacking = np.maximum(1 - distances, 0)
            tested = (same * distances**2 + (1 - same) * lacking**2).mean()
    trained = embed.predict(test[0], batch_size=1000, verbose=0)
    for name, vectors in {"trained": trained, "untrained": untrained}.items():
        measures[f"one shot, {name}"] = round(one_shot(vectors, test[1], [7, 8, 9]), 6)
    tested = tested, measures["these digits, threshold 0.5"]
    return parts.columns(history, tested, embed) | {"measures": measures}
