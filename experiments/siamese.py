"""Can a network tell whether two images are of the same digit, even of a digit it never met?

The network of the example of 2018: dense layers 128-128-128 with dropout .1, shared by both images;
Euclidean distance, contrastive loss with margin 1, RMSprop at 0.001, batches of 128 pairs. Each
training image makes one pair with the next of its class and one with another class's, drawn once.
`ten digits` learns from pairs of all digits, `seven digits` from pairs of 0 to 6, so that 7, 8 and
9 are new to it. Two epochs of the example's twenty, and five seeds: about ten seconds of one
core a run. `ten digits, twenty epochs` is the example's budget, three seeds.

Declared before the first run. The threshold of the distance is chosen on the validation pairs; the
shares of right pairs are of the test set, with that threshold and with the example's 0.5. Single
examples: one image each of 7, 8 and 9, drawn 200 times, the same for all; the accuracy of naming
the others by the nearest. `seven digits` is compared, seed by seed, with its own network before
training, and its interval with what the nearest of the pixels reaches (which has no seed).
"""

SETTINGS = {
    "task": "siamese",
    "network": "128-D.1-128-D.1-128",
    "optimizer": "RMSprop",
    "epochs": 2,
}
ALL = list(range(10))
VARIANTS = {
    "ten digits": {"task_options": {"digits": ALL}},
    "seven digits": {"task_options": {"digits": ALL[:7]}},
    "ten digits, twenty epochs": {"task_options": {"digits": ALL}, "epochs": 20},
}
SEEDS = 3
MORE_SEEDS = {"ten digits": 5, "seven digits": 5}
