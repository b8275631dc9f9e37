"""What do the network and recipe of "25 million images" reach here?

Deotte's (2018), for the usual 60,000 images, as he gives them: Adam with a rate of 0.001 that
loses 5 % in each epoch, batches of 64, thirty epochs, movements up to 15 degrees, 15 % and a tenth,
the weights after the last epoch. He trains each network on another random 90 % of the images; here
it is the first 54,000 for each. Declared before the first was trained. Two seeds, since one takes
an hour of one core: enough to tell whether they lie among his hundred, and no more.

(Corrected after the training: the 54,000 are the first outside the validation set, and his
scatter is that of 1,500 networks, from a hundred runs of fifteen.)
"""

SETTINGS = {
    "network": (
        "32C3-B-32C3-B-32C5S2same-B-D.4-64C3-B-64C3-B-64C5S2same-B-D.4-128C4-B-D.4"  # 327,242
    ),
    "learning_rate": 0.001,
    "schedule": "exponential",
    "batch_size": 64,
    "epochs": 30,
    "augmentation": {"rotation": 15, "zoom": 0.15, "shift": 0.1},
    "training_images": 54_000,
}
VARIANTS = {"his": {}}
SEEDS = 2
