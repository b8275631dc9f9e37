"""Run lists of independent trainings, here or on a Dask cluster, and record each as a row.

    python -m mnist_helpers.experiments run architecture
    python -m mnist_helpers.experiments status

An experiment is a file under ``experiments/``: a question, its variants, its seeds. `definition`
reads it, `trainer` trains one variant with one seed, `runner` hands these to the workers, and
`results` keeps a row of each in ``experiments/results/``, which the chapters read; `comparison`
says which variants can be told apart.
"""

from mnist_helpers.experiments.comparison import Difference, mean_interval, paired_differences
from mnist_helpers.experiments.definition import Experiment, load, names
from mnist_helpers.experiments.results import by_variant, probabilities_of, read

__all__ = [
    "Difference",
    "Experiment",
    "by_variant",
    "load",
    "mean_interval",
    "names",
    "paired_differences",
    "probabilities_of",
    "read",
]
