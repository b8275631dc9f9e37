"""How to choose an architecture: do Deotte's five experiments show what he read from them?

His batch (80), optimizer (Adam, 0.001 times 0.95 in each epoch) and number of training images
(28,140: two thirds of Kaggle's 42,000), but three seeds for his one, one validation set for all,
and eight epochs for his twenty to thirty-five; of his dense and dropout variants every second one.
What his runs confounded is taken apart in the last group.
"""

SETTINGS = {
    "schedule": "exponential",
    "batch_size": 80,
    "training_images": 28_140,
    "epochs": 8,
}

VARIANTS = {
    "one pair": {"network": "24C5same-P2-256"},
    "two pairs": {"network": "24C5same-P2-48C5same-P2-256"},
    "three pairs": {"network": "24C5same-P2-48C5same-P2-64C5same-P2-256"},
}
# His code computes 8j + 8 where he meant 48 and 64 in the last two.
VARIANTS |= {
    f"maps {maps}": {"network": f"{maps}C5-P2-{2 * maps}C5-P2-256"}
    for maps in (8, 16, 24, 32, 40, 48, 64)
}
VARIANTS |= {
    "dense none": {"network": "32C5-P2-64C5-P2"},
    **{f"dense {n}": {"network": f"32C5-P2-64C5-P2-{n}"} for n in (32, 128, 512, 2048)},
    "dense 128 twice": {"network": "32C5-P2-64C5-P2-128-128"},
}
VARIANTS |= {
    f"dropout {share}": {"network": f"32C5-P2-D.{share}-64C5-P2-D.{share}-128-D.{share}"}
    for share in (2, 4, 6)
}
TURNED = {"augmentation": {"rotation": 10, "zoom": 0.1, "shift": 0.1}}
BASIC = "32C5-P2-D.4-64C5-P2-D.4-128-D.4"
TWICE = "32C3-32C3-P2-D.4-64C3-64C3-P2-D.4-128-D.4"
STRIDED = "32C5-32C5S2same-D.4-64C5-64C5S2same-D.4-128-D.4"
ALL = "32C3-B-32C3-B-32C5S2same-B-D.4-64C3-B-64C3-B-64C5S2same-B-D.4-128-D.4"
VARIANTS |= {
    "two 3 × 3 for one 5 × 5": {"network": TWICE},
    "strided convolution for pooling": {"network": STRIDED},
    # The same, but no layer more: what striding itself does.
    "stride for pooling, no layer more": {"network": "32C5S2-D.4-64C5S2-D.4-128-D.4"},
    "one layer more, still pooled": {
        "network": "32C5-32C5same-P2-D.4-64C5-64C5same-P2-D.4-128-D.4"
    },
    "batch normalisation alone": {"network": "32C5-B-P2-D.4-64C5-B-P2-D.4-128-B-D.4"},
    "all": {"network": ALL},
    "all, dense normalised": {"network": ALL.replace("128-D", "128-B-D")},
    "all, augmented": {"network": ALL} | TURNED,
    "all, dense normalised, augmented": {"network": ALL.replace("128-D", "128-B-D")} | TURNED,
    "basic, augmented": {"network": BASIC} | TURNED,
}
SEEDS = 3
