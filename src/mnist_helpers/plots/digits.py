"""Digits as pictures."""

import matplotlib.pyplot as plt
import numpy as np


def digit_grid(images, titles=None, columns=10, limits=(0, 255)):
    """Draw images in a grid, dark ink on white paper.

    Parameters
    ----------
    images : ndarray, shape (count, 28, 28)
        Grey values.
    titles : sequence of str, optional
        One for each image, drawn above it.
    columns : int
        Images in a row.
    limits : (float, float)
        The values drawn as white and as black.

    Returns
    -------
    matplotlib.figure.Figure

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
    rows = -(-len(images) // columns)
    side = 7.2 / columns
    height = side * (1.0 if titles is None else 1.0 + 0.3 / side)
    figure, axes = plt.subplots(rows, columns, figsize=(7.2, rows * height), squeeze=False)
    for axis in axes.flat:
        axis.set_axis_off()
    for index, (axis, image) in enumerate(zip(axes.flat, images, strict=False)):
        axis.imshow(image, vmin=limits[0], vmax=limits[1])
        if titles is not None:
            axis.set_title(titles[index], fontsize=9, loc="center", pad=2)
    for axis in axes.flat[len(images) :]:
        axis.remove()
    return figure
