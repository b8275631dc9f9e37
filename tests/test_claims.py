"""What the chapters claim holds on the recorded rows and networks, and fails on spoiled ones."""

from pathlib import Path

import claims
import nbformat
import pytest
import uses
from test_notebooks import SHORT

NOTEBOOKS = Path(__file__).resolve().parents[1] / "notebooks"
READERS = "mnist_helpers.experiments.results", "mnist_helpers.experiments.outputs"
CHAPTERS = [
    "05_evaluation", "06_open_questions", "08_architecture", "09_layer_parameters",
    "10_optimizers", "18_sequences", "21_drawing", "22_around",
]  # fmt: skip
# Not tried here: most train or predict anew for each spoiled row, which takes minutes.
NOT_TRIED = [
    "03_training", "07_loss_and_accuracy", "15_ensembles", "16_ten_seconds", "17_last_errors",
    "19_transfer", "20_autoencoders",
]  # fmt: skip
SPOILERS = {
    "read": [
        *(claims.shuffled(seed) for seed in range(3)),
        *(claims.scaled(seed, alike) for seed in range(3) for alike in ("variant", "seed")),
        *(claims.remeasured(seed) for seed in range(3)),
    ],
    "probabilities_of": [claims.relabelled(0)],
}
# What no spoiled row can break: how many runs there are, what their settings settle, how long
# trainings of other lengths take, and that a figure draws what its verdicts say.
OF_ANY_ROWS = {
    "06_open_questions": {
        "assert 27 < work['post'] / work['LeNet-5'] < 33",
        "assert found.told_apart == (verdict[name] in ('higher', 'lower'))",
        "assert 11 < weights[kind] / weights['no convolutions'] < 12.5",
        "assert rates['Adadelta, one_cycle'] == 3",
    },
    "08_architecture": {
        "assert 4 < ratio < 4.5",
        "assert work['post'] > 9 * work['small']",
        "assert readings.shape == (10, 12) and (wandered > 0).any()",
    },
    "09_layer_parameters": {
        "assert len(found) == 20",
        "assert np.isclose(curves[name][1][0], 100 * values.mean())",
    },
    "21_drawing": {"assert seconds['flow'].high < seconds['acgan'].low"},
    "22_around": {"assert all((len(reached_by[variant]) == 5 for variant in NETWORKS))"},
}


# What holds, too, for a network that has learned nothing: what is said of images, of methods, of
# equal candidates that are drawn, and that something cannot be told apart.
OF_ANY_NETWORK = {
    "02_model": {"assert shares['before'][1] < 0.01"},
    "05_evaluation": {
        "assert (confusion == metrics.confusion_matrix(y_test, predicted)).all()",
        "assert low < 0 < high",
        "assert 0.02 < luck[3][1] and luck[3][2] < luck[12][1] < luck[12][2] < luck[100][1]",
        "assert 0.07 < luck[100][1] < luck[100][2] < 0.15",
        "assert 0.05 < low < high < luck[100][1]",
        "assert 0.05 < p_value < 0.5",
        "assert least < apart.mean() < most",
    },
    "11_inside": {
        "assert same",
        "assert (share < 1e-05) == (pixels % 2 == 0)",
        "assert best['logits', 'none'] == 1 and best['logits', 'decay'] == 1",
        "assert np.allclose(shares, packaged[0], atol=0.001)",
        "assert against.min() < -0.5 * against.max()",
        "assert against.min(axis=0).argmin() < len(against) / 2",
        "assert high < 0.2",
        "assert view != 'signed' or verdict == 'yes'",
        "assert view != 'absolute' or verdict == 'no'",
        "assert weights.mean() < 0",
        "assert compared('saliency', 'gradient')[0] > 0",
        "assert -0.1 < low < high < 0.1",
        "assert low > -0.05",
        "assert agree['right'].mean() > agree['wrong'].mean() + 0.2",
        "assert true_labels[3] > 0.5",
        "assert len(said) < 60",
        "assert needed.all() and np.median(needed) < 40",
        "assert repaired > 5",
        "assert found.moved.mean() < 0.8",
    },
}


def test_every_chapter_that_reads_rows_is_listed(root):
    package, reading = uses.Package(root / "src"), set()
    for path in NOTEBOOKS.glob("[0-9][0-9]_*.ipynb"):
        cells = nbformat.read(path, as_version=4).cells
        code = [cell.source for cell in cells if cell.cell_type == "code"]
        used = package.used(code, indirectly=False)
        named = {name for module in READERS for name in used.get(module, ())}
        if named & set(claims.ROWS):
            reading.add(path.stem)
    assert reading == {*CHAPTERS, *NOT_TRIED}


@pytest.mark.parametrize("name", CHAPTERS)
def test_claims_fail_on_spoiled_rows(name):
    chapter = claims.Claims(NOTEBOOKS / f"{name}.ipynb", SHORT.get(name, {}))
    assert not chapter.errors
    assert not [chapter.texts[number] for number in chapter.asked - chapter.true]
    surviving, expected = chapter.asked, OF_ANY_ROWS.get(name, set())
    for spoil in (spoil for source in chapter.sources for spoil in SPOILERS[source]):
        surviving = surviving & chapter.surviving(spoil)
        if (found := {chapter.texts[number] for number in surviving}) == expected:
            return  # no other spoiler could add one
    assert found == expected


@pytest.mark.parametrize("name", OF_ANY_NETWORK)
def test_claims_fail_for_a_network_that_has_learned_nothing(name):
    """Which of them hold by accident hangs on the processor, so that the list may be longer."""
    path = NOTEBOOKS / f"{name}.ipynb"
    chapter = claims.Claims(path, SHORT.get(name, {}), claims.NETWORKS)
    assert not chapter.errors
    assert not [chapter.texts[number] for number in chapter.asked - chapter.true]
    surviving = chapter.surviving(claims.untrained(0))
    assert {chapter.texts[number] for number in surviving} <= OF_ANY_NETWORK[name]
    assert len(surviving) < len(chapter.asked) / 2
