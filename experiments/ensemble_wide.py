"""Do more maps and more epochs get fifteen networks further?

Declared after the fifteen of `ensemble` had been scored on the test set, and before any of these
was trained: a second attempt, with a third more maps and half as many epochs again, which is what
two cores can do in ten minutes. All else is the first one's: seeds 0 to 14, all 60,000 images, the
weights after the last epoch (their running average), the digit with the highest mean probability.
Whatever comes out is reported beside the first.
"""

from mnist_helpers.experiments import load

FIRST = load("ensemble")
SETTINGS = FIRST.variants["member"] | {
    "network": "32C5S2same-B-64C3-B-64C3-B-P2-128C3-B-128C3-B-D.3",
    "epochs": 18,
}
VARIANTS = {"member": {}}
SEEDS = len(FIRST.seeds)
KEEP = ("probabilities",)
