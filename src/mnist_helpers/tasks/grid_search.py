"""A grid searched by scikit-learn, and what each point of it is worth on the test set."""

import keras
import numpy as np
from keras import layers
from sklearn.metrics import log_loss
from sklearn.model_selection import GridSearchCV, StratifiedKFold

from mnist_helpers.tasks import parts


def build(X, y, dense_units, learning_rate=1.0):
    """Build and compile the network of the example of 2018: two convolutions, some dense layers.

    Parameters
    ----------
    X : ndarray, shape (count, 784)
        Flat, as scikit-learn wants rows of numbers.
    y : ndarray, shape (count, 10)
        One-hot, as Keras's wrapper makes it of classes.
    dense_units : sequence of int
        Of the dense layers.
    learning_rate : float
        Of Adadelta.

    Returns
    -------
    keras.Sequential
    """
    model = keras.Sequential(
        [
            keras.Input(X.shape[1:]),
            layers.Reshape((28, 28, 1)),
            layers.Conv2D(8, 3, activation="relu"),
            layers.Conv2D(8, 3, activation="relu"),
            layers.MaxPooling2D(),
            layers.Dropout(0.25),
            layers.Flatten(),
            *(layers.Dense(units, "relu") for units in dense_units),
            layers.Dropout(0.5),
            layers.Dense(y.shape[1], "softmax"),
        ]
    )
    model.compile(
        keras.optimizers.Adadelta(learning_rate),
        "categorical_crossentropy",
        metrics=["accuracy"],
        jit_compile=False,
    )
    return model


def scores(estimator, images, labels):
    """Return the log loss, negative since scikit-learn looks for the largest, and the accuracy."""
    probabilities = estimator.decision_function(images)
    return {
        "log loss": -log_loss(labels, probabilities, labels=estimator.classes_),
        "accuracy": (estimator.classes_[probabilities.argmax(axis=1)] == labels).mean(),
    }


def search(dense_units, epochs, folds, seed, batch_size=32):
    """Prepare a grid search over the dense layers and the number of epochs, by the log loss.

    The epochs stand in the grid as arguments of ``fit``: the wrapper's copies, which scikit-learn
    makes for each fold, lose the arguments that it was given itself.

    Examples
    --------
    >>> len(search([[32], [64]], [3, 6], 3, seed=0).param_grid["fit_kwargs"])
    2
    """
    grid = {
        "model_kwargs": [{"dense_units": units} for units in dense_units],
        "fit_kwargs": [
            {"epochs": count, "batch_size": batch_size, "verbose": 0} for count in epochs
        ],
    }
    return GridSearchCV(
        keras.wrappers.SKLearnClassifier(build),
        grid,
        scoring=scores,
        refit=False,
        cv=StratifiedKFold(folds, shuffle=True, random_state=seed),
        error_score="raise",
    )


def name_of(dense_units, epochs):
    """Name a point of the grid.

    Examples
    --------
    >>> name_of([32, 32], 6)
    '32-32, 6 epochs'
    """
    return f"{'-'.join(map(str, dense_units))}, {epochs} epochs"


def train(settings, seed, training, validation, test):
    """Search the grid on some images drawn by the seed; train every point on all of them, too.

    ``measures`` holds for each point its log loss and accuracy on each fold, and the loss and
    accuracy on the test set after training on all images; ``best`` is the place of the point with
    the least mean log loss of the folds in the list ``points``. The columns are that point's; in
    the place of the validation set stand the folds.

    Task options: ``dense_units``, ``epochs`` (lists, the grid), ``images`` and ``folds``.
    """
    options = settings["task_options"]
    keras.utils.disable_interactive_logging()  # the wrapper predicts aloud
    generator = np.random.default_rng(seed)
    drawn = generator.permutation(len(training[0]))[: options["images"]]
    images, labels = training[0][drawn].reshape(-1, 784), training[1][drawn]
    found = search(options["dense_units"], options["epochs"], options["folds"], seed)
    results = found.fit(images, labels).cv_results_
    places = [
        (parameters["model_kwargs"]["dense_units"], parameters["fit_kwargs"]["epochs"])
        for parameters in results["params"]
    ]
    best = int(np.argmax(results["mean_test_log loss"]))
    measures = {"points": [name_of(*place) for place in places], "best": best}
    targets = keras.utils.to_categorical(labels, 10)
    for index, (units, epochs) in enumerate(places):
        name = name_of(units, epochs)
        for score, sign in (("log loss", -1), ("accuracy", 1)):
            each = [results[f"split{fold}_test_{score}"][index] for fold in range(found.n_splits_)]
            measures[f"{name}, {score} of the folds"] = parts.rounded(sign * np.array(each))
        model = build(images, targets, units)
        history = model.fit(images, targets, 32, epochs, verbose=0).history
        tested = model.evaluate(
            test[0].reshape(-1, 784), keras.utils.to_categorical(test[1], 10), 1000, verbose=0
        )
        measures[f"{name}, test"] = parts.rounded(tested)
        if index == best:
            of_folds = [
                measures[f"{name}, {score} of the folds"] for score in ("log loss", "accuracy")
            ]
            losses, accuracies = (parts.rounded([np.mean(each)]) for each in of_folds)
            chosen = {"val_loss": losses, "val_accuracy": accuracies}
            chosen["loss"] = parts.rounded(history["loss"])
            columns = parts.columns(chosen, tested, model)
    return columns | {"measures": measures}
