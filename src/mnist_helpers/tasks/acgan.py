"""Two networks that teach each other to draw: one draws a digit, one says whether it is real.

I. Goodfellow and others, "Generative adversarial nets", 2014; with the digit as an input of one and
a second answer of the other: A. Odena, C. Olah and J. Shlens, "Conditional image synthesis with
auxiliary classifier GANs", 2017.
"""

import keras
import numpy as np
from keras import layers

from mnist_helpers.tasks import judging
from mnist_helpers.training import batches
from mnist_helpers.training.trainer import rounded

NOISE = 64  # random numbers behind each drawn digit


def generator(maps, seed):
    """Build the network that draws: random numbers and a digit in, a picture out.

    The random numbers are multiplied, one by one, by those that it learns for the digit.

    Parameters
    ----------
    maps : sequence of int
        At 7 x 7 and at 14 x 14.
    seed : int

    Returns
    -------
    keras.Model

    Examples
    --------
    >>> generator([4, 2], seed=0).output_shape
    (None, 28, 28, 1)
    """
    first, second = maps
    noise, digit = keras.Input((NOISE,)), keras.Input((), dtype="int32")
    ones = keras.initializers.RandomNormal(0, 1, seed=seed)
    code = layers.multiply([noise, layers.Embedding(10, NOISE, ones)(digit)])
    inner = layers.Dense(49 * first, use_bias=False)(code)
    inner = layers.ReLU()(layers.BatchNormalization(momentum=0.9)(inner))
    inner = layers.Reshape((7, 7, first))(inner)
    inner = layers.Conv2DTranspose(second, 4, 2, padding="same", use_bias=False)(inner)
    inner = layers.ReLU()(layers.BatchNormalization(momentum=0.9)(inner))
    picture = layers.Conv2DTranspose(1, 4, 2, padding="same", activation="sigmoid")(inner)
    return keras.Model([noise, digit], picture)


def discriminator(maps, dropout):
    """Build the network with two answers, as logits: whether a picture is real, and which digit.

    Parameters
    ----------
    maps : sequence of int
        Of two strided convolutions.
    dropout : float

    Returns
    -------
    keras.Model

    Examples
    --------
    >>> discriminator([2, 4], 0.3).output_shape
    [(None, 1), (None, 10)]
    """
    picture = keras.Input((28, 28, 1))
    inner = picture
    for each in maps:
        inner = layers.Conv2D(each, 4, 2, padding="same")(inner)
        inner = layers.Dropout(dropout)(layers.LeakyReLU(0.2)(inner))
    inner = layers.Flatten()(inner)
    return keras.Model(picture, [layers.Dense(1)(inner), layers.Dense(10)(inner)])


LOSSES = (
    keras.losses.BinaryCrossentropy(from_logits=True),
    keras.losses.SparseCategoricalCrossentropy(from_logits=True),
)


class Game:
    """Two networks, and the steps that they take in turn.

    Parameters
    ----------
    settings : dict
        Of `training.settings`: the optimizer, its rate, and the task options ``generator``,
        ``discriminator`` (their maps), ``dropout`` and ``real``, what the discriminator is to say
        of a real image.
    seed : int
    """

    def __init__(self, settings, seed):
        options = settings["task_options"]
        self.random, self.real = np.random.default_rng(seed), options["real"]
        self.generator = generator(options["generator"], seed)
        self.discriminator = discriminator(options["discriminator"], options["dropout"])
        given = self.generator.inputs
        self.both = keras.Model(given, self.discriminator(self.generator(given)))
        optimizer = getattr(keras.optimizers, settings["optimizer"])
        for model in (self.discriminator, self.both):
            model.compile(
                optimizer(settings["learning_rate"], **settings["optimizer_options"]),
                [*LOSSES],
                jit_compile=False,
            )

    def asked_for(self, count):
        """Draw random numbers, and digits, each equally likely."""
        noise = self.random.standard_normal((count, NOISE), "float32")
        return noise, self.random.integers(10, size=count).astype("int32")

    def step(self, images, digits):
        """Let both learn once: the discriminator from as many drawn images as real ones.

        Returns
        -------
        list of float
            What the discriminator lost, and the generator.
        """
        count = len(images)
        noise, asked = self.asked_for(count)
        drawn = self.generator.predict_on_batch([noise, asked])
        pictures, labels = np.concatenate([images, drawn]), np.concatenate([digits, asked])
        is_real = np.repeat(np.float32([self.real, 0]), count)[:, None]
        self.discriminator.trainable = True
        lost = self.discriminator.train_on_batch(pictures, [is_real, labels])
        # The generator learns what the discriminator, as it is now, would take for real.
        self.discriminator.trainable = False
        noise, asked = self.asked_for(count)
        taken_for_real = np.ones((count, 1), "float32")
        fooled = self.both.train_on_batch([noise, asked], [taken_for_real, asked])
        return [float(np.ravel(each)[0]) for each in (lost, fooled)]

    def draw(self, digits, seed):
        """Draw pictures of these digits."""
        noise = np.random.default_rng(seed).standard_normal((len(digits), NOISE), "float32")
        parts = [
            keras.ops.convert_to_numpy(self.generator([noise[some], digits[some]]))
            for start in range(0, len(digits), 1000)
            for some in [slice(start, start + 1000)]
        ]
        return np.concatenate(parts)


def train(settings, seed, training, validation, test):
    """Let two networks teach each other, and judge what is drawn.

    The losses by epoch are the discriminator's; ``measures`` holds what `judging.judge` finds, and
    the generator's losses (``generator losses``).

    Task options: see `Game`.
    """
    game = Game(settings, seed)
    learned = batches.AugmentedImages(*training, settings["batch_size"], seed, None)
    losses = []
    for _ in range(settings["epochs"]):
        losses.append(np.mean([game.step(*batch) for batch in map(learned.__getitem__,
                               range(len(learned)))], axis=0))  # fmt: skip
        learned.on_epoch_end()
    found, fooled = map(rounded, np.transpose(losses))
    judged = judging.judge(game.draw, seed, training, validation, test)
    row = judging.columns(found, game.generator, judged)
    return row | {"measures": row["measures"] | {"generator losses": fooled}}
