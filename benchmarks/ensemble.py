"""How long one network of the second ensemble of chapter 15 trains on two cores.

- ``wide_member_minutes``: its declared training, extrapolated from one of one epoch and one of
  three, with the test of each epoch and with batch normalisation measured anew at the end.
"""

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

from benchmarks._cores import use_two_cores

TARGETS = {"wide_member_minutes": ("min", 10, "lower")}
REPEATS = 3


def measure(names=tuple(TARGETS)):
    """Measure the minutes of a whole training.

    Returns a dict from name to the repeated measurements.
    """
    use_two_cores()
    from mnist_helpers.experiments import load, trainer

    settings = load("ensemble_wide").variants["member"]
    trainer.train(settings | {"epochs": 1}, seed=0)  # the first traces
    minutes = []
    for seed in range(REPEATS):
        one, three = (
            trainer.train(settings | {"epochs": epochs}, seed)[0]["seconds"] for epochs in (1, 3)
        )
        minutes.append((one + (settings["epochs"] - 1) * (three - one) / 2) / 60)
    return dict.fromkeys(names, minutes)
