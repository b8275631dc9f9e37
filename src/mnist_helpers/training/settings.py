"""What a training needs to know."""

# What a training needs to know; a file says what differs. A new setting gets as its default what
# was done before there was a choice: that is what rows recorded earlier are read with.
DEFAULTS = {
    "task": "classification",  # of the ten digits, or a module of `mnist_helpers.tasks`
    "task_options": {},  # what only that module knows
    "library": "keras",  # or "numpy", the book's own network
    # In the notation of `models.from_notation`, or a name in `models.NETWORKS`.
    "network": "24C5-P2-32C3-P2-256",  # 215,194 parameters, a tenth of the post's work
    "network_options": {},  # further arguments of `models.from_notation`
    "optimizer": "Adam",  # a name in `keras.optimizers`
    "optimizer_options": {},
    "learning_rate": 0.001,
    "schedule": "constant",  # or another of `trainer.SCHEDULES`
    "batch_size": 128,
    "epochs": 4,
    "augmentation": None,  # or arguments of `augmentation.random_affine`
    "permutation": None,  # or the seed of one reordering of all images' pixels
    "training_images": 55_000,  # the rest are the validation set
    "data": None,  # MNIST, or a folder with the four files of one of its kin
    "standardise": False,  # whether images get mean 0 and deviation 1
    "margin": 0,  # rows and columns that are cut away at each side (NumPy)
    "pool_first": False,  # pooling before ReLU, as one layer with the convolution (NumPy)
}

# The recipe of the networks that vote in chapter 15, and of the one behind the digit pad: it was
# fixed before the first of them was trained on all 60,000 images.
VOTING = {
    "optimizer": "AdamW",
    "optimizer_options": {"weight_decay": 0.004, "use_ema": True, "ema_momentum": 0.998},
    "learning_rate": 0.004,
    "schedule": "one_cycle",
    "epochs": 12,
    "augmentation": {"rotation": 15, "zoom": 0.15, "shift": 0.1},
    "training_images": 60_000,
}


def complete(settings):
    """Add to some settings, of a variant or of a recorded row, the defaults of all others.

    Raises
    ------
    ValueError
        If there is no such setting.

    Examples
    --------
    >>> complete({"epochs": 12})["epochs"], complete({})["library"]
    (12, 'keras')
    """
    if unknown := sorted(set(settings) - set(DEFAULTS)):
        raise ValueError(f"a setting {unknown[0][:40]!r}; expected some of {sorted(DEFAULTS)}")
    return DEFAULTS | settings
