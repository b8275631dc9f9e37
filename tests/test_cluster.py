"""Clusters that are not what they seem: workers that lie, a scheduler that dies, and no workers."""

import os
import re
import shutil
import subprocess
import sys
import threading
import time

import pytest
from test_experiments import TINY, cluster, start, wait_for_rows

from mnist_helpers import environment
from mnist_helpers.experiments import results, runner
from mnist_helpers.experiments.__main__ import main

HONEST = dict.fromkeys(environment.LIMITS, "1")


@pytest.fixture
def folder(tmp_path):
    """Give a folder with one small experiment."""
    (tmp_path / "tiny.py").write_text(TINY)
    return tmp_path


@pytest.fixture
def dask(tmp_path, root):
    """Give a scheduler's address, and a function that starts a worker; stop all in the end."""
    processes = []

    def launch(what, *options, environ=HONEST, source=root / "src"):
        command = [sys.executable, "-m", "dask", what, "--no-dashboard", *options]
        variables = os.environ | environ | {"PYTHONPATH": str(source)}
        with open(tmp_path / f"{what}{len(processes)}.txt", "w") as messages:
            processes.append(
                subprocess.Popen(command, env=variables, stdout=messages, stderr=messages)
            )
        return processes[-1]

    file = tmp_path / "scheduler.json"
    scheduler = launch("scheduler", "--port", "0", "--scheduler-file", str(file))
    for _ in range(600):
        if file.exists() and (found := re.search(r'"address": "(.*?)"', file.read_text())):
            break
        time.sleep(0.1)
    address = found.group(1)

    def worker(**options):
        threads = options.pop("nthreads", 1)
        arguments = ["--nthreads", str(threads), "--no-nanny", "--name", f"w{len(processes)}"]
        return launch("worker", address, *arguments, **options)

    yield address, worker, scheduler
    for process in processes:
        process.kill()
        process.wait()


def wait_for_workers(address, count):
    """Wait until a scheduler knows of so many."""
    from distributed import Client

    with Client(address) as client:
        for _ in range(3000):
            if len(client.nthreads()) == count:
                return
            time.sleep(0.1)
    raise TimeoutError(f"not {count} workers after five minutes")


@cluster
def test_workers_that_are_others_than_they_should_be_get_no_work(
    folder, dask, root, capsys, monkeypatch
):
    address, worker, _ = dask
    options = ["--folder", str(folder), "--scheduler", address, "--variant", "fast"]
    monkeypatch.setattr(runner, "PATIENCE", 0.1)
    assert main(["run", "tiny", *options]) == 2
    error = capsys.readouterr().err
    assert re.fullmatch(r"error: the scheduler at .* has no workers; start some.*\n", error)
    monkeypatch.undo()

    altered = folder / "altered"
    shutil.copytree(root / "src" / "mnist_helpers", altered / "mnist_helpers")
    trainer = altered / "mnist_helpers" / "training" / "trainer.py"
    trainer.write_text(trainer.read_text().replace("round(float(value), 6)", "0.5"))
    liars = {
        "code": worker(source=altered),
        "threads": worker(environ=HONEST | {"OMP_NUM_THREADS": "4"}),
        "trainings at a time": worker(nthreads=2),
    }
    worker()
    wait_for_workers(address, 4)
    with monkeypatch.context() as unchecked:  # as if they had joined later
        unchecked.setattr(runner, "check_workers", lambda *_: None)
        assert main(["run", "tiny", *options]) == 2
        assert re.search(r"error: the worker tcp://.* is refused, for its", capsys.readouterr().err)
    while liars:
        assert main(["run", "tiny", *options]) == 2
        error = capsys.readouterr().err
        (reason,) = re.findall(r"^error: the worker tcp://\S+ is refused, for its (.*?):", error)
        assert len(error) < 300
        liar = liars.pop(reason)
        liar.kill()
        liar.wait()
        wait_for_workers(address, 1 + len(liars))
    assert main(["run", "tiny", *options]) == 0
    rows = results.read("tiny", folder)
    assert sorted(row["seed"] for row in rows) == [0, 1, 2]
    assert all(row["training_losses"] != [0.5] for row in rows)


@cluster
def test_a_scheduler_that_dies_ends_the_run_in_a_sentence(folder, dask):
    address, worker, scheduler = dask
    worker()
    process = start(folder, "--scheduler", address)
    kept = wait_for_rows(folder, 1)
    scheduler.kill()
    assert process.wait(timeout=120) == 2
    messages = (folder / "messages.txt").read_text()
    assert re.search(
        r"^error: the scheduler is gone with \d runs of tiny to do", messages, re.MULTILINE
    )
    assert "Traceback" not in messages
    assert results.read("tiny", folder)[: len(kept)] == kept


@cluster
def test_when_the_last_worker_dies_the_run_says_so_waits_and_ends_in_a_sentence(
    folder, dask, capsys, monkeypatch
):
    address, worker, _ = dask
    (folder / "tiny.py").write_text(TINY.replace("SEEDS = 3", "SEEDS = 500"))
    options = ["--folder", str(folder), "--scheduler", address]
    monkeypatch.setattr(runner, "GLANCE", 0.5)
    monkeypatch.setattr(runner, "PATIENCE", 600)
    monkeypatch.setattr(runner, "ABANDONED", 600)
    kept = []

    def two_die():
        for patience in (600, 1):  # another one comes; nobody comes any more
            process = worker()
            kept.append(len(wait_for_rows(folder, len(results.read("tiny", folder)) + 1)))
            runner.ABANDONED = patience
            process.kill()

    dying = threading.Thread(target=two_die)
    dying.start()
    assert main(["run", "tiny", *options]) == 2
    dying.join()
    error = capsys.readouterr().err
    assert error.count("no worker is left; waiting for another one\n") == 2
    said = re.search(
        r"^error: the last worker died, (\d+) runs are left, and no other worker came within 1 "
        r"seconds; start some, then this again\n\Z",
        error,
        re.MULTILINE,
    )
    rows = results.read("tiny", folder)  # which refuses a row that is there twice
    assert len(rows) == 1000 - int(said[1]) >= kept[1] > kept[0] >= 1
