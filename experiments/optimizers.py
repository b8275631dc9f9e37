"""Which optimizer is best, each at its own best learning rate, and what does a schedule add?

The rates come from the experiment `optimizer_sweep`: for each optimizer the one with the highest
validation accuracy. Five seeds, four epochs. Adam and momentum are trained under three schedules,
too, from the same rate.
"""

from mnist_helpers.experiments import best_settings

SETTINGS = {"epochs": 4}
VARIANTS = {
    name: best_settings("optimizer_sweep", f"{name} at ")
    for name in ("SGD", "SGD with momentum", "Adagrad", "RMSprop", "Adadelta", "Adam", "AdamW")
}
VARIANTS |= {
    f"{name}, {schedule}": VARIANTS[name] | {"schedule": schedule}
    for name in ("Adam", "SGD with momentum")
    for schedule in ("exponential", "cosine", "one_cycle")
}
SEEDS = 5
