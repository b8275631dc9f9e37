"""Draw the photograph that chapter 17 reads: ink on paper, in uneven light, by a program.

    python tests/example_photograph.py    writes notebooks/photograph.jpg anew

No camera and no hand had a part in it: the strokes are those of `digit_strokes.json`.
"""

import json
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw
from scipy import ndimage

FILE = Path(__file__).resolve().parents[1] / "notebooks" / "photograph.jpg"
STROKES = Path(__file__).with_name("digit_strokes.json")
ABOUT = "Synthetic: pen strokes, paper, light and noise are drawn by a program."
HEIGHT, WIDTH = 640, 480  # pixels
DIGIT = "3"


def take():
    """Draw the digit small and off the middle, slanted, on warm paper that is dark to one side.

    Returns
    -------
    ndarray of uint8, shape (640, 480, 3)
        Red, green and blue.
    """
    generator = np.random.default_rng(2018)
    ink = Image.new("L", (WIDTH, HEIGHT))
    pen = ImageDraw.Draw(ink)
    for stroke in json.loads(STROKES.read_text("utf-8"))["hands"][1][DIGIT]:
        points = np.array(stroke, float)
        across = 215 + 1.7 * points[:, 0] - 0.45 * points[:, 1]
        down = 250 + 2.3 * points[:, 1] - 0.2 * points[:, 0]
        corners = np.stack([across, down], axis=1)
        pen.line(corners.ravel().tolist(), fill=255, width=15, joint="curve")
        for x, y in corners:
            pen.ellipse((x - 7, y - 7, x + 7, y + 7), fill=255)
    ink = ndimage.gaussian_filter(np.asarray(ink, float) / 255, 1.5)
    down, across = np.mgrid[:HEIGHT, :WIDTH]
    light = 0.95 - 0.45 * across / WIDTH - 0.15 * down / HEIGHT
    light -= 0.15 * np.exp(-((across - 420) ** 2 + (down - 560) ** 2) / 2 / 120**2)
    fibres = ndimage.gaussian_filter(generator.normal(0, 1, ink.shape), 3)
    paper = light * (1 + 0.1 * fibres)
    colours = paper[..., None] * [1.0, 0.97, 0.88] * (1 - ink[..., None] * [0.85, 0.8, 0.6])
    noise = generator.normal(0, 0.02, colours.shape)
    return np.round(255 * (colours + noise).clip(0, 1)).astype(np.uint8)


if __name__ == "__main__":
    Image.fromarray(take()).save(FILE, quality=85, comment=ABOUT)
