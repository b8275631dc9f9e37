"""Flow matching: a network that says where to go, from noise to a digit, step by step.

Y. Lipman and others, "Flow matching for generative modeling", 2023; X. Liu, C. Gong and Q. Liu,
"Flow straight and fast: learning to generate and transfer data with rectified flow", 2023.
"""

import keras
import numpy as np
from keras import layers, ops

from mnist_helpers.tasks import autoencoding, judging, normals, parts
from mnist_helpers.training import batches, trainer

STEPS = 20  # of Euler's, from noise to a digit
COMPARED_STEPS = 1, 2, 5, 20, 50


def of_normal(time):
    """Return by what a place is multiplied to give the mean velocity, if the data were noise, too.

    Data and noise are then independent and alike, so that the covariance of the velocity and the
    place is that of ``data - noise`` and ``(1 - time) noise + time data``, which is ``2 time - 1``.

    Examples
    --------
    >>> of_normal(0.0), of_normal(0.5), of_normal(1.0)
    (-1.0, 0.0, 1.0)
    """
    return (2 * time - 1) / (time**2 + (1 - time) ** 2)


class Drift(layers.Layer):
    """What `of_normal` says of each place, and the network adds to."""

    def call(self, given, added):
        """Return the velocity: the place comes first in what is given, then the time."""
        numbers = added.shape[1]
        time = given[:, numbers : numbers + 1]
        return of_normal(time) * given[:, :numbers] + added


def network(numbers, units):
    """Build the network: a place, the time and the digit in, the velocity out.

    Before it has learned it takes the data for normal.

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
    >>> network(64, 256).output_shape
    (None, 64)
    """
    given = keras.Input((numbers + 11,))
    inner = given
    for _ in range(3):
        inner = layers.Dense(units, "silu")(inner)
    added = layers.Dense(numbers, kernel_initializer="zeros")(inner)
    return keras.Model(given, Drift()(given, added))


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
    """A trained flow: digits and a seed in, pictures out.

    Parameters
    ----------
    model : keras.Model
    machine : normals.Normals
        In whose `standard` numbers it goes from noise to data.
    """

    def __init__(self, model, machine):
        self.model, self.machine = model, machine

    def draw(self, digits, seed, steps=STEPS):
        """Draw pictures of these digits."""
        noise = self.machine.noise(len(digits), seed)
        return self.machine.pictures(walk(self.model, noise, digits, steps)[-1], digits)


def fit(flow, settings, seed, images, labels):
    """Train a flow's network on straight lines; return the losses by epoch.

    An error counts as much as it shows in a picture: the squared errors of the components are
    weighted by their variances, of which the mean is 1.
    """
    numbers = flow.machine.standard(images, labels)
    learned = StraightLines(numbers, labels, settings["batch_size"], seed)
    schedule = trainer.SCHEDULES[settings["schedule"]]
    steps = settings["epochs"] * len(learned)
    rate = schedule(settings["learning_rate"], steps, settings["epochs"])
    weights = ops.convert_to_tensor(flow.machine.variances, "float32")

    def loss(velocity, said):
        return ops.mean(weights * ops.square(velocity - said))

    parts.compile_network(flow.model, settings, loss, metrics=(), learning_rate=rate)
    return parts.fit(flow.model, settings, learned, None)["loss"]


def train(settings, seed, training, validation, test):
    """Train a flow from each digit's normal distribution to its images, and judge what it draws.

    ``measures`` holds what `judging.judge` finds, and for 1, 2, 5, 20 and 50 steps (``steps``) what
    share of 2,000 is read as the digit asked for (``read by steps``), and how far these are from as
    many validation images (``frechet by steps``).

    Task options: ``components``, and ``units`` of each of three dense layers.
    """
    options = settings["task_options"]
    machine = normals.Normals(*training, options["components"])
    flow = Flow(network(options["components"], options["units"]), machine)
    losses = fit(flow, settings, seed, *training)
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
