"""How fast can two cores get to the post's accuracy?

A ladder from the post's recipe to the shortest found, one idea after the other, some of which
change several settings at once, on all 60,000 training images; ten seeds each, and the weights
after the last epoch. The number of epochs comes from `ten_second_trials`: the fewest tried whose
mean accuracy on the validation set is at least 99.19 %. The last rung is the one before it with a
single epoch, for 99.0 %. The seconds are measured by ``make bench``, on a machine that does nothing
else.

The test set chooses nothing here, but what was inherited had been chosen by it: the kernels, units,
both beta and the rate of 0.01 are those of train_mnist_fast, whose README tells of "a large search
operation" with 30 seeds for each change, in programs that know a training and a test set only.
"""

from mnist_helpers.experiments import by_variant, load, read

SETTINGS = {"training_images": 60_000}


TRIALS = load("ten_second_trials")


def fewest(rung):
    """Return the settings of a rung with the fewest epochs that suffice, or else the most."""
    tried = {name: each for name, each in TRIALS.variants.items() if name.startswith(f"{rung}, ")}
    reached = by_variant(read(TRIALS.name), "validation_accuracy")
    if any(len(reached.get(name, ())) < len(TRIALS.seeds) for name in tried):
        raise ValueError(f"{TRIALS.name} is not complete for {rung!r}: run it first")
    enough = [name for name in tried if reached[name].mean() >= 0.9919]
    return tried[(enough or list(tried)[-1:])[0]] | SETTINGS


def in_numpy(settings, **options):
    """Return the same settings for the NumPy network."""
    return settings | {"library": "numpy"} | options


LARGE = fewest("large batches")
VARIANTS = {
    "the post": {
        "network": "32C3-64C3-P2-D.25-128-D.5",
        "optimizer": "Adadelta",
        "learning_rate": 1.0,
        "epochs": 12,
    },
    "Adam, one cycle": fewest("Adam, one cycle"),
    "no dropout": fewest("no dropout"),
    "small network": fewest("small network"),
    "large batches": LARGE,
    "NumPy": in_numpy(LARGE),
    "pooling first": in_numpy(LARGE, pool_first=True),
    "standardised": fewest("standardised"),
    "no margin": fewest("no margin"),
    "one epoch": TRIALS.variants["no margin, 1 epoch"] | SETTINGS,
}
SEEDS = 10
