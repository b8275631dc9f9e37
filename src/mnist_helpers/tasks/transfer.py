"""Learn five digits, keep the convolutions, and learn the other five with them."""

import keras
import numpy as np

from mnist_helpers.tasks import parts


def five(images, labels, first):
    """Return the images of five digits in a row, and their classes from 0 to 4.

    Examples
    --------
    >>> five(np.arange(3), np.array([4, 5, 9]), first=5)[1].tolist()
    [0, 4]
    """
    taking = (labels >= first) & (labels < first + 5)
    return images[taking], labels[taking] - first


def some_of_each(labels, count, generator):
    """Return the places of `count` images of each class, drawn at random."""
    drawn = [
        generator.permutation(np.flatnonzero(labels == digit))[:count]
        for digit in np.unique(labels)
    ]
    return np.concatenate(drawn)


def two_parts(model):
    """Split a network before its dense layers: what makes features, and what reads them."""
    behind = keras.layers.Flatten, keras.layers.Dropout  # a dropout there belongs to training
    cut = next(place for place, layer in enumerate(model.layers) if isinstance(layer, behind))
    features = keras.Sequential([keras.Input((28, 28, 1)), *model.layers[:cut]])
    head = keras.Sequential([keras.Input(features.output_shape[1:]), *model.layers[cut:]])
    return features, head


class Learner:
    """A network that is trained several times from given weights, compiled once.

    Parameters
    ----------
    model : keras.Model
    settings : dict
    """

    def __init__(self, model, settings):
        self.model, self.settings = model, settings
        parts.compile_network(model, settings)

    def accuracies(self, weights, images, labels, sets, seed):
        """Train from some weights for the settings' number of steps; measure on each set."""
        steps, size = self.settings["task_options"]["steps"], self.settings["batch_size"]
        generator = np.random.default_rng(seed)
        orders = -(-steps * size // len(images))
        order = np.concatenate([generator.permutation(len(images)) for _ in range(orders)])
        order = order[: steps * size]
        self.model.set_weights(weights)
        for variable in self.model.optimizer.variables:  # what the last run has left
            if variable is not self.model.optimizer._learning_rate:
                variable.assign(keras.ops.zeros_like(variable))
        self.model.fit(images[order], labels[order], size, shuffle=False, verbose=0)
        return [
            round(self.model.evaluate(*each, batch_size=1000, verbose=0)[1], 6) for each in sets
        ]


WAYS = {  # whose convolutions, whose dense layers, and whether all of them learn
    "frozen": ("learned", "learned", False),
    "trained on": ("learned", "learned", True),
    "random, frozen": ("random", "random", False),
    "from scratch": ("random", "random", True),
    "frozen, fresh": ("learned", "random", False),
}


def train(settings, seed, training, validation, test):
    """Learn 0 to 4; then 5 to 9 from few images and many, with and without what was learned.

    The columns are of the five first digits. ``measures`` holds, for each way, the accuracies on
    the validation and on the test images of 5 to 9, one for each number of images a class:
    ``frozen`` trains the dense layers alone, beginning with those of the first five digits, on the
    convolutions' features; ``trained on`` trains all from there; ``random, frozen`` and
    ``from scratch`` do the same from random weights; ``frozen, fresh`` trains random dense layers
    on the features that were learned.

    Task options: ``images_a_class``; ``steps``, the same for all; and ``ways``, the first four
    unless it says others.
    """
    sources, options = (
        [five(*each, 0) for each in (training, validation, test)],
        settings["task_options"],
    )
    model = parts.network(settings["network"], 5, seed)
    weights = {"random": model.get_weights()}
    history = parts.fit_classifier(model, settings, seed, *sources[:2])
    tested = model.evaluate(*sources[2], batch_size=1000, verbose=0)
    weights["learned"] = model.get_weights()
    features, head = two_parts(model)
    kept = len(features.get_weights())
    whole, top = Learner(model, settings), Learner(head, settings)
    goals = [five(*each, 5) for each in (training, validation, test)]
    measures = {"images_a_class": options["images_a_class"]}
    for way in options.get("ways", list(WAYS)[:4]):
        convolutions, dense, all_learn = WAYS[way]
        learner, sets, start = whole, goals, weights[convolutions]
        if not all_learn:
            features.set_weights(weights[convolutions][:kept])
            learner, start = top, weights[dense][kept:]
            sets = [
                (features.predict(images, batch_size=1000, verbose=0), labels)
                for images, labels in goals
            ]
        found = []
        for count in options["images_a_class"]:
            drawn = some_of_each(sets[0][1], count, np.random.default_rng(seed))
            few = [each[drawn] for each in sets[0]]
            found.append(learner.accuracies(start, *few, sets[1:], seed))
        measures[f"{way}, validation"], measures[f"{way}, test"] = map(
            list, zip(*found, strict=True)
        )
    return parts.columns(history, tested, model) | {"measures": measures}
