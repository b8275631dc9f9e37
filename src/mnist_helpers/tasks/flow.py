"""Flow matching: a network that says where to go, from noise to a digit, step by step.

Y. Lipman and others, "Flow matching for generative modeling", 2023; X. Liu, C. Gong and Q. Liu,
"Flow straight and fast: learning to generate and transfer data with rectified flow", 2023.
"""

import keras
import numpy as np
from keras import layers

from mnist_helpers.tasks import autoencoding, judging, normals, parts
from mnist_helpers.training import batches, trainer

STEPS = 20  # of Euler's, from noise to a digit
COMPARED_STEPS = 1, 2, 5, 20, 50


def network(numbers, units):
    """Build the network: a place, the time and the digit in, the velocity out.

    Parameters
    ----------
    numbers : int
        Of a place.
    units : int
        Of each of three dense layers.

    Returns
    -------
    keras.Model

    Examples
    --------
    >>> network(32, 256).output_shape
    (None, 32)
    """
    given = keras.Input((numbers + 11,))
    inner = given
    for _ in range(3):
        inner = layers.Dense(units, "silu")(inner)
    return keras.Model(given, layers.Dense(numbers)(inner))


def inputs(numbers, time, digits):
    """Put side by side what the network reads: the numbers, the time, one of ten for the digit.

    Examples
    --------
    >>> inputs(np.array([[5.0]]), np.array([0.5]), np.array([2])).astype(int).tolist()
    [[5, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0]]
    """
    time = np.broadcast_to(time, len(numbers))[:, None]
    return np.concatenate([numbers, time, np.eye(10)[digits]], axis=1, dtype="float32")


class StraightLines(batches.AugmentedImages):
    """Batches of places on straight lines from noise to data, with new noise and times each epoch.

    Parameters
    ----------
    numbers : ndarray of float32, shape (count, numbers)
    labels : ndarray of int, shape (count,)
    batch_size, seed : int
    """

    def __init__(self, numbers, labels, batch_size, seed):
        super().__init__(numbers, labels, batch_size, seed, None)

    def __getitem__(self, index):
        """Return what the network reads at the places of one batch, and the lines' velocities."""
        data, digits = super().__getitem__(index)
        noise = self.generator.standard_normal(data.shape, "float32")
        time = self.generator.random((len(data), 1), "float32")
        places = (1 - time) * noise + time * data
        return inputs(places, time[:, 0], digits), data - noise


def walk(model, numbers, digits, steps=STEPS):
    """Go from noise to data in equal steps, each in the direction that the network says.

    Parameters
    ----------
    model : keras.Model
    numbers : ndarray, shape (count, numbers)
        Noise.
    digits : ndarray of int, shape (count,)
    steps : int

    Returns
    -------
    list of ndarray
        The places, from the noise to the end.
    """
    places = [numbers]
    for step in range(steps):
        velocity = autoencoding.asked(model, inputs(places[-1], step / steps, digits), 5000)
        places.append(places[-1] + velocity / steps)
    return places


class Flow:
    """A flow from noise to digits, among the numbers of a space.

    Parameters
    ----------
    space : normals.Codes or normals.Components
    numbers, units : int
        Of a place, and of each of the network's dense layers.
    """

    def __init__(self, space, numbers, units):
        self.space, self.model = space, network(numbers, units)

    def fit(self, settings, seed, images, labels):
        """Train the network on straight lines; return the losses by epoch."""
        numbers = self.space.numbers(images)
        learned = StraightLines(numbers, labels, settings["batch_size"], seed)
        schedule = trainer.SCHEDULES[settings["schedule"]]
        steps = settings["epochs"] * len(learned)
        rate = schedule(settings["learning_rate"], steps, settings["epochs"])
        parts.compile_network(self.model, settings, "mse", metrics=(), learning_rate=rate)
        return parts.fit(self.model, settings, learned, None)["loss"]

    def noise(self, count, seed):
        """Return where drawing begins."""
        shape = count, self.model.output_shape[1]
        return np.random.default_rng(seed).standard_normal(shape, "float32")

    def draw(self, digits, seed, steps=STEPS):
        """Draw pictures of these digits."""
        noise = self.noise(len(digits), seed)
        return self.space.pictures(walk(self.model, noise, digits, steps)[-1])


def train(settings, seed, training, validation, test):
    """Train a flow among the codes of digits, and judge what it draws.

    ``measures`` holds what `judging.judge` finds, and for 1, 2, 5, 20 and 50 steps (``steps``) what
    share of 1,000 is read as the digit asked for (``read by steps``), and how much these vary, as a
    share of what as many validation images do (``variety by steps``).

    Task options: ``numbers`` of a code, and ``units`` of each of three dense layers.
    """
    options = settings["task_options"]
    space = normals.Codes(training[0], options["numbers"], seed)
    flow = Flow(space, options["numbers"], options["units"])
    losses = flow.fit(settings, seed, *training)
    judged = judging.judge(flow.draw, seed, training, validation, test)
    row = judging.columns(losses, flow.model, judged)
    images, digits = (part[:1000] for part in validation)
    drawn = [flow.draw(digits, seed, steps) for steps in COMPARED_STEPS]
    real = judging.variety(images, digits)
    more = {
        "steps": [*COMPARED_STEPS],
        "read by steps": [(autoencoding.read_digits(each) == digits).mean() for each in drawn],
        "variety by steps": [judging.variety(each, digits) / real for each in drawn],
    }
    more = {name: [round(float(value), 6) for value in values] for name, values in more.items()}
    work = STEPS * row["multiply_adds"] + autoencoding.work(space.decoder)
    return row | {"measures": row["measures"] | more, "multiply_adds": work}
