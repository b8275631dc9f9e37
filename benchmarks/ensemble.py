"""How long one network of the second ensemble of chapter 15 trains on two cores.

- ``wide_member_minutes``: the whole of its declared training, once, with tracing, with the test
  after each epoch and with batch normalisation measured anew at the end. (Extrapolated from a few
  epochs, three repeats lay between 9.7 and 14.7 minutes, which says nothing about a target of 10.)
"""

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

from benchmarks._cores import use_two_cores

TARGETS = {"wide_member_minutes": ("min", 10, "lower")}


def measure(names=tuple(TARGETS)):
    """Measure the minutes of a whole training.

    Returns a dict from name to the repeated measurements, here one.
    """
    use_two_cores()
    from mnist_helpers.experiments import load, trainer

    row, _ = trainer.train(load("ensemble_wide").variants["member"], seed=0)
    return dict.fromkeys(names, [row["seconds"] / 60])
