"""At which learning rate does each optimizer do best?

Seven optimizers, six rates each, evenly spaced on a logarithmic scale around what is usual for
the kind; one seed, four epochs, the rate constant. Chapter 10 draws the curves, and the experiment
`optimizers` trains on with the rate at which each has the highest validation accuracy.
"""

SETTINGS = {"epochs": 4}

PLAIN = (0.003, 0.01, 0.03, 0.1, 0.3, 1.0)
ADAPTIVE = (0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03)
SWEEPS = {
    "SGD": (PLAIN, {}),
    "SGD with momentum": (PLAIN, {"momentum": 0.9}),
    "Adagrad": (tuple(10 * rate for rate in ADAPTIVE), {}),
    "RMSprop": (ADAPTIVE, {}),
    "Adadelta": (tuple(10 * rate for rate in PLAIN), {}),
    "Adam": (ADAPTIVE, {}),
    "AdamW": (ADAPTIVE, {}),
}
VARIANTS = {
    f"{name} at {rate:g}": {
        "optimizer": name.split()[0],
        "optimizer_options": options,
        "learning_rate": rate,
    }
    for name, (rates, options) in SWEEPS.items()
    for rate in rates
}
SEEDS = 1
