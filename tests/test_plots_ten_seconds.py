"""The figures of chapter 16: what they show, and what they refuse."""

import pytest
from checks import refuses

from mnist_helpers import plots

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


def test_ends_are_numbered_and_the_first_way_is_drawn():
    (axis,) = plots.accuracy_over_seconds(
        [(400, 0.9915), (8, 0.9921)], [(200, 0.98), (400, 0.9915)], goals=[0.9919, 0.99]
    ).axes
    assert [text.get_text() for text in axis.texts] == ["99.19 %", "99 %", "1", "2"]
    way = next(line for line in axis.lines if line.get_marker() == ".")
    assert way.get_xdata().tolist() == [200, 400]
    assert way.get_ydata() == pytest.approx([98, 99.15])
    numbers = [text.xy for text in axis.texts[2:]]
    assert numbers == [(400, pytest.approx(99.15)), (8, pytest.approx(99.21))]
    assert axis.lines[0].get_ydata() == pytest.approx([99.19, 99.19])


def test_what_cannot_be_drawn_is_refused():
    with refuses("expected seconds and accuracies of the same trainings"):
        plots.ladder(SECONDS, {"long": (0.99, 0.98, 1.0)})
    with refuses("expected seconds and accuracies of the same trainings"):
        plots.ladder({}, {})
    with refuses("a logarithmic axis needs seconds above zero"):
        plots.ladder({"none": (0, 0, 0)}, {"none": (0.9, 0.9, 0.9)})
    with refuses("outside of 0 to 1; expected shares, not percent"):
        plots.ladder({"a": (1, 1, 1)}, {"a": (99.1, 99.0, 99.2)})
    for points, epochs in (([], [(1, 0.5)]), ([(1, 0.5)], [])):
        with refuses("there is no training to draw"):
            plots.accuracy_over_seconds(points, epochs)
    with refuses("seconds above zero, and finite ones"):
        plots.accuracy_over_seconds([(float("nan"), 0.99)], [(1, 0.5)])
    with refuses("a logarithmic axis needs seconds above zero"):
        plots.accuracy_over_seconds([(1, 0.99)], [(0, 0.5)])
