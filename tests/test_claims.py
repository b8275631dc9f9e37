"""What the chapters claim of recorded runs holds on the rows, and fails on spoiled ones."""

from pathlib import Path

import claims
import pytest
from test_notebooks import SHORT

NOTEBOOKS = Path(__file__).resolve().parents[1] / "notebooks"
# Chapters 15 to 17 train or predict anew for each spoiled row, which takes minutes.
CHAPTERS = [
    "05_evaluation", "06_open_questions", "08_architecture", "09_layer_parameters",
    "10_optimizers", "18_sequences", "21_drawing", "22_around",
]  # fmt: skip
SPOILERS = {
    "read": [
        *(claims.shuffled(seed) for seed in range(3)),
        *(claims.scaled(seed, alike) for seed in range(3) for alike in ("variant", "seed")),
        *(claims.remeasured(seed) for seed in range(3)),
    ],
    "probabilities_of": [claims.relabelled(0)],
}
# What no spoiled row can break: how many runs there are, and what their settings settle.
OF_ANY_ROWS = {
    "06_open_questions": {
        "assert 27 < work['post'] / work['LeNet-5'] < 33",
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
    "22_around": {"assert all((len(reached_by[variant]) == 5 for variant in NETWORKS))"},
}


@pytest.mark.parametrize("name", CHAPTERS)
def test_claims_fail_on_spoiled_rows(name):
    chapter = claims.Claims(NOTEBOOKS / f"{name}.ipynb", SHORT.get(name, {}))
    assert not chapter.errors
    assert not [chapter.texts[number] for number in chapter.asked - chapter.true]
    surviving = chapter.asked
    for source in chapter.sources:
        for spoil in SPOILERS[source]:
            surviving = surviving & chapter.surviving(spoil)
    assert {chapter.texts[number] for number in surviving} == OF_ANY_ROWS.get(name, set())
