"""How far should the training images be turned, scaled and moved?

The grid of "25 million images" (Deotte 2018): rotation up to so many degrees, zoom up to a
hundredth of that, with a shift by a tenth, and every other one without. His network would take
days here: this one has an eighth of its work, the ensemble's recipe, and six epochs. Other than
his, it is judged on the validation set.
"""

from mnist_helpers.training.settings import VOTING

SETTINGS = VOTING | {
    "network": "16C5S2same-B-32C3-B-32C3-B-P2-64C3-B-64C3-B-D.3",
    "epochs": 6,
    "training_images": 55_000,
}
VARIANTS = {
    f"rotation {rotation}, shift {shift}": {
        "augmentation": {"rotation": rotation, "zoom": rotation / 100, "shift": shift}
    }
    for shift, rotations in ((0.1, (0, 5, 10, 15, 20, 30)), (0, (0, 10, 20)))
    for rotation in rotations
}
SEEDS = 5
