"""Every figure of the book: one style, colour-blind safe, each with its caption and alt text.

Importing this package sets the style. Each topic has a module of its own; chapters import the
functions from here.
"""

from pathlib import Path

import matplotlib.pyplot as plt

from mnist_helpers.plots.architecture import error_against_cost
from mnist_helpers.plots.classification import confusion_matrix
from mnist_helpers.plots.curves import training_curves
from mnist_helpers.plots.differences import difference_plot
from mnist_helpers.plots.digits import digit_grid
from mnist_helpers.plots.ensembles import lift_histograms, selection_ladder
from mnist_helpers.plots.figure import show
from mnist_helpers.plots.inspection import (
    attribution_table,
    curves_by_layer,
    embedding_maps,
    mosaics,
)
from mnist_helpers.plots.last_errors import (
    accuracy_under_change,
    picture_row,
    reliability_diagram,
    risk_coverage,
    vote_gallery,
)
from mnist_helpers.plots.layer_parameters import curves_with_bands, search_results
from mnist_helpers.plots.losses import loss_shares, losses_within_an_epoch
from mnist_helpers.plots.networks import network_diagram, step_profile
from mnist_helpers.plots.optimizers import descent_paths, learning_rate_curves
from mnist_helpers.plots.ten_seconds import accuracy_over_seconds, ladder

plt.style.use(Path(__file__).with_name("ten_digits.mplstyle"))

__all__ = [
    "accuracy_over_seconds",
    "accuracy_under_change",
    "attribution_table",
    "confusion_matrix",
    "curves_by_layer",
    "curves_with_bands",
    "descent_paths",
    "difference_plot",
    "digit_grid",
    "embedding_maps",
    "error_against_cost",
    "ladder",
    "learning_rate_curves",
    "lift_histograms",
    "loss_shares",
    "losses_within_an_epoch",
    "mosaics",
    "network_diagram",
    "picture_row",
    "reliability_diagram",
    "risk_coverage",
    "search_results",
    "selection_ladder",
    "show",
    "step_profile",
    "training_curves",
    "vote_gallery",
]
