"""Digits and other pictures: in grids, in rows, in tables."""

import numpy as np
from matplotlib import colormaps

from mnist_helpers.plots.parts import grid, some


def digit_grid(images, titles=None, columns=10, limits=(0, 255)):
    """Draw images in a grid, dark ink on white paper.

    Parameters
    ----------
    images : ndarray, shape (count, height, width)
        Grey values.
    titles : sequence of str, optional
        One for each image, drawn above it.
    columns : int
        Images in a row.
    limits : (float, float)
        The values drawn as white and as black.

    Raises
    ------
    ValueError
        If `images` are not two-dimensional pictures, or there are not as many titles.

    Examples
    --------
    >>> figure = digit_grid(np.zeros((3, 28, 28)), titles=["a", "b", "c"], columns=3)
    >>> len(figure.axes)
    3
    """
    images = np.asarray(images)
    if images.ndim != 3:
        raise ValueError(f"images have shape {images.shape}; expected (count, height, width)")
    if titles is not None and len(titles) != len(images):
        raise ValueError(f"there are {len(titles)} titles for {len(images)} images")
    figure, axes = grid(len(images), columns, 7.2 / columns + (titles is not None) * 0.3)
    titles = [""] * len(images) if titles is None else titles
    for axis, image, title in zip(axes, images, titles, strict=True):
        axis.imshow(image, vmin=limits[0], vmax=limits[1])
        axis.set_axis_off()
        axis.set_title(title, fontsize=9, loc="center", pad=2)
    return figure


def vote_gallery(images, labels, votes, confidences, rejected=(), upheld=(), notes=None, columns=8):
    """Draw digits with their label, what networks voted for, and how sure they were together.

    Chapter 17's.

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
    images, votes, notes = np.asarray(images), np.asarray(votes), notes or {}
    counts = {len(part) for part in (images, labels, votes, confidences)}
    if images.ndim != 3 or votes.ndim != 2 or len(counts) != 1 or not len(images):
        raise ValueError(
            f"images have shape {images.shape}, votes {votes.shape}, and there are {len(labels)} "
            f"labels and {len(confidences)} confidences; expected one of each for each image"
        )
    figure, axes = grid(len(images), columns, 7.2 / columns + (0.58 if notes else 0.43))
    for place, (axis, image, chosen) in enumerate(zip(axes, images, votes, strict=True)):
        axis.imshow(image, vmin=0, vmax=255)
        axis.set(xticks=[], yticks=[])
        title = f"{labels[place]}   {confidences[place]:.0%}"
        axis.set_title(title, fontsize=9, loc="center", pad=3)
        order = [digit for digit in np.argsort(-chosen, kind="stable") if chosen[digit]]
        most = order[:3] if len(order) <= 3 else order[:2]
        text = ", ".join(f"{digit}:{chosen[digit]}" for digit in most) + " …" * (len(order) > 3)
        axis.set_xlabel(f"{text}\n{notes.get(place, '')}".strip(), fontsize=8, labelpad=3)
        frame = {"color": "0.8", "linewidth": 0.8, "linestyle": "-"}
        if place in rejected:
            frame |= {"color": "C1", "linewidth": 2.5}
        elif place in upheld:
            frame = {"color": "C0", "linewidth": 2, "linestyle": (0, (3, 1.5))}
        axis.spines[:].set(visible=True, **frame)
    return figure


def picture_row(pictures, marks=None):
    """Draw pictures of different sizes beside each other, equally high, each under its title.

    Chapter 17's.

    Parameters
    ----------
    pictures : dict of str to (ndarray of shape (height, width), float, float)
        Title to a picture, the value drawn as black, and the value drawn as white.
    marks : dict of str to (float, float), optional
        Title of a picture to the row and column at which an orange cross is drawn.

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
    some(pictures, "picture")
    if wrong := [title for title, (picture, _, _) in pictures.items() if np.ndim(picture) != 2]:
        raise ValueError(f"expected pictures of shape (height, width), got others for {wrong}")
    marks = marks or {}
    if strange := sorted(set(marks) - set(pictures)):
        raise ValueError(f"there is no picture to be marked for {strange}; got {list(pictures)}")
    widths = [np.shape(picture)[1] / np.shape(picture)[0] for picture, _, _ in pictures.values()]
    figure, axes = grid(len(widths), len(widths), 7.0 / sum(widths) + 0.3, width_ratios=widths)
    for axis, (title, (picture, black, white)) in zip(axes, pictures.items(), strict=True):
        light = (np.asarray(picture, float) - black) / (white - black)
        axis.imshow(light, cmap="gray", vmin=0, vmax=1)
        axis.set(xticks=[], yticks=[])
        axis.spines[:].set(visible=True, color="0.7")
        axis.set_title(title, fontsize=9.5)
        if title in marks:
            row, column = marks[title]
            axis.plot(column, row, "+", color="C1", markersize=14, markeredgewidth=2)
    return figure


def mosaics(panels, columns=8, in_a_row=2, limits=None, signed=False):
    """Draw stacks of small pictures, each stack tiled into one panel.

    Chapter 11's.

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
    shapes = [panel.shape[0] / panel.shape[1] for panel in tiled]
    heights = [max(shapes[first : first + in_a_row]) for first in range(0, len(tiled), in_a_row)]
    height = 7.2 / in_a_row * sum(heights) / len(heights) + 0.35
    figure, axes = grid(len(tiled), in_a_row, height, height_ratios=heights)
    colors = colormaps["PuOr" if signed else "gray_r"].with_extremes(bad="#e8e8e8")
    for axis, title, panel in zip(axes, panels, tiled, strict=True):
        largest = max(np.nanmax(np.abs(panel)), 1e-12)
        low, high = (-largest, largest) if signed else limits or (0, largest)
        axis.imshow(panel, cmap=colors, vmin=low, vmax=high)
        axis.set_axis_off()
        axis.set_title(title, fontsize=9.5, pad=3)
    return figure


def attribution_table(images, maps, titles, edges=None):
    """Draw images and, below each, maps of what mattered in it, over the outline of its ink.

    Chapter 11's. Each map has its own scale: violet is positive, orange negative.

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
    height = 6.4 / len(images) + 0.4 / len(rows)
    figure, axes = grid(len(rows) * len(images), len(images), height)
    axes = iter(axes)
    for name, stack in rows.items():
        first, last = (edges or {}).get(name, (-0.5, images.shape[2] - 0.5))
        for number, (picture, image) in enumerate(zip(stack, images, strict=True)):
            axis = next(axes)
            if name == "image":
                axis.imshow(picture, vmin=0, vmax=1)
                axis.set_title(titles[number], fontsize=9.5, loc="center", pad=3)
            else:
                largest, extent = max(np.abs(picture).max(), 1e-12), (first, last, last, first)
                axis.imshow(picture, cmap="PuOr", vmin=-largest, vmax=largest, extent=extent)
                axis.contour(image, [0.5], colors="#555555", linewidths=0.7)
            axis.set(xlim=(-0.5, images.shape[2] - 0.5), ylim=(images.shape[1] - 0.5, -0.5))
            axis.set(xticks=[], yticks=[])
            axis.grid(False)
            if not number:
                axis.set_ylabel(name, fontsize=9.5)
    return figure
