"""Why exactly this architecture: what does each part of the post's network contribute?

A ladder from logistic regression to Deotte's last network, and the post's network with one part
taken away at a time. Adam under a one-cycle schedule for all, three epochs, five seeds. The rate
was fixed before. Deotte's network has a far longer recipe of its own; here it gets the others'. The
Keras example's MLP gets its own, too, for the 98.40 % that its source reports.
"""

SETTINGS = {"learning_rate": 0.002, "schedule": "one_cycle", "epochs": 3}

MLP = "512-D.2-512-D.2"  # the Keras example's
POST = "32C3-64C3-P2-D.25-128-D.5"
VARIANTS = {
    "logistic regression": {"network": ""},
    "one dense layer": {"network": "128"},
    "MLP": {"network": MLP},
    "MLP, its own recipe": {
        "network": MLP,
        "optimizer": "RMSprop",
        "learning_rate": 0.001,
        "schedule": "constant",
        "epochs": 20,
    },
    "small": {"network": "24C5-P2-32C3-P2-256"},  # the fastest known to 99 %
    "one convolution": {"network": "32C3-P2-D.25-128-D.5"},
    "post, strided": {"network": "32C3-64C3S2-D.25-128-D.5"},
    "post, pooled twice": {"network": "32C3-P2-64C3-P2-D.25-128-D.5"},
    "post": {"network": POST},
    "no dropout": {"network": "32C3-64C3-P2-128"},
    "no dense layer": {"network": "32C3-64C3-P2-D.25"},
    "half the filters": {"network": "16C3-32C3-P2-D.25-128-D.5"},
    "batch normalisation": {"network": "32C3-B-64C3-B-P2-D.25-128-B-D.5"},
    "no pooling": {"network": "32C3-64C3-D.25-128-D.5"},
    "Deotte's last": {
        "network": "32C3-B-32C3-B-32C5S2same-B-D.4-64C3-B-64C3-B-64C5S2same-B-D.4-128-B-D.4"
    },
}
# Dropout is for long trainings; three epochs may be too few to need it.
VARIANTS |= {
    f"half the filters, {name}twelve epochs": {"network": network, "epochs": 12}
    for name, network in (
        ("", "16C3-32C3-P2-D.25-128-D.5"),
        ("no dropout, ", "16C3-32C3-P2-128"),
    )
}
SEEDS = 5
