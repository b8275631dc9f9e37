"""A figure as a reader meets it: the picture, its caption, and words for who cannot see it."""

import base64
import html
import io

import matplotlib.pyplot as plt
import numpy as np
from IPython.display import display
from PIL import Image


def show(figure, caption, alt):
    """Show a figure with its caption and its alt text, wherever a notebook is read.

    Both are computed where the figure is, so that they cannot say another number than it. The
    output holds the figure three times: as HTML with both texts (JupyterLab and the book), as a
    picture alone (LaTeX, and readers that trust no HTML), and as the two texts.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
        Closed afterwards.
    caption : str
        What the figure shows, as a finding. Plain text.
    alt : str
        What a person would see, for readers who do not.

    Raises
    ------
    ValueError
        If the caption or the alt text is empty, or both are the same.
    """
    if not caption.strip() or not alt.strip() or caption == alt:
        raise ValueError("a figure needs a caption (the finding) and an alt text (what one sees)")
    picture = base64.b64encode(png(figure)).decode()
    width = round(figure.get_size_inches()[0] * 100)
    plt.close(figure)
    display(
        {
            "text/html": (
                f'<figure class="ten-digits">\n<img width="{width}" alt="{html.escape(alt)}" '
                f'src="data:image/png;base64,{picture}" />\n'
                f"<figcaption>{html.escape(caption)}</figcaption>\n</figure>"
            ),
            "image/png": picture,
            "text/plain": f"{caption}\n\n[{alt}]",
        },
        metadata={"image/png": {"width": width}},
        raw=True,
    )


def png(figure):
    """Draw a figure as a small PNG: with all its greys, or in the 256 colours that suit it best."""
    drawn = io.BytesIO()
    figure.savefig(drawn, format="png")
    picture = Image.open(drawn).convert("RGB")
    pixels = np.asarray(picture)
    if (pixels == pixels[..., :1]).all():
        picture = picture.convert("L")
    else:
        picture = picture.quantize(256, kmeans=2, dither=Image.Dither.NONE)
    small = io.BytesIO()
    picture.save(small, format="png", optimize=True)
    return small.getvalue()
