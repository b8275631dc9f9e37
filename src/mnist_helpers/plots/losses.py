"""Which images a loss consists of, and how it falls within an epoch."""

import matplotlib.pyplot as plt
import numpy as np


def loss_shares(losses, worst=0.01):
    """Draw what share of the whole loss the worst images carry.

    Lorenz's curve, turned around: the worst image comes first.

    Parameters
    ----------
    losses : array_like of float, shape (count,)
        The loss of each image (nats), none negative.
    worst : float
        The share of the images at which the curve is marked.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ValueError
        If there are no losses, or one is negative or not finite, or all are zero.

    References
    ----------
    M. O. Lorenz, "Methods of measuring the concentration of wealth", *Publications of the
    American Statistical Association* 9, 1905.

    Examples
    --------
    >>> figure = loss_shares([0.0, 0.0, 3.0, 1.0], worst=0.25)
    >>> figure.axes[0].lines[0].get_ydata().tolist()
    [0.75, 1.0, 1.0, 1.0]
    """
    losses = np.sort(np.asarray(losses, float))[::-1]
    if losses.ndim != 1 or not np.isfinite(losses.sum()) or not (losses >= 0).all():
        raise ValueError("expected a list of finite losses, none of them negative")
    if not losses.sum() > 0:
        raise ValueError("there is no loss to be shared: no images, or all losses are zero")
    shares = np.cumsum(losses) / losses.sum()
    images = np.arange(1, len(losses) + 1)
    marked = max(round(worst * len(losses)), 1)
    figure, axis = plt.subplots()
    axis.plot(images, shares)
    axis.plot(images, images / len(images), color="C6", linestyle="--")
    axis.plot(marked, shares[marked - 1], "o", color="C1")
    axis.annotate(
        f"the worst {worst:.0%}: {shares[marked - 1]:.0%}",
        (marked, shares[marked - 1]), (9, -12), textcoords="offset points", color="C1",
    )  # fmt: skip
    axis.annotate(
        "if all images had the same loss   ", (len(images) * 0.2, 0.2), color="C6", ha="right"
    )
    axis.set(xscale="log", xlabel="Images, the worst first", ylabel="Share of the whole loss")
    return figure


def losses_within_an_epoch(sizes, batches, running, at_the_end):
    """Draw the loss of the batches of an epoch, their running mean, and losses taken afterwards.

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

    Returns
    -------
    matplotlib.figure.Figure

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
    figure, axis = plt.subplots(figsize=(7.2, 4.0))
    for color, (name, values) in zip(("C1", "C2", "C3"), batches.items(), strict=False):
        axis.plot(seen, values, color=color, linewidth=1, label=name)
    axis.plot(seen, running, color="C0", linewidth=2.4, label="running mean, as reported")
    for marker, color, (name, value) in zip(
        ("s", "D", "^"), ("C1", "C6", "C3"), at_the_end.items(), strict=False
    ):
        axis.plot(seen[-1:], [value], marker, color=color, clip_on=False, markersize=7, zorder=3)
        axis.annotate(
            name, (seen[-1], value), (10, 0), textcoords="offset points",
            color=color, va="center", fontsize=9.5, annotation_clip=False,
        )  # fmt: skip
    axis.legend(loc="upper right")
    axis.set(xlabel="Training images seen", ylabel="Loss (nats)")
    axis.set(xlim=(0, seen[-1]), ylim=(0, None))
    return figure
