"""Why Adadelta, asked of the post's own network over its own twelve epochs?

Five optimizers under a constant rate and under one-cycle, each at the rate of three with which
`post_optimizer_rates` has the highest validation accuracy. Six seeds: seed 0 is the one that chose,
and is left out of what is compared.

Declared before the first run. All ten are compared in pairs by Welch's t-test on the accuracy after
the last epoch of seeds 1 to 5, adjusted by Benjamini and Hochberg's method over all pairs. Two are
told apart if the adjusted p is below .05 on the test set and the validation set says the same, with
the same sign; where only one of the two does, it is undecided. All were trained on one graphics
card, with JAX in full single precision.
"""

from mnist_helpers.experiments import best_settings, load

RATES = load("post_optimizer_rates")
SETTINGS = {}
VARIANTS = {
    name: best_settings(RATES.name, f"{name}, at ")
    for name in dict.fromkeys(variant.rsplit(", at ")[0] for variant in RATES.variants)
}
SEEDS = 6
