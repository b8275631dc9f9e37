"""What a network sees: its maps, the pictures made for its filters, its embedding."""

import matplotlib.pyplot as plt
import numpy as np


def mosaics(panels, columns=8, in_a_row=2, limits=None, signed=False):
    """Draw stacks of small pictures, each stack tiled into one panel.

    Parameters
    ----------
    panels : dict of str to ndarray, shape (count, height, width)
        Title to pictures.
    columns : int or sequence of int
        Pictures in a row of a panel, of all or of each.
    in_a_row : int
        Panels in a row of the figure.
    limits : (float, float), optional
        The values drawn as white and as black; by default 0 and each panel's largest.
    signed : bool
        Draw negative values orange and positive ones violet, zero white.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ValueError
        If a panel holds no stack of pictures, or there is none, or no place for one in a row.

    Examples
    --------
    >>> figure = mosaics({"maps": np.ones((5, 4, 4))}, columns=3)
    >>> figure.axes[0].images[0].get_array().shape  # a frame of one pixel around each picture
    (11, 16)
    """
    if not panels or np.min(columns) < 1 or in_a_row < 1:
        raise ValueError(
            f"there are {len(panels)} panels, {in_a_row} in a row, of {columns} columns; "
            "expected at least one of each"
        )
    tiled = []
    for (title, pictures), across in zip(
        panels.items(), np.broadcast_to(columns, len(panels)), strict=True
    ):
        pictures = np.asarray(pictures, float)
        if pictures.ndim != 3 or not pictures.size:
            raise ValueError(
                f"the panel {title!r} has shape {pictures.shape}; expected (count, height, width)"
            )
        count, height, width = pictures.shape
        across, frame = min(across, count), int(height > 1)
        rows = -(-count // across)
        tiles = np.full((rows * across, height + frame, width + frame), np.nan)
        tiles[:count, frame:, frame:] = pictures
        tiles = tiles.reshape(rows, across, *tiles.shape[1:]).transpose(0, 2, 1, 3)
        whole = tiles.reshape(rows * (height + frame), across * (width + frame))
        tiled.append(np.pad(whole, ((0, frame), (0, frame)), constant_values=np.nan))
    in_a_row = min(in_a_row, len(tiled))
    rows = [tiled[first : first + in_a_row] for first in range(0, len(tiled), in_a_row)]
    heights = [max(panel.shape[0] / panel.shape[1] for panel in row) for row in rows]
    width = 7.2 / in_a_row
    figure, axes = plt.subplots(
        len(rows), in_a_row, squeeze=False, height_ratios=heights,
        figsize=(7.2, sum(heights) * width + 0.35 * len(rows)),
    )  # fmt: skip
    for axis in axes.flat:
        axis.set_axis_off()
    for axis, title, panel in zip(axes.flat, panels, tiled, strict=False):
        largest = max(np.nanmax(np.abs(panel)), 1e-12)
        low, high = (-largest, largest) if signed else limits or (0, largest)
        colors = plt.get_cmap("PuOr" if signed else "gray_r").with_extremes(bad="#e8e8e8")
        axis.imshow(panel, cmap=colors, vmin=low, vmax=high)
        axis.set_title(title, fontsize=9.5, pad=3)
    return figure


def attribution_table(images, maps, titles, edges=None):
    """Draw images and, below each, maps of what mattered in it, over the outline of its ink.

    Each map has its own scale: violet is positive, orange negative.

    Parameters
    ----------
    images : ndarray, shape (count, 28, 28)
        Grey values from 0 to 1.
    maps : dict of str to ndarray, shape (count, height, width)
        Name of a method to its maps, of any size.
    titles : sequence of str, shape (count,)
        What stands above each image.
    edges : dict of str to (float, float), optional
        Where a method's maps begin and end, in pixels of the image, whose first pixel reaches
        from -0.5 to 0.5; by default they cover it all.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ValueError
        If there is no image, there are not as many titles, or maps of a method, as images, or a
        method is called "image".

    Examples
    --------
    >>> images = np.eye(28)[None]
    >>> len(attribution_table(images, {"a": images, "b": images}, ["1"]).axes)
    3
    """
    if not len(images) or "image" in maps:
        raise ValueError(
            f"there are {len(images)} images and the methods {', '.join(maps)}; expected at least "
            "one image and no method called 'image'"
        )
    for name, stack in {"titles": titles, **maps}.items():
        if len(stack) != len(images):
            raise ValueError(f"there are {len(stack)} of {name!r} for {len(images)} images")
    rows = {"image": images, **maps}
    side = 6.4 / len(images)
    figure, axes = plt.subplots(
        len(rows), len(images), squeeze=False, figsize=(7.2, side * len(rows) + 0.4)
    )
    for line, (name, stack) in zip(axes, rows.items(), strict=True):
        first, last = (edges or {}).get(name, (-0.5, images.shape[2] - 0.5))
        for axis, picture, image in zip(line, stack, images, strict=True):
            extent = (first, last, last, first)
            if name == "image":
                axis.imshow(picture, vmin=0, vmax=1)
            else:
                largest = max(np.abs(picture).max(), 1e-12)
                axis.imshow(picture, cmap="PuOr", vmin=-largest, vmax=largest, extent=extent)
                axis.contour(image, [0.5], colors="#555555", linewidths=0.7)
            axis.set(xlim=(-0.5, images.shape[2] - 0.5), ylim=(images.shape[1] - 0.5, -0.5))
            axis.set(xticks=[], yticks=[])
            axis.grid(False)
        line[0].set_ylabel(name, fontsize=9.5)
    for axis, title in zip(axes[0], titles, strict=True):
        axis.set_title(title, fontsize=9.5, loc="center", pad=3)
    return figure


def embedding_maps(panels, labels, marked):
    """Draw points in two dimensions as the digits that they are, some of them marked.

    Parameters
    ----------
    panels : dict of str to ndarray, shape (count, 2)
        Title to the points' coordinates.
    labels : ndarray of int, shape (count,)
        0 to 9.
    marked : ndarray of bool, shape (count,)
        Drawn black, larger and on top.

    Returns
    -------
    matplotlib.figure.Figure

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
    for title, points in panels.items():
        if np.shape(points) != (len(labels), 2):
            raise ValueError(
                f"the panel {title!r} has shape {np.shape(points)}; expected ({len(labels)}, 2)"
            )
    if not np.isin(labels, range(10)).all():
        raise ValueError(f"labels reach from {labels.min()} to {labels.max()}; expected 0 to 9")
    if marked.dtype != bool or marked.shape != labels.shape:
        raise ValueError(
            f"marked is {marked.dtype} of shape {marked.shape}; expected bool, {labels.shape}"
        )
    figure, axes = plt.subplots(len(panels), 1, squeeze=False, figsize=(7.2, 5.6 * len(panels)))
    palette = ("C0", "C1", "C2", "C3", "C4", "C5")
    for axis, (title, points) in zip(axes.flat, panels.items(), strict=True):
        for digit in range(10):
            for subset, color, size, order in (
                (~marked, palette[digit % len(palette)], 16, 2),
                (marked, "black", 44, 3),
            ):
                x, y = points[(labels == digit) & subset].T
                axis.scatter(
                    x, y, size, color, marker=f"${digit}$", linewidths=0.3, zorder=order,
                    alpha=0.55 if order == 2 else 1,
                )  # fmt: skip
        axis.set_title(title)
        axis.set(xticks=[], yticks=[])
        axis.grid(False)
    return figure


def curves_by_layer(layers, curves, label, threshold):
    """Draw one value a layer for several methods, with its interval, and a threshold.

    Parameters
    ----------
    layers : sequence of str
        In the order of the horizontal axis.
    curves : dict of str to ndarray, shape (3, layers)
        Name to the values, and to the lower and upper ends of their intervals.
    label : str
        Of the vertical axis.
    threshold : float
        Drawn as a dashed line in the colour of the first curve, which it is meant for.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ValueError
        If a curve does not have three values a layer, or there are more than five.

    Examples
    --------
    >>> figure = curves_by_layer(["a", "b"], {"m": np.zeros((3, 2))}, "Correlation", 0.5)
    >>> figure.axes[0].get_ylabel()
    'Correlation'
    """
    colors = ("C0", "C1", "C2", "C3", "C6")
    if len(curves) > len(colors):
        raise ValueError(f"there are {len(curves)} curves; expected {len(colors)} at most")
    figure, axis = plt.subplots(figsize=(7.2, 3.8))
    places = np.arange(len(layers))
    for color, marker, (name, curve) in zip(colors, "os^Dv", curves.items(), strict=False):
        if np.shape(curve) != (3, len(layers)):
            raise ValueError(
                f"the curve {name!r} has shape {np.shape(curve)}; expected (3, {len(layers)})"
            )
        value, low, high = curve
        axis.plot(places, value, color=color, marker=marker)
        axis.fill_between(places, low, high, color=color, alpha=0.2, linewidth=0)
        axis.annotate(
            name, (places[-1], value[-1]), (8, 0), textcoords="offset points", color=color,
            va="center", fontsize=9.5, annotation_clip=False,
        )  # fmt: skip
    axis.axhline(threshold, color=colors[0], linestyle="--", linewidth=1)
    axis.set_xticks(places, layers)
    axis.set_ylabel(label)
    return figure
