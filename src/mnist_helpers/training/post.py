"""The post's training, its protocol included, as chapter 03 does it line by line."""

import keras
import numpy as np

from mnist_helpers import data, models
from mnist_helpers.training.checkpoint import Checkpoint

POST_SEED = 2018  # the year of the post, fixed before the first run
POST_EPOCHS = 12
POST_BATCH = 128


class EpochPredictions(keras.callbacks.Callback):
    """Keep the classes that a network predicts after each epoch.

    Parameters
    ----------
    images : ndarray of float32, shape (count, 28, 28, 1)
        Prepared images.

    Attributes
    ----------
    predictions : list of ndarray of uint8, shape (count,)
        One array an epoch.
    """

    def __init__(self, images):
        super().__init__()
        self.images = images
        self.predictions = []

    def on_epoch_end(self, epoch, logs=None):
        """Predict all images with the weights that the epoch ended with."""
        probabilities = self.model.predict(self.images, batch_size=1000, verbose=0)
        self.predictions.append(probabilities.argmax(axis=1).astype(np.uint8))


def train_post_cnn(epochs=POST_EPOCHS, seed=POST_SEED, verbose=1, checkpoint=None):
    """Train the post's network by the post's recipe, its protocol included.

    All 60,000 images, categorical cross-entropy, Adadelta at its paper's learning rate of 1.0,
    batches of 128, and the test set as ``validation_data``, which chapter 05 explains to be a
    mistake. Chapter 03 does the same line by line.

    Parameters
    ----------
    epochs : int
        Passes over the training images.
    seed : int
        Of the initial weights, the shuffling and the dropout.
    verbose : {0, 1, 2}
        As in ``fit``.
    checkpoint : str or Path, optional
        The file that keeps the state after each epoch, and from which the same training goes on.

    Returns
    -------
    model : keras.Sequential
        Trained.
    record : dict
        ``recipe``, ``history`` (a list of values an epoch for each metric), ``test`` (loss and
        accuracy of the last epoch), ``seconds``.
    predictions : ndarray of uint8, shape (epochs, 10000)
        The class that each epoch's network gives each test image.

    Raises
    ------
    ValueError
        If `epochs` is less than 1.
    """
    if epochs < 1:
        raise ValueError(f"epochs is {epochs}; expected at least 1")
    (x_train, y_train), (x_test, y_test) = data.load_data()
    keras.utils.set_random_seed(seed)
    model = models.post_cnn()
    model.compile(
        loss="categorical_crossentropy",
        optimizer=keras.optimizers.Adadelta(learning_rate=1.0),
        metrics=["accuracy"],
    )
    data_format = keras.config.image_data_format()
    test_images = data.prepare_images(x_test, data_format)
    keeper = EpochPredictions(test_images)
    definition = {"post": [epochs, seed, len(x_train)]}
    state = Checkpoint(checkpoint, definition, predictions=keeper.predictions)
    model.fit(
        data.prepare_images(x_train, data_format),
        keras.utils.to_categorical(y_train, data.CLASSES),
        batch_size=POST_BATCH,
        epochs=epochs,
        initial_epoch=len(state.epochs),
        verbose=verbose,
        validation_data=(test_images, keras.utils.to_categorical(y_test, data.CLASSES)),
        callbacks=[keeper, state],
    )
    history = state.history
    record = {
        "recipe": {
            "loss": "categorical_crossentropy",
            "optimizer": "Adadelta",
            "learning_rate": 1.0,
            "batch_size": POST_BATCH,
            "epochs": epochs,
            "seed": seed,
            "training_images": len(x_train),
            "validation": "the test set, as in the post",
        },
        "history": {
            metric: [round(value, 6) for value in values] for metric, values in history.items()
        },
        "test": {"loss": history["val_loss"][-1], "accuracy": history["val_accuracy"][-1]},
        "seconds": round(state.seconds[0], 1),
    }
    return model, record, np.stack(keeper.predictions)
