"""From a photograph of a handwritten digit to an image as MNIST has them."""

from functools import reduce
from typing import NamedTuple

import numpy as np
from PIL import Image, ImageChops, ImageOps, UnidentifiedImageError
from scipy import ndimage

from mnist_helpers.data import shortened
from mnist_helpers.drawing import prepare_drawing
from mnist_helpers.paper import (
    darkness,
    off_the_edge,
    pieces_of,
    without_lines,
)

FORMATS = ("BMP", "GIF", "JPEG", "PNG", "PPM", "TIFF", "WEBP")  # none runs a program
LARGEST = 50_000_000  # pixels, as the largest cameras in telephones have
SMALLEST = 28  # pixels: the shorter side of a picture
KEPT = 1_600  # pixels: the longer side of what is read is scaled down to no more
DARK = 0.35  # a picture whose median is below is dark as a whole: light ink is expected
WORKING = 560  # pixels: the longer side while preparing
FAINTEST = 0.15  # how much darker than the paper around it ink is at least, as a share of it
BESIDE = 0.4  # of the digit's longer side: what is as large and apart from it is another digit
DARKER, LIGHTER = (
    0.35,
    0.2,
)  # of the ink's darkness: what belongs to a piece; what its edge begins with
NEAR = 0.25  # of the digit's longer side: pieces of ink that are nearer are parts of it
SPECK = 0.03  # of the digit's area: smaller pieces are dirt
BROADEST = 1.7  # times its height: no digit is broader
OUTLINED = 0.9  # of a stroke's outline is an edge in the picture
BLOT = 0.4  # of its longer side: no stroke is wider
NO_INK = (
    "no ink was found: write with a darker pen, or photograph in more light, expected are strokes "
    "clearly darker (or lighter) than the paper"
)
AT_THE_EDGE = "all that is dark reaches the edge of the picture: leave paper around the digit"
SEVERAL = "more than one piece of writing was found: crop closer, to one digit"
NO_STROKE = "a blot was found and no stroke: crop closer to the digit, and leave paper around it"
TINY = 12  # pixels: the longer side of a digit


class Strokes(NamedTuple):
    """What is found if ink is the dark (or, in a negative, the light) part of a picture."""

    grey: np.ndarray
    paper: np.ndarray
    free: np.ndarray
    pieces: list
    numbers: np.ndarray
    score: float
    refusal: str


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
    grey = np.array(grey, np.float32)  # a copy: it is part of what is returned
    if grey.ndim != 2 or min(grey.shape) < SMALLEST:
        raise ValueError(
            f"the picture has shape {grey.shape}; expected (height, width), {SMALLEST} at least"
        )
    if not (grey.min() >= 0 and grey.max() <= 1):
        raise ValueError(f"grey values run from {grey.min()} to {grey.max()}; expected 0 to 1")
    grey = scaled_down(grey)
    found = strokes(grey)
    if not found.score or not stands_on_paper(found):
        light = strokes(1 - grey)
        if light.score > found.score and not (
            found.refusal == AT_THE_EDGE and found.pieces[0].surrounds(light.pieces[0])
        ):
            found = light
    if not found.score:
        raise ValueError(found.refusal)
    refuse_others(found)
    ink = digit_alone(found)
    return Prepared(
        found.grey, found.paper, ink, prepare_drawing(np.round(255 * ink).astype(np.uint8))
    )


def strokes(grey):
    """Find strokes that are darker than the paper."""
    dark, noise, paper = darkness(grey)
    faintest = max(FAINTEST, 5 * noise)
    dark, _ = without_lines(dark, faintest / 2)
    free = off_the_edge(dark)
    pieces, _ = pieces_of(free, faintest)
    if not pieces:
        pieces, _ = pieces_of(dark, faintest)
        large = pieces and pieces[0].size > 0.1 * min(grey.shape)
        return Strokes(grey, paper, free, pieces, None, 0, AT_THE_EDGE if large else NO_INK)
    threshold = max(faintest, DARKER * pieces[0].strength)
    pieces, numbers = pieces_of(free, threshold)
    if with_edge(grey, numbers == pieces[0].number) < OUTLINED:
        return Strokes(grey, paper, free, pieces_of(dark, faintest)[0], None, 0, AT_THE_EDGE)
    return Strokes(grey, paper, free, pieces, numbers, pieces[0].size, "")


def stands_on_paper(found):
    """Tell whether most of what is around a piece is as light as its paper, unlike in a hole."""
    first = found.pieces[0]
    around = tuple(
        slice(max(0, one.start - first.size), one.stop + first.size) for one in first.box
    )
    inside = found.numbers == first.number
    ink, paper = np.median(found.grey[inside]), np.median(found.paper[inside])
    return np.median(found.grey[around]) - ink > 0.7 * (paper - ink)


def with_edge(grey, inside):
    """Tell which share of a piece's outline has an edge in the picture: paper's blots have less."""
    outline = ndimage.binary_dilation(inside) & ~ndimage.binary_erosion(inside)
    step = ndimage.maximum_filter(grey, 5) - ndimage.minimum_filter(grey, 5)
    least = 0.4 * np.quantile(step[outline], 0.9)
    return (step[outline] > least).mean()


def refuse_others(found):
    """Refuse a picture with more than one digit, or with something that is none."""
    first, *others = found.pieces
    for other in others:
        down, across = first.apart(other)
        if other.size >= BESIDE * first.size and max(down, across) > 0.1 * first.size:
            raise ValueError(SEVERAL)
        if other.size >= 0.7 * first.size and across > 0:
            raise ValueError(SEVERAL)


def digit_alone(found):
    """Keep the ink of the digit: the weightiest piece, and what is near it."""
    first, *others = found.pieces
    parts = [first.number]
    for other in others:
        if max(first.apart(other)) <= NEAR * first.size and other.area >= SPECK * first.area:
            parts.append(other.number)
    kept = np.isin(found.numbers, parts)
    (box,) = ndimage.find_objects(kept.astype(int))
    height, width = (one.stop - one.start for one in box)
    if width > BROADEST * height:
        raise ValueError(SEVERAL)
    size = max(height, width)
    broad = 4 * ndimage.distance_transform_edt(np.pad(kept[box], 1))[1:-1, 1:-1][kept[box]].mean()
    if broad > BLOT * size:
        raise ValueError(NO_STROKE)
    if size < TINY:
        raise ValueError(f"the digit is {size} pixels high; crop closer, to {TINY} at least")
    edge = ndimage.binary_dilation(kept, iterations=2)
    threshold = LIGHTER * first.strength
    ink = np.where(edge, ((found.free - threshold) / (first.strength - threshold)).clip(0, 1), 0)
    return ink


def scaled_down(grey):
    """Make the longer side 560 pixels at most, each the mean of those that it stands for."""
    share = WORKING / max(grey.shape)
    if share >= 1:
        return grey
    return resized(grey, [max(1, round(share * side)) for side in grey.shape])


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
