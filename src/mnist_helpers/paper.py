"""What is on a photographed sheet: its paper, printed lines, and pieces of ink."""

from typing import NamedTuple

import numpy as np
from scipy import ndimage

WIDEST = 0.25  # of the picture's shorter side: what is dark and wider is no stroke
LEVELS = 16  # of darkness, at each of which what hangs on the picture's edge is told
LINE = 0.5  # of the picture: a printed line is longer
TILT = 20  # degrees to either side: how askew a sheet's lines may lie
NEIGHBOURS = np.ones((3, 3))  # those across corners included


def darkness(grey):
    """Tell by which share each place is darker than its paper.

    The paper is the closing of mathematical morphology: what is dark and narrower than a quarter
    of the picture is filled; a table or a shadow stays, with its edge. Mirrored beyond the
    picture's edge, so does a frame. In the dark, where noise has large shares, the share is one of
    a third of the brightest paper.

    Returns the darkness, its noise (a standard deviation), and the paper.
    """
    smooth = ndimage.gaussian_filter(grey, 0.7)
    paper = ndimage.grey_closing(smooth, max(3, int(WIDEST * min(grey.shape))))
    paper = ndimage.gaussian_filter(paper, 1)
    against = np.maximum(paper, np.quantile(paper, 0.95) / 3)
    dark = np.divide(paper - smooth, against, out=np.zeros_like(grey), where=against > 0)
    dark -= np.median(dark)  # noise made the closing too light
    return dark.clip(0, 1), 1.5 * np.median(abs(dark)), paper


def tilt_of_lines(marked):
    """Find the angle, in degrees, at which marked places form two long lines or more; else None."""
    down, across = np.nonzero(marked)
    thinned = len(down) // 20_000 + 1
    down, across = down[::thinned], across[::thinned]
    if not len(down):
        return None

    def strips(angle, width):
        """Count what lies in each strip, level or upright."""
        turned = np.radians(angle)
        for one in (
            np.cos(turned) * down - np.sin(turned) * across,
            np.cos(turned) * across + np.sin(turned) * down,
        ):
            yield thinned * np.bincount(((one - one.min()) / width).astype(int)).astype(float)

    def told(angle, width):
        return max((counts**2).sum() for counts in strips(angle, width))

    best = max(np.arange(-TILT, TILT + 0.1, 0.5), key=lambda angle: told(angle, 3))
    best = max(best + np.arange(-0.5, 0.51, 0.1), key=lambda angle: told(angle, 1.5))
    long = LINE * min(marked.shape)
    most = max(ndimage.label(counts >= long)[1] for counts in strips(best, 3))
    return best if most >= 2 else None


def level(grey, tilt):
    """Turn a picture so that lines of this tilt lie level; its edge is continued outwards."""
    return ndimage.rotate(grey, tilt, order=1, mode="nearest")


def without_lines(dark, faintest):
    """Take printed lines away that lie level: thin, and longer than half of the picture.

    Where a stroke crosses a line it is thicker, and stays.
    """
    marked = dark > faintest
    rows = ndimage.maximum_filter1d(marked.mean(axis=1), 3) >= LINE
    if not rows.any():
        return dark
    rows = ndimage.binary_dilation(rows, iterations=2)
    runs, _ = ndimage.label(marked, structure=[[0, 1, 0], [0, 1, 0], [0, 1, 0]])
    lengths = np.bincount(runs.ravel())
    lengths[0] = 0
    lengths = lengths[runs]
    thin = 1.5 * np.median(lengths[rows][lengths[rows] > 0]) + 1
    return np.where((lengths <= thin) & rows[:, None], 0, dark)


def off_the_edge(dark):
    """Tell how much darker each place is than all that joins it to the picture's edge.

    At each level of darkness, the pieces that touch the edge are taken away.
    """
    left = np.zeros_like(dark)
    for least in np.arange(LEVELS - 1, 0, -1) / LEVELS:
        pieces, count = ndimage.label(dark >= least, NEIGHBOURS)
        inner = np.ones(count + 1, bool)
        for edge in ([0], pieces[0], pieces[-1], pieces[:, 0], pieces[:, -1]):
            inner[edge] = False
        inner = inner[pieces]
        left[inner] = dark[inner] - least + 1 / LEVELS
    return left


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


def pieces_of(ink, least):
    """Find the pieces of what is at least so dark, the weightiest first, and a map of numbers."""
    numbers, _ = ndimage.label(ink >= least, NEIGHBOURS)
    pieces = []
    for number, box in enumerate(ndimage.find_objects(numbers), 1):
        values = ink[box][numbers[box] == number]
        if len(values) >= 8:  # fewer pixels are no stroke
            pieces.append(Piece(number, box, float(np.quantile(values, 0.8)), len(values)))
    return sorted(pieces, key=lambda piece: -piece.strength * piece.size), numbers
