"""Run lists of independent trainings, here or on a Dask cluster, and record each as a row.

    python -m mnist_helpers.experiments run architecture
    python -m mnist_helpers.experiments status

An experiment is a file under ``experiments/``: a question, its variants, its seeds. `definition`
reads it, `runner` hands each variant and seed to `mnist_helpers.training` in the workers, and
`results` keeps a row of each in ``experiments/results/``, which the chapters read.
"""

from mnist_helpers.experiments.definition import Experiment, load, names
from mnist_helpers.experiments.outputs import probabilities_of
from mnist_helpers.experiments.results import best_settings, by_variant, read

__all__ = [
    "Experiment",
    "best_settings",
    "by_variant",
    "load",
    "names",
    "probabilities_of",
    "read",
]
