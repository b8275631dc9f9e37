"""Figures of intervals: what they show, and what they refuse."""

import numpy as np
import pytest
from checks import refuses
from matplotlib.colors import to_rgba

from mnist_helpers import plots
from mnist_helpers.statistics import Reliability, paired_differences

RATES = {"Adam": [0.990, 0.991, 0.992], "SGD": [0.985, 0.987, 0.988], "b": [0.991, 0.990, 0.993]}


def test_difference_plot_fills_what_is_told_apart():
    differences = paired_differences(RATES, "Adam")
    (axis,) = plots.difference_plot(differences, "Adam").axes
    assert [label.get_text() for label in axis.get_yticklabels()] == ["SGD", "b"]
    points = [line for line in axis.lines if line.get_marker() == "o"]
    assert [point.get_xdata()[0] for point in points] == pytest.approx(
        [100 * difference.mean for difference in differences.values()]
    )
    assert [point.get_markerfacecolor() for point in points] == ["C0", "white"]
    top, bottom = (point.get_ydata()[0] for point in points)
    assert axis.transData.transform((0, top))[1] > axis.transData.transform((0, bottom))[1]


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


SECONDS = {"long": (400.0, 390.0, 420.0), "short": (8.0, 7.9, 8.3)}


ACCURACIES = {"long": (0.9915, 0.991, 0.992), "short": (0.9921, 0.9917, 0.9925)}


def test_a_rung_has_its_seconds_and_its_accuracy():
    left, right = plots.ladder(SECONDS, ACCURACIES, goals=[0.9919]).axes
    assert [text.get_text() for text in left.get_yticklabels()] == ["long", "short"]
    assert [text.get_text() for text in left.texts] == ["400 s", "8.0 s"]
    assert left.get_xscale() == "log" and left.yaxis_inverted()
    dots = [line.get_xydata().tolist() for line in right.lines if line.get_marker() == "o"]
    assert dots == [[[pytest.approx(99.15), 0]], [[pytest.approx(99.21), 1]]]
    assert right.lines[-1].get_xdata() == pytest.approx([99.19, 99.19])
    strokes = [line.get_xdata().tolist() for line in left.lines if line.get_marker() == "None"]
    assert strokes == [[390, 420], [7.9, 8.3]]
    dots = [line.get_xdata()[0] for line in left.lines if line.get_marker() == "o"]
    assert dots == [400, 8]


def test_times_that_cannot_be_drawn_are_refused():
    with refuses("expected seconds and accuracies of the same trainings"):
        plots.ladder(SECONDS, {"long": (0.99, 0.98, 1.0)})
    with refuses("a logarithmic axis needs seconds above zero"):
        plots.ladder({"none": (0, 0, 0)}, {"none": (0.9, 0.9, 0.9)})
    with refuses("outside of 0 to 1; expected shares, not percent"):
        plots.ladder({"a": (1, 1, 1)}, {"a": (99.1, 99.0, 99.2)})
    with refuses("seconds above zero, and finite ones"):
        plots.accuracy_over_seconds([(float("nan"), 0.99)], [(1, 0.5)])
    with refuses("a logarithmic axis needs seconds above zero"):
        plots.accuracy_over_seconds([(1, 0.99)], [(0, 0.5)])


POINTS = {"a": (8.0, 7.8, 8.2), "b": (1.0, 0.9, 1.1), "c": (1.2, 1.1, 1.3), "d": (0.8, 0.7, 0.9)}


COSTS = {
    "Multiply-adds": {"a": 10, "b": 100, "c": 1000, "d": 1000},
    "Seconds": {"a": 3, "b": 5, "c": 4, "d": 9},
}


def full_points(axis):
    points = [line for line in axis.lines if line.get_marker() == "o"]
    return {
        name
        for name, point in zip(POINTS, points, strict=True)
        if point.get_markerfacecolor() != "w"
    }


def test_a_point_is_full_where_nothing_is_better_for_less():
    above, below = plots.error_against_cost(POINTS, COSTS).axes
    assert full_points(above) == {"a", "b", "d"}
    assert full_points(below) == {"a", "b", "c", "d"}
    assert (above.get_xscale(), above.get_yscale()) == ("log", "log")
    assert (above.get_xlabel(), below.get_xlabel()) == ("Multiply-adds", "Seconds")


def test_points_are_named_and_stand_in_their_intervals():
    (axis,) = plots.error_against_cost(POINTS, {"Seconds": COSTS["Seconds"]}).axes
    assert {text.get_text() for text in axis.texts} == set(POINTS)
    intervals = [line for line in axis.lines if line.get_marker() != "o"]
    assert [list(line.get_ydata()) for line in intervals] == [
        [low, high] for _, low, high in POINTS.values()
    ]


def test_only_some_points_may_be_named():
    (axis,) = plots.error_against_cost(POINTS, {"Seconds": COSTS["Seconds"]}, {"b", "d"}).axes
    assert {text.get_text() for text in axis.texts} == {"b", "d"}
    assert len(full_points(axis)) == 4


def test_points_that_cannot_be_drawn_are_refused():
    with refuses("there is no point for e"):
        plots.error_against_cost(POINTS, COSTS, ["a", "e"])
    with refuses("'Seconds' has no cost for c, d"):
        plots.error_against_cost(POINTS, {"Seconds": {"a": 1, "b": 2}})
    with refuses("errors and costs above zero"):
        plots.error_against_cost({"a": (0.0, 0.0, 0.0)}, {"Seconds": {"a": 1}})


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
        ({"a": [0.1], "b": []}, "there is no gain for 'b' to draw"),
        ({"a": [0.1, np.nan]}, "a gain for 'a' is no finite number"),
    ],
)
def test_no_gains_are_refused(gains, reason):
    with refuses(reason):
        plots.lift_histograms(gains)
