"""At which learning rate does each network of `sequences` do best?

Three rates each, one seed, the recipe of `sequences`, which has one rate for all: so that one sees
how much a network is held back by it, on the validation images.
"""

SETTINGS = {"task": "sequences", "training_images": 4_000, "epochs": 5, "batch_size": 64}

NETWORKS = {
    "convolution": "8C5-P2-24C3-P2-64",
    "dense layers": "320-224",
    "LSTM over rows": "rows",
    "hierarchical LSTM": "hierarchical",
    "vision transformer": "transformer",
}
VARIANTS = {
    f"{name} at {rate:g}": {"network": network, "learning_rate": rate}
    for rate in (0.001, 0.003, 0.01)
    for name, network in NETWORKS.items()
}
SEEDS = 1
