"""Training with images that are turned, scaled and moved anew in every epoch."""

import time

import keras
import numpy as np

from mnist_helpers import data, models, schedules

# The recipe of the network behind the digit pad, fixed before its only run on all 60,000 images,
# and of the ensemble's members.
PAD_SEED = 2018
MEMBER_SEED = 0  # of the experiment's fifteen
PAD_EPOCHS = 12
PAD_BATCH = 128
PAD_PEAK = 0.004  # of the learning rate
PAD_AVERAGE = 0.998  # momentum of the average of the weights
PAD_WEIGHT_DECAY = 0.004  # AdamW's default in Keras
PAD_AUGMENTATION = {"rotation": 15, "zoom": 0.15, "shift": 0.1}


def random_affine(images, generator, rotation=15, zoom=0.15, shift=0.1):
    """Turn, scale and move each image by its own random amounts, all in one batched operation.

    Where an image is moved away, paper (0) comes in.

    Parameters
    ----------
    images : ndarray of float32, shape (count, height, width, channels)
    generator : numpy.random.Generator
        Draws the amounts.
    rotation : float
        Largest angle, in degrees, to either side.
    zoom : float
        Largest change of the height and, drawn independently, of the width, as a share.
    shift : float
        Largest movement along each axis, as a share of the image's size.

    Returns
    -------
    ndarray of float32, shape (count, height, width, channels)

    Raises
    ------
    ValueError
        If the images have another type or shape, an amount is negative or infinite, or the zoom
        is 1 or more.

    Examples
    --------
    >>> generator = np.random.default_rng(0)
    >>> image = np.zeros((1, 28, 28, 1), "float32")
    >>> image[0, 14, 14] = 1
    >>> moved = random_affine(image, generator, rotation=0, zoom=0, shift=0.1)
    >>> bool(abs(moved.sum() - 1) < 1e-4), moved[0, 14, 14, 0] < 1
    (True, np.True_)
    """
    if np.ndim(images) != 4 or getattr(images, "dtype", None) != np.float32:
        raise ValueError(
            f"the images are {getattr(images, 'dtype', type(images).__name__)} of shape "
            f"{np.shape(images)}; expected float32 and (count, height, width, channels)"
        )
    if not (0 <= rotation < np.inf and 0 <= zoom < 1 and 0 <= shift < np.inf):
        raise ValueError(
            f"rotation, zoom and shift are {rotation}, {zoom} and {shift}; "
            "expected none below 0, and a zoom below 1"
        )
    count, height, width, _ = images.shape
    angle = np.deg2rad(generator.uniform(-rotation, rotation, count))
    scale_y, scale_x = generator.uniform(1 - zoom, 1 + zoom, (2, count))
    shift_y, shift_x = generator.uniform(-shift, shift, (2, count)) * [[height], [width]]
    # An output pixel at (x, y) from the centre shows what the input has at
    # (a x + b y + c, d x + e y + f) from it.
    a, b = np.cos(angle) / scale_x, -np.sin(angle) / scale_x
    d, e = np.sin(angle) / scale_y, np.cos(angle) / scale_y
    centre_y, centre_x = (height - 1) / 2, (width - 1) / 2
    c = centre_x - a * (centre_x + shift_x) - b * (centre_y + shift_y)
    f = centre_y - d * (centre_x + shift_x) - e * (centre_y + shift_y)
    zeros = np.zeros(count)
    transforms = np.stack([a, b, c, d, e, f, zeros, zeros], axis=1).astype(np.float32)
    moved = keras.ops.image.affine_transform(
        images,
        transforms,
        interpolation="bilinear",
        fill_mode="constant",
        fill_value=0.0,
        data_format="channels_last",
    )
    return keras.ops.convert_to_numpy(moved)


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


def train_digit_pad(epochs=PAD_EPOCHS, seed=PAD_SEED, verbose=1):
    """Train the network behind the digit pad, with augmentation, on all 60,000 training images.

    AdamW with a one-cycle learning rate; the average of the weights is kept, and batch
    normalisation measured anew for it. The test set is opened once, when training is over.

    Parameters
    ----------
    epochs : int
        Passes over the training images.
    seed : int
        Of the initial weights, the order, the movements and the dropout.
    verbose : {0, 1, 2}
        As in ``fit``.

    Returns
    -------
    model : keras.Sequential
        Trained, uncompiled.
    record : dict
        ``recipe``, ``history``, ``test`` (loss and accuracy), ``seconds``.
    predictions : ndarray of uint8, shape (1, 10000)
        The class that the final network gives each test image.
    """
    return _train(models.digit_pad, epochs, seed, verbose)


def train_ensemble_member(epochs=PAD_EPOCHS, seed=MEMBER_SEED, verbose=1):
    """Train one of the networks that vote in chapter 15, as the experiment ``ensemble`` does.

    Parameters
    ----------
    epochs, seed, verbose : int
        As in `train_digit_pad`.

    Returns
    -------
    model : keras.Sequential
        Trained, uncompiled.
    record : dict
        ``recipe``, ``history``, ``test`` (loss and accuracy), ``seconds``.
    predictions : ndarray of uint8, shape (1, 10000)
        The class that the final network gives each test image.
    """
    return _train(lambda: models.ensemble_member(seed), epochs, seed, verbose)


def _train(build, epochs, seed, verbose):
    """Train a network by the recipe above; return it, its record and its answers."""
    if epochs < 1:
        raise ValueError(f"epochs is {epochs}; expected at least 1")
    (x_train, y_train), _ = data.load_data()
    images = data.prepare_images(x_train)
    keras.utils.set_random_seed(seed)
    model = build()
    batches = AugmentedImages(
        images, keras.utils.to_categorical(y_train), PAD_BATCH, seed, PAD_AUGMENTATION
    )
    model.compile(
        loss="categorical_crossentropy",
        optimizer=keras.optimizers.AdamW(
            schedules.OneCycle(PAD_PEAK, epochs * len(batches)),
            weight_decay=PAD_WEIGHT_DECAY,
            use_ema=True,
            ema_momentum=PAD_AVERAGE,
        ),
        metrics=["accuracy"],
        jit_compile=False,  # compiling is slower on processors
    )
    started = time.perf_counter()
    # The end of `fit` overwrites the weights with their average.
    history = model.fit(batches, epochs=epochs, shuffle=False, verbose=verbose).history
    reestimate_batch_norm(model, images)
    seconds = time.perf_counter() - started
    trained = build()
    trained.set_weights(model.get_weights())
    _, (x_test, y_test) = data.load_data()
    probabilities = trained.predict(data.prepare_images(x_test), batch_size=1000, verbose=0)
    of_right_class = probabilities[np.arange(len(y_test)), y_test]
    predictions = probabilities.argmax(axis=1).astype(np.uint8)
    record = {
        "recipe": {
            "loss": "categorical_crossentropy",
            "optimizer": "AdamW",
            "learning_rate": f"one cycle to {PAD_PEAK}",
            "weight_decay": PAD_WEIGHT_DECAY,
            "weight_average": PAD_AVERAGE,
            "augmentation": PAD_AUGMENTATION,
            "batch_size": PAD_BATCH,
            "epochs": epochs,
            "seed": seed,
            "training_images": len(images),
            "validation": "none: the recipe was fixed in advance, the test set opened once",
        },
        "history": {
            metric: [round(value, 6) for value in values] for metric, values in history.items()
        },
        "test": {
            "loss": float(-np.log(np.maximum(of_right_class, 1e-7)).mean()),
            "accuracy": float((predictions == y_test).mean()),
        },
        "seconds": round(seconds, 1),
    }
    return trained, record, predictions[None]
