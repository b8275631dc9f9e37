"""From a photograph of a handwritten digit to an image as MNIST has them."""

from functools import reduce
from typing import NamedTuple

import numpy as np
from PIL import Image, ImageChops, ImageOps, UnidentifiedImageError

from mnist_helpers.data import shortened
from mnist_helpers.drawing import prepare_drawing
from mnist_helpers.strokes import (
    AT_THE_EDGE,
    digit_alone,
    find_strokes,
    refuse_others,
    stands_on_paper,
)

FORMATS = ("BMP", "GIF", "JPEG", "PNG", "PPM", "TIFF", "WEBP")  # none runs a program
LARGEST = 50_000_000  # pixels, as the largest cameras in telephones have
SMALLEST = 28  # pixels: the shorter side of a picture
KEPT = 1_600  # pixels: the longer side of what is read is scaled down to no more
DARK = 0.35  # a picture whose median is below is dark as a whole: light ink is expected
WORKING = 560  # pixels: the longer side while preparing


class Prepared(NamedTuple):
    """A photograph and what became of it, step by step.

    Attributes
    ----------
    grey : ndarray of float, shape (height, width)
        0 (black) to 1 (white), at most 560 pixels long; dark ink on light paper.
    paper : ndarray of float, shape (height, width)
        What the paper would look like without ink; tables and shadows belong to it.
    ink : ndarray of float, shape (height, width)
        0 (paper) to 1 (ink): the digit alone.
    image : ndarray of uint8, shape (28, 28)
        As MNIST has them.
    """

    grey: np.ndarray
    paper: np.ndarray
    ink: np.ndarray
    image: np.ndarray


def read_photograph(path):
    """Read a picture file as grey values, dark where any colour of the ink is.

    A yellow stroke is as light as paper to the eye's mean of three colours, and dark in blue: each
    pixel counts as its darkest colour, or, on a picture that is dark as a whole, as its brightest.

    Parameters
    ----------
    path : str or path-like
        Of a file in one of `FORMATS`. Where the camera noted how it was held, the picture is
        turned upright. What is transparent becomes white, or black behind light strokes.

    Returns
    -------
    ndarray of float32, shape (height, width)
        0 (black) to 1 (white). A picture of more than 1,600 pixels a side is scaled down by a whole
        number, to means.

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
            wide = picture.mode in ("I", "F")
            picture.draft("RGB", (KEPT // 2, KEPT // 2))  # JPEG: unpack no more than is needed
            picture = _shrunk(ImageOps.exif_transpose(picture))
    except FileNotFoundError as error:
        raise FileNotFoundError(f"there is no file {shortened(path)}") from error
    except UnidentifiedImageError as error:
        raise ValueError(
            f"{shortened(path)} holds no picture that Pillow can read; convert it to JPEG or PNG"
        ) from error
    except Exception as error:  # Pillow's readers raise nearly anything at damaged files
        raise ValueError(
            f"the picture in {shortened(path)} cannot be read: {shortened(error)}"
        ) from error
    if wide:
        raise ValueError(
            f"{shortened(path)} stores its pixels as 32-bit numbers; expected 8 or 16 bits a "
            "colour: convert it to JPEG or PNG"
        )
    return _grey(picture)


def _shrunk(picture):
    """Bring a picture to eight bits a colour and transparency, and to no more than 1,600 pixels."""
    if picture.mode.startswith("I;16"):  # Pillow would cut off what is above 255
        deep, clear = np.asarray(picture), picture.info.get("transparency")
        clear = clear if isinstance(clear, int) else -1
        bits = max(8, int(deep.max()).bit_length())  # cameras store 10, 12 or 14 in 16
        bits += bits % 2
        grey = np.where(deep == clear, 255, deep // ((2**bits - 1) / 255)).astype(np.uint8)
        picture = Image.fromarray(grey)
    factor = -(-max(picture.size) // KEPT)
    if picture.mode not in ("L", "RGB") or "transparency" in picture.info:
        picture = picture.convert("RGBA")
    return picture.reduce(factor) if factor > 1 else picture.copy()


def _grey(picture):
    """Take of each pixel its darkest colour; if the picture is dark as a whole, the brightest."""
    if picture.mode == "RGBA":
        *colours, ink = np.asarray(picture.convert("RGBa")).reshape(-1, 4).mean(axis=0)
        light = ink < 128 and np.mean(colours) > ink / 2  # light strokes, and little else
        behind = Image.new("RGBA", picture.size, "black" if light else "white")
        picture = Image.alpha_composite(behind, picture).convert("RGB")
    if picture.mode == "RGB":
        dark = np.median(np.asarray(picture.convert("L"))) < 255 * DARK
        picture = reduce(ImageChops.lighter if dark else ImageChops.darker, picture.split())
    return np.asarray(picture, np.float32) / 255


def prepare_photograph(grey):
    """Find the digit on a photograph, and make of it an image as MNIST has them.

    The photograph is scaled down and divided by what its paper looks like (what is dark and
    narrower than a third of the picture is filled), which takes light, shadows and tables away.
    Printed lines are erased, and all that joins the picture's edge. The weightiest piece of ink
    that is left is the digit, with what is near it. If there is none, or if it lies in a hole of
    something light, light strokes on dark paper are looked for. The rest is
    `drawing.prepare_drawing`'s.

    Parameters
    ----------
    grey : ndarray of float, shape (height, width)
        0 (black) to 1 (white), as `read_photograph` returns it: one digit, paper around it.

    Returns
    -------
    Prepared

    Raises
    ------
    ValueError
        If the picture is too small, its values are not between 0 and 1, it shows no ink, none that
        is free of the picture's edge, more than one digit, a blot, or a digit of a few pixels.

    Examples
    --------
    >>> grey = np.full((90, 60), 0.8)
    >>> grey[20:70, 28:34] = 0.2
    >>> prepared = prepare_photograph(grey)
    >>> rows, columns = np.nonzero(prepared.image)
    >>> int(rows.min()), int(rows.max())
    (5, 24)
    """
    grey = np.array(grey, np.float32)  # a copy: it is part of what is returned
    if grey.ndim != 2 or min(grey.shape) < SMALLEST:
        raise ValueError(
            f"the picture has shape {grey.shape}; expected (height, width), {SMALLEST} at least"
        )
    if not (grey.min() >= 0 and grey.max() <= 1):
        raise ValueError(f"grey values run from {grey.min()} to {grey.max()}; expected 0 to 1")
    grey = scaled_down(grey)
    found = find_strokes(grey)
    if not found.score or not stands_on_paper(found):
        light = find_strokes(1 - grey)
        hole = found.refusal == AT_THE_EDGE and light.score and not stands_on_paper(light)
        if light.score > found.score and not (hole and found.pieces[0].surrounds(light.pieces[0])):
            found = light
    if not found.score:
        raise ValueError(found.refusal)
    refuse_others(found)
    ink = digit_alone(found)
    return Prepared(
        found.grey, found.paper, ink, prepare_drawing(np.round(255 * ink).astype(np.uint8))
    )


def scaled_down(grey):
    """Make the longer side 560 pixels at most, each the mean of those that it stands for."""
    share = WORKING / max(grey.shape)
    if share >= 1:
        return grey
    height, width = (max(1, round(share * side)) for side in grey.shape)
    picture = Image.fromarray(grey).resize((width, height), Image.Resampling.BOX)
    return np.asarray(picture, float).clip(0, 1)


def otsu(values):
    """Find the value that parts two groups best: their means lie farthest apart, weighted.

    Chapter 17's, which compares the preparation with one that has nothing else.
    """
    counts, edges = np.histogram(values, bins=256, range=(0, 1))
    middles = (edges[:-1] + edges[1:]) / 2
    below = counts.cumsum()
    above = below[-1] - below
    total = (counts * middles).cumsum()
    with np.errstate(invalid="ignore", divide="ignore"):
        apart = below * above * (total / below - (total[-1] - total) / above) ** 2
    return edges[1 + np.nan_to_num(apart).argmax()]
