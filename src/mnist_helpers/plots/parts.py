"""What figures are made of: panels, notes, lines in their bands, dots in rows.

A new figure is made of these, and stands in the module of its form.
"""

from dataclasses import dataclass
from itertools import cycle

import matplotlib.pyplot as plt
import numpy as np

MARKERS = tuple({"marker": marker, "markersize": 4} for marker in "os^Dv<>")


def some(things, what):
    """Refuse an empty collection of what was to be drawn."""
    if not len(things):
        raise ValueError(f"there is no {what} to draw")


def check_times(seconds, accuracies):
    """Refuse seconds that a logarithmic axis cannot show, and accuracies that are none."""
    if not (np.min(seconds) > 0 and np.max(seconds) < np.inf):
        raise ValueError("a logarithmic axis needs seconds above zero, and finite ones")
    if not (np.min(accuracies) >= 0 and np.max(accuracies) <= 1):
        raise ValueError("an accuracy lies outside of 0 to 1; expected shares, not percent")


def grid(count, columns, height, **options):
    """Open a figure with `count` axes, row by row; return it and the list of its axes.

    `height` (inches) is that of a row. The places left over are removed.
    """
    rows = -(-count // columns)
    options = {"figsize": (7.2, rows * height), "squeeze": False} | options
    figure, axes = plt.subplots(rows, columns, **options)
    for axis in axes.flat[count:]:
        axis.remove()
    return figure, list(axes.flat[:count])


def note(axis, text, place, offset=(8, 0), **style):
    """Write a text beside a place of an axis, moved by some points (1/72 inch)."""
    style = {"va": "center", "fontsize": 9.5, "annotation_clip": False} | style
    axis.annotate(text, place, offset, textcoords="offset points", **style)


def name_ticks(axis, ticks):
    """Write those values beside a vertical logarithmic axis that it reaches, and no others."""
    low, high = axis.get_ylim()
    reached = [tick for tick in ticks if low <= tick <= high]
    axis.set_yticks(reached, [f"{tick:g}" for tick in reached])
    axis.minorticks_off()


def name_ends(axis, ends):
    """Name curves to the right of their last points, the names moved apart where they touch.

    `ends` are those that `lines_with_bands` returns. Limits of the axis are to be set before.
    """
    low, high = axis.get_ylim()
    gap = (high - low) * 0.075
    right = max(place for _, place, _, _ in ends)
    height = float("-inf")
    for value, _, name, color in sorted(ends, key=lambda end: end[0]):
        height = max(value, height + gap)
        note(axis, name, (right, height), (7, 0), color=color)


def lines_with_bands(axis, curves, styles=MARKERS):
    """Draw curves, each within its band if it has one, and told apart by more than their colour.

    Parameters
    ----------
    axis : matplotlib.axes.Axes
    curves : dict of str to (array_like, array_like) or four of them
        Name to places and values, and to the lower and upper ends of the values' intervals.
    styles : sequence of dict
        How lines are drawn, in turn.

    Returns
    -------
    list of (float, float, str, str)
        Last value, last place, name and colour of each curve.

    Raises
    ------
    ValueError
        If there is no curve, or one has not two or four lists of the same length.

    Examples
    --------
    >>> lines_with_bands(plt.figure().gca(), {"a": ([0, 1], [5, 6], [4, 5], [6, 7])})
    [(6, 1, 'a', '#0072B2')]
    """
    some(curves, "curve")
    ends = []
    for (name, lists), style in zip(curves.items(), cycle(styles), strict=False):
        if len(lists) not in (2, 4) or len({len(values) for values in lists}) != 1:
            raise ValueError(f"the curve {name!r} needs two or four lists of the same length")
        places, values, *band = lists
        (line,) = axis.plot(places, values, **style)
        if band:
            axis.fill_between(places, *band, color=line.get_color(), alpha=0.2, linewidth=0)
        ends.append((values[-1], places[-1], name, line.get_color()))
    return ends


@dataclass
class Row:
    """A value, perhaps with an interval, with single values beside it, and with a note."""

    value: float
    interval: tuple = ()
    each: tuple = ()
    full: bool = True
    color: str = "C0"
    note: str = ""


def dots_in_rows(axis, rows, size=7):
    """Draw named values from top to bottom: dots, full or hollow, upon their intervals.

    Parameters
    ----------
    axis : matplotlib.axes.Axes
    rows : dict of str to Row
    size : float
        Of the dots, in points.

    Examples
    --------
    >>> axis = plt.figure().gca()
    >>> dots_in_rows(axis, {"a": Row(5, (4, 6)), "b": Row(7, full=False, note="chosen")})
    >>> [label.get_text() for label in axis.get_yticklabels()]
    ['a', 'b']
    """
    for height, row in enumerate(rows.values()):
        if len(row.each):
            axis.plot(row.each, [height] * len(row.each), "|", color="0.55", markersize=9)
        if row.interval:
            axis.plot(row.interval, [height] * 2, color=row.color)
        face = row.color if row.full else "white"
        axis.plot(row.value, height, "o", color=row.color, markersize=size, markerfacecolor=face)
        if row.note:
            note(axis, row.note, (max((row.value, *row.interval)), height), color=row.color)
    axis.set_yticks(range(len(rows)), rows)
    axis.set_ylim(len(rows) - 0.5, -0.5)
    axis.grid(visible=False, axis="y")
