"""The table of the examples of 2018, against the recorded runs and against Keras as it is."""

import importlib
import re

import keras
import nbformat
import numpy as np
import pytest
import tensorflow as tf

from mnist_helpers.experiments import by_variant, read

MARKDOWN = r"\| `(\w+)` (.+?) \| (.+?) \| (.+?) \| (.+?) \|$"


@pytest.fixture(scope="module")
def table(root):
    """Give the rows of the page: file to what it does, its figure, ours, chapter."""
    text = (root / "book" / "part5.md").read_text(encoding="utf-8")
    return {name: rest for name, *rest in re.findall(MARKDOWN, text, re.M)}


def spread(values, scale=100, digits=2, unit=" %"):
    """Write the mean of some runs and, if they are several, their standard deviation."""
    values = scale * np.asarray(values)
    deviation = f" ± {values.std(ddof=1):.{digits}f}" if len(values) > 1 else ""
    return f"{values.mean():.{digits}f}{deviation}{unit}"


def measures(name, variant, measure):
    """Gather a measure of a task's recorded runs."""
    rows = [row for row in read(name) if row["variant"] == variant]
    return np.array([row["measures"][measure] for row in rows])


def test_sixteen_files_have_sixteen_rows_and_none_is_empty(table):
    assert len(table) == 16
    assert all(cell.strip() for row in table.values() for cell in row)


def test_each_file_is_under_what_breaks(root, table):
    page = (root / "book" / "part5.md").read_text(encoding="utf-8")
    named = re.findall(r"`(\w+)`", page.split("## What breaks today")[1])
    assert set(table) <= set(named)


def test_what_is_measured_has_a_chapter_and_what_is_not_says_so(root, table):
    for name, (*_, ours, chapter) in table.items():
        number = re.search(r"\d\d", chapter)[0]
        exists = bool(list((root / "notebooks").glob(f"{number}_*.ipynb")))
        assert ("to come" in chapter) == (not exists), name
        assert exists or ours == "not yet", name


def test_the_page_states_what_was_recorded(table):
    dense = by_variant(read("architecture"), "test_accuracy")["MLP, its own recipe"]
    assert table["mnist_mlp"][2].startswith(f"{spread(dense)} (n = {len(dense)})")
    pairs = measures("siamese", "ten digits", "these digits, threshold 0.5")
    assert table["mnist_siamese"][2].startswith(f"{spread(pairs)} (n = {len(pairs)})")
    assert not measures("siamese", "ten digits, twenty epochs", "threshold").size  # says the page
    for file, name, variant in (
        ("mnist_irnn", "pixels", "identity"),
        ("mnist_hierarchical_rnn", "sequences", "hierarchical LSTM"),
    ):
        reached = by_variant(read(name), "test_accuracy")[variant]
        assert table[file][2].startswith(f"{spread(reached)} (n = {len(reached)})")
    rows = [row for row in read("transfer") if row["variant"] == "small network"]
    first = spread([row["test_accuracy"] for row in rows])
    frozen = spread(measures("transfer", "small network", "frozen, test")[:, -1])
    assert table["mnist_transfer_cnn"][2].startswith(f"{first}, then {frozen} (n = {len(rows)})")
    rows = [row for row in read("net2net") if row["variant"] == "small"]
    wide, deep, taught, control = (
        spread(losses, scale=1, digits=3, unit="")
        for losses in (
            measures("net2net", "small", "wider, copied")[:, -1],
            measures("net2net", "small", "deeper, identity")[:, -1],
            [row["validation_loss"] for row in rows],
            measures("net2net", "small", "teacher, trained on")[:, -1],
        )
    )
    expected = (
        f"loss {wide} (wider), {deep} (deeper), teacher {taught}, trained on {control} "
        f"(n = {len(rows)})"
    )
    assert table["mnist_net2net"][2].startswith(expected)
    anti = by_variant(read("antirectifier"), "test_accuracy")
    small, large = (
        f"{spread(anti[name])} with {parameters} parameters"
        for name, parameters in (
            ("antirectifier", "337,418"),
            ("ReLU, twice the parameters", "669,706"),
        )
    )
    expected = f"{small}, ReLU {large} (n = {len(anti['antirectifier'])})"
    assert table["antirectifier"][2].startswith(expected)


def test_the_page_states_what_was_recorded_of_autoencoders(table):
    def error(name, variant):
        return spread(measures(name, variant, "squared error, test"), 1, 4, "")

    count = len(measures("denoising", "to the clean image", "squared error, test"))
    expected = f"error {error('denoising', 'to the clean image')} (n = {count})"
    assert table["mnist_denoising_autoencoder"][2].startswith(expected)
    count = len(measures("what_where", "code and places", "squared error, test"))
    expected = (
        f"error {error('what_where', 'code and places')}, without the places "
        f"{error('what_where', 'code alone')} (n = {count})"
    )
    assert table["mnist_swwae"][2].startswith(expected)
    for file, variant in (("", "beta 1"), ("_deconv", "convolutions")):
        bounds = -sum(
            measures("variational", variant, f"{part}, test") for part in ("lost", "nats")
        )
        expected = f"bound {spread(bounds, 1, 1, '')} nats (n = {len(bounds)})".replace("-", "−")
        assert table[f"variational_autoencoder{file}"][2].startswith(expected)


def test_the_page_states_what_was_recorded_of_drawing_machines(table):
    shares = measures("drawing_machines", "acgan", "read, test")
    pupil = by_variant(read("drawing_machines"), "test_accuracy")["acgan"]
    expected = (
        f"{spread(shares, digits=1)} of its drawings read as asked, a classifier raised on them "
        f"{spread(pupil, digits=1)} (n = {len(shares)})"
    )
    assert table["mnist_acgan"][2].startswith(expected)


@pytest.fixture(scope="module")
def linked(root):
    """Give chapter 06's table of the links, a line each, and what its cell of figures printed."""
    cells = nbformat.read(root / "notebooks" / "06_open_questions.ipynb", as_version=4).cells
    (place,) = [number for number, cell in enumerate(cells) if "## The works" in cell.source]
    (figures,) = [cell for cell in cells[place:] if "for work_of_others" in cell.source]
    return re.findall(r"^\| .*", cells[place].source, re.M), figures.outputs[0].text.splitlines()


def test_chapter_06_says_that_all_are_done(linked, table):
    assert all(row[2] != "not yet" for row in table.values())
    (row,) = [line for line in linked[0] if "Keras folder" in line]
    assert "| sixteen files | all sixteen |" in row


def test_chapter_06_gives_the_figures_of_the_links_that_it_computes(linked):
    lines, printed = linked
    assert len(printed) == 4
    for text in printed:
        work, figure = text[:31].strip(), text[31:].strip()
        (line,) = [each for each in lines if work in each]
        assert f"| {figure} |" in line


# ---- what breaks -----------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["sum", "mean", "shape", "int_shape", "gradients"])
def test_the_backend_has_lost_its_functions(name):
    assert not hasattr(keras.backend, name)


@pytest.mark.parametrize(
    "module",
    [
        "keras.layers.advanced_activations",
        "keras.utils.generic_utils",
        "keras.wrappers.scikit_learn",
        "tensorflow.contrib",
    ],
)
def test_modules_are_gone(module):
    with pytest.raises(ModuleNotFoundError):
        importlib.import_module(module)


def test_arguments_are_refused_and_others_have_moved():
    for optimizer in (keras.optimizers.SGD, keras.optimizers.RMSprop, keras.optimizers.Adam):
        with pytest.raises(ValueError, match="lr"):
            optimizer(lr=0.001)
    with pytest.raises(ValueError, match="must be a KerasTensor"):
        keras.Input(tensor=tf.zeros((1, 2)))
    with pytest.raises(TypeError, match="embeddings_layer_names"):
        keras.callbacks.TensorBoard(embeddings_layer_names=["features"])
    assert not hasattr(tf.data.Dataset, "make_one_shot_iterator")
    assert not hasattr(tf.train, "shuffle_batch")
    assert float(keras.optimizers.get("adadelta").learning_rate) == pytest.approx(0.001)
