"""Measurements with their intervals along an axis, and what a search over settings found."""

import matplotlib.pyplot as plt
import numpy as np

from mnist_helpers.plots.curves import _label_ends


def curves_with_bands(curves, xlabel, ylabel):
    """Draw curves, each within a band, and named at its end.

    Parameters
    ----------
    curves : dict of str to (array_like, array_like, array_like, array_like)
        Name to four lists of the same length: places on the horizontal axis, values, and the lower
        and upper ends of their intervals.
    xlabel, ylabel : str
        Of the axes, with units.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ValueError
        If there is no curve, or one has not four lists of the same length.

    Examples
    --------
    >>> figure = curves_with_bands({"a": ([0, 1], [5, 6], [4, 5], [6, 7])}, "Shift", "Accuracy (%)")
    >>> figure.axes[0].get_ylabel()
    'Accuracy (%)'
    """
    if not curves:
        raise ValueError("there is no curve to draw")
    figure, axis = plt.subplots(figsize=(7.2, 3.6))
    ends = []
    for marker, (name, lists) in zip("os^Dv<>", curves.items(), strict=False):
        if len({len(values) for values in lists}) != 1 or len(lists) != 4:
            raise ValueError(f"the curve {name!r} needs four lists of the same length")
        places, values, low, high = lists
        (line,) = axis.plot(places, values, marker=marker, markersize=4)
        axis.fill_between(places, low, high, color=line.get_color(), alpha=0.2, linewidth=0)
        ends.append((values[-1], places[-1], name, line.get_color()))
    _label_ends(axis, ends)
    axis.set(xlabel=xlabel, ylabel=ylabel)
    axis.xaxis.get_major_locator().set_params(integer=True)
    return figure


def search_results(searches):
    """Draw the errors that searches over settings met, by learning rate; the best are filled.

    Parameters
    ----------
    searches : dict of str to (array_like of float, array_like of float)
        Name to the learning rates that were tried, and the share of right answers with each.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ValueError
        If there is no search, or one has not as many accuracies as learning rates.

    Examples
    --------
    >>> figure = search_results({"at random": ([0.001, 0.02], [0.99, 0.98])})
    >>> figure.axes[0].get_title("left")
    'at random'
    """
    if not searches:
        raise ValueError("there is no search to draw")
    figure, axes = plt.subplots(
        1, len(searches), figsize=(7.2, 3.2), sharex=True, sharey=True, squeeze=False
    )
    for axis, (name, (rates, accuracies)) in zip(axes.flat, searches.items(), strict=True):
        if len(rates) != len(accuracies):
            raise ValueError(
                f"{name!r} has {len(rates)} learning rates and {len(accuracies)} accuracies"
            )
        errors = 100 * (1 - np.asarray(accuracies, float))
        best = errors.argmin()
        axis.loglog(rates, errors, "o", markerfacecolor="none", markersize=6)
        axis.loglog(rates[best], errors[best], "o", color="C0", markersize=8)
        axis.annotate(
            f"best: {errors[best]:.2f} %", (rates[best], errors[best]), (0, -15),
            textcoords="offset points", ha="center", color="C0",
        )  # fmt: skip
        axis.set_title(name)
        axis.set_xlabel("Learning rate")
    ticks = [tick for tick in (0.5, 1, 2, 5, 10, 20, 50) if tick > axes[0, 0].get_ylim()[0]]
    axes[0, 0].set_yticks(ticks, [f"{tick:g}" for tick in ticks])
    axes[0, 0].minorticks_off()
    axes[0, 0].margins(y=0.2)
    axes[0, 0].set_ylabel("Validation error (%)")
    return figure
