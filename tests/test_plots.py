"""The figures: what they show, that they can be read, and what is refused."""

import base64
import io

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pytest
from checks import refuses

from mnist_helpers import plots
from mnist_helpers.experiments import paired_differences


@pytest.fixture
def shown(monkeypatch):
    """Give the HTML of the figures that are shown."""
    from mnist_helpers.plots import figure

    pieces = []
    monkeypatch.setattr(figure, "display", lambda output: pieces.append(output.data))
    return pieces


def test_every_figure_of_the_package_has_the_style():
    colours = mpl.rcParams["axes.prop_cycle"].by_key()["color"]
    assert len(set(colours)) == 7
    assert mpl.rcParams["figure.facecolor"] == "white"  # legible on a dark page too
    assert mpl.rcParams["image.cmap"] == "gray_r"  # ink is dark
    assert set(plots.__all__) == {name for name in plots.__all__ if callable(getattr(plots, name))}


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


def test_show_gives_picture_caption_and_alt_text(shown):
    figure, axis = plt.subplots(figsize=(4, 2))
    axis.plot([1, 2])
    plots.show(figure, 'A "line" < a curve', alt='A line that rises & says "1 < 2".')
    (html,) = shown
    assert 'alt="A line that rises &amp; says &quot;1 &lt; 2&quot;."' in html
    assert "<figcaption>A &quot;line&quot; &lt; a curve</figcaption>" in html
    assert 'width="400"' in html
    picture = html.split("base64,")[1].split('"')[0]
    pixels = plt.imread(io.BytesIO(base64.b64decode(picture)), format="png")
    assert pixels.shape[1] >= 400
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


# ---- digit_grid ----------------------------------------------------------------------------


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


# ---- training_curves -----------------------------------------------------------------------

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


# ---- confusion_matrix, network_diagram -----------------------------------------------------


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
    with refuses("there is no loss to be shared"):
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


# ---- difference_plot -----------------------------------------------------------------------

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


def test_difference_plot_refuses_nothing():
    with refuses("no difference"):
        plots.difference_plot({}, "Adam")


# ---- descent_paths, learning_rate_curves ---------------------------------------------------


def test_descent_paths_pass_through_their_points():
    paths = {name: np.array([[-4.0, 1.0], [-2.0, 0.5]]) for name in ("a", "b", "c")}
    axes = plots.descent_paths(paths, [1, 25]).axes
    assert [axis.get_title(loc="left") for axis in axes if axis.axison] == ["a", "b", "c"]
    np.testing.assert_array_equal(axes[0].lines[0].get_xydata(), paths["a"])


def test_descent_paths_refuse():
    with refuses("no path"):
        plots.descent_paths({}, [1, 25])
    with refuses(r"path of 'a' has shape \(3,\); expected \(steps, 2\)"):
        plots.descent_paths({"a": np.zeros(3)}, [1, 25])


def test_learning_rate_curves_fill_what_is_near_the_best():
    curve = np.array([[0.01, 0.95], [0.1, 0.986], [1.0, 0.99]])
    (axis, *_) = plots.learning_rate_curves({"SGD": curve}, tolerance=0.005).axes
    np.testing.assert_allclose(axis.lines[0].get_xydata(), curve * [1, 100])
    np.testing.assert_allclose(axis.lines[1].get_xydata(), curve[1:] * [1, 100])


def test_learning_rate_curves_refuse_nothing():
    with refuses("no curve"):
        plots.learning_rate_curves({}, 0.005)


# ---- step_profile --------------------------------------------------------------------------


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
