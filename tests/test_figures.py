"""The figures: one style whatever the user's is, and what is shown of each."""

import base64
import io
import os
import subprocess
import sys
from xml.etree import ElementTree

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pytest
from checks import cases, refuses
from PIL import Image

from mnist_helpers import plots
from mnist_helpers.plots.figure import png


def test_every_figure_of_the_package_has_the_style():
    colours = mpl.rcParams["axes.prop_cycle"].by_key()["color"]
    assert len(set(colours)) == 7
    assert mpl.rcParams["figure.facecolor"] == "white"  # legible on a dark page too
    assert mpl.rcParams["image.cmap"] == "gray_r"  # ink is dark
    assert set(plots.__all__) == {name for name in plots.__all__ if callable(getattr(plots, name))}


# What a user may have set for other work: all of it would show, or fail, in a figure.
MATPLOTLIBRC = """
axes.facecolor: black
axes.spines.bottom: False
figure.autolayout: True
font.family: serif
font.size: 25
image.origin: lower
lines.linestyle: --
path.sketch: 1, 100, 2
savefig.bbox: tight
savefig.dpi: 300
savefig.transparent: True
text.usetex: True
xtick.direction: in
"""

DRAW = """
import hashlib
import matplotlib
from mnist_helpers import plots
from mnist_helpers.plots.figure import png
curves = plots.curves_with_bands({"a": ([0, 1], [5, 6], [4, 5], [6, 7])}, "Shift", "Right (%)")
digits = plots.digit_grid([[[0, 255], [9, 99]]], titles=["7"], columns=3)
drawn = [hashlib.sha256(png(figure)).hexdigest() for figure in (curves, digits)]
print(*drawn)
"""


def test_a_users_own_settings_change_no_figure(tmp_path, capsys):
    (tmp_path / "matplotlibrc").write_text(MATPLOTLIBRC, encoding="utf-8")
    there = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", f"{DRAW}\nprint(matplotlib.get_backend())"],
        env=os.environ | {"MATPLOTLIBRC": str(tmp_path / "matplotlibrc"), "MPLBACKEND": "svg"},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    exec(DRAW, {})
    assert there.stdout.split() == [*capsys.readouterr().out.split(), "svg"]


def distance(colour, other):
    """Compute how far apart two colours look (in CIELAB, roughly)."""
    to_xyz = np.array(
        [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]
    )
    lab = []
    for rgb in (colour, other):
        x, y, z = np.cbrt(to_xyz @ rgb / to_xyz.sum(axis=1))
        lab.append([116 * y - 16, 500 * (x - y), 200 * (y - z)])
    return np.linalg.norm(np.subtract(*lab))


# Viénot, Brettel and Mollon (1999): what protanopes and deuteranopes see, in linear RGB.
DICHROMATS = {
    "protanopia": [[0.11238, 0.88762, 0], [0.11238, 0.88762, 0], [0.00401, -0.00401, 1]],
    "deuteranopia": [[0.29275, 0.70725, 0], [0.29275, 0.70725, 0], [-0.02234, 0.02234, 1]],
    "all colours": np.eye(3),
}


@pytest.mark.parametrize("vision", DICHROMATS)
def test_the_colours_can_be_told_apart(vision):
    colours = mpl.rcParams["axes.prop_cycle"].by_key()["color"]
    seen = []
    for colour in colours:
        rgb = np.array(mpl.colors.to_rgb(colour))
        linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
        seen.append(np.clip(np.array(DICHROMATS[vision]) @ linear, 0, 1))
    distances = [distance(a, b) for i, a in enumerate(seen) for b in seen[:i]]
    assert min(distances) > 10  # just noticeable: about 2


# ---- show ----------------------------------------------------------------------------------

CAPTION, ALT = 'A "line" < a curve: 99 % & more', 'A line that rises & says "1 < 2".'


def line():
    figure, axis = plt.subplots(figsize=(4, 2))
    axis.plot([1, 2])
    return figure


def test_show_gives_picture_caption_and_alt_text(shown):
    plots.show(line(), CAPTION, ALT)
    (bundle,) = shown
    assert list(bundle) == ["text/html", "image/png", "text/plain"]
    html = ElementTree.fromstring(bundle["text/html"])  # XHTML, as EPUB wants it
    picture = html.find("img")
    assert (html.tag, html.get("class")) == ("figure", "ten-digits")
    assert (picture.get("alt"), picture.get("width")) == (ALT, "400")
    assert html.find("figcaption").text == CAPTION
    assert picture.get("src") == f"data:image/png;base64,{bundle['image/png']}"
    drawn = Image.open(io.BytesIO(base64.b64decode(bundle["image/png"])))
    assert drawn.size == (600, 300)  # one and a half pixels each, for fine screens
    assert bundle["text/plain"].split("\n\n") == [CAPTION, f"[{ALT}]"]
    assert not plt.get_fignums()  # or Jupyter would show it a second time


def test_show_gives_the_same_bytes_for_the_same_figure(shown):
    for _ in range(2):
        plots.show(plots.digit_grid(np.eye(28)[None]), "caption", "alt text")
    assert shown[0] == shown[1]


@pytest.mark.parametrize(
    ("caption", "alt"), [("", "seen"), ("found", ""), ("found", " \n"), ("same", "same")]
)
def test_show_needs_caption_and_alt_text(shown, caption, alt):
    with refuses("a figure needs a caption .* and an alt text"):
        plots.show(plt.figure(), caption, alt)
    assert not shown


def both_ways(figure):
    """Draw a figure as it is shown, and as Matplotlib would: two pictures, and their sizes."""
    whole = io.BytesIO()
    figure.savefig(whole, format="png")
    small = png(figure)
    pictures = [Image.open(file) for file in (io.BytesIO(small), whole)]
    return *pictures, len(small) / len(whole.getvalue())


def test_a_grey_picture_keeps_every_grey():
    small, whole, share = both_ways(plots.digit_grid(np.arange(784.0).reshape(1, 28, 28) / 4))
    assert small.mode == "L" and share < 0.8
    np.testing.assert_array_equal(
        np.asarray(small.convert("RGB")), np.asarray(whole.convert("RGB"))
    )


def test_a_coloured_picture_has_256_colours_and_no_bands():
    figure, axis = plt.subplots()
    axis.imshow(np.linspace(-1, 1, 500)[None], cmap="PuOr", aspect="auto", interpolation="bilinear")
    small, whole, share = both_ways(figure)
    assert small.mode == "P" and share < 0.7
    assert len(small.getcolors()) <= 256
    different = np.abs(np.subtract(small.convert("RGB"), whole.convert("RGB"), dtype=float))
    assert different.max() < 30 and different.mean() < 1


def test_lines_and_bands_keep_their_colours():
    curves = {name: ([0, 1, 2], [5, n, 9 - n], [4, n - 1, 8 - n], [6, n + 1, 10 - n])
              for n, name in enumerate("abcdefg")}  # fmt: skip
    small, whole, share = both_ways(plots.curves_with_bands(curves, "Shift", "Right answers (%)"))
    assert share < 0.5
    different = np.abs(np.subtract(small.convert("RGB"), whole.convert("RGB"), dtype=float))
    assert different.max() < 80 and different.mean() < 0.5


@pytest.mark.parametrize(
    ("what", "draw"),
    cases({
        "training": ("training", lambda: plots.accuracy_over_seconds([], [(1, 0.5)])),
        "epoch": ("epoch", lambda: plots.accuracy_over_seconds([(1, 0.5)], [])),
        "change": ("panel", lambda: plots.accuracy_under_change({}, "Accuracy (%)")),
        "band": ("curve", lambda: plots.curves_with_bands({}, "Shift", "Accuracy")),
        "metric": ("curve", lambda: plots.training_curves({}, {"loss": "Loss"})),
        "silence": ("curve", lambda: plots.risk_coverage({})),
        "rate": ("curve", lambda: plots.learning_rate_curves({}, 0.005)),
        "difference": ("difference", lambda: plots.difference_plot({}, "Adam")),
        "choice": ("step", lambda: plots.selection_ladder({})),
        "rung": ("training", lambda: plots.ladder({}, {})),
        "cost": ("point", lambda: plots.error_against_cost({}, {"Seconds": {}})),
        "network": ("network", lambda: plots.reliability_diagram({})),
        "gain": ("panel", lambda: plots.lift_histograms({})),
        "path": ("path", lambda: plots.descent_paths({}, [1, 25])),
        "search": ("search", lambda: plots.search_results({})),
        "picture": ("picture", lambda: plots.picture_row({})),
    }),
)  # fmt: skip
def test_nothing_is_not_drawn(what, draw):
    with refuses(f"there is no {what} to draw"):
        draw()
