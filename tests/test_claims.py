"""What the chapters claim of recorded runs holds on the rows, and fails on spoiled ones."""

from pathlib import Path

import claims
import pytest
from test_notebooks import SHORT

NOTEBOOKS = Path(__file__).resolve().parents[1] / "notebooks"
CHAPTERS = ["05_evaluation", "06_open_questions", "08_architecture", "09_layer_parameters",
            "10_optimizers", "15_ensembles", "16_ten_seconds", "17_last_errors"]  # fmt: skip
SPOILERS = {
    "read": [
        *(claims.shuffled(seed) for seed in range(3)),
        *(claims.scaled(seed, together) for seed in range(3) for together in (True, False)),
    ],
    "probabilities_of": [claims.relabelled(0), claims.relabelled(1)],
}
# Claims that no spoiled row can break, and why they stand in a chapter nevertheless.
OF_ANY_ROWS = {}


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
