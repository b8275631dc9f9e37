"""Trainings that ask for more than the ten digits: one module a task, recorded like the others.

A module's ``train`` returns what its rows hold: the usual columns, filled with what the module
says, and ``measures``, name to number or list.
"""

import os
import time

import keras

from mnist_helpers import environment
from mnist_helpers.tasks import (
    acgan,
    antirectifier,
    denoising,
    flow,
    locally_connected,
    net2net,
    normals,
    sequences,
    siamese,
    transfer,
    variational,
    what_where,
)
from mnist_helpers.training import trainer

TASKS = {
    "acgan": acgan.train,
    "antirectifier": antirectifier.train,
    "denoising": denoising.train,
    "flow": flow.train,
    "locally_connected": locally_connected.train,
    "net2net": net2net.train,
    "normals": normals.train,
    "sequences": sequences.train,
    "siamese": siamese.train,
    "transfer": transfer.train,
    "variational": variational.train,
    "what_where": what_where.train,
}


def train(settings, seed, keep=(), checkpoint=None):
    """Train for the task that the settings name: `training.trainer.train`, or one of `TASKS`.

    Parameters
    ----------
    settings : dict
        Complete, as `training.settings.complete` makes them.
    seed : int
    keep : sequence of {"probabilities", "weights"}
        What to return besides the row: of a classification alone.
    checkpoint : Path, optional
        Where a classification notes how far it has come, to go on from there.

    Returns
    -------
    trainer.Trained

    Raises
    ------
    ValueError
        If there is no such task, or it has nothing to keep.
    """
    task = settings["task"]
    if task == "classification":
        return trainer.train(settings, seed, keep, checkpoint)
    if task not in TASKS:
        raise ValueError(f"task is {task!r}; expected 'classification' or one of {sorted(TASKS)}")
    if keep:
        raise ValueError(f"the task {task} keeps no {keep[0]}; expected none to be asked for")
    environment.set_keras_defaults()
    sets = trainer.prepare(settings)
    keras.utils.set_random_seed(seed)
    started, computed = time.perf_counter(), time.process_time()
    found = TASKS[task](settings, seed, *sets)
    row = {
        "seed": seed,
        "settings": settings,
        "epochs": settings["epochs"],
        "training_images": settings["training_images"],
        "seconds": round(time.perf_counter() - started, 1),
        "cpu_seconds": round(time.process_time() - computed, 1),
        "backend": keras.config.backend(),
        "device": f"{environment.device()}, {environment.describe()['hardware']}, "
        f"threads: {os.environ.get('OMP_NUM_THREADS', 'all')}",
        "versions": environment.describe()["versions"],
        "machine": environment.machine(),
    }
    return trainer.Trained(row | found, None, None)
