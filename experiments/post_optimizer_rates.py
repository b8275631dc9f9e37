"""At which learning rate does each optimizer do best on the post's network, in its twelve epochs?

Five optimizers, under a constant rate and under one-cycle, three rates each: what is usual for the
kind, a third of it and three times it; Adadelta's 1.0 is the post's. One seed. The experiment
`post_optimizers` trains on with the rate at which each has the highest validation accuracy. All
were trained on one graphics card, with JAX in full single precision.
"""

SETTINGS = {"network": "32C3-64C3-P2-D.25-128-D.5", "epochs": 12}

USUAL = {
    "Adadelta": (1.0, {}),
    "SGD": (0.1, {}),
    "SGD with momentum": (0.03, {"momentum": 0.9}),
    "RMSprop": (0.001, {}),
    "AdamW": (0.001, {}),
}
VARIANTS = {
    f"{name}, {schedule}, at {rate:g}": {
        "optimizer": name.split()[0],
        "optimizer_options": options,
        "learning_rate": rate,
        "schedule": schedule,
    }
    for name, (usual, options) in USUAL.items()
    for schedule in ("constant", "one_cycle")
    for rate in (float(f"{usual / 3:.1g}"), usual, 3 * usual)
}
SEEDS = 1
