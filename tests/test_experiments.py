"""The experiments: what is refused, what survives a kill, and whether recorded runs come back."""

import gc
import json
import os
import platform
import random
import re
import signal
import subprocess
import sys
import time
import weakref

import numpy as np
import pytest
from checks import cases, memory_below, refuses
from filelock import FileLock

from mnist_helpers import data
from mnist_helpers.experiments import definition, outputs, results
from mnist_helpers.experiments.__main__ import main
from mnist_helpers.training.settings import DEFAULTS, complete

TINY = '''"""Does it run?"""
SETTINGS = {"network": "", "epochs": 1, "training_images": 256}
VARIANTS = {"slow": {"learning_rate": 0.01}, "fast": {"learning_rate": 0.1}}
SEEDS = 3
'''
ROW = {
    "variant": "slow",
    "seed": 0,
    "settings": None,  # those of the experiment
    "epochs": 1,
    "training_images": 256,
    "training_losses": [2.0],
    "validation_losses": [1.5],
    "validation_accuracies": [0.5],
    "validation_loss": 1.5,
    "validation_accuracy": 0.5,
    "test_loss": 1.5,
    "test_accuracy": 0.5,
    "seconds": 1.0,
    "cpu_seconds": 1.0,
    "parameters": 7850,
    "multiply_adds": 7840,
    "backend": "tensorflow",
    "device": "cpu:0",
    "versions": {"keras": "3"},
    "commit": "abc",
    "measures": {"found": [0.5, 1]},
    "outcome": "trained",
    "machine": {"onednn": True},
}


@pytest.fixture
def folder(tmp_path):
    """Give a folder with one small experiment."""
    (tmp_path / "tiny.py").write_text(TINY)
    return tmp_path


@pytest.fixture
def row(folder):
    """Give a row that belongs to it."""
    return ROW | {"settings": definition.load("tiny", folder).variants["slow"]}


# ---- definitions -----------------------------------------------------------------------------


def test_every_variant_comes_once_before_any_comes_twice(folder):
    experiment = definition.load("tiny", folder)
    assert experiment.question == "Does it run?"
    assert experiment.runs[:3] == [("slow", 0), ("fast", 0), ("slow", 1)]
    assert experiment.variants["fast"]["optimizer"] == "Adam"  # a default


def test_an_unknown_experiment_is_refused(folder):
    with refuses(r"there is no experiment 'large'; expected one of \['tiny'\]"):
        definition.load("large", folder)


def test_an_unknown_setting_is_refused(folder):
    (folder / "tiny.py").write_text(TINY.replace("learning_rate", "learning_rat"))
    with refuses("variant 'slow' of tiny has a setting 'learning_rat'"):
        definition.load("tiny", folder)


@pytest.mark.parametrize("name", definition.names())
def test_the_experiments_of_the_book_are_read_with_their_results(name):
    try:
        experiment, rows = definition.load(name), results.read(name)
    except ValueError as error:
        if "is not complete" not in str(error):  # another experiment has to be run before
            raise
        pytest.skip(str(error))
    assert {(row["variant"], row["seed"]) for row in rows} <= set(experiment.runs)


# ---- results ---------------------------------------------------------------------------------


def test_rows_come_back_as_they_were_written(folder, row):
    second = row | {"seed": 1, "device": 'a "quoted", long one'}
    results.append("tiny", row, folder)
    results.append("tiny", second, folder)
    assert results.read("tiny", folder) == [row, second]
    gathered = results.by_variant([second, row], "test_accuracy")
    np.testing.assert_array_equal(gathered["slow"], [0.5, 0.5])


@pytest.mark.parametrize("kept", [3, 100, -3])
def test_a_line_that_was_cut_off_counts_as_not_written(folder, row, kept):
    results.append("tiny", row, folder)
    path = results.path_of("tiny", folder)
    complete = path.read_bytes()
    results.append("tiny", row | {"seed": 1}, folder)
    path.write_bytes(complete + path.read_bytes()[len(complete) :][:kept])
    assert [row["seed"] for row in results.read("tiny", folder)] == [0]
    results.append("tiny", row | {"seed": 2}, folder)
    assert [row["seed"] for row in results.read("tiny", folder)] == [0, 2]


def test_a_row_is_added_without_reading_those_before_it(folder, row, monkeypatch):
    results.append("tiny", row, folder)
    with monkeypatch.context() as unread:
        unread.setattr(results, "read_lines", None)
        results.append("tiny", row | {"seed": 1}, folder)
    assert [row["seed"] for row in results.read("tiny", folder)] == [0, 1]


def without_last_end(text):
    return text.removesuffix("\n")


@pytest.mark.parametrize(
    "edit",
    [
        without_last_end,
        lambda text: "\ufeff" + text,
        lambda text: text.replace("\n", "\r\n"),
        lambda text: "\ufeff" + without_last_end(text).replace("\n", "\r\n"),
    ],
    ids=["no end of the last line", "a mark at the start", "CRLF", "all of these"],
)
def test_what_an_editor_does_to_a_file_loses_no_row(folder, row, edit):
    rows = [row | {"seed": seed} for seed in range(3)]
    for each in rows[:2]:
        results.append("tiny", each, folder)
    path = results.path_of("tiny", folder)
    path.write_bytes(edit(path.read_text()).encode())
    assert results.read("tiny", folder) == rows[:2]
    results.append("tiny", rows[2], folder)
    assert results.read("tiny", folder) == rows


def test_a_file_from_before_a_column_and_a_setting_were_added_grows(folder, row, monkeypatch):
    early = {name: kind for name, kind in results.COLUMNS.items() if name not in results.LATER}
    with monkeypatch.context() as earlier:
        earlier.setattr(results, "COLUMNS", early)
        earlier.setattr(results, "parse", lambda *_: None)  # today's misses the columns
        earlier.delitem(DEFAULTS, "margin")
        old = {name: row[name] for name in early}
        old["settings"] = {k: v for k, v in row["settings"].items() if k != "margin"}
        results.append("tiny", old, folder)
    before = results.path_of("tiny", folder).read_text()
    assert "margin" not in before and "machine" not in before
    read = results.read("tiny", folder)
    assert read == [row | results.LATER]
    assert read[0]["settings"]["margin"] == 0
    results.append("tiny", row | {"seed": 1}, folder)
    assert results.read("tiny", folder) == [row | results.LATER, row | {"seed": 1}]


WRITER = """
import sys
from pathlib import Path
from mnist_helpers.experiments import results
folder, first, row = Path(sys.argv[1]), int(sys.argv[2]), eval(sys.argv[3])
for seed in range(first, first + 40):
    results.append("tiny", row | {"seed": seed}, folder)
"""


def test_four_writers_at_once_lose_no_row(folder, row):
    (folder / "tiny.py").write_text(TINY.replace("SEEDS = 3", "SEEDS = 160"))
    writers = [
        subprocess.Popen([sys.executable, "-c", WRITER, str(folder), str(first), repr(row)])
        for first in range(0, 160, 40)
    ]
    assert [writer.wait(timeout=120) for writer in writers] == [0] * 4
    assert {each["seed"] for each in results.read("tiny", folder)} == set(range(160))


def test_answers_that_were_lost_are_missed(folder, row):
    with open(folder / "tiny.py", "a") as file:
        file.write('KEEP = ("probabilities",)\n')
    results.append("tiny", row, folder)
    with refuses(r"row of \('slow', 0\) is recorded, but its answers are not in tiny.npz"):
        outputs.missing(definition.load("tiny", folder), folder)


@pytest.mark.parametrize("kept", ["", "variant,se", ",".join(results.COLUMNS)])
def test_a_header_that_was_cut_off_is_written_again(folder, row, kept):
    path = results.path_of("tiny", folder)
    path.parent.mkdir()
    path.write_text(kept)
    assert results.read("tiny", folder) == []
    assert len(outputs.missing(definition.load("tiny", folder), folder)) == 6
    results.append("tiny", row, folder)
    assert results.read("tiny", folder) == [row]


def test_a_row_that_lacks_something_leaves_no_file(folder):
    with pytest.raises(KeyError):
        results.append("tiny", {"variant": "slow"}, folder)
    assert not results.path_of("tiny", folder).exists()


@pytest.mark.parametrize("content", [b"\xff\xfe\n", b'variant,"' + 140_000 * b"a" + b"\n"])
def test_a_file_that_is_no_table_is_refused_by_name(folder, content):
    results.path_of("tiny", folder).parent.mkdir()
    results.path_of("tiny", folder).write_bytes(content)
    with refuses("tiny.csv is damaged"):
        results.read("tiny", folder)


def test_only_equal_seeds_are_gathered_side_by_side(row):
    rows = [row | {"variant": name, "seed": seed} for name, seed in (("a", 0), ("b", 1))]
    with refuses(r"'b' was recorded with the seeds \[1\] and 'a' with \[0\]"):
        results.by_variant(rows, "test_accuracy")
    unfinished = [*rows, row | {"variant": "b", "seed": 0}]
    assert len(results.by_variant(unfinished, "test_accuracy")["b"]) == 2


def test_probabilities_are_kept_and_damage_is_refused(folder):
    answers = np.full((4, 10), 0.1)
    outputs.keep_probabilities("tiny", ("slow", 0), answers, folder)
    outputs.keep_probabilities("tiny", ("fast", 2), answers, folder)
    kept = outputs.probabilities_of("tiny", folder)
    assert list(kept) == [("slow", 0), ("fast", 2)]
    np.testing.assert_allclose(kept["fast", 2], answers, rtol=1e-3)
    for wrong in (np.nan, -0.1, 1.1):
        with refuses("expected values from 0 to 1"):
            outputs.keep_probabilities("tiny", ("slow", 1), np.full((4, 10), wrong), folder)
    path = results.path_of("tiny", folder).with_suffix(".npz")
    whole = path.read_bytes()
    for damaged in (whole[: len(whole) // 2], b"", b"no archive"):
        path.write_bytes(damaged)
        with refuses("tiny.npz is damaged"):
            outputs.probabilities_of("tiny", folder)
    np.savez(path, **{"other 7": answers})
    with refuses("tiny.npz is damaged: it holds 'other 7', which the experiment does not have"):
        outputs.probabilities_of("tiny", folder)


def test_what_is_too_large_is_refused_before_it_is_read(folder, row):
    path = results.path_of("tiny", folder)
    path.parent.mkdir()
    np.savez_compressed(path.with_suffix(".npz"), **{"slow 0": np.zeros((3000, 1000))})
    with memory_below(2**20), refuses("tiny.npz is damaged: an array has 24000128 bytes"):
        outputs.probabilities_of("tiny", folder)
    path.write_text("")
    os.truncate(path, 2**40)  # a hole
    with memory_below(2**20), refuses("tiny.csv has 1099511627776 bytes; expected at most"):
        results.read("tiny", folder)
    path.unlink()
    results.append("tiny", row, folder)
    path.write_text(path.read_text().replace("[2.0]", 50_000 * "["))
    with refuses(r"line 2 of tiny.csv has '\[+' as its training_losses"):
        results.read("tiny", folder)


@pytest.mark.parametrize("count", [-5, 0, 55_001, 70_000])
def test_a_number_of_images_that_leaves_the_validation_set_unclear_is_refused(folder, count):
    from mnist_helpers.training import trainer

    settings = definition.load("tiny", folder).variants["slow"] | {"training_images": count}
    with refuses(f"training_images is {count}; expected 1 to 55000, or 60000"):
        trainer.prepare(settings)


@pytest.mark.parametrize(
    ("change", "message"),
    cases({
        "a column": (lambda text: text.replace("seed", "seeds", 1), "columns of tiny.csv are not"),
        "a cell": (
            lambda text: text.replace("abc", "abc,d"), f"has {len(results.COLUMNS) + 1} cells"),
        "an infinite loss": (
            lambda text: text.replace("],1.5,0.5,1.5", "],1.5,0.5,inf"), "test_loss of inf"),
        "a loss that is none": (lambda text: text.replace("[2.0]", "[null]"), "that is no number"),
        "numbers that diverged": (
            lambda text: text.replace("trained", "diverged"), "expected nan, as the training"),
        "another outcome": (lambda text: text.replace("trained", "tired"), "expected 'trained'"),
        "no number": (lambda text: text.replace("7850", "many"), "has 'many' as its parameters"),
        "no list": (lambda text: text.replace("[2.0]", "[2.0"), "as its training_losses"),
        "an impossible accuracy": (
            lambda text: text.replace(",0.5,1.5,0.5", ",50,1.5,0.5"), "expected 0 to 1"),
        "not a number": (
            lambda text: text.replace(",0.5,1.5,0.5", ",nan,1.5,0.5"), "expected 0 to 1"),
        "an unknown variant": (lambda text: text.replace("slow", "swift"), "does not have"),
        "an unknown seed": (lambda text: text.replace("slow,0", "slow,9"), "does not have"),
        "other settings": (lambda text: text.replace('0.01', '0.02'), "with other settings"),
        "a line twice": (lambda text: text + text.split("\n", 1)[1], "which was recorded before"),
    }),
)  # fmt: skip
def test_results_that_were_edited_into_nonsense_are_refused(folder, row, change, message):
    results.append("tiny", row, folder)
    path = results.path_of("tiny", folder)
    path.write_text(change(path.read_text()))
    with refuses(message):
        results.read("tiny", folder)


def test_what_diverged_is_left_out_of_means_by_name_and_never_recorded_as_a_success(folder, row):
    nothing = dict.fromkeys(results.METRICS, np.nan)
    for change in (nothing, {"training_losses": [None]}, {"outcome": "diverged"}):
        with refuses("the row of 'slow' 0 has a "):
            results.append("tiny", row | change, folder)
    assert not results.path_of("tiny", folder).exists()
    results.append("tiny", row, folder)
    diverged = {"seed": 1, "outcome": "diverged", "training_losses": [None]}
    results.append("tiny", row | nothing | diverged, folder)
    rows = results.read("tiny", folder)
    assert np.isnan(np.mean([row["test_accuracy"] for row in rows]))  # a mean of all is none
    with pytest.warns(UserWarning, match="left out, as they diverged: slow, seed 1$"):
        assert results.by_variant(rows, "test_accuracy") == {"slow": [0.5]}


# ---- the command -----------------------------------------------------------------------------


def test_status_lists_what_is_done_and_missing(folder, row, capsys):
    results.append("tiny", row, folder)
    assert main(["status", "--folder", str(folder)]) == 0
    assert capsys.readouterr().out.splitlines()[:3] == [
        "tiny: 1 of 6 runs recorded",
        "  missing: fast, seeds 0, 1, 2",
        "  missing: slow, seeds 1, 2",
    ]


def test_status_tells_rows_of_several_versions_of_keras(folder, row, capsys):
    results.append("tiny", row, folder)
    results.append("tiny", row | {"seed": 1, "versions": {"keras": "4.0"}}, folder)
    assert main(["status", "--folder", str(folder)]) == 0
    assert "of Keras: 3 (1), 4.0 (1)" in capsys.readouterr().out


def test_one_sentence_for_what_cannot_be_run(folder, capsys):
    assert main(["status", "large", "--folder", str(folder)]) == 2
    assert capsys.readouterr().err.startswith("error: there is no experiment 'large'")


def start(folder, *options):
    """Start the command in a process group of its own."""
    command = [sys.executable, "-m", "mnist_helpers.experiments", "run", "tiny"]
    command += ["--folder", str(folder), *(options or ("--workers", "2"))]
    with open(folder / "messages.txt", "w") as messages:
        return subprocess.Popen(command, start_new_session=True, stderr=messages)


def succeeds(process, folder):
    """Wait for the end, and show what was said if it was a bad one."""
    assert process.wait(timeout=300) == 0, (folder / "messages.txt").read_text()


def wait_for_rows(folder, count):
    """Wait until so many runs are recorded."""
    for _ in range(1500):
        if len(rows := results.read("tiny", folder)) >= count:
            return rows
        time.sleep(0.2)
    raise TimeoutError(f"{len(rows)} rows after five minutes")


def workers_of(process):
    """Return the processes under a process that train."""
    psutil = pytest.importorskip("psutil")
    return [
        child
        for child in psutil.Process(process.pid).children(recursive=True)
        if "spawn_main" in " ".join(child.cmdline())
    ]


cluster = pytest.mark.xdist_group("cluster")  # one cluster at a time is enough


@cluster
def test_killed_and_started_again_it_goes_on_where_it_stopped(folder):
    process = start(folder)
    first = wait_for_rows(folder, 1)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    kept = results.read("tiny", folder)
    assert first[0] in kept
    succeeds(start(folder), folder)
    rows = results.read("tiny", folder)
    assert rows[: len(kept)] == kept  # none was trained again
    assert {(row["variant"], row["seed"]) for row in rows} == set(
        definition.load("tiny", folder).runs
    )


@cluster
def test_a_worker_that_is_killed_loses_no_run(folder):
    process = start(folder)
    wait_for_rows(folder, 1)
    workers_of(process)[-1].kill()
    succeeds(process, folder)
    assert len(results.read("tiny", folder)) == 6


@cluster
def test_a_run_on_a_cluster_that_is_there_already(folder, capsys):
    from mnist_helpers.experiments import runner

    with runner.connect(workers=1) as running:
        options = ["--folder", str(folder), "--scheduler", running.scheduler.address]
        assert main(["run", "tiny", "--variant", "fast", *options]) == 0
        assert main(["run", "tiny", "--variant", "swift", *options]) == 2
    assert "error: tiny has no variant 'swift'" in capsys.readouterr().err
    rows = results.read("tiny", folder)
    assert [(row["variant"], row["seed"]) for row in rows] == [("fast", seed) for seed in range(3)]
    assert len({row["validation_accuracy"] for row in rows}) > 1  # seeds differ
    for row in rows:
        assert row["training_images"] == 256 and row["parameters"] == 7850
        assert row["validation_accuracies"][-1] == row["validation_accuracy"]
        json.dumps(row)


@cluster
def test_a_training_that_fails_is_reported_and_the_others_recorded(folder, capsys):
    broken = TINY.replace('"slow": {', '"slow": {"optimizer": "Adams", ')
    (folder / "tiny.py").write_text(broken)
    assert main(["run", "tiny", "--folder", str(folder), "--workers", "1"]) == 1
    assert "slow: AttributeError: " in capsys.readouterr().err
    assert {row["variant"] for row in results.read("tiny", folder)} == {"fast"}


@cluster
def test_trainings_that_diverge_are_recorded_so_and_block_nothing(folder, capsys):
    lost = '"lost": {"optimizer": "SGD", "learning_rate": 1e39}, '
    numpy = '"numpy": {"library": "numpy", "optimizer": "SGD", "learning_rate": 1e39}, '
    text = TINY.replace("VARIANTS = {", "VARIANTS = {" + lost + numpy).replace(
        "SEEDS = 3", "SEEDS = 1"
    )
    (folder / "tiny.py").write_text(text + 'KEEP = ("probabilities", "weights")\n')
    assert main(["run", "tiny", "--folder", str(folder), "--workers", "1"]) == 0
    assert "lost, seed 0: diverged, and is recorded so" in capsys.readouterr().err
    outcomes = {row["variant"]: row["outcome"] for row in results.read("tiny", folder)}
    trained = dict.fromkeys(("slow", "fast"), "trained")
    assert outcomes == {"lost": "diverged", "numpy": "diverged"} | trained
    assert {variant for variant, _ in outputs.probabilities_of("tiny", folder)} == set(trained)
    assert outputs.missing(definition.load("tiny", folder), folder) == []
    assert main(["status", "tiny", "--folder", str(folder)]) == 0
    assert "  diverged: lost, seed 0\n" in capsys.readouterr().out


@cluster
def test_what_the_networks_say_is_kept_beside_the_rows(folder):
    with open(folder / "tiny.py", "a") as file:
        file.write('KEEP = ("probabilities", "weights")\n')
    assert main(["run", "tiny", "--folder", str(folder), "--variant", "fast"]) == 0
    labels = data.load_data()[1][1]
    kept = outputs.probabilities_of("tiny", folder)
    with np.load(outputs.weights_path("tiny", ("fast", 2), folder)) as weights:
        assert [weights[name].shape for name in weights] == [(784, 10), (10,)]
    rows = results.read("tiny", folder)
    assert set(kept) == {("fast", seed) for seed in range(3)}
    if (sys.platform, platform.machine()) == ("linux", "x86_64"):
        assert {row["machine"]["onednn"] for row in rows} == {True}
    assert {row["machine"]["threads"] for row in rows} == {"1"}
    for row in rows:
        probabilities = kept["fast", row["seed"]]
        np.testing.assert_allclose(probabilities.sum(axis=1), 1, atol=2e-3)
        accuracy = (probabilities.argmax(axis=1) == labels).mean()
        assert accuracy == pytest.approx(row["test_accuracy"], abs=1e-3)  # halves may tie


def test_a_second_runner_is_refused(folder, capsys):
    (folder / "results").mkdir()
    with FileLock(folder / "results" / "tiny.run"):
        assert main(["run", "tiny", "--folder", str(folder), "--workers", "1"]) == 2
    assert "error: tiny is being run by another process" in capsys.readouterr().err
    assert results.read("tiny", folder) == []


def test_code_unpacked_in_another_repository_has_no_commit_of_it(tmp_path, monkeypatch):
    from mnist_helpers.experiments import runner

    assert re.fullmatch(r"unknown|[0-9a-f]{7,}\+?", runner.current_commit())
    subprocess.run(["git", "init", "--quiet", tmp_path], check=True)
    identity = ["-c", "user.name=a", "-c", "user.email=a@b"]
    commit = ["commit", "--quiet", "--allow-empty", "--message=a"]
    subprocess.run(["git", *identity, *commit], cwd=tmp_path, check=True)
    (tmp_path / "book").mkdir()
    monkeypatch.setattr(runner, "ROOT", tmp_path / "book")
    assert runner.current_commit() == "unknown"
    monkeypatch.setattr(runner, "ROOT", tmp_path.resolve())
    assert runner.current_commit() != "unknown"


def test_an_unreachable_scheduler_is_named(folder, capsys):
    options = ["--folder", str(folder), "--scheduler", "tcp://127.0.0.1:9"]
    assert main(["run", "tiny", *options]) == 2
    error = capsys.readouterr().err
    assert error.startswith("error: no Dask scheduler answers at tcp://127.0.0.1:9")
    assert error.count("\n") == 1


# ---- what was recorded -----------------------------------------------------------------------


@pytest.mark.parametrize("name", ["layer_parameters", "ten_second_trials"])  # Keras, NumPy
def test_recorded_runs_are_found_again(name):
    from mnist_helpers.training import trainer

    recorded = results.read(name)
    spreads = {
        metric: {
            variant: values.std(ddof=1)
            for variant, values in results.by_variant(recorded, metric).items()
            if len(values) >= 5 and np.ptp(values)
        }
        for metric in ("validation_accuracy", "test_accuracy")
    }
    several = [row for row in recorded if row["variant"] in spreads["test_accuracy"]]
    if not several:
        pytest.skip(f"no variant of {name} is recorded with five seeds yet")
    cheapest = min(several, key=lambda row: row["cpu_seconds"])
    again = trainer.train(cheapest["settings"], cheapest["seed"]).row
    assert again["parameters"] == cheapest["parameters"]
    for metric, spread in spreads.items():
        assert abs(again[metric] - cheapest[metric]) < 4 * spread[cheapest["variant"]]


def test_averaged_weights_are_what_is_measured(folder):
    from mnist_helpers.training import trainer

    settings = definition.load("tiny", folder).variants["fast"] | {"network": "8C5S4-B"}
    plain = trainer.train(settings, 1).row
    settings |= {"optimizer_options": {"use_ema": True, "ema_momentum": 0.5}}
    averaged, probabilities, _ = trainer.train(settings, 1, keep=("probabilities",))
    assert averaged["training_losses"] == plain["training_losses"]
    assert averaged["validation_losses"] != plain["validation_losses"]
    labels = data.load_data()[1][1]
    of_the_truth = probabilities[np.arange(len(labels)), labels]
    assert averaged["test_loss"] == pytest.approx(-np.log(of_the_truth).mean(), rel=1e-3)


def test_the_images_of_a_run_are_given_back(monkeypatch):
    from mnist_helpers.training import trainer

    prepare, images = trainer.prepare, []

    def prepare_and_watch(settings):
        prepared = prepare(settings)
        images.append(weakref.ref(prepared[0][0]))
        return prepared

    monkeypatch.setattr(trainer, "prepare", prepare_and_watch)
    settings = complete({"network": "", "epochs": 1, "training_images": 256})
    for seed in (0, 1):
        trainer.train(settings, seed)
    gc.collect()
    assert [image() for image in images] == [None, None]


def test_a_seed_decides_whatever_other_threads_draw(folder, monkeypatch):
    from mnist_helpers.training import trainer

    settings = definition.load("tiny", folder).variants["fast"] | {"network": "16-D.5"}
    expected = trainer.train(settings, 1).row
    prepare = trainer.prepare

    def disturbed(settings):
        random.random()
        return prepare(settings)

    monkeypatch.setattr(trainer, "prepare", disturbed)
    again = trainer.train(settings, 1).row
    assert again["training_losses"] == expected["training_losses"]
    assert again["test_loss"] == expected["test_loss"]
