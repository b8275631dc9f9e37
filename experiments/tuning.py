"""How well does a random search choose, and how far does the best of many flatter itself?

Twenty settings drawn at random, against the same budget by hand: twenty settings, one thing changed
at a time. One seed, three epochs. The experiment `tuned` trains both winners anew with five seeds.
"""

import numpy as np

SETTINGS = {"schedule": "one_cycle", "epochs": 3}

generator = np.random.default_rng(2018)


def draw():
    """Draw the settings of one training."""
    filters, size = generator.choice([8, 16, 24, 32]), generator.choice([3, 5])
    dropout = generator.choice(["", "-D.25", "-D.5"])
    return {
        "network": f"{filters}C{size}-P2-{2 * filters}C3-P2-{generator.choice([64, 128, 256])}"
        + dropout,
        "learning_rate": float(f"{10 ** generator.uniform(-3.5, -1.5):.2g}"),
        "batch_size": int(generator.choice([64, 128, 256])),
    }


VARIANTS = {f"random {number}": draw() for number in range(1, 21)}

HAND = {"network": "16C5-P2-32C3-P2-128", "learning_rate": 0.003, "batch_size": 128}
CHANGES = (
    [{}]
    + [{"learning_rate": rate} for rate in (0.0003, 0.001, 0.002, 0.005, 0.01, 0.03)]
    + [{"batch_size": size} for size in (64, 256)]
    + [{"network": f"{n}C5-P2-{2 * n}C3-P2-128"} for n in (8, 24, 32)]
    + [{"network": "16C3-P2-32C3-P2-128"}]
    + [{"network": f"16C5-P2-32C3-P2-{units}"} for units in (32, 64, 256, 512)]
    + [{"network": f"16C5-P2-32C3-P2-128{dropout}"} for dropout in ("-D.25", "-D.5")]
    + [{"network": "16C5-D.25-P2-32C3-D.25-P2-128"}]
)
VARIANTS |= {f"by hand {number}": HAND | change for number, change in enumerate(CHANGES, 1)}
SEEDS = 1
