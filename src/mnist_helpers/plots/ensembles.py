"""The figures of chapter 15: figures that were chosen, and what is left of a choice."""

import matplotlib.pyplot as plt
import numpy as np


def selection_ladder(steps):
    """Draw accuracies from top to bottom, those that were chosen hollow.

    Parameters
    ----------
    steps : dict of str to (float, bool)
        What was counted, to its accuracy (0 to 1), and whether it was chosen on the images that it
        was counted on.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ValueError
        If there is nothing to draw, or an accuracy is not between 0 and 1.

    Examples
    --------
    >>> figure = selection_ladder({"mean": (0.996, False), "best": (0.997, True)})
    >>> [text.get_text() for text in figure.axes[0].texts]
    ['99.600', '99.700 chosen']
    """
    wrong = [name for name, (value, _) in steps.items() if not 0 <= value <= 1]
    if wrong or not steps:
        raise ValueError(f"expected accuracies between 0 and 1, got others for {wrong}")
    figure, axis = plt.subplots(figsize=(7.2, 1.0 + 0.36 * len(steps)))
    for height, (value, chosen) in enumerate(steps.values()):
        color = "C1" if chosen else "C0"
        axis.plot(
            100 * value, height, "o", markersize=8, color=color,
            markerfacecolor="white" if chosen else color,
        )  # fmt: skip
        axis.annotate(
            f"{100 * value:.3f}{' chosen' * chosen}", (100 * value, height), (9, 0),
            textcoords="offset points", va="center", color=color, fontsize=9.5,
        )  # fmt: skip
    axis.set_yticks(range(len(steps)), steps)
    axis.set_ylim(len(steps) - 0.5, -0.5)
    low, high = axis.get_xlim()
    axis.set_xlim(low, high + 0.22 * (high - low))  # room for the last label
    axis.grid(visible=False, axis="y")
    axis.set_xlabel("Test accuracy (%)")
    return figure


def lift_histograms(lifts):
    """Draw how often a choice gained how much, one panel above the other, with the means.

    Parameters
    ----------
    lifts : dict of str to array_like of float
        Where the gain was measured, to the gains of many repetitions, in percentage points.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ValueError
        If there is no panel to draw, or one of them has no gain, or one that is not finite.

    Examples
    --------
    >>> figure = lift_histograms({"seen": [0.1, 0.2], "unseen": [0.0, 0.1]})
    >>> [axis.get_title("left") for axis in figure.axes]
    ['seen: mean +0.150', 'unseen: mean +0.050']
    """
    if not lifts or not all(len(values) for values in lifts.values()):
        raise ValueError(f"there is nothing to draw of {list(lifts) or 'no panel'}")
    if not all(np.isfinite(values).all() for values in lifts.values()):
        raise ValueError(f"a gain in {list(lifts)} is no finite number")
    figure, axes = plt.subplots(
        len(lifts), 1, figsize=(7.2, 0.6 + 1.5 * len(lifts)), sharex=True, squeeze=False
    )
    together = np.concatenate([np.asarray(values, float) for values in lifts.values()])
    bins = np.histogram_bin_edges(together, bins=40)
    for number, (axis, (name, values)) in enumerate(zip(axes.flat, lifts.items(), strict=True)):
        axis.hist(values, bins, color=f"C{number}", alpha=0.75)
        axis.axvline(0, color="black", linewidth=1)
        axis.axvline(np.mean(values), color=f"C{number}", linewidth=2)
        axis.set_title(f"{name}: mean {np.mean(values):+.3f}")
        axis.set_ylabel("Halvings")
    axes[-1, 0].set_xlabel("Gain over the mean (percentage points)")
    return figure
