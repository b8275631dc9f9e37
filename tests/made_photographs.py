"""Photographs of handwritten digits, made by a program: what is on them is known.

`take(seed, images, labels)` draws one. Its kind is `KINDS[seed % len(KINDS)]`; everything else
(digit, pen, paper, light, tilt, noise, camera) is drawn from the seed. The digits are MNIST's,
of those that no network is tested on, their outlines made smooth and drawn anew as ink.
Seeds from 0 were for developing, and some from 1,000,000 have shown a defect; `photographs.py`
measures with those from `HELD_OUT`.
"""

from io import BytesIO
from typing import NamedTuple

import numpy as np
from PIL import Image
from scipy import ndimage

KINDS = (
    "plain sheet",
    "small, noisy",
    "ruled paper",
    "squared paper",
    "table's edge",
    "frame",
    "dark corner",
    "hard shadow",
    "tight crop",
    "marker pen",
    "coloured ink",
    "light on dark",
    "transparent",
    "several digits",
    "blank sheet",
    "mixed",
)
EMPTY = ("several digits", "blank sheet")  # there is no one digit: to be refused
HELD_OUT = 2_000_000
FINE = 8  # points of a digit's outline for each pixel of MNIST
PAPERS = [(0.97, 0.97, 0.97), (0.95, 0.93, 0.86), (0.85, 0.85, 0.84), (0.8, 0.78, 0.7)]
TABLES = [(0.1, 0.1, 0.1), (0.35, 0.22, 0.12), (0.6, 0.45, 0.3), (0.3, 0.33, 0.38), (0.5, 0.1, 0.1)]
INKS = [(0.08, 0.08, 0.08), (0.1, 0.12, 0.4), (0.1, 0.15, 0.55), (0.35, 0.35, 0.36)]
COLOURS = [
    (0.8, 0.1, 0.12),
    (0.95, 0.5, 0.05),
    (0.1, 0.55, 0.2),
    (0.95, 0.85, 0.1),
    (0.9, 0.3, 0.6),
    (0.2, 0.6, 0.9),
    (0.5, 0.2, 0.6),
]
TURNS = {1: None, 3: Image.Transpose.ROTATE_180, 6: Image.Transpose.ROTATE_90}
TURNS[8] = Image.Transpose.ROTATE_270  # how a camera was held, and what undoes it


class Photograph(NamedTuple):
    """A picture file, what is on it, and the label: None where there is no one digit."""

    file: BytesIO
    kind: str
    label: int | None


def take(seed, images, labels):
    """Draw the photograph of a seed.

    Parameters
    ----------
    seed : int
        Decides on everything; modulo 16 it is the kind.
    images, labels : ndarray
        MNIST's digits, 28 × 28 of uint8, and what they are.

    Returns
    -------
    Photograph
    """
    generator = np.random.default_rng(seed)
    kind = KINDS[seed % len(KINDS)]
    traits = {kind}
    if kind == "mixed":
        for group in (
            ("ruled paper", "squared paper", "plain sheet"),
            ("table's edge", "frame", "plain sheet"),
            ("dark corner", "hard shadow", "plain sheet"),
            ("marker pen", "coloured ink", "small, noisy", "plain sheet"),
        ):
            traits.add(str(generator.choice(group)))
    if kind == "blank sheet":
        others = ("plain sheet", "ruled paper", "squared paper", "table's edge", "frame")
        traits.add(str(generator.choice([*others, "dark corner", "hard shadow"])))
    chosen = int(generator.integers(len(images)))
    ink, others = _outline(images[chosen]), []
    if kind == "several digits":
        count = generator.integers(1, 3)
        others = [_outline(images[generator.integers(len(images))]) for _ in range(count)]
    scene = Scene(generator, traits)
    inked = np.zeros(scene.shape) if kind == "blank sheet" else scene.write(ink, others)
    label = None if kind in EMPTY else int(labels[chosen])
    if kind == "transparent":
        return Photograph(scene.cut_out(inked), kind, label)
    picture = scene.expose(scene.paint(inked), inked)
    return Photograph(_develop(generator, picture), kind, label)


def _outline(image):
    """Give how far each point lies inside a digit's strokes (negative: outside), in pixels."""
    fine = ndimage.zoom(np.pad(image, 2) / 255, FINE, order=3)
    inside = ndimage.gaussian_filter(fine, FINE / 4) > 0.42
    distance = ndimage.distance_transform_edt
    return (distance(inside) - distance(~inside)) / FINE


def _develop(generator, picture):
    """Write a picture as a file, held in one of four ways, as JPEG or PNG."""
    turn = int(generator.choice(list(TURNS), p=(0.7, 0.1, 0.1, 0.1)))
    image = Image.fromarray(picture)
    if turn != 1:
        image = image.transpose(TURNS[turn])
    exif = Image.Exif()
    exif[0x0112] = turn
    file = BytesIO()
    if generator.random() < 0.85:
        image.save(file, "JPEG", quality=int(generator.integers(60, 95)), exif=exif)
    else:
        image.save(file, "PNG", exif=exif, compress_level=1)
    file.seek(0)
    return file


class Scene:
    """A sheet in front of a camera: where it lies, what it is, and how light falls on it."""

    def __init__(self, generator, traits):
        self.generator, self.traits = generator, traits
        longer = int(generator.integers(420, 800))
        shorter = int(longer * generator.choice([0.5625, 0.75, 0.75, 1]))
        self.shape = (longer, shorter) if generator.random() < 0.7 else (shorter, longer)
        self.side = min(self.shape)
        tilt = np.radians(generator.uniform(-15, 15))
        height, width = self.shape
        self.y, self.x = np.mgrid[:height, :width].astype(np.float32)
        self.y -= height / 2
        self.x -= width / 2
        self.across = np.cos(tilt) * self.x + np.sin(tilt) * self.y  # along the sheet's lines
        self.down = np.cos(tilt) * self.y - np.sin(tilt) * self.x

    def within(self, low, high):
        """Draw a number from an interval."""
        return self.generator.uniform(low, high)

    def pick(self, colours):
        """Draw a colour."""
        return np.array(colours[self.generator.integers(len(colours))])

    def smooth_noise(self, scale):
        """Draw a field that varies over so many pixels, with standard deviation 1."""
        coarse = [max(4, int(length / scale) + 3) for length in self.shape]
        values = Image.fromarray(self.generator.normal(size=coarse).astype(np.float32))
        return np.asarray(values.resize(self.shape[::-1], Image.Resampling.BICUBIC))

    def write(self, outline, others):
        """Draw how much ink covers each place, 0 to 1: the digit, and others beside it."""
        size = self.within(0.25, 0.55) * self.side
        if self.traits & {"small, noisy"}:
            size = max(28, self.within(0.06, 0.13) * self.side)
        elif "tight crop" in self.traits:
            size = self.within(0.5, 0.65) * self.side
        elif others:
            size = self.within(0.15, 0.3) * self.side
        wider = self.within(-0.25, 0.3)  # pixels of MNIST on either side of a stroke
        if "marker pen" in self.traits:
            wider = self.within(0.3, 0.8)
        room = np.maximum(0, np.array(self.shape) / 2 - 0.75 * size - 0.12 * self.side)
        if others:
            room = room / 3
        middle = self.generator.uniform(-room, room)
        inked = self._stroke(outline, size, middle, wider)
        for number, other in enumerate(others):
            away = np.array([self.within(-0.1, 0.1), self.within(0.85, 1.3)]) * size
            if self.generator.random() < 0.2:
                away = np.array([self.within(1.15, 1.4), self.within(-0.2, 0.2)]) * size
            place = middle + away * (1 if number == 0 else -1)
            scaled = size * self.within(0.85, 1.15)
            inked = np.maximum(inked, self._stroke(other, scaled, place, wider))
        return inked

    def _stroke(self, outline, size, middle, wider):
        """Draw one digit of so many pixels' height around a place."""
        inside = outline > 0
        box = ndimage.find_objects(inside.astype(int))[0]
        longest = max(one.stop - one.start for one in box)
        points = [
            (one.start + one.stop) / 2 + (field - centre) * longest / size
            for one, field, centre in zip(box, (self.down, self.across), middle, strict=True)
        ]
        depth = ndimage.map_coordinates(outline, points, order=1, mode="nearest")
        pixel = longest / size / FINE  # of this picture, in pixels of MNIST
        edge = 1 / (1 + np.exp(-(depth + wider) / (0.35 * pixel + 0.03)))
        strength = 0.92 + 0.08 * self.smooth_noise(size / 4)
        return edge * strength.clip(0.75, 1)

    def paint(self, inked):
        """Give the colours of the scene in even light: table, sheet, lines, ink."""
        paper = self.pick(PAPERS)
        ink = self.pick(COLOURS if "coloured ink" in self.traits else INKS)
        if "light on dark" in self.traits:
            paper = self.pick([(0.12, 0.12, 0.12), (0.1, 0.25, 0.18), (0.15, 0.18, 0.35)])
            ink = self.pick([(0.95, 0.95, 0.92), (0.85, 0.85, 0.85), (0.95, 0.9, 0.5)])
        fibres = self.within(0, 0.02) * self.smooth_noise(3) + self.within(0, 0.02) * (
            self.smooth_noise(25)
        )
        colours = (paper * (1 + fibres[..., None])).astype(np.float32)
        if self.traits & {"ruled paper", "squared paper"}:
            shade = self.pick([(0.5, 0.65, 0.85), (0.6, 0.6, 0.6), (0.75, 0.8, 0.9), (0.4,) * 3])
            colours = _mixed(colours, paper * shade, self._lines()[..., None])
        colours = _mixed(colours, ink, inked[..., None])
        if "table's edge" in self.traits:
            colours = self._on_table(colours, inked)
        return colours

    def _lines(self):
        """Draw the lines of ruled or squared paper."""
        spacing = self.within(0.07, 0.2) * self.side
        squared = "squared paper" in self.traits
        if squared:
            spacing = self.within(0.045, 0.12) * self.side
        thick = max(1.0, self.within(0.0018, 0.005) * self.side)
        lines = np.zeros(self.shape)
        for field in (self.down, self.across) if squared else (self.down,):
            off = (field + self.within(0, spacing)) % spacing
            off = np.minimum(off, spacing - off)
            lines = np.maximum(lines, (thick / 2 + 0.5 - off).clip(0, 1))
        if not squared and self.generator.random() < 0.3:  # a margin
            off = abs(self.across - self.within(-0.45, -0.4) * self.shape[1])
            lines = np.maximum(lines, (thick / 2 + 0.5 - off).clip(0, 1))
        return lines

    def _on_table(self, colours, inked):
        """Let the sheet end on one to three sides, on a table with a grain."""
        table = self.pick(TABLES)
        grain = self.smooth_noise(self.side / 6)
        streaks = np.sin(self.y * self.within(0.05, 0.3) + 3 * grain) * self.within(0, 0.08)
        table = table * (1 + streaks + 0.02 * self.smooth_noise(3))[..., None]
        rows, columns = np.nonzero(inked > 0.3)
        if not len(rows):
            rows, columns = np.array(self.shape)[:, None] // 2
        sides = self.generator.permutation(4)[: self.generator.integers(1, 4)]
        outside = np.full(self.shape, -np.inf, np.float32)
        for side in sides:
            field = (self.down, self.across)[side // 2] * (1 if side % 2 else -1)
            nearest, farthest = field[rows, columns].max(), field.max()
            edge = nearest + self.within(0.15, 0.7) * (farthest - nearest)
            outside = np.maximum(outside, field - edge)
        shade = 1 - self.within(0, 0.4) * np.exp(-np.maximum(outside, 0) / (0.02 * self.side))
        return _mixed(colours, table * shade[..., None], (outside + 0.5).clip(0, 1)[..., None])

    def expose(self, colours, inked):
        """Let light fall on the scene, and take it with a camera that blurs and adds noise."""
        angle = self.within(0, 2 * np.pi)
        slope = (np.cos(angle) * self.x + np.sin(angle) * self.y) / max(self.shape)
        light = self.within(0.65, 1) * (1 + self.within(0, 0.45) * slope)
        light = light * (1 - self.within(0, 0.3) * (self.x**2 + self.y**2) / max(self.shape) ** 2)
        if "dark corner" in self.traits:
            corner = self.generator.choice([-0.5, 0.5], 2) * self.shape
            away = np.hypot(self.y - corner[0], self.x - corner[1]) / max(self.shape)
            light *= 1 - self.within(0.35, 0.75) * np.exp(-((away / self.within(0.15, 0.3)) ** 2))
        if "hard shadow" in self.traits:
            turned = self.within(0, 2 * np.pi)
            edge = np.cos(turned) * self.x + np.sin(turned) * self.y
            edge = edge - self.within(-0.25, 0.25) * self.side
            soft = self.within(0.5, 0.015 * self.side)
            light *= 1 - self.within(0.2, 0.55) / (1 + np.exp(-edge / soft))
        colours = (colours * light[..., None]).astype(np.float32)
        colours = ndimage.gaussian_filter(colours, (*[self.within(0.4, 1.3)] * 2, 0))
        if "frame" in self.traits:
            colours = self._framed(colours)
        noisy = "small, noisy" in self.traits
        noise = self.within(0.02, 0.05) if noisy else self.within(0.003, 0.025)
        colours = colours + noise * self.generator.standard_normal(colours.shape, np.float32)
        if "tight crop" in self.traits:
            colours = self._cropped(colours, inked)
        return np.round(255 * colours.clip(0, 1)).astype(np.uint8)

    def _framed(self, colours):
        """Put a frame around the picture, on all sides or two."""
        shade = self.pick([(0.02, 0.02, 0.02), (0.1, 0.1, 0.1), (0.4, 0.25, 0.15)])
        off = np.minimum(self.y - self.y.min(), self.y.max() - self.y)
        if self.generator.random() < 0.7:
            off = np.minimum(off, np.minimum(self.x - self.x.min(), self.x.max() - self.x))
        framed = off < self.within(0.01, 0.09) * self.side
        return np.where(framed[..., None], shade, colours)

    def _cropped(self, colours, inked):
        """Cut away nearly all paper."""
        rows, columns = np.nonzero(inked > 0.4)
        size = max(np.ptp(rows), np.ptp(columns))
        top, left, below, right = np.int64(self.generator.uniform(0, 0.12, 4) * size)
        return colours[
            max(0, rows.min() - top) : rows.max() + 1 + below,
            max(0, columns.min() - left) : columns.max() + 1 + right,
        ]

    def cut_out(self, inked):
        """Write the ink alone, its surroundings transparent, as a drawing program does."""
        light = self.generator.random() < 0.3
        ink = self.pick([(1, 1, 1), (0.9, 0.9, 0.8)] if light else [*INKS, *COLOURS[:3]])
        picture = np.concatenate([ink * np.ones((*self.shape, 3)), inked[..., None]], axis=2)
        file = BytesIO()
        Image.fromarray(np.round(255 * picture).astype(np.uint8)).save(file, "PNG")
        file.seek(0)
        return file


def _mixed(colours, others, share):
    """Cover colours with others, by this share at each place."""
    return colours * (1 - share) + others * share
