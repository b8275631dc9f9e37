"""What a classifier gets right and wrong."""

import matplotlib.pyplot as plt
import numpy as np


def confusion_matrix(counts):
    """Draw a confusion matrix whose diagonal, being large, does not hide the errors.

    The colour shows errors alone; every count is written in its cell.

    Parameters
    ----------
    counts : ndarray of int, shape (classes, classes)
        Images by true class (row) and predicted class (column).

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ValueError
        If `counts` is not square.

    Examples
    --------
    >>> len(confusion_matrix(np.eye(3, dtype=int)).axes)
    1
    """
    counts = np.asarray(counts)
    if counts.ndim != 2 or counts.shape[0] != counts.shape[1]:
        raise ValueError(f"counts have shape {counts.shape}; expected a square matrix")
    errors = counts * (1 - np.eye(len(counts), dtype=int))
    figure, axis = plt.subplots(figsize=(6.2, 5.6))
    axis.imshow(errors, cmap="Oranges", vmax=max(2 * errors.max(), 1))
    axis.grid(False)
    for (true, predicted), count in np.ndenumerate(counts):
        if count:
            weight = "bold" if true != predicted else "normal"
            color = "#444444" if true == predicted else "black"
            axis.text(predicted, true, count, ha="center", va="center", weight=weight, color=color)
    axis.set_xticks(range(len(counts)))
    axis.set_yticks(range(len(counts)))
    axis.set_xlabel("Predicted digit")
    axis.set_ylabel("True digit")
    return figure
