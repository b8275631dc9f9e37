"""Differences between variants of a training, with their intervals."""

import matplotlib.pyplot as plt


def difference_plot(differences, baseline):
    """Draw by how many points variants lie above or below one, each seed and the interval.

    A full point can be told apart from nothing, a hollow one cannot.

    Parameters
    ----------
    differences : dict of str to mnist_helpers.experiments.Difference
        Of shares between 0 and 1, as `mnist_helpers.experiments.paired_differences` returns them;
        drawn from top to bottom.
    baseline : str
        What they were compared with.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ValueError
        If there is no difference to draw.

    Examples
    --------
    >>> from mnist_helpers.experiments import paired_differences
    >>> values = {"Adam": [0.990, 0.991, 0.992], "SGD": [0.985, 0.987, 0.988]}
    >>> figure = difference_plot(paired_differences(values, "Adam"), "Adam")
    >>> figure.axes[0].get_xlabel()
    'Difference from Adam (percentage points)'
    """
    if not differences:
        raise ValueError("there is no difference to draw")
    figure, axis = plt.subplots(figsize=(7.2, 1.0 + 0.32 * len(differences)))
    axis.axvline(0, color="black", linewidth=1)
    for height, difference in enumerate(differences.values()):
        each = [100 * value for value in difference.each]
        axis.plot(each, [height] * len(each), "|", color="0.55", markersize=9)
        axis.plot([100 * difference.low, 100 * difference.high], [height, height], color="C0")
        axis.plot(
            100 * difference.mean,
            height,
            "o",
            markersize=7,
            color="C0",
            markerfacecolor="C0" if difference.told_apart else "white",
        )
    axis.set_yticks(range(len(differences)), differences)
    axis.set_ylim(len(differences) - 0.5, -0.5)
    axis.grid(visible=False, axis="y")
    axis.set_xlabel(f"Difference from {baseline} (percentage points)")
    return figure
