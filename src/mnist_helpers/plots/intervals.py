"""Values with their intervals: differences, ladders, errors against costs, and spreads."""

import textwrap

import numpy as np
from scipy.stats import binomtest

from mnist_helpers.plots.parts import (
    Row,
    check_times,
    dots_in_rows,
    grid,
    name_ticks,
    note,
    some,
)


def difference_plot(differences, baseline):
    """Draw by how many points variants lie above or below one, each seed and the interval.

    A full point can be told apart from nothing, a hollow one cannot.

    Parameters
    ----------
    differences : dict of str to mnist_helpers.statistics.Difference
        Of shares between 0 and 1, as `mnist_helpers.statistics.paired_differences` returns them;
        drawn from top to bottom.
    baseline : str
        What they were compared with.

    Examples
    --------
    >>> from mnist_helpers.statistics import paired_differences
    >>> values = {"Adam": [0.990, 0.991, 0.992], "SGD": [0.985, 0.987, 0.988]}
    >>> figure = difference_plot(paired_differences(values, "Adam"), "Adam")
    >>> figure.axes[0].get_xlabel()
    'Difference from Adam (percentage points)'
    """
    some(differences, "difference")
    figure, (axis,) = grid(1, 1, 1.0 + 0.32 * len(differences))
    axis.axvline(0, color="black", linewidth=1)
    rows = {}
    for name, found in differences.items():
        value, low, high, *each = 100 * np.array([found.mean, found.low, found.high, *found.each])
        rows[name] = Row(value, (low, high), each, found.told_apart)
    dots_in_rows(axis, rows)
    label = f"Difference from {baseline} (percentage points)"
    axis.set_xlabel(textwrap.fill(label, 45))  # long names of rows leave it little room
    return figure


def selection_ladder(steps):
    """Draw accuracies from top to bottom, those that were chosen hollow.

    Chapter 15's.

    Parameters
    ----------
    steps : dict of str to (float, bool)
        What was counted, to its accuracy (0 to 1), and whether it was chosen on the images that it
        was counted on.

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
    some(steps, "step")
    if wrong := [name for name, (value, _) in steps.items() if not 0 <= value <= 1]:
        raise ValueError(f"expected accuracies between 0 and 1, got others for {wrong}")
    figure, (axis,) = grid(1, 1, 1.0 + 0.36 * len(steps))
    rows = {}
    for name, (value, chosen) in steps.items():
        text, color = f"{100 * value:.3f}{' chosen' * chosen}", "C1" if chosen else "C0"
        rows[name] = Row(100 * value, full=not chosen, color=color, note=text)
    dots_in_rows(axis, rows)
    low, high = axis.get_xlim()
    axis.set_xlim(low, high + 0.22 * (high - low))  # room for the last label
    axis.set_xlabel("Test accuracy (%)")
    return figure


def ladder(seconds, accuracies, goals=()):
    """Draw trainings from top to bottom: their seconds on a logarithmic axis, and their accuracies.

    Chapter 16's.

    Parameters
    ----------
    seconds : dict of str to (float, float, float)
        Name to the median, the lowest and the highest seconds.
    accuracies : dict of str to (float, float, float)
        The same names to the mean accuracy (0 to 1), and the ends of its interval.
    goals : sequence of float
        Accuracies to mark.

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
    some(seconds, "training")
    if list(seconds) != list(accuracies):
        raise ValueError(
            f"expected seconds and accuracies of the same trainings, got those of {list(seconds)} "
            f"and of {list(accuracies)}"
        )
    check_times(list(seconds.values()), [mean for mean, *_ in accuracies.values()])
    figure, (left, right) = grid(2, 2, 1.1 + 0.36 * len(seconds), sharey=True)
    shown, reached = {}, {}
    for name, (middle, *ends) in seconds.items():
        text = f"{middle:.0f} s" if middle >= 20 else f"{middle:.1f} s"
        shown[name] = Row(middle, ends, note=text)
        value, *ends = 100 * np.array(accuracies[name])
        reached[name] = Row(value, ends)
    dots_in_rows(left, shown, size=5)  # strokes may be short
    dots_in_rows(right, reached, size=5)
    for goal in goals:
        right.axvline(100 * goal, color="C1", linestyle="--", linewidth=1)
    left.set(xscale="log", xlabel="Seconds of training")
    low, high = left.get_xlim()
    left.set_xlim(low, high * (high / low) ** 0.25)  # room for the labels
    left.xaxis.set_major_formatter("{x:g}")
    right.set_xlabel("Test accuracy (%)")
    return figure


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
    some(points, "point")
    named = list(points) if named is None else named
    if unknown := [name for name in named if name not in points]:
        raise ValueError(f"there is no point for {', '.join(unknown)}")
    for label, cost in costs.items():
        if missing := [name for name in points if name not in cost]:
            raise ValueError(f"{label!r} has no cost for {', '.join(missing)}")
        if min(cost[name] for name in points) <= 0 or np.min(list(points.values())) <= 0:
            raise ValueError("a logarithmic axis needs errors and costs above zero")
    middle = np.median([error for error, _, _ in points.values()])
    figure, axes = grid(len(costs), 1, 4.2, sharey=True)
    for axis, (label, cost) in zip(axes, costs.items(), strict=True):
        for name, (error, low, high) in points.items():
            best = not any(
                errors[0] < error and cost[other] <= cost[name] for other, errors in points.items()
            )
            color = "C0" if best else "0.45"
            axis.plot([cost[name]] * 2, [low, high], color=color, linewidth=1.5)
            axis.plot(cost[name], error, "o", color=color, markerfacecolor=color if best else "w")
            if name in named:
                below = best or error < middle
                place, side = (low, "top") if below else (high, "bottom")
                style = {"ha": "center", "va": side, "fontsize": 8, "color": color}
                note(axis, name, (cost[name], place), (0, -3 if below else 3), **style)
        axis.set(xscale="log", yscale="log", xlabel=label, ylabel="Test error (%)")
        name_ticks(axis, (0.3, 0.5, 1, 2, 5, 10))
        axis.margins(x=0.12, y=0.12)
    return figure


def reliability_diagram(groups):
    """Draw the share of wrong answers against the share that a network expects, both logarithmic.

    The usual diagram has confidence and accuracy on its axes; where nearly all
    answers are right, all that matters would lie in its last corner.

    Parameters
    ----------
    groups : dict of str to mnist_helpers.statistics.Reliability
        Name to answers in groups of like confidence. A group without a wrong answer is drawn as a
        bar without a point: from the lower edge to the end of its interval (Wilson, 95 %).

    Examples
    --------
    >>> from mnist_helpers.statistics import reliability
    >>> figure = reliability_diagram({"a": reliability([[0.9, 0.1]] * 10, [0] * 9 + [1], 1)})
    >>> figure.axes[0].get_xscale()
    'log'
    """
    some(groups, "network")
    figure, axes = grid(len(groups), len(groups), 3.6, sharex=True, sharey=True)
    lowest, limits = 1e-4, (1e-4, 1.2)  # less than one image in 10,000
    for axis, (name, found) in zip(axes, groups.items(), strict=True):
        expected = (1 - found.confidence).clip(lowest)
        wrong = np.round((1 - found.accuracy) * found.count).astype(int)
        axis.plot(limits, limits, color="black", linewidth=1)
        for doubt, number, count in zip(expected, wrong, found.count, strict=True):
            interval = binomtest(int(number), int(count)).proportion_ci(0.95, method="wilson")
            low = max(interval.low, lowest) if number else lowest
            axis.plot([doubt, doubt], [low, interval.high], color="C0", linewidth=1, alpha=0.6)
            if number:
                axis.plot(doubt, number / count, "o", color="C0", markersize=5)
        axis.set(xscale="log", yscale="log", xlim=(0.8e-4, 1.2), ylim=(lowest, 1.2))
        axis.set_title(name)
    figure.supxlabel("Wrong answers expected (share)", fontsize="medium")
    axes[0].set_ylabel("Wrong answers found (share)")
    for text, place in {"more than expected": (2e-4, 0.4), "fewer": (0.12, 4e-4)}.items():
        axes[0].annotate(text, place, fontsize=9.5, color="0.35")
    return figure


def lift_histograms(lifts):
    """Draw how often a choice gained how much, one panel above the other, with the means.

    Chapter 15's.

    Parameters
    ----------
    lifts : dict of str to array_like of float
        Where the gain was measured, to the gains of many repetitions, in percentage points.

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
    some(lifts, "panel")
    for name, values in lifts.items():
        some(values, f"gain for {name!r}")
        if not np.isfinite(values).all():
            raise ValueError(f"a gain for {name!r} is no finite number")
    figure, axes = grid(len(lifts), 1, 1.5 + 0.6 / len(lifts), sharex=True)
    bins = np.histogram_bin_edges(np.concatenate([*lifts.values()]), bins=40)
    for number, (axis, (name, values)) in enumerate(zip(axes, lifts.items(), strict=True)):
        axis.hist(values, bins, color=f"C{number}", alpha=0.75)
        axis.axvline(0, color="black", linewidth=1)
        axis.axvline(np.mean(values), color=f"C{number}", linewidth=2)
        axis.set_title(f"{name}: mean {np.mean(values):+.3f}")
        axis.set_ylabel("Halvings")
    axes[-1].set_xlabel("Gain over the mean (percentage points)")
    return figure
