"""Networks, tables and maps of points: what they show, and what they refuse."""

import matplotlib.pyplot as plt
import numpy as np
import pytest
from checks import refuses

from mnist_helpers import plots


def test_confusion_matrix():
    counts = np.array([[980, 0, 3], [1, 1000, 0], [0, 7, 900]])
    figure = plots.confusion_matrix(counts)
    (axis,) = figure.axes
    written = {
        (int(text.get_position()[1]), int(text.get_position()[0])): int(text.get_text())
        for text in axis.texts
    }
    assert written == {tuple(place): counts[tuple(place)] for place in np.argwhere(counts)}
    coloured = axis.images[0].get_array()
    assert coloured.diagonal().tolist() == [0, 0, 0]  # only errors are
    assert coloured[2, 1] == 7
    assert (axis.get_xlabel(), axis.get_ylabel()) == ("Predicted digit", "True digit")


def test_confusion_matrix_without_an_error():
    plots.confusion_matrix(np.diag([5, 6]))


@pytest.mark.parametrize("shape", [(3,), (2, 3), (2, 2, 2)])
def test_confusion_matrix_refuses(shape):
    with refuses("expected a square matrix"):
        plots.confusion_matrix(np.zeros(shape, int))
    assert not plt.get_fignums()


def test_network_diagram_of_the_post():
    from mnist_helpers import models

    layers = [("Input", (28, 28, 1))]
    layers += [(type(layer).__name__, layer.output.shape[1:]) for layer in models.post_cnn().layers]
    figure = plots.network_diagram(layers)
    texts = {text.get_text() for text in figure.axes[0].texts}
    assert {"Conv2D", "26 × 26 × 32", "9216", "10"} <= texts
    figure.canvas.draw()
    assert not figure.axes[0].axison


def test_network_diagram_refuses():
    with refuses(r"Wide has shape \(3, 4\); expected three sizes or one"):
        plots.network_diagram([("Wide", (3, 4))])


def test_step_profile_stacks_both_ways_and_marks_the_floor():
    milliseconds, floor = np.array([[3.0, 5.0], [1.0, 2.0]]), np.array([4.0, 2.5])
    (axis,) = plots.step_profile(["Conv2D", "Dense"], milliseconds, 0.5, floor).axes
    widths = [bar.get_width() for bar in axis.patches]
    assert widths == [3.0, 1.0, 5.0, 2.0, 0.5]
    assert [bar.get_x() for bar in axis.patches[2:4]] == [3.0, 1.0]
    np.testing.assert_array_equal(axis.lines[0].get_xdata(), floor)
    labels = [label.get_text() for label in axis.get_yticklabels()]
    assert labels == ["1  Conv2D", "2  Dense", "optimizer and rest"]
    assert axis.yaxis_inverted()


@pytest.mark.parametrize(("times", "floor"), [(np.ones((1, 2)), [1, 1]), (np.ones((2, 2)), [1])])
def test_step_profile_refuses_other_layers(times, floor):
    with refuses("2 layers need times of shape"):
        plots.step_profile(["Conv2D", "Dense"], times, 0.5, floor)


def test_descent_paths_pass_through_their_points():
    paths = {name: np.array([[-4.0, 1.0], [-2.0, 0.5]]) for name in ("a", "b", "c")}
    axes = plots.descent_paths(paths, [1, 25]).axes
    assert [axis.get_title(loc="left") for axis in axes if axis.axison] == ["a", "b", "c"]
    np.testing.assert_array_equal(axes[0].lines[0].get_xydata(), paths["a"])


def test_descent_paths_refuse():
    with refuses(r"path of 'a' has shape \(3,\); expected \(steps, 2\)"):
        plots.descent_paths({"a": np.zeros(3)}, [1, 25])


def test_search_results_show_errors_and_fill_the_best():
    figure = plots.search_results(
        {"at random": ([0.001, 0.01, 0.03], [0.98, 0.992, 0.9]), "by hand": ([0.003], [0.99])}
    )
    assert [axis.get_title("left") for axis in figure.axes] == ["at random", "by hand"]
    tried, best = figure.axes[0].lines
    assert np.allclose(tried.get_ydata(), [2, 0.8, 10])
    assert best.get_xdata() == [0.01] and np.allclose(best.get_ydata(), 0.8)
    assert figure.axes[0].texts[0].get_text() == "best: 0.80 %"


def test_a_search_with_a_missing_accuracy_is_refused():
    with refuses("'by hand' has 2 learning rates and 1 accuracies"):
        plots.search_results({"by hand": ([0.1, 0.2], [0.9])})


def test_an_embedding_draws_every_point_once():
    labels = np.array([0, 1, 1, 9, 9, 9])
    marked = np.array([False, True, False, False, True, False])
    points = np.arange(12.0).reshape(6, 2)
    (axis,) = plots.embedding_maps({"a": points}, labels, marked).axes
    drawn = np.concatenate([group.get_offsets() for group in axis.collections])
    assert sorted(map(tuple, drawn.tolist())) == sorted(map(tuple, points.tolist()))
    with refuses(r"the panel 'a' has shape \(6, 3\); expected \(6, 2\)"):
        plots.embedding_maps({"a": np.ones((6, 3))}, labels, marked)
    with refuses("labels reach from 1 to 10; expected 0 to 9"):
        plots.embedding_maps({"a": points}, labels + 1, marked)
    with refuses(r"marked is int64 of shape \(2,\); expected bool, \(6,\)"):
        plots.embedding_maps({"a": points}, labels, np.array([1, 4]))
