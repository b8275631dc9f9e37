"""From a photograph of a handwritten digit to an image as MNIST has them."""

from typing import NamedTuple

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError
from scipy import ndimage

from mnist_helpers.data import shortened
from mnist_helpers.drawing import prepare_drawing

FORMATS = ("BMP", "GIF", "JPEG", "PNG", "PPM", "TIFF", "WEBP")  # none runs a program
LARGEST = 50_000_000  # pixels, as the largest cameras in telephones have
SMALLEST = 28  # pixels: the shorter side of a picture
WORKING, COARSE = 560, 70  # pixels: the longer side while preparing, and of what shadows are read
FAINTEST = 0.15  # how much darker than the paper around it ink is at least, as a share of it
CONTRAST = 0.1  # the same as a difference of grey values: in the dark, noise has large shares
SPECK = 0.05  # of the largest stroke's dark area: smaller pieces of ink are dirt
WIDEST = 0.5  # of the picture: strokes cover less, a shadow that counts as ink may cover more


class Prepared(NamedTuple):
    """A photograph and what became of it, step by step.

    Attributes
    ----------
    grey : ndarray of float, shape (height, width)
        0 (black) to 1 (white), at most 560 pixels long; dark ink on light paper.
    paper : ndarray of float, shape (height, width)
        What the paper would look like without ink.
    ink : ndarray of float, shape (height, width)
        0 (paper) to 1 (ink), freed of shadows, noise and specks.
    image : ndarray of uint8, shape (28, 28)
        As MNIST has them.
    """

    grey: np.ndarray
    paper: np.ndarray
    ink: np.ndarray
    image: np.ndarray


def read_photograph(path):
    """Read a picture file as grey values.

    Parameters
    ----------
    path : str or path-like
        Of a file in one of `FORMATS`. Where the camera noted how it
        was held, the picture is turned upright; what is transparent becomes white.

    Returns
    -------
    ndarray of float, shape (height, width)
        0 (black) to 1 (white).

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    ValueError
        If it holds no picture that can be read, or one of more than 50 million pixels.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.NamedTemporaryFile(suffix=".png") as file:
    ...     Image.new("RGB", (40, 30), "white").save(file.name)
    ...     read_photograph(file.name).shape
    (30, 40)
    """
    try:
        with Image.open(path, formats=FORMATS) as picture:
            if picture.width * picture.height > LARGEST:
                raise ValueError(
                    f"it has {picture.width} × {picture.height} pixels; expected {LARGEST} at most"
                )
            picture = ImageOps.exif_transpose(picture)
            wide, clear = picture.mode in ("I", "F"), picture.info.get("transparency")
            if picture.mode.startswith("I;16"):  # Pillow would cut off what is above 255
                deep = np.asarray(picture)
                clear = clear if isinstance(clear, int) else -1
                picture = Image.fromarray(
                    np.where(deep == clear, 255, deep // 257).astype(np.uint8)
                )
            picture = picture.convert("RGBA")
    except FileNotFoundError as error:
        raise FileNotFoundError(f"there is no file {shortened(path)}") from error
    except UnidentifiedImageError as error:
        raise ValueError(f"{shortened(path)} holds no picture that Pillow can read") from error
    except Exception as error:  # Pillow's readers raise nearly anything at damaged files
        raise ValueError(
            f"the picture in {shortened(path)} cannot be read: {shortened(error)}"
        ) from error
    if wide:
        raise ValueError(
            f"{shortened(path)} stores its pixels as 32-bit numbers; expected 8 or 16 bits a "
            "colour, as in JPEG or PNG"
        )
    white = Image.new("RGBA", picture.size, "white")
    return np.asarray(Image.alpha_composite(white, picture).convert("L"), float) / 255


def prepare_photograph(grey):
    """Find the ink on a photograph, and make of it an image as MNIST has them.

    The photograph is scaled down, turned into dark on light if strokes are lighter than what is
    around them, and divided by what its paper looks like (the lightest pixels around each place,
    smoothed), which takes soft shadows away.
    A threshold by Otsu's method parts ink from paper; between half of it and the darkest ink the
    grey values are kept. Small specks are dropped, and what a soft shadow leaves; a shadow as dark
    as ink, or with a sharp edge, counts as ink. The rest is `drawing.prepare_drawing`'s.

    Parameters
    ----------
    grey : ndarray of float, shape (height, width)
        0 (black) to 1 (white), as `read_photograph` returns it: one digit on plain paper.

    Returns
    -------
    Prepared

    Raises
    ------
    ValueError
        If the picture is too small, its values are not between 0 and 1, or it shows no ink (or so
        much that it can be no strokes).

    References
    ----------
    N. Otsu, "A threshold selection method from gray-level histograms", *IEEE Transactions on
    Systems, Man, and Cybernetics* 9, 1979.

    Examples
    --------
    >>> grey = np.full((90, 60), 0.8)
    >>> grey[20:70, 28:34] = 0.2
    >>> prepared = prepare_photograph(grey)
    >>> rows, columns = np.nonzero(prepared.image)
    >>> rows.min(), rows.max(), prepared.image.max()
    (np.int64(5), np.int64(24), np.uint8(255))
    """
    grey = np.array(grey, float)  # a copy: it is part of what is returned
    if grey.ndim != 2 or min(grey.shape) < SMALLEST:
        raise ValueError(
            f"the picture has shape {grey.shape}; expected (height, width), {SMALLEST} at least"
        )
    if not (grey.min() >= 0 and grey.max() <= 1):
        raise ValueError(f"grey values run from {grey.min()} to {grey.max()}; expected 0 to 1")
    grey = scaled_down(grey)
    if (grey - surroundings(grey, 50, 0)).mean() > 0:  # strokes are lighter than around them
        grey = 1 - grey
    paper = surroundings(grey, 90, 2)  # the lightest parts, smoothed
    ink = 1 - np.divide(grey, paper, out=np.ones_like(grey), where=paper > 0)
    ink = ink.clip(0, 1)
    threshold = otsu(ink)
    inky = ink >= threshold
    darkest, contrast = (
        np.quantile(values[inky], 0.9) if inky.any() else 0.0 for values in (ink, paper - grey)
    )
    clear = darkest >= FAINTEST and contrast >= CONTRAST
    if not clear or (pieces := large_pieces(ink, threshold)).mean() > WIDEST:
        raise ValueError(
            "no ink was found: expected strokes that are clearly darker (or lighter) than the paper"
        )
    ink = np.where(pieces, ((ink - threshold / 2) / (darkest - threshold / 2)).clip(0, 1), 0)
    return Prepared(grey, paper, ink, prepare_drawing(np.round(255 * ink).astype(np.uint8)))


def scaled_down(grey):
    """Make the longer side 560 pixels at most, each the mean of those that it stands for."""
    share = WORKING / max(grey.shape)
    if share >= 1:
        return grey
    return resized(grey, [max(1, round(share * side)) for side in grey.shape])


def surroundings(grey, percentile, blur):
    """Tell how light a picture is around each place: a percentile of a third of it, smoothed."""
    share = min(1, COARSE / max(grey.shape))
    coarse = resized(grey, [max(1, round(share * side)) for side in grey.shape])
    around = ndimage.percentile_filter(coarse, percentile, max(coarse.shape) // 3)
    return resized(ndimage.gaussian_filter(around, blur), grey.shape)


def resized(grey, shape):
    """Scale a picture: means of the pixels where it shrinks, between them where it grows."""
    how = Image.Resampling.BOX if shape[0] < grey.shape[0] else Image.Resampling.BILINEAR
    picture = Image.fromarray(grey.astype(np.float32))
    return np.asarray(picture.resize(shape[::-1], how), float).clip(0, 1)


def otsu(values):
    """Find the value that parts two groups best: their means lie farthest apart, weighted."""
    counts, edges = np.histogram(values, bins=256, range=(0, 1))
    middles = (edges[:-1] + edges[1:]) / 2
    below = counts.cumsum()
    above = below[-1] - below
    total = (counts * middles).cumsum()
    with np.errstate(invalid="ignore", divide="ignore"):
        apart = below * above * (total / below - (total[-1] - total) / above) ** 2
    return edges[1 + np.nan_to_num(apart).argmax()]


def large_pieces(ink, threshold):
    """Mark the pieces of ink whose dark part is not far smaller than that of the largest one.

    A piece reaches down to half the threshold; what is nowhere above it, as the rest of a shadow,
    has no dark part.
    """
    pieces, count = ndimage.label(ink > threshold / 2, structure=np.ones((3, 3)))
    sizes = ndimage.sum_labels(ink >= threshold, pieces, range(1, count + 1))
    return np.isin(pieces, 1 + np.flatnonzero(sizes >= SPECK * sizes.max()))
