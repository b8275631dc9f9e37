"""A photographed sheet: its paper, its printed lines, and what joins the picture's edge."""

import numpy as np
from scipy import ndimage

BLACK = 0.1  # of grey values: against less, nothing is called darker
WIDEST = 0.35  # of the picture's shorter side: what is dark and wider is no stroke
LEVELS = 16  # of darkness, at each of which what hangs on the picture's edge is told
THIN = 7  # pixels: printed lines are thinner
LINE = 0.5  # of the picture: a printed line is longer
TILT = 20  # degrees to either side: how askew a sheet's lines may lie
NEIGHBOURS = np.ones((3, 3))  # those across corners included


def darkness(grey):
    """Tell by which share each place is darker than its paper.

    The paper is the closing of mathematical morphology: what is dark and narrower than a third
    of the picture is filled; a table or a shadow stays, with its edge. Mirrored beyond the
    picture's edge, so does a frame. In the dark, where noise has large shares, the share is one of
    a third of the brightest paper.

    Returns the darkness, its noise (a standard deviation), and the paper.
    """
    smooth = ndimage.gaussian_filter(grey, 0.7)
    paper = ndimage.grey_closing(smooth, max(3, int(WIDEST * min(grey.shape))))
    paper = ndimage.gaussian_filter(paper, 1)
    against = np.maximum(paper, max(BLACK, np.quantile(paper, 0.95) / 3))
    dark = np.divide(paper - smooth, against, out=np.zeros_like(grey), where=against > 0)
    light, lightest = np.quantile(dark, (0.3, 0.05))  # of paper alone, even if ink covers half
    return (dark - light).clip(0, 1), (light - lightest) / 1.12, paper  # 1.12: of a Gaussian


def without_lines(dark, faintest):
    """Take printed lines away: thin, straight, level or upright to 20°, three or more.

    Their angle is the one at which most of what is thin lies in few strips; a strip with more in
    it than half of the picture's side is a line. Where ink lies on both sides, it is continued.
    """
    marked = dark > faintest
    thin = marked & ~ndimage.binary_opening(marked, np.ones((THIN, THIN)))
    down, across = np.nonzero(thin)
    some = slice(None, None, len(down) // 10_000 + 1)

    def strips(angle, width, some=slice(None)):
        """Give the number of each thin place's strip, level and upright, and what strips hold."""
        turned = np.radians(angle)
        y, x = down[some], across[some]
        for one in (
            np.cos(turned) * y - np.sin(turned) * x,
            np.cos(turned) * x + np.sin(turned) * y,
        ):
            numbers = ((one - one.min()) / width).astype(int)
            yield numbers, np.bincount(numbers)

    def told(angle, width):
        return max((counts.astype(float) ** 2).sum() for _, counts in strips(angle, width, some))

    if len(down) < LINE * min(dark.shape):
        return dark
    best = max(np.arange(-TILT, TILT + 0.1, 0.5), key=lambda angle: told(angle, 3))
    best = max(best + np.arange(-0.5, 0.51, 0.1), key=lambda angle: told(angle, 1.5))
    for (numbers, counts), shape in zip(strips(best, 2), ((THIN, 1), (1, THIN)), strict=True):
        counts = ndimage.convolve1d(counts, [1, 1, 1], mode="constant") - ndimage.median_filter(
            counts, 15
        )
        lines = counts >= LINE * min(dark.shape)
        if ndimage.label(lines)[1] >= 3:
            gone = np.zeros(dark.shape, bool)
            of_lines = ndimage.binary_dilation(lines)[numbers]
            gone[down[of_lines], across[of_lines]] = True
            dark = np.where(gone, 0, dark)
            dark = np.where(gone, ndimage.grey_closing(dark, shape), dark)
    return dark


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
