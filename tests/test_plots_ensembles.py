"""The figures of chapter 15: what they show, and what they refuse."""

import numpy as np
import pytest
from checks import refuses
from matplotlib.colors import to_rgba

from mnist_helpers import plots


def test_what_was_chosen_is_hollow_and_says_so():
    figure = plots.selection_ladder(
        {"mean": (0.9964, False), "the best": (0.9971, True), "all": (0.9974, False)}
    )
    (axis,) = figure.axes
    assert [label.get_text() for label in axis.get_yticklabels()] == ["mean", "the best", "all"]
    assert [text.get_text() for text in axis.texts] == ["99.640", "99.710 chosen", "99.740"]
    places = [(line.get_xdata()[0], line.get_ydata()[0]) for line in axis.lines]
    assert np.allclose(places, [(99.64, 0), (99.71, 1), (99.74, 2)])
    hollow = [line.get_markerfacecolor() == "white" for line in axis.lines]
    assert hollow == [False, True, False]
    assert axis.get_ylim()[0] > axis.get_ylim()[1]  # the first stands on top
    assert axis.get_xlim()[1] > 99.74


@pytest.mark.parametrize("value", [99.7, -0.1, np.nan])
def test_an_accuracy_that_is_none_is_refused(value):
    with refuses(r"expected accuracies between 0 and 1, got others for \['odd'\]"):
        plots.selection_ladder({"right": (0.99, False), "odd": (value, True)})


def test_nothing_is_no_ladder():
    with refuses("expected accuracies"):
        plots.selection_ladder({})


def test_gains_are_drawn_on_one_scale_with_their_means():
    generator = np.random.default_rng(0)
    gains = {"seen": generator.normal(0.06, 0.01, 500), "unseen": generator.normal(0, 0.02, 500)}
    figure = plots.lift_histograms(gains)
    seen, unseen = figure.axes
    assert seen.get_xlim() == unseen.get_xlim()
    for axis, values in zip(figure.axes, gains.values(), strict=True):
        assert sum(bar.get_height() for bar in axis.patches) == 500
        zero, mean = axis.lines
        assert zero.get_xdata()[0] == 0 and mean.get_xdata()[0] == pytest.approx(values.mean())
        assert f"{values.mean():+.3f}" in axis.get_title("left")
    assert mean.get_color() != zero.get_color()
    assert to_rgba("C0", 0.75) == seen.patches[0].get_facecolor()
    assert unseen.get_xlabel() == "Gain over the mean (percentage points)"


@pytest.mark.parametrize(
    ("gains", "reason"),
    [
        ({}, "nothing to draw of no panel"),
        ({"a": [0.1], "b": []}, "nothing to draw of"),
        ({"a": [0.1, np.nan]}, "no finite number"),
    ],
)
def test_no_gains_are_refused(gains, reason):
    with refuses(reason):
        plots.lift_histograms(gains)
