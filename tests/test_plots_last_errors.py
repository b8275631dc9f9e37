"""The figures of chapter 17: what they show, and what they refuse."""

import numpy as np
import pytest
from checks import refuses
from matplotlib.colors import to_rgba

from mnist_helpers import plots
from mnist_helpers.calibration import Reliability


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


def test_reliability_is_drawn_as_wrong_answers_expected_and_found():
    found = Reliability(np.array([0.9, 0.99999]), np.array([0.8, 1.0]), np.array([100, 100]))
    figure = plots.reliability_diagram({"as trained": found, "mended": found})
    first, second = figure.axes
    assert (first.get_title("left"), second.get_title("left")) == ("as trained", "mended")
    assert figure.get_supxlabel() == "Wrong answers expected (share)"
    diagonal, bar, point, without = first.lines
    assert np.allclose(diagonal.get_xdata(), diagonal.get_ydata())
    assert np.allclose(point.get_xdata(), 0.1) and np.allclose(point.get_ydata(), 0.2)
    low, high = bar.get_ydata()
    assert 0.1 < low < 0.2 < high < 0.3
    assert np.allclose(without.get_ydata()[0], 1e-4) and 0.02 < without.get_ydata()[1] < 0.06


def test_silence_is_drawn_from_none_to_much():
    coverage, error = np.array([0.5, 0.9, 0.95, 1.0]), np.array([0.0, 0.001, 0.002, 0.01])
    figure = plots.risk_coverage({"one": (coverage, error), "many": (coverage, error / 2)})
    (axis,) = figure.axes
    line = axis.lines[0]
    assert np.allclose(line.get_xdata(), [0, 5, 10])
    assert np.allclose(line.get_ydata(), [1, 0.2, 0.1])
    assert {text.get_text() for text in axis.texts} == {"one", "many"}
    assert axis.get_ylim()[0] == 0


def test_each_change_has_a_panel_and_the_first_names_the_curves():
    curve = ([0, 1, 2], [99, 90, 50], [98, 88, 47], [100, 92, 53])
    panels = {name: {"post": curve, "pad": curve} for name in ("Noise", "Blur", "Rotation (°)")}
    figure = plots.accuracy_under_change(panels, "Accuracy (%)")
    assert [axis.get_xlabel() for axis in figure.axes] == ["Noise", "Blur", "Rotation (°)"]
    assert [len(axis.texts) for axis in figure.axes] == [2, 0, 0]
    assert list(figure.axes[2].lines[1].get_ydata()) == [99, 90, 50]
    band = figure.axes[0].collections[0].get_paths()[0].vertices[:, 1]
    assert (band.min(), band.max()) == (47, 100)


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


@pytest.mark.parametrize(
    "lists", [([0, 1], [1, 2], [0, 1]), ([0, 1], [1, 2], [0, 1], [2])], ids=["three", "short"]
)
def test_a_curve_without_a_whole_band_is_refused(lists):
    with refuses("the curve 'a' needs four lists of the same length"):
        plots.accuracy_under_change({"Blur": {"a": lists}}, "Accuracy (%)")


def test_nothing_to_draw_is_refused():
    with refuses("there is no network whose reliability could be drawn"):
        plots.reliability_diagram({})
    with refuses("there is no curve to draw"):
        plots.risk_coverage({})
    with refuses("there is no panel to draw"):
        plots.accuracy_under_change({}, "Accuracy (%)")
    with refuses("expected pictures of shape"):
        plots.picture_row({})
    with refuses("got others for .'colour'."):
        plots.picture_row({"colour": (np.zeros((2, 2, 3)), 0, 1)})
