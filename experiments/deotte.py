"""How to choose an architecture: do Deotte's five experiments show what he read from them?

His batch (80), optimizer (Adam) and about his number of training images (28,140; his 28,014 are two
thirds of Kaggle's 42,000), but five seeds for his one, one validation set for all, and, for his
twenty to thirty-five epochs, three under a one-cycle schedule, at whose end the curves are flat. Of
his feature maps, dense units and dropouts every second or so. What his last group confounds is
taken apart. Dropout, which slows training down, is compared after twelve epochs, too.
"""

SETTINGS = {
    "learning_rate": 0.002,
    "schedule": "one_cycle",
    "batch_size": 80,
    "training_images": 28_140,
    "epochs": 3,
}

VARIANTS = {
    "one pair": {"network": "24C5same-P2-256"},
    "two pairs": {"network": "24C5same-P2-48C5same-P2-256"},
    "three pairs": {"network": "24C5same-P2-48C5same-P2-64C5same-P2-256"},
}
VARIANTS |= {
    f"maps {maps}": {"network": f"{maps}C5-P2-{2 * maps}C5-P2-256"}
    for maps in (8, 16, 24, 32, 48)  # his code computes 8j + 8, so that his "64" is 48
}
VARIANTS |= {
    "dense none": {"network": "32C5-P2-64C5-P2"},
    **{f"dense {units}": {"network": f"32C5-P2-64C5-P2-{units}"} for units in (32, 128, 512)},
}
VARIANTS |= {
    f"dropout {share}": {"network": f"32C5-P2-D.{share}-64C5-P2-D.{share}-128-D.{share}"}
    for share in (2, 4, 6)
}
TURNED = {"augmentation": {"rotation": 10, "zoom": 0.1, "shift": 0.1}}
ALL = "32C3-B-32C3-B-32C5S2same-B-D.4-64C3-B-64C3-B-64C5S2same-B-D.4-128-D.4"
VARIANTS |= {
    "two 3 × 3": {"network": "32C3-32C3-P2-D.4-64C3-64C3-P2-D.4-128-D.4"},
    "strided convolution": {"network": "32C5-32C5S2same-D.4-64C5-64C5S2same-D.4-128-D.4"},
    # Only the pooling goes: what striding does when no layer is added with it.
    "stride alone": {"network": "32C5S2-D.4-64C5S2-D.4-128-D.4"},
    "normalisation alone": {"network": "32C5-B-P2-D.4-64C5-B-P2-D.4-128-B-D.4"},
    "augmentation alone": {"network": "32C5-P2-D.4-64C5-P2-D.4-128-D.4"} | TURNED,
    "all": {"network": ALL},
    "all, dense normalised": {"network": ALL.replace("128-D", "128-B-D")},
    "all, dense normalised, augmented": {"network": ALL.replace("128-D", "128-B-D")} | TURNED,
}
VARIANTS |= {
    f"{name}, twelve epochs": VARIANTS[name] | {"epochs": 12} for name in ("dense 128", "dropout 4")
}
SEEDS = 5
