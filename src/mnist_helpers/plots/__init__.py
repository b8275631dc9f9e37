"""Every figure of the book: one style, colour-blind safe, each with its caption and alt text.

Importing this package sets the style, whatever the user's own settings are. The functions stand by
form: `images`, `curves` and `intervals`, made of what is in `parts`, and `diagrams`. Each returns a
matplotlib figure, to be given to `show`, and refuses to draw nothing. Those that serve one chapter
alone say whose they are.
"""

from pathlib import Path

import matplotlib.pyplot as plt

from mnist_helpers.plots.curves import (
    accuracy_over_seconds,
    accuracy_under_change,
    curves_with_bands,
    learning_rate_curves,
    loss_shares,
    losses_within_an_epoch,
    risk_coverage,
    training_curves,
)
from mnist_helpers.plots.diagrams import (
    confusion_matrix,
    descent_paths,
    embedding_maps,
    network_diagram,
    search_results,
    step_profile,
)
from mnist_helpers.plots.figure import show
from mnist_helpers.plots.images import (
    attribution_table,
    digit_grid,
    mosaics,
    picture_row,
    vote_gallery,
)
from mnist_helpers.plots.intervals import (
    difference_plot,
    error_against_cost,
    ladder,
    lift_histograms,
    reliability_diagram,
    selection_ladder,
)

plt.style.use(["default", Path(__file__).with_name("ten_digits.mplstyle")])

__all__ = [
    "accuracy_over_seconds",
    "accuracy_under_change",
    "attribution_table",
    "confusion_matrix",
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
