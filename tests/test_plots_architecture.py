"""The figure of chapter 08: what it shows, and what it refuses."""

from checks import refuses

from mnist_helpers import plots

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


def test_what_cannot_be_drawn_is_refused():
    with refuses("there is no point to draw"):
        plots.error_against_cost({}, COSTS)
    with refuses("there is no point for e"):
        plots.error_against_cost(POINTS, COSTS, ["a", "e"])
    with refuses("'Seconds' has no cost for c, d"):
        plots.error_against_cost(POINTS, {"Seconds": {"a": 1, "b": 2}})
    with refuses("errors and costs above zero"):
        plots.error_against_cost({"a": (0.0, 0.0, 0.0)}, {"Seconds": {"a": 1}})
