"""Whether the experiments' workers are cut right: one a core, or one with all cores.

- ``workers_vs_threads``: the seconds that one worker with all cores takes for as many short
  trainings as there are cores, one after the other, divided by those that one worker a core takes
  for the same ones side by side. The workers are started, and have trained once, before the clock.
"""

import time

from mnist_helpers import environment
from mnist_helpers.experiments import runner
from mnist_helpers.training import trainer
from mnist_helpers.training.settings import complete

TARGETS = {"workers_vs_threads": ("ratio", 1, "higher")}
REPEATS = 5
SETTINGS = complete({"epochs": 1, "training_images": 12_800})


def measure(names=tuple(TARGETS)):
    """Measure it.

    Returns a dict from name to the repeated measurements.
    """
    cores = environment.cores()
    with (
        runner.connect(workers=cores) as many,
        runner.connect(workers=1, threads=cores) as one,
    ):
        for client in (many, one):
            seconds(client, cores)
        ratios = [seconds(one, cores) / seconds(many, cores) for _ in range(REPEATS)]
    return dict.fromkeys(names, ratios)


def seconds(client, count):
    """Return how long a cluster takes for so many trainings."""
    started = time.perf_counter()
    client.gather(client.map(trainer.train, [SETTINGS] * count, range(count), pure=False))
    return time.perf_counter() - started
