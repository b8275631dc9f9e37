"""Whether the experiments' workers are cut right, what recording costs, and what resuming costs.

- ``workers_vs_threads``: the seconds that one worker with all cores takes for as many short
  trainings as there are cores, one after the other, divided by those that one worker a core takes
  for the same ones side by side. The workers are started, and have trained once, before the clock.
- ``recorded_runs_per_s``: how many trainings a second the runner hands out and records that take
  10 ms each, of four workers, which could do 400. They only wait, and then give an old result.
- ``checkpoint_share``: what keeping the state of the post's training takes of an epoch: all 60,000
  images, the test set after each epoch, and the test images' predictions, as `train_post_cnn` does.
"""

import itertools
import os
import tempfile
import time
from pathlib import Path
from unittest import mock

from mnist_helpers import environment
from mnist_helpers.experiments import definition, runner
from mnist_helpers.training import post, trainer
from mnist_helpers.training.checkpoint import Checkpoint
from mnist_helpers.training.settings import complete

TARGETS = {
    "workers_vs_threads": ("ratio", 1, "higher"),
    "recorded_runs_per_s": ("1/s", 200, "higher"),
    "checkpoint_share": ("ratio", 0.02, "lower"),
}
REPEATS = 5
SETTINGS = complete({"epochs": 1, "training_images": 12_800})
RUNS, PATIENCE, WORKERS = 1000, 0.01, 4  # the second in seconds
TINY = f'''"""How many runs are recorded in a second?"""
SETTINGS = {{"network": "", "epochs": 1, "training_images": 256}}
VARIANTS = {{"short": {{}}}}
SEEDS = {RUNS}
'''


def measure(names=tuple(TARGETS)):
    """Measure some of the three; return a dict from name to the repeated measurements."""
    functions = {
        "workers_vs_threads": workers_against_threads,
        "recorded_runs_per_s": recorded_a_second,
        "checkpoint_share": checkpoint_shares,
    }
    measured = {}
    for name in names:
        with mock.patch.dict(os.environ):  # where Dask leaves what its workers are to find
            measured[name] = functions[name]()
    return measured


def workers_against_threads():
    """Return how many times as long the same trainings take, one after the other."""
    cores = environment.cores()
    with (
        runner.connect(workers=cores) as many,
        runner.connect(workers=1, threads=cores) as one,
    ):
        for client in (many, one):
            seconds(client, cores)
        return [seconds(one, cores) / seconds(many, cores) for _ in range(REPEATS)]


def seconds(client, count):
    """Return how long a cluster takes for so many trainings."""
    started = time.perf_counter()
    client.gather(client.map(trainer.train, [SETTINGS] * count, range(count), pure=False))
    return time.perf_counter() - started


def recorded_a_second():
    """Return the runs that are recorded in a second, several times."""
    found, trained = [], trainer.train(SETTINGS, 0)
    with tempfile.TemporaryDirectory() as folder, runner.connect(workers=WORKERS) as client:
        client.run(shorten, trained)
        for turn in range(REPEATS):
            Path(folder, f"tiny{turn}.py").write_text(TINY, "utf-8")
            experiment = definition.load(f"tiny{turn}", Path(folder))
            started = time.perf_counter()
            failed = runner.run(experiment, client, folder=Path(folder))
            found.append((RUNS - failed) / (time.perf_counter() - started))
    return found


def shorten(trained):
    """Let a worker wait, instead of training, and give this result."""
    from mnist_helpers import tasks

    def wait(settings, seed, *rest):
        time.sleep(PATIENCE)
        return trained._replace(row=trained.row | {"settings": settings, "seed": seed})

    tasks.train = wait


def checkpoint_shares():
    """Return which share of an epoch was spent on keeping its state, epoch by epoch."""
    ends, spent, keep = [], [], Checkpoint.on_epoch_end

    def timed(*arguments):
        started = time.perf_counter()
        keep(*arguments)
        ends.append(time.perf_counter())
        spent.append(ends[-1] - started)

    Checkpoint.on_epoch_end = timed
    try:
        with tempfile.TemporaryDirectory() as folder:
            post.train_post_cnn(REPEATS + 1, verbose=0, checkpoint=Path(folder, "state.npz"))
    finally:
        Checkpoint.on_epoch_end = keep
    epochs = [end - start for start, end in itertools.pairwise(ends)]
    return [share / epoch for share, epoch in zip(spent[1:], epochs, strict=True)]
