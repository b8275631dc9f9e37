"""What are the winners of `tuning` worth with five new seeds?

The best random and the best hand-made setting of `tuning`, by validation accuracy. Seed 0 is the
one they won with: the difference between it and the others is how far the best of many flatters
itself.
"""

from mnist_helpers.experiments import load, read

SETTINGS = {}


def best(kind):
    """Return the settings of one kind that did best on the validation set."""
    candidates = {name for name in load("tuning").variants if name.startswith(kind)}
    rows = [row for row in read("tuning") if row["variant"] in candidates]
    if len(rows) < len(candidates):
        raise ValueError(f"tuning is not complete for {kind!r}: run it first")
    rows = [row for row in rows if row["outcome"] == "trained"]
    return max(rows, key=lambda row: row["validation_accuracy"])["settings"]


VARIANTS = {"best at random": best("random"), "best by hand": best("by hand")}
SEEDS = 6
