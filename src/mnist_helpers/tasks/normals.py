"""Machines that need no training: a normal distribution for each digit, and copies of real images.

They are what a trained machine has to be compared with.
"""

import numpy as np
from sklearn.decomposition import PCA

from mnist_helpers.tasks import judging


class Normals:
    """For each digit a normal distribution along its images' principal components.

    Parameters
    ----------
    images, labels : ndarray
    count : int
        Components of each digit.

    Attributes
    ----------
    deviations : ndarray of float32, shape (count,)
        Of the components, from the first on: the same for all digits, with a mean square of 1.

    Examples
    --------
    >>> images = np.random.default_rng(0).random((500, 28, 28, 1), "float32")
    >>> machine = Normals(images, np.arange(500) % 10, 4)
    >>> machine.draw(np.array([3, 8, 8]), seed=0).shape
    (3, 28, 28, 1)
    """

    def __init__(self, images, labels, count):
        self.count = count
        self.components = {
            digit: PCA(count, whiten=True, svd_solver="covariance_eigh").fit(
                images[labels == digit].reshape(-1, images[0].size)
            )
            for digit in range(10)
        }
        variances = np.mean([each.explained_variance_ for each in self.components.values()], axis=0)
        self.deviations = np.sqrt(variances / variances.mean()).astype("float32")

    def numbers(self, images, digits):
        """Return the components of pictures, which within each digit have these deviations."""
        found = np.empty((len(images), self.count), "float32")
        for digit, components in self.components.items():
            if (places := digits == digit).any():
                found[places] = components.transform(images[places].reshape(-1, images[0].size))
        return found * self.deviations

    def pictures(self, numbers, digits):
        """Return the pictures that have these components, clipped to 0 to 1."""
        found = np.empty((len(numbers), 28 * 28), "float32")
        for digit, components in self.components.items():
            if (places := digits == digit).any():
                found[places] = components.inverse_transform(numbers[places] / self.deviations)
        return np.clip(found, 0, 1).reshape(-1, 28, 28, 1)

    def noise(self, count, seed):
        """Draw standard normal numbers."""
        return np.random.default_rng(seed).standard_normal((count, self.count), "float32")

    def draw(self, digits, seed):
        """Draw pictures of these digits."""
        return self.pictures(self.deviations * self.noise(len(digits), seed), digits)


def copies(images, labels, machine=None):
    """Make a machine that draws nothing: it hands out training images, none of them twice.

    Parameters
    ----------
    images, labels : ndarray
    machine : Normals, optional
        If given, of each image only its digit's components are kept.

    Returns
    -------
    callable
        Takes digits and a seed, returns pictures.
    """

    def draw(digits, seed):
        generator = np.random.default_rng(seed)
        found = np.empty(len(digits), int)
        for digit in range(10):
            places = np.flatnonzero(digits == digit)
            among = generator.permutation(np.flatnonzero(labels == digit))
            found[places] = among[: len(places)]
        if machine is None:
            return images[found]
        return machine.pictures(machine.numbers(images[found], digits), digits)

    return draw


def train(settings, seed, training, validation, test):
    """Judge one of the machines that need no training.

    Task options: ``machine``, "normals", "copies" or "components" (copies of which only the
    components of their digit are kept), and ``components``, how many.

    Raises
    ------
    ValueError
        If there is no such machine.
    """
    options = settings["task_options"]
    kind = options["machine"]
    if kind not in ("copies", "components", "normals"):
        raise ValueError(f"machine is {kind!r}; expected 'copies', 'components' or 'normals'")
    machine = None if kind == "copies" else Normals(*training, options["components"])
    draw = machine.draw if kind == "normals" else copies(*training, machine)
    return judging.columns([], None, judging.judge(draw, seed, training, validation, test))
