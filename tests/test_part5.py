"""The table of the examples of 2018, against the recorded runs and against Keras as it is."""

import importlib
import re

import keras
import nbformat
import numpy as np
import pytest
import tensorflow as tf

from mnist_helpers import statistics
from mnist_helpers.experiments import by_variant, load, read

MARKDOWN = r"\| `(\w+)` (.+?) \| (.+?) \| (.+?) \| (.+?) \|$"


@pytest.fixture(scope="module")
def page(root):
    return (root / "book" / "part5.md").read_text(encoding="utf-8")


def table_of(page):
    """Give the rows of the page: file to what it does, its figure, ours, chapter."""
    return {name: rest for name, *rest in re.findall(MARKDOWN, page, re.M)}


@pytest.fixture(scope="module")
def table(page):
    return table_of(page)


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


def test_each_file_is_under_what_breaks(page, table):
    named = re.findall(r"`(\w+)`", page.split("## What breaks today")[1])
    assert set(table) <= set(named)


def test_what_is_measured_has_a_chapter_and_what_is_not_says_so(root, table):
    for name, (*_, ours, chapter) in table.items():
        number = re.search(r"\d\d", chapter)[0]
        exists = bool(list((root / "notebooks").glob(f"{number}_*.ipynb")))
        assert ("to come" in chapter) == (not exists), name
        assert exists or ours == "not yet", name


def naming(name, variant):
    return spread(by_variant(read(name), "test_accuracy")[variant])


def pairs(name, variant):
    return spread(measures(name, variant, "these digits, threshold 0.5"))


def taught_before(name, variant):
    rows = [row for row in read(name) if row["variant"] == variant]
    first = spread([row["test_accuracy"] for row in rows])
    return f"{first}, then {spread(measures(name, variant, 'frozen, test')[:, -1])}"


def grown(name, variant):
    rows = [row for row in read(name) if row["variant"] == variant]
    last = {
        way: measures(name, variant, way)[:, -1]
        for way in ("wider, copied", "deeper, identity", "teacher, trained on")
    } | {"teacher": [row["validation_loss"] for row in rows]}
    wide, deep, control, teacher = (spread(each, 1, 3, "") for each in last.values())
    return f"loss {wide} (wider), {deep} (deeper), teacher {teacher}, trained on {control}"


def error(name, variant):
    return f"error {spread(measures(name, variant, 'squared error, test'), 1, 4, '')}"


def bound(name, variant):
    nats = -sum(measures(name, variant, f"{part}, test") for part in ("lost", "nats"))
    return f"bound {spread(nats, 1, 1, '')} nats".replace("-", "−")


# File to experiment, what its figure is, our variant, and that of the example's size.
RECORDED = {
    "mnist_mlp": ("architecture", naming, "MLP, its own recipe", None),
    "mnist_irnn": ("pixels", naming, "identity", None),
    "mnist_hierarchical_rnn": (
        "sequences", naming, "hierarchical LSTM", "hierarchical LSTM, as in 2018",
    ),
    "mnist_siamese": ("siamese", pairs, "ten digits", "ten digits, twenty epochs"),
    "mnist_transfer_cnn": ("transfer", taught_before, "small network", "as in 2018"),
    "mnist_net2net": ("net2net", grown, "small", "full size"),
    "mnist_denoising_autoencoder": ("denoising", error, "to the clean image", "full size"),
    "mnist_swwae": ("what_where", error, "code and places", "larger"),
    "variational_autoencoder": ("variational", bound, "beta 1", "full size, dense"),
    "variational_autoencoder_deconv": (
        "variational", bound, "convolutions", "full size, convolutions",
    ),
}  # fmt: skip
IN_WORDS = ["none", "one", "two", "three", "four", "five", "six", "seven"]


def runs(name, variant):
    """Count the recorded runs of a variant."""
    return sum(row["variant"] == variant for row in read(name))


def at_full_size(file):
    """Write what a row has to say of the runs at the example's size, if some are recorded."""
    name, figure, _, full = RECORDED[file]
    if not full or not (count := runs(name, full)):
        return ""
    how = "larger" if full == "larger" else "at full size"
    return f"; {how} {figure(name, full)} (n = {count})"


def test_the_page_states_what_was_recorded(table):
    for file, (name, figure, variant, _) in RECORDED.items():
        ours = table[file][2]
        expected = f"{figure(name, variant)} (n = {runs(name, variant)})"
        # where a second figure shares the seeds, it stands before their number
        first = expected.partition(" (n")[0] if file == "mnist_swwae" else expected
        assert ours.startswith(first), f"{file}: {expected}"
    alone = error("what_where", "code alone").replace("error", "without the places")
    assert f", {alone} (n = {runs('what_where', 'code alone')})" in table["mnist_swwae"][2]
    for file in ("variational_autoencoder", "variational_autoencoder_deconv"):
        empty = -measures("variational", "beta 784", "lost, test").mean()
        assert f"with an empty code −{-empty:.1f}" in table[file][2]
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
    units = ("32", "64", "32-32", "64-64")
    grid = by_variant(read("grid_search"), "test_accuracy")
    more = [grid[f"{each}, 6 epochs"] - grid[f"{each}, 3 epochs"] for each in units]
    mean, low, high = statistics.mean_interval(100 * np.mean(more, axis=0))
    expected = (
        f"six epochs beat three by {mean:.2f} points ({low:.2f} to {high:.2f}, n = {len(more[0])})"
    )
    assert table["mnist_sklearn_wrapper"][2].startswith(expected)
    shares = measures("drawing_machines", "acgan", "read, test")
    pupil = by_variant(read("drawing_machines"), "test_accuracy")["acgan"]
    expected = (
        f"{spread(shares, digits=1)} of its drawings read as asked, a classifier raised on them "
        f"{spread(pupil, digits=1)} (n = {len(shares)})"
    )
    assert table["mnist_acgan"][2].startswith(expected)


def test_every_recorded_run_at_the_examples_size_stands_in_its_row(table):
    lacking = {
        file: at_full_size(file) for file in RECORDED if at_full_size(file) not in table[file][2]
    }
    assert not lacking
    unsaid = [file for file in RECORDED if not at_full_size(file)]
    assert not any(re.search("at full size|; larger", table[file][2]) for file in unsaid)


def test_the_page_counts_its_recipes_and_names_those_that_are_declared(page):
    full = [file for file, (*_, variant) in RECORDED.items() if variant and variant != "larger"]
    count = sum(bool(at_full_size(file)) for file in full)
    also = f" ({IN_WORDS[count]} of these at full size, too)" if count else ""
    assert (
        f"All sixteen are taken up: one by its own recipe, twelve by a smaller one{also}, two with "
        "another network, one only in its files."
    ) in page
    declared, none = re.search(
        r"declared \(`experiments/`\) for (.*?); for `mnist_irnn` .* None is declared for (.*)\.\n",
        page,
    ).groups()
    assert re.findall(r"`(\w+)`", declared) == full
    assert {*re.findall(r"`(\w+)`", none)} == {*table_of(page)} - {*RECORDED} - {
        "tensorboard_embeddings_mnist"  # which trains nothing of its own
    }
    for name, _, _, variant in RECORDED.values():
        assert not variant or variant in load(name).variants
    assert "as in 2018" in load("pixels").variants and not runs("pixels", "as in 2018")


def printed(root, number):
    """Gather what a chapter has printed."""
    (path,) = (root / "notebooks").glob(f"{number}_*.ipynb")
    cells = nbformat.read(path, as_version=4).cells
    outputs = [each for cell in cells if cell.cell_type == "code" for each in cell.outputs]
    return "".join(each.text for each in outputs if each.output_type == "stream")


def near(stated, shares):
    """Compare whole per cents with those that a processor may have computed otherwise."""
    return all(abs(int(one) - int(other)) <= 2 for one, other in zip(stated, shares, strict=True))


def test_the_last_rows_state_what_chapter_22_prints(root, table):
    text = printed(root, 22)
    assert "3,200 records of 838 bytes" in text
    for file, source in (("mnist_dataset_api", "tf.data"), ("mnist_tfrecord", "TFRecord")):
        assert re.search(rf"^{source} .*: (the same|other) weights", text, re.M)
        expected = "784-32-10, 3,200 images, two epochs: the weights that arrays give, to 0.00001"
        assert table[file][2].startswith(expected)
    assert "Adam, number declared: 0 steps too many; the arrays' weights" in text
    (path,) = (root / "notebooks").glob("22_*.ipynb")
    sources = "\n".join(cell.source for cell in nbformat.read(path, as_version=4).cells)
    for piece in ("LIVE_IMAGES = 3_200", 'from_notation("32"', "epochs=2", "apart < 1e-5"):
        assert piece in sources
    seen = re.findall(r"^(.{12}) nearest is of .*? ≈ (\d+)%; .* ≈ (\d+)%$", text, re.M)
    right, kept = ({each[0].strip(): each[k] for each in seen} for k in (1, 2))
    stated = re.fullmatch(
        r"nearest of the same digit: (\d+) % \(128 numbers\), (\d+) % \(t-SNE\), (\d+) % \(PCA\); "
        r"of ten neighbours (\d+) and (\d+) % kept; 400 images, no projector opened",
        table["tensorboard_embeddings_mnist"][2],
    )
    computed = [right[name] for name in ("128 numbers", "t-SNE", "PCA")]
    assert near(stated.groups(), [*computed, kept["t-SNE"], kept["PCA"]])
    assert "400 points of 128 numbers" in text


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
