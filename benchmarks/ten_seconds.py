"""How long every rung of chapter 16's ladder takes, and how much faster than the post the last are.

- ``post_vs_ten_seconds_9919``: the post's twelve epochs in Keras, against `train_fast` with the
  epochs that the experiment `ten_second_trials` chose on the validation set. Its ten networks,
  trained here, must read 99.19 % of the test images on average; else the ratio counts as 0.
- ``post_vs_ten_seconds_9900``: the same with one epoch, and 99.0 %.
- ``..._with_start``: both sides with all that comes before: starting Python, importing, reading the
  images, building the network, and its first step, in which Keras traces it.

All rungs take turns, whichever ratio is asked for, and their seconds are recorded beside the rows
of the experiment. A rung in Keras is one epoch at a time, times its epochs, on a ``tf.data``
pipeline, without validation and without the waiting that may follow an epoch (chapter 16 shows it):
what a reader's `fit` takes may be more. The last two are whole trainings, with the preparation of
the images.
"""

import json
import os
import subprocess
import sys
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np

from benchmarks._cores import THREADS, use_two_cores
from benchmarks.numpy_cnn import KerasTrainer
from mnist_helpers import data, environment
from mnist_helpers.experiments import definition, results
from mnist_helpers.numpy_cnn import fast
from mnist_helpers.storage import write_beside

GOALS = {"9919": ("no margin", 0.9919), "9900": ("one epoch", 0.99)}
TARGETS = {
    f"post_vs_ten_seconds_{goal}{start}": ("ratio", target, "higher")
    for goal, target in (("9919", 100), ("9900", 250))
    for start in ("", "_with_start")
}
POST = "the post"
TURNS, SEEDS_A_TURN = 5, 2
# What happens before training, in a process of its own; the stages end with the time of day.
BEFORE = {
    POST: """
from mnist_helpers import data, models
import keras
stages["Python and imports"] = time.time()
(pixels, labels), _ = data.load_data()
images = data.prepare_images(pixels)
stages["images"] = time.time()
network = models.post_cnn()
network.compile(keras.optimizers.Adadelta(1.0), "sparse_categorical_crossentropy")
stages["network"] = time.time()
network.fit(images[:128], labels[:128], batch_size=128, verbose=0)
""",
    "train_fast": """
from mnist_helpers import data
from mnist_helpers.numpy_cnn import Adam, fast
stages["Python and imports"] = time.time()
(pixels, labels), _ = data.load_data()
images = fast.prepare(pixels)
stages["images"] = time.time()
network = fast.fast_cnn()
stages["network"] = time.time()
network.fit(images[:256], labels[:256], Adam(), batch_size=256, verbose=0)
""",
}


def measure(names=tuple(TARGETS)):
    """Measure the ladder, record its seconds, and return some of the four ratios.

    Returns a dict from name to the repeated measurements.
    """
    record, accuracies = ladder()
    with write_beside(results.path_of("ten_seconds").with_suffix(".seconds.json")) as temporary:
        temporary.write_text(json.dumps(record, indent=1) + "\n", "utf-8")
    measured = {}
    for goal, (rung, accuracy) in GOALS.items():
        post = np.array(record["seconds"][POST])
        ours = np.reshape(record["seconds"][rung], (TURNS, SEEDS_A_TURN)).mean(axis=1)
        start = {
            side: np.array([sum(stages.values()) for stages in turns])
            for side, turns in record["before"].items()
        }
        reached = np.mean(accuracies[rung]) >= accuracy
        measured[f"post_vs_ten_seconds_{goal}"] = reached * post / ours
        measured[f"post_vs_ten_seconds_{goal}_with_start"] = (
            reached * (post + start[POST]) / (ours + start["train_fast"])
        )
    return {name: measured[name].tolist() for name in names}


def seeds_of(turn):
    """Return the seeds of a turn: ten in all."""
    return range(turn * SEEDS_A_TURN, (turn + 1) * SEEDS_A_TURN)


def train_fast(goal, seed, training, test):
    """Train from nothing; return the seconds and the test accuracy."""
    rung, _ = GOALS[goal]
    epochs = definition.load("ten_seconds").variants[rung]["epochs"]
    started = time.perf_counter()
    network = fast.train_fast(*training, epochs=epochs, seed=seed, threads=THREADS)
    seconds = time.perf_counter() - started
    images, labels = test
    return seconds, network.evaluate(fast.prepare(images), labels)[1]


def stages_before(side):
    """Return the seconds of each stage before training, in a new process."""
    code = (
        "import time; stages = {}\n" + BEFORE[side] + 'stages["first step"] = time.time()\n'
        "import json; print(json.dumps(stages))"
    )
    started = time.time()
    output = subprocess.check_output([sys.executable, "-c", code], text=True)
    ends = json.loads(output.splitlines()[-1])
    starts = [started, *ends.values()]
    return {stage: end - start for (stage, end), start in zip(ends.items(), starts, strict=False)}


class NumpyTrainer:
    """A NumPy network of the experiment, trained an epoch at a time; a few steps warm it up."""

    def __init__(self, settings):
        from mnist_helpers.numpy_cnn import Adam
        from mnist_helpers.training import numpy_trainer, trainer

        self.network = numpy_trainer.build(settings, seed=0)
        (self.images, self.labels), *_ = trainer.prepare(settings)
        self.batch_size = settings["batch_size"]
        self.optimizer = Adam(**settings["optimizer_options"])
        self.fit(8 * self.batch_size)

    def fit(self, count):
        """Train on so many images."""
        self.network.fit(
            self.images[:count],
            self.labels[:count],
            self.optimizer,
            batch_size=self.batch_size,
            verbose=0,
        )

    def epoch(self):
        """Return an epoch's seconds."""
        start = time.perf_counter()
        self.fit(len(self.images))
        return time.perf_counter() - start


def trainer_of(settings):
    """Return what trains a rung by the epoch."""
    from mnist_helpers import models

    if settings["library"] == "numpy":
        return NumpyTrainer(settings)
    network = models.from_notation(settings["network"])
    return KerasTrainer(
        network, settings["optimizer"], settings["learning_rate"], settings["batch_size"]
    )


def ladder():
    """Measure every rung, in turns; return the record, and the accuracies of whole trainings."""
    use_two_cores()
    variants, training, test = definition.load("ten_seconds").variants, *data.load_data()
    whole = {rung: goal for goal, (rung, _) in GOALS.items()}
    trainers = {rung: trainer_of(variants[rung]) for rung in variants if rung not in whole}
    record = {"seconds": {rung: [] for rung in variants}, "before": {side: [] for side in BEFORE}}
    record["multiply_adds_per_second"] = []
    accuracies = {rung: [] for rung in whole}
    for turn in range(TURNS):
        for rung, settings in variants.items():
            if rung in whole:
                seconds, reached = zip(
                    *(train_fast(whole[rung], seed, training, test) for seed in seeds_of(turn)),
                    strict=True,
                )
                accuracies[rung] += reached
            else:
                seconds = [settings["epochs"] * trainers[rung].epoch()]
            record["seconds"][rung] += [round(each, 3) for each in seconds]
            print(turn + 1, rung, record["seconds"][rung][-1], file=sys.stderr, flush=True)
        for side in BEFORE:
            stages = stages_before(side)
            record["before"][side].append({name: round(each, 3) for name, each in stages.items()})
        record["multiply_adds_per_second"].append(round(environment.multiply_adds_per_second()))
    return record | environment.describe(), accuracies
