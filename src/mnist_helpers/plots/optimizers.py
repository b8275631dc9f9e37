"""Optimizers: their ways down a valley, and their accuracy over the learning rate."""

import matplotlib.pyplot as plt
import numpy as np


def descent_paths(paths, steepness):
    """Draw the ways of optimizers down a valley, over its lines of equal loss.

    The loss is half the sum of the squares of the two weights, each times its steepness; its lowest
    point is in the middle.

    Parameters
    ----------
    paths : dict of str to ndarray, shape (steps, 2)
        The places where each optimizer came by.
    steepness : array_like, shape (2,)
        Second derivative of the loss along each weight.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ValueError
        If there is no path, or one is not a row of points with two coordinates.

    Examples
    --------
    >>> figure = descent_paths({"SGD": np.array([[-4.0, 1.0], [-2.0, 0.0]])}, [1, 25])
    >>> figure.axes[0].get_title(loc="left")
    'SGD'
    """
    if not paths:
        raise ValueError("there is no path to draw")
    for name, path in paths.items():
        if np.ndim(path) != 2 or np.shape(path)[1] != 2:
            raise ValueError(
                f"the path of {name!r} has shape {np.shape(path)}; expected (steps, 2)"
            )
    rows = -(-len(paths) // 2)
    figure, axes = plt.subplots(
        rows, 2, figsize=(7.2, 1.9 * rows), sharex=True, sharey=True, squeeze=False
    )
    along, across = np.meshgrid(np.linspace(-5, 2.5, 151), np.linspace(-1.6, 1.6, 101))
    loss = (steepness[0] * along**2 + steepness[1] * across**2) / 2
    for axis, (name, path) in zip(axes.flat, paths.items(), strict=False):
        axis.contour(along, across, loss, levels=2.0 ** np.arange(-2, 6), colors="0.8")
        axis.plot(*np.transpose(path), "o-", markersize=3, linewidth=1)
        axis.plot(0, 0, "k+", markersize=9)
        axis.set_title(name)
        axis.grid(visible=False)
    for axis in axes.flat[len(paths) :]:
        axis.set_axis_off()
    axes[0, 0].set(xlim=(-5, 2.5), ylim=(-1.6, 1.6))
    figure.supxlabel("Weight x", fontsize=10.5)
    figure.supylabel("Weight y", fontsize=10.5)
    return figure


def learning_rate_curves(curves, tolerance):
    """Draw accuracy over the learning rate for several optimizers, a panel each.

    Rates that come within the tolerance of the optimizer's best are filled.

    Parameters
    ----------
    curves : dict of str to ndarray, shape (rates, 2)
        Learning rates, and the accuracy with each.
    tolerance : float
        As a share of 1.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ValueError
        If there is no curve.

    Examples
    --------
    >>> figure = learning_rate_curves({"SGD": np.array([[0.1, 0.98], [0.3, 0.99]])}, 0.005)
    >>> figure.axes[0].get_xscale()
    'log'
    """
    if not curves:
        raise ValueError("there is no curve to draw")
    rows = -(-len(curves) // 3)
    figure, axes = plt.subplots(rows, 3, figsize=(7.2, 1.75 * rows), sharey=True, squeeze=False)
    for axis, (name, points) in zip(axes.flat, curves.items(), strict=False):
        rates, accuracies = np.transpose(points)
        near = accuracies >= accuracies.max() - tolerance
        axis.semilogx(rates, 100 * accuracies, "o-", markerfacecolor="white")
        axis.plot(rates[near], 100 * accuracies[near], "o", color="C0")
        axis.set_title(name)
        axis.set_ylim(94, 99.8)
    for axis in axes.flat[len(curves) :]:
        axis.set_axis_off()
    figure.supxlabel("Learning rate", fontsize=10.5)
    figure.supylabel("Validation accuracy (%)", fontsize=10.5)
    return figure
