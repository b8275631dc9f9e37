"""Figures of pictures: what they show, and what they refuse."""

import matplotlib.pyplot as plt
import numpy as np
import pytest
from checks import refuses
from matplotlib.colors import to_rgba

from mnist_helpers import plots


@pytest.mark.parametrize(("count", "columns"), [(1, 10), (10, 10), (11, 10), (7, 3)])
def test_digit_grid_shows_each_image_once(mnist, count, columns):
    images = mnist[0][0][:count]
    titles = [str(label) for label in mnist[0][1][:count]]
    figure = plots.digit_grid(images, titles, columns)
    drawn = [axis for axis in figure.axes if axis.images]
    assert len(drawn) == count
    for axis, image, title in zip(drawn, images, titles, strict=True):
        assert np.array_equal(axis.images[0].get_array(), image)
        assert axis.get_title() == title
        assert axis.images[0].get_clim() == (0, 255)
        assert not axis.axison
    assert figure.get_size_inches()[0] == pytest.approx(7.2)


def test_digit_grid_takes_prepared_images():
    figure = plots.digit_grid(np.ones((2, 28, 28)), limits=(0, 1))
    assert figure.axes[0].images[0].get_clim() == (0, 1)
    assert not figure.axes[0].get_title()


def test_digit_grid_refuses():
    with refuses(r"images have shape \(28, 28\); expected \(count, height, width\)"):
        plots.digit_grid(np.zeros((28, 28)))
    with refuses("images have shape"):
        plots.digit_grid(np.zeros((2, 28, 28, 1)))
    with refuses("there are 1 titles for 2 images"):
        plots.digit_grid(np.zeros((2, 28, 28)), titles=["a"])
    assert not plt.get_fignums()


@pytest.fixture
def votes():
    votes = np.zeros((3, 10), int)
    votes[[0, 0, 0, 1, 2, 2, 2, 2], [4, 9, 5, 7, 1, 2, 7, 9]] = 2, 12, 1, 15, 5, 3, 6, 1
    return votes


def test_a_gallery_says_label_confidence_and_votes(votes):
    figure = plots.vote_gallery(np.zeros((3, 28, 28)), [4, 7, 2], votes, [0.8, 0.999, 0.4])
    assert len(figure.axes) == 3
    assert [axis.get_title("center") for axis in figure.axes] == ["4   80%", "7   100%", "2   40%"]
    assert [axis.get_xlabel() for axis in figure.axes] == [
        "9:12, 4:2, 5:1", "7:15", "7:6, 1:5 …",
    ]  # fmt: skip


def test_a_gallery_frames_what_people_judged_and_notes_how(votes):
    figure = plots.vote_gallery(
        np.zeros((3, 28, 28)), [4, 7, 2], votes, [0.8, 0.999, 0.4],
        rejected={2}, upheld={0}, notes={2: "people 2:3:0"}, columns=2,
    )  # fmt: skip
    assert len(figure.axes) == 3
    frames = [axis.spines["top"] for axis in figure.axes]
    colours = [frame.get_edgecolor() for frame in frames]
    assert colours == [to_rgba("C0"), to_rgba("0.8"), to_rgba("C1")]
    # without colour, too: dashes, a hairline, a thick line
    assert [frame.get_linestyle() == "-" for frame in frames] == [False, True, True]
    assert frames[1].get_linewidth() < frames[2].get_linewidth()
    labels = [axis.get_xlabel() for axis in figure.axes]
    assert labels == ["9:12, 4:2, 5:1", "7:15", "7:6, 1:5 …\npeople 2:3:0"]


def test_a_gallery_with_something_missing_is_refused(votes):
    with refuses("there are 2 labels and 3 confidences; expected one of each"):
        plots.vote_gallery(np.zeros((3, 28, 28)), [4, 7], votes, [0.8, 0.9, 0.4])
    with refuses(r"images have shape \(0, 28, 28\)"):
        plots.vote_gallery(np.zeros((0, 28, 28)), [], votes[:0], [])
    with refuses(r"votes \(3,\)"):
        plots.vote_gallery(np.zeros((3, 28, 28)), [1, 2, 3], [1, 2, 3], [0.8, 0.9, 0.4])


def test_pictures_of_different_sizes_stand_in_a_row():
    grey, ink = np.linspace(0, 1, 12).reshape(4, 3), np.eye(5)
    figure = plots.picture_row({"grey": (grey, 0, 1), "ink": (ink, 1, 0)})
    first, second = (axis.images[0].get_array() for axis in figure.axes)
    assert np.allclose(first, grey) and np.allclose(second, 1 - ink)
    assert not any(axis.lines for axis in figure.axes)


def test_a_place_in_a_picture_can_be_marked():
    pictures = {"grey": (np.zeros((4, 3)), 0, 1), "ink": (np.eye(5), 1, 0)}
    figure = plots.picture_row(pictures, marks={"ink": (3.5, 2)})  # row, column
    before, (mark,) = (axis.lines for axis in figure.axes)
    assert not before and (mark.get_xdata()[0], mark.get_ydata()[0]) == (2, 3.5)
    with refuses(r"no picture to be marked for \['paper'\]; got \['grey', 'ink'\]"):
        plots.picture_row(pictures, marks={"paper": (0, 0)})


def test_mosaics_hold_every_picture_where_it_belongs():
    pictures = np.arange(1.0, 13).reshape(3, 2, 2)
    figure = plots.mosaics({"a": pictures, "b": pictures[:, :1, :1]}, columns=(2, 3))
    tiled = np.ma.filled(figure.axes[0].images[0].get_array(), np.nan)
    for number, picture in enumerate(pictures):
        row, column = 1 + 3 * (number // 2), 1 + 3 * (number % 2)
        np.testing.assert_array_equal(tiled[row : row + 2, column : column + 2], picture)
    assert np.isfinite(tiled).sum() == pictures.size
    single = figure.axes[1].images[0]
    np.testing.assert_array_equal(single.get_array(), [[1, 5, 9]])  # single values need no frame
    assert single.get_clim() == (0, 9)
    signed = plots.mosaics({"a": -pictures}, signed=True).axes[0].images[0]
    assert signed.get_clim() == (-12, 12)
    with refuses(r"the panel 'a' has shape \(2, 2\); expected \(count, height, width\)"):
        plots.mosaics({"a": pictures[0]})
    for wrong in ({"panels": {}}, {"columns": 0}, {"in_a_row": 0}):
        with refuses("expected at least one of each"):
            plots.mosaics(**{"panels": {"a": pictures}} | wrong)


def test_attribution_maps_lie_where_they_were_computed():
    images = np.random.default_rng(0).random((2, 28, 28))
    figure = plots.attribution_table(
        images, {"cam": images[:, 2:-2, 2:-2]}, ["3", "8"], {"cam": (1.5, 25.5)}
    )
    assert [axis.get_title() for axis in figure.axes[:2]] == ["3", "8"]
    assert figure.axes[2].get_ylabel() == "cam"
    assert figure.axes[2].images[0].get_extent() == [1.5, 25.5, 25.5, 1.5]
    assert figure.axes[2].get_ylim() == (27.5, -0.5)
    with refuses("there are 1 of 'titles' for 2 images"):
        plots.attribution_table(images, {}, ["3"])
    for wrong in ((images[:0], {}, []), (images, {"image": images}, ["3", "8"])):
        with refuses("expected at least one image and no method called 'image'"):
            plots.attribution_table(*wrong)
