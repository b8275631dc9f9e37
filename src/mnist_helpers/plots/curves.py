"""Curves over epochs, images, seconds, or whatever else was varied."""

import numpy as np

from mnist_helpers.plots.parts import check_times, grid, lines_with_bands, name_ends, note, some


def training_curves(runs, metrics):
    """Draw metrics of one or more trainings against the epoch, each curve named at its end.

    Parameters
    ----------
    runs : dict of str to dict of str to sequence of float
        Name of the run to its history: metric to one value an epoch.
    metrics : dict of str to str
        Metric, as it is called in the histories, to the label of its axis. Each has a panel.

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
    for name, history in runs.items():
        if missing := sorted(set(metrics) - set(history)):
            raise ValueError(f"the run {name!r} has no {missing[0]!r}; it has {sorted(history)}")
    figure, axes = grid(len(metrics), len(metrics), 3.4)
    for axis, (metric, label) in zip(axes, metrics.items(), strict=True):
        values = {name: history[metric] for name, history in runs.items()}
        curves = {name: (range(1, len(each) + 1), each) for name, each in values.items()}
        name_ends(axis, lines_with_bands(axis, curves))
        axis.set(xlabel="Epoch", ylabel=label)
        axis.xaxis.get_major_locator().set_params(integer=True)
    return figure


def curves_with_bands(curves, xlabel, ylabel):
    """Draw curves, each named at its end and, where one is given, within a band.

    Parameters
    ----------
    curves : dict of str to two or four array_like
        Name to lists of the same length: places on the horizontal axis, values, and perhaps the
        lower and upper ends of their intervals.
    xlabel, ylabel : str
        Of the axes, with units.

    Raises
    ------
    ValueError
        If there is no curve, or one has not two or four lists of the same length.

    Examples
    --------
    >>> figure = curves_with_bands({"a": ([0, 1], [5, 6], [4, 5], [6, 7])}, "Shift", "Accuracy (%)")
    >>> figure.axes[0].get_ylabel()
    'Accuracy (%)'
    """
    figure, (axis,) = grid(1, 1, 3.6)
    name_ends(axis, lines_with_bands(axis, curves))
    axis.set(xlabel=xlabel, ylabel=ylabel)
    axis.xaxis.get_major_locator().set_params(integer=True)
    return figure


def accuracy_under_change(panels, ylabel):
    """Draw accuracies that fall as images are changed more and more, one panel a change.

    Chapter 17's.

    Parameters
    ----------
    panels : dict of str to dict of str to (array_like, array_like, array_like, array_like)
        How much images were changed (the label of the horizontal axis, with its unit) to curves:
        name to amounts, values, and the lower and upper ends of their intervals. The first panel
        names its curves.
    ylabel : str
        Of the vertical axes.

    Raises
    ------
    ValueError
        If there is no panel, or a curve's lists are not of the same length.

    Examples
    --------
    >>> curve = ([0, 1], [99, 90], [98, 88], [100, 92])
    >>> len(accuracy_under_change({"Blur": {"a": curve}, "Noise": {"a": curve}}, "%").axes)
    2
    """
    some(panels, "panel")
    figure, axes = grid(len(panels), 2, 2.75, sharey=True)
    for panel, (axis, (xlabel, curves)) in enumerate(zip(axes, panels.items(), strict=True)):
        ends = lines_with_bands(axis, curves)
        axis.set(xlabel=xlabel, ylabel="" if panel % 2 else ylabel)
        for number, (*_, name, color) in enumerate([] if panel else ends):
            place = (0.05, 0.08 + 0.12 * number)
            note(axis, name, place, (0, 0), color=color, xycoords="axes fraction")
    return figure


def risk_coverage(curves, most=10.0):
    """Draw how the share of wrong answers falls as more images are left unanswered.

    Chapter 17's.

    Parameters
    ----------
    curves : dict of str to (array_like, array_like)
        Name to coverage and error, as `mnist_helpers.statistics.errors_by_coverage` returns them.
    most : float
        The largest share of unanswered images that is drawn, in per cent.

    Examples
    --------
    >>> figure = risk_coverage({"a": ([0.9, 1.0], [0.0, 0.1])})
    >>> figure.axes[0].get_ylabel()
    'Errors among the answers (%)'
    """
    silence = {}
    for name, lists in curves.items():
        coverage, error = 100 * np.asarray(lists, float)[:, ::-1]  # from no silence to much
        drawn = 100 - coverage <= most
        silence[name] = 100 - coverage[drawn], error[drawn]
    figure, (axis,) = grid(1, 1, 3.6)
    ends = lines_with_bands(axis, silence, [{"linestyle": style} for style in ("-", "--", "-.")])
    axis.set(xlim=(0, most), ylim=(0, None))
    axis.set(xlabel="Images left unanswered (%)", ylabel="Errors among the answers (%)")
    name_ends(axis, ends)
    return figure


def loss_shares(losses, worst=0.01):
    """Draw what share of the whole loss the worst images carry.

    Chapter 07's. The curve of M. O. Lorenz (*Publications of the American Statistical Association*
    9, 1905), turned around: the worst image comes first.

    Parameters
    ----------
    losses : array_like of float, shape (count,)
        The loss of each image (nats), none negative.
    worst : float
        The share of the images at which the curve is marked.

    Raises
    ------
    ValueError
        If there are no losses, or one is negative or not finite, or all are zero.

    Examples
    --------
    >>> figure = loss_shares([0.0, 0.0, 3.0, 1.0], worst=0.25)
    >>> figure.axes[0].lines[0].get_ydata().tolist()
    [0.75, 1.0, 1.0, 1.0]
    """
    losses = np.sort(np.asarray(losses, float))[::-1]
    if losses.ndim != 1 or not np.isfinite(losses.sum()) or not (losses >= 0).all():
        raise ValueError("expected a list of finite losses, none of them negative")
    some(np.flatnonzero(losses), "loss above zero")
    shares = np.cumsum(losses) / losses.sum()
    images = np.arange(1, len(losses) + 1)
    marked = max(round(worst * len(losses)), 1)
    place, text = (marked, shares[marked - 1]), f"the worst {worst:.0%}: {shares[marked - 1]:.0%}"
    figure, (axis,) = grid(1, 1, 3.6)
    axis.plot(images, shares)
    axis.plot(images, images / len(images), color="C6", linestyle="--")
    axis.plot(*place, "o", color="C1")
    note(axis, text, place, (9, -8), color="C1")
    style = {"color": "C6", "ha": "right"}
    note(axis, "if all images had the same loss", (len(images) * 0.2, 0.2), (-10, 3), **style)
    axis.set(xscale="log", xlabel="Images, the worst first", ylabel="Share of the whole loss")
    return figure


def losses_within_an_epoch(sizes, batches, running, at_the_end):
    """Draw the loss of the batches of an epoch, their running mean, and losses taken afterwards.

    Chapter 07's.

    Parameters
    ----------
    sizes : sequence of int, shape (steps,)
        Images in each batch.
    batches : dict of str to sequence of float, shape (steps,)
        Name to the loss of each batch (nats), as measured in one way or another.
    running : sequence of float, shape (steps,)
        What the progress bar shows after each step (nats).
    at_the_end : dict of str to float
        Name to a loss taken after the last step (nats).

    Raises
    ------
    ValueError
        If a curve does not have one value a batch.

    Examples
    --------
    >>> figure = losses_within_an_epoch([8, 8], {"a": [2.0, 1.0]}, [2.0, 1.5], {"end": 0.5})
    >>> figure.axes[0].lines[-1].get_xydata().tolist()
    [[16.0, 0.5]]
    """
    for name, values in {**batches, "running mean": running}.items():
        if len(values) != len(sizes):
            raise ValueError(
                f"the curve {name!r} has {len(values)} values; expected {len(sizes)}, one a batch"
            )
    seen = np.cumsum(sizes)
    figure, (axis,) = grid(1, 1, 4.0)
    for color, (name, values) in zip(("C1", "C2", "C3"), batches.items(), strict=False):
        axis.plot(seen, values, color=color, linewidth=1, label=name)
    axis.plot(seen, running, color="C0", linewidth=2.4, label="running mean, as reported")
    styles = (("s", "C1"), ("D", "C6"), ("^", "C3"))
    for (marker, color), (name, value) in zip(styles, at_the_end.items(), strict=False):
        axis.plot(seen[-1:], [value], marker, color=color, clip_on=False, markersize=7, zorder=3)
        note(axis, name, (seen[-1], value), (10, 0), color=color)
    axis.legend(loc="upper right")
    axis.set(xlim=(0, seen[-1]), ylim=(0, None))
    axis.set(xlabel="Training images seen", ylabel="Loss (nats)")
    return figure


def learning_rate_curves(curves, tolerance):
    """Draw accuracy over the learning rate for several optimizers, a panel each.

    Chapter 10's. Rates that come within the tolerance of the optimizer's best are filled.

    Parameters
    ----------
    curves : dict of str to ndarray, shape (rates, 2)
        Learning rates, and the accuracy with each.
    tolerance : float
        As a share of 1.

    Examples
    --------
    >>> figure = learning_rate_curves({"SGD": np.array([[0.1, 0.98], [0.3, 0.99]])}, 0.005)
    >>> figure.axes[0].get_xscale()
    'log'
    """
    some(curves, "curve")
    figure, axes = grid(len(curves), 3, 1.75, sharey=True)
    for axis, (name, points) in zip(axes, curves.items(), strict=True):
        rates, accuracies = np.transpose(points)
        near = accuracies >= accuracies.max() - tolerance
        axis.semilogx(rates, 100 * accuracies, "o-", markerfacecolor="white")
        axis.plot(rates[near], 100 * accuracies[near], "o", color="C0")
        axis.set(title=name, ylim=(94, 99.8))
    figure.supxlabel("Learning rate", fontsize=10.5)
    figure.supylabel("Validation accuracy (%)", fontsize=10.5)
    return figure


def accuracy_over_seconds(points, epochs, goals=()):
    """Draw where trainings end, numbered, and the way of the first one, epoch by epoch.

    Chapter 16's.

    Parameters
    ----------
    points : sequence of (float, float)
        Seconds and accuracy (0 to 1) at the end of each training.
    epochs : sequence of (float, float)
        The same after each epoch of the first one.
    goals : sequence of float
        Accuracies to mark.

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
    some(points, "training")
    some(epochs, "epoch")
    check_times(*np.transpose([*points, *epochs]))
    figure, (axis,) = grid(1, 1, 4.2)
    for goal in goals:
        axis.axhline(100 * goal, color="C1", linestyle="--", linewidth=1)
        style = {"color": "C1", "xycoords": ("axes fraction", "data")}
        note(axis, f"{100 * goal:g} %", (1, 100 * goal), (4, 0), **style)
    axis.plot(*np.transpose(epochs) * [[1], [100]], color="0.55", marker=".")
    axis.plot(*np.transpose(points) * [[1], [100]])
    for number, (seconds, accuracy) in enumerate(points, start=1):
        axis.plot(seconds, 100 * accuracy, "o", markersize=15, color="white", markeredgecolor="C0")
        note(axis, str(number), (seconds, 100 * accuracy), (0, 0), ha="center")
    axis.set(xscale="log", xlabel="Seconds of training", ylabel="Test accuracy (%)")
    axis.xaxis.set_major_formatter("{x:g}")
    return figure
