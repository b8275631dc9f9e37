"""What is on a photographed sheet: its paper, printed lines, strokes, and one digit or several."""

import numpy as np
from scipy import ndimage

WIDEST = 0.25  # of the picture's shorter side: what is dark and wider is no stroke
LEVELS = 16  # of darkness, at each of which what hangs on the picture's edge is told
LINE = 0.5  # of the picture: a printed line is longer
TILT = 20  # degrees to either side: how askew a sheet's lines may lie
BESIDE = 0.4  # of the digit's longer side: what is as large and stands beside it is another
NEAR = 0.25  # of the digit's longer side: pieces that are nearer to it are parts of it
BROADEST = 1.5  # times its height: no digit is broader
NEIGHBOURS = np.ones((3, 3))  # those across corners included


def darkness(grey):
    """Tell by which share each place is darker than its paper, and how light that is.

    The paper is the closing of mathematical morphology: what is dark and narrower than a quarter
    of the picture is filled; a table or a shadow stays, with its edge. Mirrored beyond the
    picture's edge, so does a frame. In the dark, where noise has large shares, the share is one of
    a third of the brightest paper.
    """
    smooth = ndimage.gaussian_filter(grey, 0.7)
    paper = ndimage.grey_closing(smooth, max(3, int(WIDEST * min(grey.shape))))
    against = np.maximum(ndimage.gaussian_filter(paper, 1), np.quantile(paper, 0.95) / 3)
    dark = np.divide(paper - smooth, against, out=np.zeros_like(grey), where=against > 0)
    return (dark - np.median(dark)).clip(0, 1), paper


def tilt_of_lines(marked):
    """Find the angle, in degrees, at which most of what is marked lies in lines."""
    down, across = np.nonzero(marked)
    thinned = slice(None, None, len(down) // 20_000 + 1)
    down, across = down[thinned], across[thinned]

    def told(angle, width):
        """Sum the squares of how much lies in each strip, level or upright."""
        turned = np.radians(angle)
        strips = (
            np.cos(turned) * down - np.sin(turned) * across,
            np.cos(turned) * across + np.sin(turned) * down,
        )
        counts = (np.bincount(((one - one.min()) / width).astype(int)) for one in strips)
        return max((one.astype(float) ** 2).sum() for one in counts)

    best = max(np.arange(-TILT, TILT + 0.1, 0.5), key=lambda angle: told(angle, 3))
    return max(best + np.arange(-0.5, 0.51, 0.1), key=lambda angle: told(angle, 1.5))


def without_lines(dark, faintest):
    """Take printed lines away that lie level: thin, and longer than half of the picture.

    Where a stroke crosses a line it is thicker, and stays. Returns what is left, and the lines'
    number.
    """
    marked = dark > faintest
    rows = ndimage.maximum_filter1d(marked.mean(axis=1), 3) >= LINE
    count = ndimage.label(rows)[1]
    if count < 2:
        return dark, 0
    rows = ndimage.binary_dilation(rows, iterations=2)
    runs, _ = ndimage.label(marked, structure=[[0, 1, 0], [0, 1, 0], [0, 1, 0]])
    lengths = np.bincount(runs.ravel())
    lengths[0] = 0
    lengths = lengths[runs]
    thin = 1.5 * np.median(lengths[rows][lengths[rows] > 0]) + 1
    gone = (lengths <= thin) & rows[:, None]
    return np.where(gone, 0, dark), count


def off_the_edge(dark):
    """Tell how much darker each place is than all that joins it to the picture's edge.

    At each level of darkness, the pieces that touch the edge are taken away.
    """
    left = np.zeros_like(dark)
    for least in np.arange(1, LEVELS) / LEVELS:
        pieces, count = ndimage.label(dark >= least, NEIGHBOURS)
        if not count:
            break
        inner = np.ones(count + 1)
        for edge in ([0], pieces[0], pieces[-1], pieces[:, 0], pieces[:, -1]):
            inner[edge] = 0
        left += inner[pieces] / LEVELS
    return left


class Piece:
    """A piece of ink: its number, how dark it is, and where it lies."""

    def __init__(self, number, box, strength, area):
        self.number, self.strength, self.area = number, strength, area
        (self.top, self.below), (self.left, self.right) = ((one.start, one.stop) for one in box)
        self.size = max(self.below - self.top, self.right - self.left)

    def apart(self, other):
        """Tell how many pixels lie between two pieces' boxes, down and across."""
        return (
            max(self.top - other.below, other.top - self.below, 0),
            max(self.left - other.right, other.left - self.right, 0),
        )


def pieces_of(ink, least):
    """Find the pieces of what is at least so dark, the weightiest first, and a map of numbers."""
    numbers, count = ndimage.label(ink >= least, NEIGHBOURS)
    pieces = []
    for number, box in enumerate(ndimage.find_objects(numbers), 1):
        values = ink[box][numbers[box] == number]
        pieces.append(Piece(number, box, np.quantile(values, 0.8), len(values)))
    return sorted(pieces, key=lambda piece: -piece.strength * piece.size), numbers
