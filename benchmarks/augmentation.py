"""How much of a training step the random movements of its images take.

- ``augmentation_share``: 128 images turned, scaled and moved, against a step of the ensemble's
  network that includes it. Both take turns.
"""

import os
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np

from benchmarks._cores import use_two_cores

TARGETS = {"augmentation_share": ("ratio", 0.05, "lower")}
REPEATS, STEPS = 7, 20


def measure(names=tuple(TARGETS)):
    """Measure the share of the movements in a training step.

    Returns a dict from name to the repeated measurements.
    """
    use_two_cores()
    from mnist_helpers import augmentation, data, models

    (images, labels), _ = data.load_data()
    images, labels = data.prepare_images(images[:128]), labels[:128]
    model = models.ensemble_member()
    model.compile("adamw", "sparse_categorical_crossentropy", jit_compile=False)
    generator = np.random.default_rng(0)

    def move():
        return augmentation.random_affine(images, generator)

    def step():
        model.train_on_batch(move(), labels)

    ratios = []
    for turn in range(REPEATS + 1):
        ratio = seconds(move) / seconds(step)
        if turn:  # the first one compiles
            ratios.append(ratio)
    return dict.fromkeys(names, ratios)


def seconds(function):
    """Return the seconds of some calls."""
    start = time.perf_counter()
    for _ in range(STEPS):
        function()
    return time.perf_counter() - start
