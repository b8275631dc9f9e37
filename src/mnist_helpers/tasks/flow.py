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


def of_normal(deviation, time):
    """Return by what a place is multiplied to give the mean velocity, if the data were normal.

    The velocity ``data - noise`` and the place ``(1 - time) noise + time data`` have the covariance
    ``time deviation^2 - (1 - time)``.

    Examples
    --------
    >>> of_normal(1, 0.0), of_normal(1, 0.5), of_normal(1, 1.0), of_normal(2, 0.5)
    (-1.0, 0.0, 1.0, 1.2)
    """
    variance = deviation**2
    return (time * variance - (1 - time)) / (time**2 * variance + (1 - time) ** 2)


class NormalDrift(layers.Layer):
    """The velocity of normal data, and what a network adds to it.

    Parameters
    ----------
    deviations : ndarray, shape (numbers,)
        Of the data.
    """

    def __init__(self, deviations, **options):
        super().__init__(**options)
        self.deviations = deviations

    def call(self, given, added):
        """Return the velocity: the place comes first in what is given, then the time."""
        numbers = len(self.deviations)
        time = given[:, numbers : numbers + 1]
        return of_normal(self.deviations, time) * given[:, :numbers] + added


def network(deviations, units):
    """Build the network: a place, the time and the digit in, the velocity out.

    Before it has learned it takes the data for normal.

    Parameters
    ----------
    deviations : ndarray, shape (numbers,)
        Of the data.
    units : int
        Of each of three dense layers.

    Returns
    -------
    keras.Model

    Examples
    --------
    >>> network(np.ones(64), 256).output_shape
    (None, 64)
    """
    given = keras.Input((len(deviations) + 11,))
    inner = given
    for _ in range(3):
        inner = layers.Dense(units, "silu")(inner)
    added = layers.Dense(len(deviations), kernel_initializer="zeros")(inner)
    return keras.Model(given, NormalDrift(np.float32(deviations))(given, added))


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
    """A flow from noise to the components of each digit: digits and a seed in, pictures out.

    Parameters
    ----------
    machine : normals.Normals
        Whose components these are.
    units : int
        Of each of the network's dense layers.
    """

    def __init__(self, machine, units):
        self.machine, self.model = machine, network(machine.deviations, units)

    def fit(self, settings, seed, images, labels):
        """Train the network on straight lines; return the losses by epoch."""
        numbers = self.machine.numbers(images, labels)
        learned = StraightLines(numbers, labels, settings["batch_size"], seed)
        schedule = trainer.SCHEDULES[settings["schedule"]]
        steps = settings["epochs"] * len(learned)
        rate = schedule(settings["learning_rate"], steps, settings["epochs"])
        parts.compile_network(self.model, settings, "mse", metrics=(), learning_rate=rate)
        return parts.fit(self.model, settings, learned, None)["loss"]

    def draw(self, digits, seed, steps=STEPS):
        """Draw pictures of these digits."""
        noise = self.machine.noise(len(digits), seed)
        return self.machine.pictures(walk(self.model, noise, digits, steps)[-1], digits)


def train(settings, seed, training, validation, test):
    """Train a flow from each digit's normal distribution to its images, and judge what it draws.

    ``measures`` holds what `judging.judge` finds, and for 1, 2, 5, 20 and 50 steps (``steps``) what
    share of 2,000 is read as the digit asked for (``read by steps``), and how far these are from as
    many validation images (``frechet by steps``).

    Task options: ``components``, and ``units`` of each of three dense layers.
    """
    options = settings["task_options"]
    machine = normals.Normals(*training, options["components"])
    flow = Flow(machine, options["units"])
    losses = flow.fit(settings, seed, *training)
    row = judging.columns(
        losses, flow.model, judging.judge(flow.draw, seed, training, validation, test)
    )
    images, digits = (part[:2000] for part in validation)
    drawn = [flow.draw(digits, seed, steps) for steps in COMPARED_STEPS]
    real = judging.features(images)
    more = {
        "steps": [*COMPARED_STEPS],
        "read by steps": [
            float((autoencoding.read_digits(each) == digits).mean()) for each in drawn
        ],
        "frechet by steps": [judging.frechet(judging.features(each), real) for each in drawn],
    }
    more = {name: [round(value, 6) for value in values] for name, values in more.items()}
    measures = row["measures"] | more
    return row | {"measures": measures, "multiply_adds": STEPS * row["multiply_adds"]}
