"""From a drawing of any size to an image as MNIST has them."""

import numpy as np

from mnist_helpers.data import IMAGE_SIZE

BOX = 20  # pixels: the longer side of a digit, as MNIST's authors scaled it
CENTRE = 14  # the pixel, counted from 0, on which MNIST's centres of mass lie


def prepare_drawing(drawing):
    """Scale and place a drawing as MNIST's digits were.

    The ink's bounding box, its proportions kept, is scaled by area averaging so that its longer
    side measures 20 pixels, and placed in the field of 28 x 28 so that its centre of mass lies on
    pixel 14, or as near to it as the field allows.

    Parameters
    ----------
    drawing : ndarray of uint8, shape (height, width)
        0 (paper) to 255 (ink).

    Returns
    -------
    ndarray of uint8, shape (28, 28)
        Nothing but paper if the drawing is. `mnist_helpers.data.prepare_images` takes it from
        there.

    Raises
    ------
    ValueError
        If `drawing` has another type, or not two dimensions.

    References
    ----------
    Y. LeCun, L. Bottou, Y. Bengio and P. Haffner, "Gradient-based learning applied to document
    recognition", *Proceedings of the IEEE* 86, 1998, section III.A.

    Examples
    --------
    >>> drawing = np.zeros((280, 280), np.uint8)
    >>> drawing[20:220, 30:50] = 255
    >>> image = prepare_drawing(drawing)
    >>> rows, columns = np.nonzero(image)
    >>> rows.min(), rows.max(), columns.min(), columns.max()
    (np.int64(5), np.int64(24), np.int64(14), np.int64(15))
    """
    drawing = np.asarray(drawing)
    if drawing.dtype != np.uint8 or drawing.ndim != 2:
        raise ValueError(
            f"the drawing has type {drawing.dtype} and shape {drawing.shape}; "
            "expected uint8 and (height, width)"
        )
    image = np.zeros((IMAGE_SIZE, IMAGE_SIZE), np.uint8)
    if not drawing.any():
        return image
    rows, columns = drawing.any(axis=1).nonzero()[0], drawing.any(axis=0).nonzero()[0]
    ink = drawing[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1].astype(np.float64)
    longer = max(ink.shape)
    height, width = (max(1, int(BOX * side / longer + 0.5)) for side in ink.shape)
    averaged = _averaging(height, ink.shape[0]) @ ink @ _averaging(width, ink.shape[1]).T
    digit = np.floor(averaged + 0.5).astype(np.int64)
    if not digit.any():  # a trace of ink so faint that averaging leaves none
        return image
    top = _first_pixel(digit.sum(axis=1))
    left = _first_pixel(digit.sum(axis=0))
    image[top : top + height, left : left + width] = digit
    return image


def _averaging(count, size):
    """Weights with which each of `count` equal intervals averages the `size` pixels it covers."""
    edges = np.arange(count + 1) * size / count
    pixels = np.arange(size)
    overlap = np.minimum(edges[1:, None], pixels + 1) - np.maximum(edges[:-1, None], pixels)
    return np.maximum(overlap, 0) * count / size


def _first_pixel(profile):
    """Where a digit with this ink per row (or column) begins, so that its mass is centred."""
    centre_of_mass = (profile * np.arange(len(profile))).sum() / profile.sum()
    return min(max(int(np.floor(CENTRE - centre_of_mass + 0.5)), 0), IMAGE_SIZE - len(profile))
