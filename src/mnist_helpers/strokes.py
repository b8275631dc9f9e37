"""Strokes on a photographed sheet: found, told from what is none, one digit or several."""

from typing import NamedTuple

import numpy as np
from scipy import ndimage

from mnist_helpers.paper import NEIGHBOURS, darkness, off_the_edge, without_lines

FAINTEST = 0.15  # how much darker than the paper around it ink is at least, as a share of it
BESIDE = 0.4  # of the digit's longer side: what is as large and apart from it is another digit
DARKER = 0.35  # of the ink's darkness: what belongs to a piece
LIGHTER = 0.2  # of the ink's darkness: where its grey edge begins
NEAR = 0.25  # of the digit's longer side: pieces of ink that are nearer are parts of it
SPECK = 0.03  # of the digit's area: smaller pieces are dirt
BROADEST = 1.7  # times its height: no digit is broader
OUTLINED = 0.9  # of a stroke's outline is an edge in the picture
BLOT = 0.4  # of its longer side: no stroke is wider
TINY = 12  # pixels: the longer side of a digit
NO_INK = (
    "no ink was found: expected strokes that are clearly darker (or lighter) than the paper; "
    "write with a darker pen, or photograph in more light"
)
AT_THE_EDGE = "all that is dark reaches the edge of the picture: leave paper around the digit"
SEVERAL = "more than one piece of writing was found: crop closer, to one digit"
NO_STROKE = "a blot was found and no stroke: crop closer to the digit, and leave paper around it"


class Piece(NamedTuple):
    """A piece of ink: its number, where it lies (two slices), how dark it is, and its area."""

    number: int
    box: tuple
    strength: float
    area: int

    @property
    def size(self):
        """The longer side of its box, in pixels."""
        return max(one.stop - one.start for one in self.box)

    def apart(self, other):
        """Tell how many pixels lie between two pieces' boxes, down and across."""
        return [
            max(one.start - two.stop, two.start - one.stop, 0)
            for one, two in zip(self.box, other.box, strict=True)
        ]

    def surrounds(self, other):
        """Tell whether another piece's box lies in this one's."""
        return all(
            one.start <= two.start and two.stop <= one.stop
            for one, two in zip(self.box, other.box, strict=True)
        )


def pieces_of(ink, least):
    """Find the pieces of what is at least so dark, the weightiest first, and a map of numbers."""
    numbers, _ = ndimage.label(ink >= least, NEIGHBOURS)
    pieces = []
    for number, box in enumerate(ndimage.find_objects(numbers), 1):
        values = ink[box][numbers[box] == number]
        if len(values) >= 8:  # fewer pixels are no stroke
            pieces.append(Piece(number, box, float(np.quantile(values, 0.8)), len(values)))
    return sorted(pieces, key=lambda piece: -piece.strength * piece.size), numbers


class Strokes(NamedTuple):
    """What is found if ink is what is dark: the pieces, or why not.

    `free` is how much darker each place is than all that joins it to the picture's edge, `numbers`
    the pieces' numbers on a map, `score` 0 where nothing was found.
    """

    grey: np.ndarray
    paper: np.ndarray
    free: np.ndarray
    pieces: list
    numbers: np.ndarray | None
    score: int
    refusal: str


def find_strokes(grey):
    """Find strokes that are darker than the paper; light ones in the negative."""
    dark, noise, paper = darkness(grey)
    faintest = max(FAINTEST, 5 * noise)
    dark = without_lines(dark, faintest / 2)
    free = off_the_edge(dark)
    pieces, _ = pieces_of(free, faintest)
    if not pieces:
        pieces, _ = pieces_of(dark, faintest)
        large = pieces and pieces[0].size > 0.1 * min(grey.shape)
        return Strokes(grey, paper, free, pieces, None, 0, AT_THE_EDGE if large else NO_INK)
    threshold = max(faintest, DARKER * pieces[0].strength)
    pieces, numbers = pieces_of(free, threshold)
    if not pieces:
        return Strokes(grey, paper, free, [], None, 0, NO_INK)
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
    if size < TINY:
        raise ValueError(f"the digit is {size} pixels high; expected {TINY}: crop closer")
    broad = 4 * ndimage.distance_transform_edt(np.pad(kept[box], 1))[1:-1, 1:-1][kept[box]].mean()
    if broad > BLOT * size:
        raise ValueError(NO_STROKE)
    edge = ndimage.binary_dilation(kept, iterations=2)
    threshold = LIGHTER * first.strength
    ink = np.where(edge, ((found.free - threshold) / (first.strength - threshold)).clip(0, 1), 0)
    return ink
