"""The figures of chapter 16: how long trainings take, and how far they get."""

import matplotlib.pyplot as plt
import numpy as np


def check(seconds, accuracies):
    """Refuse seconds that a logarithmic axis cannot show, and accuracies that are none."""
    if not (np.min(seconds) > 0 and np.max(seconds) < np.inf):
        raise ValueError("a logarithmic axis needs seconds above zero, and finite ones")
    if not (np.min(accuracies) >= 0 and np.max(accuracies) <= 1):
        raise ValueError("an accuracy lies outside of 0 to 1; expected shares, not percent")


def ladder(seconds, accuracies, goals=()):
    """Draw trainings from top to bottom: their seconds on a logarithmic axis, and their accuracies.

    Parameters
    ----------
    seconds : dict of str to (float, float, float)
        Name to the median, the lowest and the highest seconds.
    accuracies : dict of str to (float, float, float)
        The same names to the mean accuracy (0 to 1), and the ends of its interval.
    goals : sequence of float
        Accuracies to mark.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ValueError
        If there is nothing to draw, the names differ, seconds are not above zero, or accuracies
        not between 0 and 1.

    Examples
    --------
    >>> seconds = {"long": (400, 390, 420), "short": (8, 7.9, 8.3)}
    >>> figure = ladder(seconds, {"long": (0.99, 0.98, 1.0), "short": (0.99, 0.98, 1.0)})
    >>> [text.get_text() for text in figure.axes[0].texts]
    ['400 s', '8.0 s']
    """
    if not seconds or list(seconds) != list(accuracies):
        raise ValueError(
            f"expected seconds and accuracies of the same trainings, got those of {list(seconds)} "
            f"and of {list(accuracies)}"
        )
    check(list(seconds.values()), [mean for mean, *_ in accuracies.values()])
    figure, (left, right) = plt.subplots(
        1, 2, sharey=True, figsize=(7.2, 1.1 + 0.36 * len(seconds)), constrained_layout=True
    )
    for height, name in enumerate(seconds):
        (middle, low, high), accuracy = seconds[name], 100 * np.array(accuracies[name])
        left.plot([low, high], [height] * 2, color="C0", linewidth=1.5)
        left.plot(middle, height, "o", color="C0")
        text = f"{middle:.0f} s" if middle >= 20 else f"{middle:.1f} s"
        left.annotate(
            text, (high, height), (8, 0), textcoords="offset points", va="center", fontsize=9.5
        )
        right.plot(accuracy[1:], [height] * 2, color="C0", linewidth=1.5)
        right.plot(accuracy[0], height, "o", color="C0")
    for goal in goals:
        right.axvline(100 * goal, color="C1", linestyle="--", linewidth=1)
    left.set(xscale="log", xlabel="Seconds of training", ylim=(len(seconds) - 0.5, -0.5))
    low, high = left.get_xlim()
    left.set_xlim(low, high * (high / low) ** 0.25)  # room for the labels
    left.xaxis.set_major_formatter("{x:g}")
    left.set_yticks(range(len(seconds)), seconds)
    right.set_xlabel("Test accuracy (%)")
    for axis in (left, right):
        axis.grid(visible=False, axis="y")
    return figure


def accuracy_over_seconds(points, epochs, goals=()):
    """Draw where trainings end, numbered, and the way of the first one, epoch by epoch.

    Parameters
    ----------
    points : sequence of (float, float)
        Seconds and accuracy (0 to 1) at the end of each training.
    epochs : sequence of (float, float)
        The same after each epoch of the first one.
    goals : sequence of float
        Accuracies to mark.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ValueError
        If there is no training to draw, seconds are not above zero, or accuracies not between 0
        and 1.

    Examples
    --------
    >>> figure = accuracy_over_seconds([(400, 0.99), (8, 0.992)], [(200, 0.98), (400, 0.99)])
    >>> figure.axes[0].get_xscale()
    'log'
    """
    if not len(points) or not len(epochs):
        raise ValueError("there is no training to draw, or no epoch of the first one")
    check(*np.transpose([*points, *epochs]))
    figure, axis = plt.subplots(figsize=(7.2, 4.2))
    for goal in goals:
        axis.axhline(100 * goal, color="C1", linestyle="--", linewidth=1)
        axis.annotate(
            f"{100 * goal:g} %", (1, 100 * goal), (4, 0), xycoords=("axes fraction", "data"),
            textcoords="offset points", va="center", color="C1", annotation_clip=False,
        )  # fmt: skip
    for values, style in ((epochs, {"color": "0.55", "marker": "."}), (points, {"color": "C0"})):
        seconds, accuracies = np.transpose(values)
        axis.plot(seconds, 100 * accuracies, **style)
    for number, (seconds, accuracy) in enumerate(points, start=1):
        axis.plot(seconds, 100 * accuracy, "o", markersize=15, color="white", markeredgecolor="C0")
        axis.annotate(
            str(number), (seconds, 100 * accuracy), ha="center", va="center", fontsize=9.5
        )
    axis.set(xscale="log", xlabel="Seconds of training", ylabel="Test accuracy (%)")
    axis.xaxis.set_major_formatter("{x:g}")
    return figure
