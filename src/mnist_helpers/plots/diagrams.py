"""Networks, tables of errors, maps of points."""

import math

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.patches import Rectangle

from mnist_helpers.data import check_classes
from mnist_helpers.plots.parts import grid, name_ticks, note, some


def network_diagram(layers):
    """Draw what flows through a network: each tensor as a stack of maps or as a column.

    Chapter 02's. Heights are in proportion to the maps' sides; the number of cards in a stack, and
    the height of a column, grow with the logarithm of the number of values.

    Parameters
    ----------
    layers : sequence of (str, tuple of int)
        Name of the layer and the shape of its output, without the batch: (height, width,
        channels) or (units,).

    Raises
    ------
    ValueError
        If a shape has neither one nor three sizes.

    Examples
    --------
    >>> figure = network_diagram([("Input", (28, 28, 1)), ("Dense", (10,))])
    >>> len(figure.axes)
    1
    """
    if wrong := [layer for layer in layers if len(layer[1]) not in (1, 3)]:
        name, shape = wrong[0]
        raise ValueError(f"{name} has shape {shape}; expected three sizes or one")
    figure, axis = plt.subplots(figsize=(9.0, 3.3))
    left = 0.0
    for name, shape in layers:
        maps = len(shape) == 3
        side = shape[0] if maps else 4 + 2 * math.log2(shape[0])
        width = side * 0.8 if maps else 2.2
        cards = 1 + round(math.log2(shape[2])) if maps else 1
        style = {"facecolor": "#dbe9f4" if maps else "C0", "edgecolor": "C0", "linewidth": 0.8}
        for card in reversed(range(cards)):
            corner = (left + 0.9 * card, 0.9 * card - side / 2)
            axis.add_patch(Rectangle(corner, width, side, **style))
        middle = left + (width + 0.9 * (cards - 1)) / 2
        axis.text(middle, -17.5, name, ha="center", va="top", fontsize=9)
        axis.text(middle, 21, " × ".join(map(str, shape)), ha="center", fontsize=9, color="#333333")
        left += max(width + 0.9 * cards, 11) + 4.5
    axis.set(xlim=(-3, left), ylim=(-25, 24), aspect="equal")
    axis.set_axis_off()
    return figure


def step_profile(names, milliseconds, rest, floor):
    """Draw how long a training step stays in each layer, beside what its products take at best.

    Parameters
    ----------
    names : sequence of str
        Of the layers, from the first.
    milliseconds : ndarray, shape (layers, 2)
        Of each layer, forward and backward, as `numpy_cnn.chain.profile_step` returns them.
    rest : float
        Milliseconds of the step that are spent in no layer.
    floor : ndarray, shape (layers,)
        Milliseconds of each layer's multiply-adds at the machine's best rate.

    Raises
    ------
    ValueError
        If names, times and floors are not of the same layers.

    Examples
    --------
    >>> figure = step_profile(["Conv2D", "Dense"], np.ones((2, 2)), 0.5, np.array([1.5, 0.5]))
    >>> [float(bar.get_width()) for bar in figure.axes[0].patches]
    [1.0, 1.0, 1.0, 1.0, 0.5]
    """
    milliseconds = np.asarray(milliseconds)
    if milliseconds.shape != (len(names), 2) or np.shape(floor) != (len(names),):
        raise ValueError(
            f"{len(names)} layers need times of shape ({len(names)}, 2) and as many floors, "
            f"got shapes {milliseconds.shape} and {np.shape(floor)}"
        )
    figure, axis = plt.subplots(figsize=(7.2, 1.0 + 0.27 * len(names)))
    rows = [f"{number}  {name}" for number, name in enumerate(names, start=1)]
    forward, backward = milliseconds.T
    axis.barh(rows, forward, label="forward")
    axis.barh(rows, backward, left=forward, label="backward")
    axis.barh(["optimizer and rest"], [rest], color="0.6")
    axis.plot(floor, rows, "|", color="black", markersize=16, markeredgewidth=2, label="floor")
    axis.invert_yaxis()
    axis.grid(visible=False, axis="y")
    axis.set_xlabel("Milliseconds of a training step")
    axis.legend(loc="lower right")
    return figure


def confusion_matrix(counts):
    """Draw a confusion matrix whose diagonal, being large, does not hide the errors.

    Chapter 05's. The colour shows errors alone; every count is written in its cell.

    Parameters
    ----------
    counts : ndarray of int, shape (classes, classes)
        Images by true class (row) and predicted class (column).

    Raises
    ------
    ValueError
        If `counts` is not square.

    Examples
    --------
    >>> len(confusion_matrix(np.eye(3, dtype=int)).axes)
    1
    """
    counts = np.asarray(counts)
    if counts.ndim != 2 or counts.shape[0] != counts.shape[1]:
        raise ValueError(f"counts have shape {counts.shape}; expected a square matrix")
    errors = counts * (1 - np.eye(len(counts), dtype=int))
    figure, axis = plt.subplots(figsize=(6.2, 5.6))
    axis.imshow(errors, cmap="Oranges", vmax=max(2 * errors.max(), 1))
    axis.grid(False)
    for true, predicted in np.argwhere(counts):
        weight, color = ("normal", "#444444") if true == predicted else ("bold", "black")
        style = {"ha": "center", "va": "center", "weight": weight, "color": color}
        axis.text(predicted, true, counts[true, predicted], **style)
    digits = range(len(counts))
    axis.set(xticks=digits, yticks=digits, xlabel="Predicted digit", ylabel="True digit")
    return figure


def descent_paths(paths, steepness):
    """Draw the ways of optimizers down a valley, over its lines of equal loss.

    Chapter 10's. The loss is half the sum of the squares of the two weights, each times its
    steepness; its lowest point is in the middle.

    Parameters
    ----------
    paths : dict of str to ndarray, shape (steps, 2)
        The places where each optimizer came by.
    steepness : array_like, shape (2,)
        Second derivative of the loss along each weight.

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
    some(paths, "path")
    for name, path in paths.items():
        if np.ndim(path) != 2 or np.shape(path)[1] != 2:
            raise ValueError(
                f"the path of {name!r} has shape {np.shape(path)}; expected (steps, 2)"
            )
    figure, axes = grid(len(paths), 2, 1.9, sharex=True, sharey=True)
    along, across = np.meshgrid(np.linspace(-5, 2.5, 151), np.linspace(-1.6, 1.6, 101))
    loss = (steepness[0] * along**2 + steepness[1] * across**2) / 2
    for axis, (name, path) in zip(axes, paths.items(), strict=True):
        axis.contour(along, across, loss, levels=2.0 ** np.arange(-2, 6), colors="0.8")
        axis.plot(*np.transpose(path), "o-", markersize=3, linewidth=1)
        axis.plot(0, 0, "k+", markersize=9)
        axis.set_title(name)
        axis.grid(visible=False)
        axis.set(xlim=(-5, 2.5), ylim=(-1.6, 1.6))
    figure.supxlabel("Weight x", fontsize=10.5)
    figure.supylabel("Weight y", fontsize=10.5)
    return figure


def search_results(searches):
    """Draw the errors that searches over settings met, by learning rate; the best are filled.

    Chapter 09's.

    Parameters
    ----------
    searches : dict of str to (array_like of float, array_like of float)
        Name to the learning rates that were tried, and the share of right answers with each.

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
    some(searches, "search")
    for name, (rates, accuracies) in searches.items():
        if len(rates) != len(accuracies):
            raise ValueError(
                f"{name!r} has {len(rates)} learning rates and {len(accuracies)} accuracies"
            )
    figure, axes = grid(len(searches), len(searches), 3.2, sharex=True, sharey=True)
    for axis, (name, (rates, accuracies)) in zip(axes, searches.items(), strict=True):
        errors = 100 * (1 - np.asarray(accuracies, float))
        best = errors.argmin()
        place, text = (rates[best], errors[best]), f"best: {errors[best]:.2f} %"
        axis.loglog(rates, errors, "o", markerfacecolor="none", markersize=6)
        axis.loglog(*place, "o", color="C0", markersize=8)
        note(axis, text, place, (0, -15), ha="center", va="baseline", fontsize=10.5, color="C0")
        axis.set_title(name)
        axis.set_xlabel("Learning rate")
    name_ticks(axes[0], (0.5, 1, 2, 5, 10, 20, 50))
    axes[0].margins(y=0.2)
    axes[0].set_ylabel("Validation error (%)")
    return figure


def embedding_maps(panels, labels, marked):
    """Draw points in two dimensions as the digits that they are, some of them marked.

    Chapter 11's.

    Parameters
    ----------
    panels : dict of str to ndarray, shape (count, 2)
        Title to the points' coordinates.
    labels : ndarray of int, shape (count,)
        0 to 9.
    marked : ndarray of bool, shape (count,)
        Drawn black, larger and on top.

    Raises
    ------
    ValueError
        If a panel does not have two coordinates for each label, a label is no digit, or there is
        not one truth value for each label.

    Examples
    --------
    >>> points = np.array([[0.0, 0.0], [1.0, 1.0]])
    >>> figure = embedding_maps({"a": points}, np.array([3, 8]), np.array([False, True]))
    >>> figure.axes[0].get_title(loc="left")
    'a'
    """
    labels = check_classes(labels)
    for title, points in panels.items():
        if np.shape(points) != (len(labels), 2):
            raise ValueError(
                f"the panel {title!r} has shape {np.shape(points)}; expected ({len(labels)}, 2)"
            )
    if marked.dtype != bool or marked.shape != labels.shape:
        raise ValueError(
            f"marked is {marked.dtype} of shape {marked.shape}; expected bool, {labels.shape}"
        )
    figure, axes = grid(len(panels), 1, 5.6)
    for axis, (title, points) in zip(axes, panels.items(), strict=True):
        for digit in range(10):
            plain = {"s": 16, "color": f"C{digit % 6}", "alpha": 0.55, "zorder": 2}
            strong = {"s": 44, "color": "black", "zorder": 3}
            for subset, style in ((~marked, plain), (marked, strong)):
                x, y = points[(labels == digit) & subset].T
                axis.scatter(x, y, marker=f"${digit}$", linewidths=0.3, **style)
        axis.set_title(title)
        axis.set(xticks=[], yticks=[])
        axis.grid(False)
    return figure
