"""Figures of curves: what they show, and what they refuse."""

import numpy as np
import pytest
from checks import refuses

from mnist_helpers import plots

RUNS = {
    "today": {"loss": [2.0, 1.0, 0.5], "accuracy": [0.8, 0.9, 0.95]},
    "in 2018": {"loss": [2.1, 1.1, 0.5], "accuracy": [0.7, 0.85, 0.95]},
    "default": {"loss": [2.3, 2.2, 2.2], "accuracy": [0.1, 0.2, 0.3]},
}


def test_training_curves():
    figure = plots.training_curves(RUNS, {"loss": "Loss (nats)", "accuracy": "Accuracy"})
    assert len(figure.axes) == 2
    for axis, metric, label in zip(
        figure.axes, ("loss", "accuracy"), ("Loss (nats)", "Accuracy"), strict=True
    ):
        assert (axis.get_xlabel(), axis.get_ylabel()) == ("Epoch", label)
        for line, history in zip(axis.lines, RUNS.values(), strict=True):
            assert line.get_xdata().tolist() == [1, 2, 3]
            assert list(line.get_ydata()) == history[metric]
        assert len({line.get_marker() for line in axis.lines}) == 3  # not told by colour alone
        assert {text.get_text() for text in axis.texts} == set(RUNS)
        for text in axis.texts:  # each name has the colour of its curve
            line = axis.lines[list(RUNS).index(text.get_text())]
            assert text.get_color() == line.get_color()


def test_names_of_curves_that_end_together_do_not_touch():
    figure = plots.training_curves(RUNS, {"accuracy": "Accuracy"})
    figure.canvas.draw()
    boxes = [text.get_window_extent() for text in figure.axes[0].texts]
    for index, box in enumerate(boxes):
        for other in boxes[:index]:
            assert box.y0 >= other.y1 or other.y0 >= box.y1


def test_training_curves_of_one_epoch():
    figure = plots.training_curves({"a": {"loss": [1.0]}}, {"loss": "Loss (nats)"})
    assert len(figure.axes[0].lines) == 1


def test_training_curves_refuses():
    with refuses("the run 'today' has no 'val_loss'; it has .*'accuracy', 'loss'"):
        plots.training_curves(RUNS, {"val_loss": "Loss (nats)"})


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
    with refuses("the curve 'a' needs two or four lists of the same length"):
        plots.curves_with_bands({"a": lists}, "Shift", "Accuracy")


def test_each_change_has_a_panel_and_the_first_names_the_curves():
    curve = ([0, 1, 2], [99, 90, 50], [98, 88, 47], [100, 92, 53])
    panels = {name: {"post": curve, "pad": curve} for name in ("Noise", "Blur", "Rotation (°)")}
    figure = plots.accuracy_under_change(panels, "Accuracy (%)")
    assert [axis.get_xlabel() for axis in figure.axes] == ["Noise", "Blur", "Rotation (°)"]
    assert [len(axis.texts) for axis in figure.axes] == [2, 0, 0]
    assert list(figure.axes[2].lines[1].get_ydata()) == [99, 90, 50]
    band = figure.axes[0].collections[0].get_paths()[0].vertices[:, 1]
    assert (band.min(), band.max()) == (47, 100)


@pytest.mark.parametrize(
    "lists", [([0, 1], [1, 2], [0, 1]), ([0, 1], [1, 2], [0, 1], [2])], ids=["three", "short"]
)
def test_a_curve_without_a_whole_band_is_refused(lists):
    with refuses("the curve 'a' needs two or four lists of the same length"):
        plots.accuracy_under_change({"Blur": {"a": lists}}, "Accuracy (%)")


def test_silence_is_drawn_from_none_to_much():
    coverage, error = np.array([0.5, 0.9, 0.95, 1.0]), np.array([0.0, 0.001, 0.002, 0.01])
    figure = plots.risk_coverage({"one": (coverage, error), "many": (coverage, error / 2)})
    (axis,) = figure.axes
    line = axis.lines[0]
    assert np.allclose(line.get_xdata(), [0, 5, 10])
    assert np.allclose(line.get_ydata(), [1, 0.2, 0.1])
    assert {text.get_text() for text in axis.texts} == {"one", "many"}
    assert axis.get_ylim()[0] == 0


def test_loss_shares_begin_with_the_worst():
    figure = plots.loss_shares([1.0, 0.0, 6.0, 1.0], worst=0.25)
    shares, equal, mark = figure.axes[0].lines
    assert shares.get_ydata().tolist() == [0.75, 0.875, 1.0, 1.0]
    assert equal.get_ydata().tolist() == [0.25, 0.5, 0.75, 1.0]
    assert mark.get_xydata().tolist() == [[1.0, 0.75]]
    assert "the worst 25%: 75%" in {text.get_text() for text in figure.axes[0].texts}


@pytest.mark.parametrize("losses", [[1.0, -1.0], [1.0, np.inf], [np.nan], [[1.0], [2.0]]])
def test_loss_shares_refuse_what_is_no_loss(losses):
    with refuses("expected a list of finite losses"):
        plots.loss_shares(losses)


@pytest.mark.parametrize("losses", [[], [0.0, 0.0]])
def test_loss_shares_refuse_nothing(losses):
    with refuses("there is no loss above zero to draw"):
        plots.loss_shares(losses)


def test_losses_within_an_epoch_stand_where_the_batches_end():
    figure = plots.losses_within_an_epoch(
        [8, 8, 4], {"noisy": [3.0, 2.0, 1.0]}, [3.0, 2.5, 2.2], {"validation": 0.5}
    )
    noisy, running, end = figure.axes[0].lines
    assert noisy.get_xdata().tolist() == running.get_xdata().tolist() == [8, 16, 20]
    assert end.get_xydata().tolist() == [[20.0, 0.5]]
    assert "validation" in {text.get_text() for text in figure.axes[0].texts}


def test_losses_within_an_epoch_refuse_a_curve_of_another_length():
    with refuses("the curve 'noisy' has 1 values; expected 2, one a batch"):
        plots.losses_within_an_epoch([8, 8], {"noisy": [3.0]}, [3.0, 2.5], {})


def test_learning_rate_curves_fill_what_is_near_the_best():
    curve = np.array([[0.01, 0.95], [0.1, 0.986], [1.0, 0.99]])
    (axis, *_) = plots.learning_rate_curves({"SGD": curve}, tolerance=0.005).axes
    np.testing.assert_allclose(axis.lines[0].get_xydata(), curve * [1, 100])
    np.testing.assert_allclose(axis.lines[1].get_xydata(), curve[1:] * [1, 100])


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
