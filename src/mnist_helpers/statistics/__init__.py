"""How sure one can be: intervals, differences between variants, and whether a network knows itself.

`intervals` has the share of right answers and the mean of runs, `differences` compares variants,
and `calibration` what a network says of itself with what it gets right.
"""

from mnist_helpers.statistics.calibration import (
    Reliability,
    at_temperature,
    errors_by_coverage,
    fit_temperature,
    reliability,
)
from mnist_helpers.statistics.differences import (
    Difference,
    adjusted,
    paired_differences,
    verdicts,
    welch_differences,
)
from mnist_helpers.statistics.intervals import Accuracy, accuracy, mean_interval

__all__ = [
    "Accuracy",
    "Difference",
    "Reliability",
    "accuracy",
    "adjusted",
    "at_temperature",
    "errors_by_coverage",
    "fit_temperature",
    "mean_interval",
    "paired_differences",
    "reliability",
    "verdicts",
    "welch_differences",
]
