"""What does each parameter of the layers do, and which assumption about images does it encode?

A small network (24C5-P2-32C3-P2-256, a tenth of the post's work), one thing changed at a time; Adam
under a one-cycle schedule, three epochs, five seeds. The rate is the same for all: it suits the
small network, so a variant that does worse might do better at a rate of its own.
"""

SETTINGS = {"learning_rate": 0.004, "schedule": "one_cycle", "epochs": 3}

SMALL = "24C5-P2-32C3-P2-256"
MLP = "512-D.2-512-D.2"  # the Keras example's
VARIANTS = {"small network": {"network": SMALL}}

# Padded, so that only the kernels change and not what the dense layer sees.
VARIANTS |= {
    f"kernels {size} × {size}": {"network": f"16C{size}same-P2-16C{size}same-P2-128"}
    for size in (1, 3, 5, 7)
}
VARIANTS |= {
    f"{first} and {second} filters": {"network": f"{first}C5-P2-{second}C3-P2-256"}
    for first, second in ((3, 4), (6, 8), (12, 16), (48, 64))
}
VARIANTS |= {
    "padded": {"network": "24C5same-P2-32C3same-P2-256"},
    "stride 2 for pooling": {"network": "24C5S2-32C3S2-256"},  # the same shapes throughout
    "mean for largest": {"network": "24C5-A2-32C3-A2-256"},
}
VARIANTS |= {
    activation: {"network_options": {"activation": activation}}
    for activation in ("linear", "sigmoid", "tanh", "elu", "gelu")
}
VARIANTS |= {
    f"initial {initializer}": {"network_options": {"initializer": initializer}}
    for initializer in ("zeros", "random_normal", "lecun_normal", "he_normal")
}
VARIANTS |= {f"batch {size}": {"batch_size": size} for size in (32, 512, 2048)}

# Locality: with the pixels of all images in one new order, neighbours tell no more than strangers.
VARIANTS |= {
    "MLP": {"network": MLP},
    "small network, pixels permuted": {"permutation": 0},
    "MLP, pixels permuted": {"network": MLP, "permutation": 0},
}
# Built-in assumptions should be worth most where images are few.
VARIANTS |= {
    f"{name}, 1,000 images": settings | {"training_images": 1000, "epochs": 40}
    for name, settings in (
        ("small network", {}),
        ("MLP", {"network": MLP}),
        ("small network, pixels permuted", {"permutation": 0}),
        ("MLP, pixels permuted", {"network": MLP, "permutation": 0}),
    )
}
SEEDS = 5
