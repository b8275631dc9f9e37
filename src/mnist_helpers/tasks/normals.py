"""Machines that need no training: a normal distribution for each digit, and copies of real images.

They are what a trained machine has to be compared with.
"""

import numpy as np
from sklearn.decomposition import PCA

from mnist_helpers.tasks import judging


class Components:
    """Pictures as a few numbers and back: the first principal components, in one unit.

    Parameters
    ----------
    images : ndarray, shape (count, 28, 28, 1)
    count : int

    Examples
    --------
    >>> images = np.random.default_rng(0).random((50, 28, 28, 1), "float32")
    >>> components = Components(images, 4)
    >>> components.numbers(images).shape, components.pictures(np.zeros((2, 4))).shape
    ((50, 4), (2, 28, 28, 1))
    """

    def __init__(self, images, count):
        flat = images.reshape(len(images), -1)
        self.pca = PCA(count, svd_solver="covariance_eigh").fit(flat)
        # The mean square of a number is then 1; that of the first ones is larger.
        self.unit = np.float32(np.sqrt(self.pca.explained_variance_.mean()))

    def numbers(self, images):
        """Return the components of each picture."""
        return self.pca.transform(images.reshape(len(images), -1)).astype("float32") / self.unit

    def pictures(self, numbers):
        """Return the pictures that have these components, clipped to 0 to 1."""
        flat = np.clip(self.pca.inverse_transform(numbers * self.unit), 0, 1)
        return flat.reshape(-1, 28, 28, 1).astype("float32")


class Normals:
    """For each digit the normal distribution with its images' mean and covariance.

    Parameters
    ----------
    components : Components
    images, labels : ndarray
    """

    def __init__(self, components, images, labels):
        self.components, numbers = components, components.numbers(images)
        self.moments = {
            digit: (of.mean(axis=0), np.cov(of.T))
            for digit in range(10)
            for of in [numbers[labels == digit]]
        }

    def draw(self, digits, seed):
        """Draw pictures of these digits."""
        generator = np.random.default_rng(seed)
        drawn = np.empty((len(digits), self.components.pca.n_components_))
        for digit, moments in self.moments.items():
            places = np.flatnonzero(digits == digit)
            drawn[places] = generator.multivariate_normal(*moments, len(places), method="cholesky")
        return self.components.pictures(drawn)


def copies(images, labels, components=None):
    """Make a machine that draws nothing: it hands out training images, none of them twice.

    Parameters
    ----------
    images, labels : ndarray
    components : Components, optional
        If given, of each image only these are kept.

    Returns
    -------
    callable
    """

    def draw(digits, seed):
        generator = np.random.default_rng(seed)
        found = np.empty(len(digits), int)
        for digit in range(10):
            places = np.flatnonzero(digits == digit)
            among = generator.permutation(np.flatnonzero(labels == digit))
            found[places] = among[: len(places)]
        if components is None:
            return images[found]
        return components.pictures(components.numbers(images[found]))

    return draw


def train(settings, seed, training, validation, test):
    """Judge one of the machines that need no training.

    Task options: ``machine``, "normals", "copies" or "components" (copies of which only the
    components are kept), and ``components``, how many.

    Raises
    ------
    ValueError
        If there is no such machine.
    """
    options = settings["task_options"]
    kind = options["machine"]
    if kind not in ("copies", "components", "normals"):
        raise ValueError(f"machine is {kind!r}; expected 'copies', 'components' or 'normals'")
    kept = None if kind == "copies" else Components(training[0], options["components"])
    draw = Normals(kept, *training).draw if kind == "normals" else copies(*training, kept)
    return judging.columns([], None, judging.judge(draw, seed, training, validation, test))
