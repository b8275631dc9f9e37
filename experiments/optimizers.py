"""Which optimizer is best, each at its own best learning rate, and what does a schedule add?

The rates come from the experiment `optimizer_sweep`: for each optimizer the one with the highest
validation accuracy. Five seeds, four epochs. Adam and momentum are trained under three schedules,
too, from the same rate.
"""

from mnist_helpers.experiments import load, read

SETTINGS = {"epochs": 4}


def best(optimizer):
    """Return the settings with which an optimizer did best on the validation set."""
    sweep = load("optimizer_sweep").variants
    candidates = {name for name in sweep if name.startswith(f"{optimizer} at ")}
    rows = [row for row in read("optimizer_sweep") if row["variant"] in candidates]
    if len(rows) < len(candidates):
        raise ValueError(f"optimizer_sweep is not complete for {optimizer}: run it first")
    rows = [row for row in rows if row["outcome"] == "trained"]
    return max(rows, key=lambda row: row["validation_accuracy"])["settings"]


VARIANTS = {
    name: best(name)
    for name in ("SGD", "SGD with momentum", "Adagrad", "RMSprop", "Adadelta", "Adam", "AdamW")
}
VARIANTS |= {
    f"{name}, {schedule}": VARIANTS[name] | {"schedule": schedule}
    for name in ("Adam", "SGD with momentum")
    for schedule in ("exponential", "cosine", "one_cycle")
}
SEEDS = 5
