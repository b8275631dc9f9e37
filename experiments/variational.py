"""Two numbers for a digit: what do they keep, what does the divergence's weight do to them?

The examples of 2018 put two random numbers behind each digit: dense layers of 512 units (50
epochs), or four convolutions (30 epochs). Here the dense layers have 256 units, the strided
convolutions 4 and 8 maps; 12,800 images, three epochs of batches of 64 (600 steps of Adam at
0.002): 7 to 20 seconds of one core a run. The loss is the cross-entropy, summed over the pixels,
plus `beta` times the divergence; with `beta` 1 it is the bound.

`beta 0` is an autoencoder with noise in its code, which nothing keeps it from making small. `beta
784` is what one gets who takes the mean over the pixels in the place of the sum. `16 numbers` has
more room than it needs. The examples' sizes are declared, and compared with nothing.

Declared before the first run. Five seeds; 1,000 validation images, and every fourth test image. The
bound of `convolutions` is compared with that of `beta 1`, and the squared error of what is drawn
again from the means of the codes with what as many principal components reach (which have no seed):
an interval over seeds against a number. Of the detector: the areas under the ROC curves, for
letters, against that of the largest probability of the network behind the digit pad, whose interval
comes from the letters.
"""

SETTINGS = {
    "task": "variational",
    "network": "",  # `task_options` say it
    "learning_rate": 0.002,
    "batch_size": 64,
    "epochs": 3,
    "training_images": 12_800,
}


def dense(numbers, beta, units=256):
    """Give the settings of dense layers."""
    return {"task_options": {"numbers": numbers, "beta": beta, "units": units}}


def strided(maps):
    """Give the settings of convolutions."""
    return {"task_options": {"numbers": 2, "beta": 1, "maps": maps}}


FULL = {"learning_rate": 0.001, "batch_size": 128, "training_images": 55_000}
VARIANTS = {
    "beta 1": dense(2, 1),
    "beta 0": dense(2, 0),
    "beta 784": dense(2, 784),
    "16 numbers": dense(16, 1),
    "convolutions": strided([4, 8]),
    "full size, dense": dense(2, 1, units=512) | FULL | {"epochs": 50},
    "full size, convolutions": strided([32, 64]) | FULL | {"epochs": 30},
}
SEEDS = 5
MORE_SEEDS = {"full size, dense": 2, "full size, convolutions": 2}
