"""A training that was killed goes on where its last epoch ended, and ends bit for bit the same.

Besides the weights, that takes what the optimizer remembers, where dropout and the order and the
movements of the images are in their sequences of random numbers, and the history.
"""

import contextlib
import json
import time
import zipfile
from pathlib import Path

import keras
import numpy as np

from mnist_helpers import environment
from mnist_helpers.files import write_beside

LEAST = 1.0  # seconds of training that are worth keeping: writing takes hundredths of one


class Checkpoint(keras.callbacks.Callback):
    """Keep the state of a training after each epoch in a file; begin with what was kept.

    A file of another definition, of other code, versions, data or machine, or one that is damaged,
    counts as none; where nothing can be written, the training goes on without.

    Parameters
    ----------
    path : str or Path or None
        The file, which ends in ``.npz``; None, or a folder that does not exist, keeps nothing.
    definition : dict
        All that the training depends on besides what `environment` says.
    data : str or Path, optional
        The folder of its images, for `environment.proof`.
    images : AugmentedImages, optional
        Whose random numbers are kept, too.
    predictions : list of ndarray, optional
        One an epoch, of a callback that stands before this one.

    Attributes
    ----------
    epochs : list of dict
        The logs of all epochs; the training begins with epoch ``len(epochs)``.
    """

    def __init__(self, path, definition, data=None, images=None, predictions=None):
        super().__init__()
        self.path, self.images, self.predictions = path and Path(path), images, predictions
        self.state = {}
        if path:
            known = [definition, environment.proof(data), environment.machine()]
            self.definition = json.dumps(known, sort_keys=True)
            self.state = self._read()
        self.epochs = self.state.get("epochs", [])
        self.spent = self.state.get("spent", (0, 0))
        self.kept = self.spent[0]
        self.started = time.perf_counter(), time.process_time()

    @property
    def seconds(self):
        """Tell the seconds, on the clock and of computing, until now, by whichever processes."""
        now = time.perf_counter(), time.process_time()
        return [
            before + end - start
            for before, end, start in zip(self.spent, now, self.started, strict=True)
        ]

    @property
    def history(self):
        """Give what ``fit`` returns, of all epochs: a list of values for each metric."""
        return {name: [logs[name] for logs in self.epochs] for name in self.epochs[0]}

    def on_train_begin(self, logs=None):
        """Put what was kept in its place; Keras has looked at the first images by now."""
        if not self.epochs:
            return
        self.model.optimizer.build(self.model.trainable_variables)
        for variable, value in zip(self._variables(), self.state["variables"], strict=True):
            variable.assign(value)
        if self.images is not None:
            self.images.generator.bit_generator.state = self.state["generator"]
            self.images.order = self.state["order"]
        if self.predictions is not None:
            self.predictions += list(self.state["predictions"])

    def on_epoch_end(self, epoch, logs=None):
        """Keep the state, unless next to nothing was trained since it was kept last."""
        self.epochs.append({name: float(value) for name, value in logs.items()})
        if not self.path or self.seconds[0] - self.kept < LEAST:
            return
        self.kept = self.seconds[0]
        values = map(keras.ops.convert_to_numpy, self._variables())
        arrays = {str(index): value for index, value in enumerate(values)}
        state = {"definition": self.definition, "epochs": self.epochs, "spent": self.seconds}
        if self.images is not None:
            arrays["order"] = self.images.order
            state["generator"] = self.images.generator.bit_generator.state
        if self.predictions is not None:
            arrays["predictions"] = np.stack(self.predictions)
        with contextlib.suppress(OSError), write_beside(self.path) as temporary:
            np.savez(temporary, state=json.dumps(state), **arrays)

    def _variables(self):
        return [*self.model.variables, *self.model.optimizer.variables]

    def _read(self):
        try:
            with open(self.path, "rb") as file, np.load(file) as kept:
                state = json.loads(str(kept["state"]))
                if state["definition"] != self.definition:
                    return {}
                state["variables"] = [kept[name] for name in kept if name.isdecimal()]
                return state | {
                    name: kept[name] for name in ("order", "predictions") if name in kept
                }
        except (OSError, EOFError, ValueError, KeyError, zipfile.BadZipFile):
            return {}
