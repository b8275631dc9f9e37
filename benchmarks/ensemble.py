"""How long one network of the later ensembles of chapter 15 trains on two cores.

Each is the whole of a declared training, once, with tracing, with the test after each epoch and
with batch normalisation measured anew at the end. (Extrapolated from a few epochs, three repeats
lay between 9.7 and 14.7 minutes, which says nothing about a target of 10.)

- ``wide_member_minutes``: 18 epochs, as declared in the experiment `ensemble_wide`.
- ``ten_minutes_member``: 15 epochs of the same, as declared in `ten_minutes`.
"""

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

from benchmarks._cores import use_two_cores

EXPERIMENTS = {"wide_member_minutes": "ensemble_wide", "ten_minutes_member": "ten_minutes"}
TARGETS = dict.fromkeys(EXPERIMENTS, ("min", 10, "lower"))


def measure(names=tuple(TARGETS)):
    """Measure the minutes of whole trainings.

    Returns a dict from name to the repeated measurements, here one.
    """
    use_two_cores()
    from mnist_helpers.experiments import load
    from mnist_helpers.training import trainer

    minutes = {}
    for name in names:
        row = trainer.train(load(EXPERIMENTS[name]).variants["member"], seed=0).row
        minutes[name] = [row["seconds"] / 60]
    return minutes
