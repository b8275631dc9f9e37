"""The figures of chapter 09: what they show, and what they refuse."""

import numpy as np
import pytest
from checks import refuses

from mnist_helpers import plots


def test_curves_stand_in_their_bands_and_are_named():
    shifts, values = np.arange(3), np.array([97.0, 90.0, 60.0])
    figure = plots.curves_with_bands(
        {
            "dense": (shifts, values, values - 2, values + 1),
            "convolutions": (shifts, values + 2, values, values + 3),
        },
        "Shift (pixels)",
        "Accuracy (%)",
    )
    (axis,) = figure.axes
    assert (axis.get_xlabel(), axis.get_ylabel()) == ("Shift (pixels)", "Accuracy (%)")
    assert [line.get_ydata().tolist() for line in axis.lines] == [
        [97.0, 90.0, 60.0],
        [99.0, 92.0, 62.0],
    ]
    assert {text.get_text() for text in axis.texts} == {"dense", "convolutions"}
    drawn = axis.collections[0].get_paths()[0].vertices
    assert drawn[:, 1].min() == 58 and drawn[:, 1].max() == 98


@pytest.mark.parametrize("lists", [([0, 1], [1, 2], [0, 1]), ([0, 1], [1, 2], [0, 1], [2])])
def test_curves_without_a_whole_band_are_refused(lists):
    with refuses("the curve 'a' needs four lists of the same length"):
        plots.curves_with_bands({"a": lists}, "Shift", "Accuracy")


def test_no_curve_and_no_search_are_refused():
    with refuses("there is no curve to draw"):
        plots.curves_with_bands({}, "Shift", "Accuracy")
    with refuses("there is no search to draw"):
        plots.search_results({})


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
