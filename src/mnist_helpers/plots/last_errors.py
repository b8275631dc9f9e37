"""The figures of chapter 17: doubtful digits with their votes, calibration, silence, shift."""

import matplotlib.pyplot as plt
import numpy as np
from scipy.stats import binomtest

from mnist_helpers.plots.curves import _label_ends


def vote_gallery(images, labels, votes, confidences, rejected=(), upheld=(), notes=None, columns=8):
    """Draw digits with their label, what networks voted for, and how sure they were together.

    Parameters
    ----------
    images : ndarray, shape (count, height, width)
        Grey values, 0 (paper) to 255 (ink).
    labels : sequence of int
        One for each image; written above it, before the confidence.
    votes : ndarray of int, shape (count, classes)
        How many networks chose each class; up to three are written below the image, the commonest
        first; of more, two and an ellipsis.
    confidences : sequence of float
        The largest mean probability, 0 to 1.
    rejected, upheld : collection of int
        Places of images whose label people rejected (an orange frame), or upheld (a blue one, of
        dashes).
    notes : dict of int to str, optional
        Place of an image to what is written below its votes.
    columns : int
        Images in a row.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ValueError
        If there is no image, or not one label, row of votes and confidence for each.

    Examples
    --------
    >>> votes = np.zeros((1, 10), int)
    >>> votes[0, [4, 9]] = 3, 12
    >>> figure = vote_gallery(np.zeros((1, 28, 28)), [4], votes, [0.8])
    >>> figure.axes[0].get_xlabel()
    '9:12, 4:3'
    """
    images, votes = np.asarray(images), np.asarray(votes)
    counts = {len(part) for part in (images, labels, votes, confidences)}
    if images.ndim != 3 or votes.ndim != 2 or len(counts) != 1 or not len(images):
        raise ValueError(
            f"images have shape {images.shape}, votes {votes.shape}, and there are {len(labels)} "
            f"labels and {len(confidences)} confidences; expected one of each for each image"
        )
    rows, side, notes = -(-len(images) // columns), 7.2 / columns, notes or {}
    text = 0.55 if notes else 0.4  # inches above and below an image
    figure, axes = plt.subplots(
        rows, columns, figsize=(7.2, rows * (side + text) + 0.1), squeeze=False
    )
    for place, axis in enumerate(axes.flat):
        if place >= len(images):
            axis.remove()
            continue
        axis.imshow(images[place], vmin=0, vmax=255)
        axis.set(xticks=[], yticks=[])
        axis.set_title(
            f"{labels[place]}   {confidences[place]:.0%}", fontsize=9, loc="center", pad=3
        )
        order = [digit for digit in np.argsort(-votes[place], kind="stable") if votes[place][digit]]
        most = order[:3] if len(order) <= 3 else order[:2]
        chosen = ", ".join(f"{digit}:{votes[place][digit]}" for digit in most)
        chosen += " …" if len(order) > 3 else ""
        chosen += f"\n{notes[place]}" if place in notes else ""
        axis.set_xlabel(chosen, fontsize=8, labelpad=3)
        colour, width, dashes = "0.8", 0.8, "-"
        if place in rejected:
            colour, width = "C1", 2.5
        elif place in upheld:
            colour, width, dashes = "C0", 2, (0, (3, 1.5))
        axis.spines[:].set_visible(True)
        axis.spines[:].set(color=colour, linewidth=width, linestyle=dashes)
    return figure


def reliability_diagram(groups):
    """Draw the share of wrong answers against the share that a network expects, both logarithmic.

    The usual diagram has confidence and accuracy on its axes; where nearly all answers are right,
    all that matters would lie in its last corner.

    Parameters
    ----------
    groups : dict of str to mnist_helpers.calibration.Reliability
        Name to answers in groups of like confidence. A group without a wrong answer is drawn as a
        bar without a point: from the lower edge to the end of its interval (Wilson, 95 %).

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ValueError
        If there is nothing to draw.

    Examples
    --------
    >>> from mnist_helpers.calibration import reliability
    >>> figure = reliability_diagram({"a": reliability([[0.9, 0.1]] * 10, [0] * 9 + [1], 1)})
    >>> figure.axes[0].get_xscale()
    'log'
    """
    if not groups:
        raise ValueError("there is no network whose reliability could be drawn")
    figure, axes = plt.subplots(
        1, len(groups), figsize=(7.2, 3.6), sharex=True, sharey=True, squeeze=False
    )
    lowest, limits = 1e-4, (1e-4, 1.2)  # less than one image in 10,000
    for axis, (name, found) in zip(axes.flat, groups.items(), strict=True):
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
    axes[0, 0].set_ylabel("Wrong answers found (share)")
    axes[0, 0].annotate("more than expected", (2e-4, 0.4), fontsize=9.5, color="0.35")
    axes[0, 0].annotate("fewer", (0.12, 4e-4), fontsize=9.5, color="0.35")
    return figure


def risk_coverage(curves, most=10.0):
    """Draw how the share of wrong answers falls as more images are left unanswered.

    Parameters
    ----------
    curves : dict of str to (array_like, array_like)
        Name to coverage and error, as `mnist_helpers.calibration.errors_by_coverage` returns them.
    most : float
        The largest share of unanswered images that is drawn, in per cent.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ValueError
        If there is no curve to draw.

    Examples
    --------
    >>> figure = risk_coverage({"a": ([0.9, 1.0], [0.0, 0.1])})
    >>> figure.axes[0].get_ylabel()
    'Errors among the answers (%)'
    """
    if not curves:
        raise ValueError("there is no curve to draw")
    figure, axis = plt.subplots()
    ends = []
    for number, (name, (coverage, error)) in enumerate(curves.items()):
        silent = 100 * (1 - np.asarray(coverage, float))
        drawn = np.flatnonzero(silent <= most)[::-1]  # from no silence to much
        silent, wrong = silent[drawn], 100 * np.asarray(error, float)[drawn]
        axis.plot(silent, wrong, color=f"C{number}", linestyle=("-", "--", "-.", ":")[number % 4])
        ends.append((wrong[-1], silent[-1], name, f"C{number}"))
    axis.set(xlim=(0, most))
    axis.set_ylim(0)
    _label_ends(axis, ends)
    axis.set(xlabel="Images left unanswered (%)", ylabel="Errors among the answers (%)")
    return figure


def accuracy_under_change(panels, ylabel):
    """Draw accuracies that fall as images are changed more and more, one panel a change.

    Parameters
    ----------
    panels : dict of str to dict of str to (array_like, array_like, array_like, array_like)
        How much images were changed (the label of the horizontal axis, with its unit) to curves:
        name to amounts, values, and the lower and upper ends of their intervals. The first panel
        names its curves.
    ylabel : str
        Of the vertical axes.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ValueError
        If there is no panel, or a curve has not four lists of the same length.

    Examples
    --------
    >>> curve = ([0, 1], [99, 90], [98, 88], [100, 92])
    >>> len(accuracy_under_change({"Blur": {"a": curve}, "Noise": {"a": curve}}, "%").axes)
    2
    """
    if not panels:
        raise ValueError("there is no panel to draw")
    rows = -(-len(panels) // 2)
    figure, axes = plt.subplots(
        rows, 2, figsize=(7.2, 0.3 + 2.6 * rows), sharey=True, squeeze=False
    )
    for axis, (xlabel, curves) in zip(axes.flat, panels.items(), strict=False):
        for number, (name, lists) in enumerate(curves.items()):
            if len(lists) != 4 or len({len(values) for values in lists}) != 1:
                raise ValueError(f"the curve {name!r} needs four lists of the same length")
            amounts, values, low, high = lists
            axis.plot(amounts, values, color=f"C{number}", marker="os^Dv"[number % 5], markersize=4)
            axis.fill_between(amounts, low, high, color=f"C{number}", alpha=0.2, linewidth=0)
            if axis is axes[0, 0]:
                axis.annotate(
                    name, (0.05, 0.08 + 0.12 * number), xycoords="axes fraction",
                    color=f"C{number}", fontsize=9.5,
                )  # fmt: skip
        axis.set_xlabel(xlabel)
    for axis in axes.flat[len(panels) :]:
        axis.remove()
    for axis in axes[:, 0]:
        axis.set_ylabel(ylabel)
    return figure


def picture_row(pictures, marks=None):
    """Draw pictures of different sizes beside each other, equally high, each under its title.

    Parameters
    ----------
    pictures : dict of str to (ndarray of shape (height, width), float, float)
        Title to a picture, the value drawn as black, and the value drawn as white.
    marks : dict of str to (float, float), optional
        Title of a picture to the row and column at which an orange cross is drawn.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ValueError
        If there is no picture, one has not two dimensions, or a mark belongs to none.

    Examples
    --------
    >>> figure = picture_row({"grey": (np.zeros((4, 3)), 0, 1), "ink": (np.ones((4, 4)), 1, 0)})
    >>> [axis.get_title("left") for axis in figure.axes]
    ['grey', 'ink']
    """
    wrong = [title for title, (picture, _, _) in pictures.items() if np.ndim(picture) != 2]
    if wrong or not pictures:
        raise ValueError(f"expected pictures of shape (height, width), got others for {wrong}")
    marks = marks or {}
    if strange := sorted(set(marks) - set(pictures)):
        raise ValueError(f"there is no picture to be marked for {strange}; got {list(pictures)}")
    widths = [np.shape(picture)[1] / np.shape(picture)[0] for picture, _, _ in pictures.values()]
    figure, axes = plt.subplots(
        1, len(pictures), figsize=(7.2, 7.0 / sum(widths) + 0.3), squeeze=False, width_ratios=widths
    )
    for axis, (title, (picture, black, white)) in zip(axes.flat, pictures.items(), strict=True):
        light = (np.asarray(picture, float) - black) / (white - black)
        axis.imshow(light, cmap="gray", vmin=0, vmax=1)
        axis.set(xticks=[], yticks=[])
        axis.grid(visible=False)
        axis.spines[:].set_visible(True)
        axis.spines[:].set_color("0.7")
        axis.set_title(title, fontsize=9.5)
        if title in marks:
            row, column = marks[title]
            axis.plot(column, row, "+", color="C1", markersize=14, markeredgewidth=2)
    return figure
