"""Accuracy against what a network costs."""

import matplotlib.pyplot as plt
import numpy as np


def error_against_cost(points, costs, named=None):
    """Draw the errors of networks against several costs, and mark those that none dominates.

    Both axes are logarithmic. Full points: no other network has a smaller mean error at the same
    cost or less.

    Parameters
    ----------
    points : dict of str to (float, float, float)
        Name to the mean error in percent, and the lower and upper ends of its interval.
    costs : dict of str to dict of str to float
        The label of each horizontal axis, with units, to the cost of each of the `points`.
    named : collection of str, optional
        The points whose names are written beside them; by default all.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ValueError
        If there is no point, a cost lacks one, a name has none, or an error or a cost is not above
        zero.

    Examples
    --------
    >>> points = {"a": (2.0, 1.8, 2.2), "b": (1.0, 0.9, 1.1)}
    >>> figure = error_against_cost(points, {"Seconds": {"a": 3, "b": 9}})
    >>> figure.axes[0].get_xlabel()
    'Seconds'
    """
    if not points:
        raise ValueError("there is no point to draw")
    if unknown := [name for name in named or () if name not in points]:
        raise ValueError(f"there is no point for {', '.join(unknown)}")
    for label, cost in costs.items():
        if missing := [name for name in points if name not in cost]:
            raise ValueError(f"{label!r} has no cost for {', '.join(missing)}")
        if min(cost[name] for name in points) <= 0 or np.min(list(points.values())) <= 0:
            raise ValueError("a logarithmic axis needs errors and costs above zero")
    figure, axes = plt.subplots(
        len(costs), 1, squeeze=False, sharey=True, figsize=(7.2, 4.2 * len(costs))
    )
    for axis, (label, cost) in zip(axes.flat, costs.items(), strict=True):
        for name, (error, low, high) in points.items():
            best = all(
                errors[0] >= error
                for other, errors in points.items()
                if other != name and cost[other] <= cost[name]
            )
            color = "C0" if best else "0.45"
            axis.plot([cost[name]] * 2, [low, high], color=color, linewidth=1.5)
            axis.plot(cost[name], error, "o", color=color, markerfacecolor=color if best else "w")
            if named is not None and name not in named:
                continue
            below = best or error < np.median([value for value, _, _ in points.values()])
            axis.annotate(
                name, (cost[name], low if below else high), (0, -3 if below else 3),
                textcoords="offset points", ha="center", va="top" if below else "bottom",
                fontsize=8, color=color,
            )  # fmt: skip
        axis.set(xscale="log", yscale="log", xlabel=label, ylabel="Test error (%)")
        ticks = [tick for tick in (0.3, 0.5, 1, 2, 5, 10) if _within(tick, axis.get_ylim())]
        axis.set_yticks(ticks, [f"{tick:g}" for tick in ticks])
        axis.minorticks_off()
        axis.margins(x=0.12, y=0.12)
    return figure


def _within(value, limits):
    return limits[0] <= value <= limits[1]
