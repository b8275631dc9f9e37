"""A network as a picture: what flows through it, and where its time goes."""

import math

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.patches import Rectangle


def network_diagram(layers):
    """Draw what flows through a network: each tensor as a stack of maps or as a column.

    Used by chapter 02. Heights are in proportion to the maps' sides; the number of cards in a
    stack, and the height of a column, grow with the logarithm of the number of values.

    Parameters
    ----------
    layers : sequence of (str, tuple of int)
        Name of the layer and the shape of its output, without the batch: (height, width,
        channels) or (units,).

    Returns
    -------
    matplotlib.figure.Figure

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
    figure, axis = plt.subplots(figsize=(9.0, 3.3))
    color = plt.rcParams["axes.prop_cycle"].by_key()["color"][0]
    left = 0.0
    for name, shape in layers:
        if len(shape) == 3:
            side = shape[0]
            cards = 1 + round(math.log2(shape[2]))
        elif len(shape) == 1:
            side, cards = 4 + 2 * math.log2(shape[0]), 0
        else:
            raise ValueError(f"{name} has shape {shape}; expected three sizes or one")
        width = side * 0.8 if cards else 2.2
        for card in reversed(range(max(cards, 1))):
            axis.add_patch(
                Rectangle(
                    (left + 0.9 * card, 0.9 * card - side / 2),
                    width,
                    side,
                    facecolor="#dbe9f4" if cards else color,
                    edgecolor=color,
                    linewidth=0.8,
                )
            )
        middle = left + (width + 0.9 * max(cards - 1, 0)) / 2
        axis.text(middle, -17.5, name, ha="center", va="top", fontsize=9)
        axis.text(middle, 21, " × ".join(map(str, shape)), ha="center", fontsize=9, color="#333333")
        left += max(width + 0.9 * cards, 11) + 4.5
    axis.set_xlim(-3, left)
    axis.set_ylim(-25, 24)
    axis.set_aspect("equal")
    axis.set_axis_off()
    return figure


def step_profile(names, milliseconds, rest, floor):
    """Draw how long a training step stays in each layer, beside what its products take at best.

    Used by chapters 13 and 16.

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

    Returns
    -------
    matplotlib.figure.Figure

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
