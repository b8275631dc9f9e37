"""A figure as a reader meets it: the picture, its caption, and words for who cannot see it."""

import base64
import html
import io

import matplotlib.pyplot as plt
from IPython.display import HTML, display


def show(figure, caption, alt):
    """Show a figure with its caption and its alt text, in the notebook as in the book.

    Both are computed where the figure is, so that they cannot say another number than it.

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
    picture = io.BytesIO()
    figure.savefig(picture, format="png", metadata={"Software": None})
    width = round(figure.get_size_inches()[0] * 100)
    plt.close(figure)
    encoded = base64.b64encode(picture.getvalue()).decode()
    display(
        HTML(
            f'<figure class="ten-digits">\n<img width="{width}" alt="{html.escape(alt)}" '
            f'src="data:image/png;base64,{encoded}">\n'
            f"<figcaption>{html.escape(caption)}</figcaption>\n</figure>"
        )
    )
