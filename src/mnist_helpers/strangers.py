"""Pictures that are no digits, prepared like digits: what a detector should notice."""

from pathlib import Path

import matplotlib
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from mnist_helpers.data import prepare_images
from mnist_helpers.drawing import prepare_drawing

LETTERS = "ABCDEFGHJKLMNPQRSTUVWXY"  # I, O and Z look like a 1, a 0 and a 2 (chapter 17)
FONTS = [
    f"DejaVu{name}.ttf"
    for name in (
        "Sans", "Sans-Bold", "Sans-Oblique", "Sans-BoldOblique",
        "SansMono", "SansMono-Bold", "SansMono-Oblique", "SansMono-BoldOblique",
        "Serif", "Serif-Bold", "Serif-Italic", "Serif-BoldItalic",
    )
]  # fmt: skip


def letters(fonts=FONTS):
    """Print the capital letters, without I, O and Z, and prepare them as MNIST's digits were.

    Parameters
    ----------
    fonts : sequence of str
        Names of files that come with matplotlib.

    Returns
    -------
    pictures : ndarray of float32, shape (len(fonts) * 23, 28, 28, 1)
        0 to 1; all letters of the first font, then those of the second.
    names : ndarray of str, shape (len(fonts) * 23,)

    Examples
    --------
    >>> pictures, names = letters(FONTS[:2])
    >>> pictures.shape, str(names[0]), str(names[23])
    ((46, 28, 28, 1), 'A', 'A')
    """
    folder, pictures = Path(matplotlib.get_data_path()) / "fonts" / "ttf", []
    for name in fonts:
        font = ImageFont.truetype(folder / name, 160)
        for letter in LETTERS:
            paper = Image.new("L", (280, 280))
            ImageDraw.Draw(paper).text((40, 40), letter, fill=255, font=font)
            pictures.append(prepare_drawing(np.asarray(paper)))
    return prepare_images(np.stack(pictures)), np.array([*LETTERS] * len(fonts))


def mixed(images, seed):
    """Put the pixels of each image into a disorder of its own.

    Examples
    --------
    >>> images = np.arange(2 * 784).reshape(2, 28, 28, 1)
    >>> (np.sort(mixed(images, 0).reshape(2, 784)) == images.reshape(2, 784)).all()
    np.True_
    """
    flat = images.reshape(len(images), -1)
    return np.random.default_rng(seed).permuted(flat, axis=1).reshape(images.shape)
