"""Curves of a training, epoch by epoch."""

import matplotlib.pyplot as plt
import numpy as np


def training_curves(runs, metrics):
    """Draw metrics of one or more trainings against the epoch, each curve named at its end.

    Parameters
    ----------
    runs : dict of str to dict of str to sequence of float
        Name of the run to its history: metric to one value an epoch.
    metrics : dict of str to str
        Metric, as it is called in the histories, to the label of its axis. Each has a panel.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ValueError
        If a run lacks a metric.

    Examples
    --------
    >>> figure = training_curves({"a": {"loss": [2.0, 1.0]}}, {"loss": "Loss (nats)"})
    >>> figure.axes[0].get_xlabel()
    'Epoch'
    """
    figure, axes = plt.subplots(
        1, len(metrics), figsize=(7.2, 3.4), squeeze=False, constrained_layout=True
    )
    markers = ["o", "s", "^", "D", "v"]
    for axis, (metric, label) in zip(axes.flat, metrics.items(), strict=True):
        ends = []
        for number, (name, history) in enumerate(runs.items()):
            if metric not in history:
                raise ValueError(f"the run {name!r} has no {metric!r}; it has {sorted(history)}")
            values = history[metric]
            epochs = np.arange(1, len(values) + 1)
            (line,) = axis.plot(epochs, values, marker=markers[number % len(markers)])
            ends.append((values[-1], epochs[-1], name, line.get_color()))
        _label_ends(axis, ends)
        axis.set_xlabel("Epoch")
        axis.set_ylabel(label)
        axis.xaxis.get_major_locator().set_params(integer=True)
    return figure


def _label_ends(axis, ends):
    """Name each curve to the right of its last point, the names moved apart where they touch."""
    low, high = axis.get_ylim()
    gap = (high - low) * 0.075
    right = max(epoch for _, epoch, _, _ in ends)
    heights = []
    for value, _, name, color in sorted(ends, key=lambda end: end[0]):
        height = max(value, heights[-1] + gap) if heights else value
        heights.append(height)
        axis.annotate(
            name,
            xy=(right, height),
            xytext=(7, 0),
            textcoords="offset points",
            color=color,
            va="center",
            fontsize=9.5,
            annotation_clip=False,
        )
