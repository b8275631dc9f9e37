"""How few epochs keep 99.19 % on the validation set, and what else makes training shorter?

From the post's recipe to a short one, one idea after the other; each with one-cycle and a peak that
was tried before (recorded are only half and twice the last one). The experiment `ten_seconds`
trains on with the fewest epochs that reach the goal. The last group changes the shortest recipe
once more, to see what does not help.
"""

SETTINGS = {"schedule": "one_cycle"}

POST = {"network": "32C3-64C3-P2-D.25-128-D.5", "learning_rate": 0.002}
PLAIN = {"network": "32C3-64C3-P2-128", "learning_rate": 0.002}
SMALL = {"network": "24C5-P2-32C3-P2-256", "learning_rate": 0.004}
LARGE = SMALL | {
    "batch_size": 256,
    "learning_rate": 0.01,
    "optimizer_options": {"beta_1": 0.7, "beta_2": 0.9},
}
IN_NUMPY = {"library": "numpy", "pool_first": True}
STANDARDISED = LARGE | IN_NUMPY | {"learning_rate": 0.015, "standardise": True}
CUT = STANDARDISED | {"margin": 2}

VARIANTS = {
    f"{rung}, {epochs} epoch{'s' * (epochs > 1)}": settings | {"epochs": epochs}
    for rung, settings, tried in (
        ("Adam, one cycle", POST, (4, 6)),
        ("no dropout", PLAIN, (2, 3)),
        ("small network", SMALL, (2, 3)),
        ("large batches", LARGE, (1, 2, 3)),
        ("standardised", STANDARDISED, (1, 2, 3)),
        ("no margin", CUT, (1, 2, 3)),
    )
    for epochs in tried
}
VARIANTS |= {
    f"tried: {name}": CUT | {"epochs": 2} | change
    for name, change in {
        "16 first maps": {"network": "16C5-P2-32C3-P2-256"},
        "48 second maps": {"network": "24C5-P2-48C3-P2-256"},
        "128 dense units": {"network": "24C5-P2-32C3-P2-128"},
        "dropout": {"network": "24C5-P2-32C3-P2-256-D.5"},
        "batch 128": {"batch_size": 128},
        "batch 512": {"batch_size": 512},
        "Adam's own β": {"optimizer_options": {}},
        "half the peak": {"learning_rate": 0.0075},
        "twice the peak": {"learning_rate": 0.03},
        "constant rate": {"schedule": "constant", "learning_rate": 0.004},
    }.items()
}
SEEDS = 5
