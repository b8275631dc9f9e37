"""The attacks in short, each in a process of its own, and the table of the full ones."""

import json
import os
import subprocess
import sys

import attacked
import attacks
import hypothesis
import pytest
from hypothesis import strategies as st

SHORT = {  # without lose_workers_of_a_cluster, whose moments hang on the clock: `make attacks`
    "kill_while_a_network_is_recorded": 40,
    "kill_while_a_network_is_trained": 2,
    "write_to_a_full_disk": 60,
    "append_rows_at_once": 160,
    "read_a_damaged_file": 100,
}


@pytest.mark.xdist_group("cluster")  # what is killed at random moments should have a core
@pytest.mark.parametrize("name", SHORT)
def test_nothing_is_lost(root, name):
    command = [sys.executable, root / "tests" / "attacks.py", name, "--tries", str(SHORT[name])]
    environ = os.environ | {"PYTHONPATH": str(root / "src")}
    ended = subprocess.run(command, capture_output=True, text=True, env=environ, check=False)
    assert ended.stdout, ended.stderr
    result = json.loads(ended.stdout)[name]
    if isinstance(result, str):
        pytest.skip(result)
    assert result["lost"] == [] and result["tries"] >= SHORT[name], ended.stderr
    assert ended.returncode == 0


@pytest.fixture(scope="module")
def kinds(tmp_path_factory):
    """Give a folder, and the kinds of files that the book reads."""
    folder = tmp_path_factory.mktemp("files")
    return folder, list(attacks.readers(folder))


@hypothesis.settings(
    max_examples=int(os.environ.get("FUZZ", 200)),
    deadline=None,
    suppress_health_check=list(hypothesis.HealthCheck),
)
@hypothesis.given(chance=st.randoms(use_true_random=False), number=st.integers(0, 99))
def test_damaged_files_are_read_or_refused_in_a_sentence(kinds, chance, number):
    folder, files = kinds
    name, whole, read = files[number % len(files)]
    with attacks.memory_limit(2**31):
        outcome = attacks.read_mutated(folder / name, attacks.mutated(whole, chance), read)
    (folder / name).write_bytes(whole)
    assert outcome is True, outcome


def test_what_the_book_says_of_attacks_was_measured():
    """Find every attack in the table, run in full, and nothing lost."""
    results, table = json.loads(attacks.RESULTS.read_text(encoding="utf-8")), attacked.table()
    assert list(results) == list(attacks.FULL), "make attacks"
    for name, result in results.items():
        assert result["what"] == getattr(attacks, name).__doc__
        assert result["tries"] >= attacks.FULL[name]
        assert result["survived"] == result["tries"] and result["lost"] == []
        assert f"(`{name}`) | {result['tries']:,} | {result['survived']:,} | 0 |" in table
