"""What a training reads, batch by batch, and what batch normalisation remembers of it."""

import keras
import numpy as np

from mnist_helpers.augmentation import random_affine


class AugmentedImages(keras.utils.PyDataset):
    """Batches of a training set, in a new order and with every image moved anew in each epoch.

    Keras's own ``fit`` on arrays, once a seed is set, repeats one order in all epochs (chapter 03).

    Parameters
    ----------
    images : ndarray of float32, shape (count, height, width, channels)
    targets : ndarray, shape (count, ...)
        What ``fit`` compares with: classes, or one-hot rows.
    batch_size : int
        Images that remain after the last whole batch sit out the epoch.
    seed : int
        Of the order and the movements.
    augmentation : dict or None
        Arguments of `random_affine`; None leaves every image where it is.

    Raises
    ------
    ValueError
        If images and targets are not equally many, or do not fill a batch.

    Examples
    --------
    >>> images = np.zeros((10, 28, 28, 1), "float32")
    >>> batches = AugmentedImages(images, np.arange(10), 4, seed=0, augmentation={})
    >>> len(batches), batches[0][0].shape
    (2, (4, 28, 28, 1))
    """

    def __init__(self, images, targets, batch_size, seed, augmentation):
        super().__init__()
        if len(images) != len(targets) or not 1 <= batch_size <= len(images):
            raise ValueError(
                f"{len(images)} images, {len(targets)} targets and batches of {batch_size} do not "
                "fit together; expected as many targets as images, and at least one whole batch"
            )
        self.images, self.targets, self.batch_size = images, targets, batch_size
        self.augmentation = augmentation
        self.generator = np.random.default_rng(seed)
        self.order = self.generator.permutation(len(images))

    def __len__(self):
        """Return the number of batches in an epoch."""
        return len(self.images) // self.batch_size

    def __getitem__(self, index):
        """Return the images and targets of one batch."""
        chosen = self.order[index * self.batch_size : (index + 1) * self.batch_size]
        images = self.images[chosen]
        if self.augmentation is not None:
            images = random_affine(images, self.generator, **self.augmentation)
        return images, self.targets[chosen]

    def on_epoch_end(self):
        """Draw a new order."""
        self.order = self.generator.permutation(len(self.images))


def reestimate_batch_norm(model, images, batch_size=1000):
    """Measure anew the means and variances that batch normalisation keeps.

    During training they follow the weights of the last steps; averaged weights need their own.

    Parameters
    ----------
    model : keras.Model
        The moving means and variances of its layers (not of models within it) are replaced by
        their averages over all batches, weighted by their sizes.
    images : ndarray of float32, shape (count, 28, 28, 1)
        The images to measure on.
    batch_size : int

    Raises
    ------
    ValueError
        If there are no images, or the model does not read such.
    """
    if not len(images):
        raise ValueError("there are no images to measure batch normalisation on; expected some")
    normalisations = [
        layer for layer in model.layers if isinstance(layer, keras.layers.BatchNormalization)
    ]
    momenta = [layer.momentum for layer in normalisations]
    try:
        for seen in range(0, len(images), batch_size):
            batch = images[seen : seen + batch_size]
            for layer in normalisations:
                layer.momentum = seen / (seen + len(batch))  # makes the moving average a plain one
            model(batch, training=True)
    finally:
        for layer, momentum in zip(normalisations, momenta, strict=True):
            layer.momentum = momentum
