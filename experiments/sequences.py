"""Which way of reading a digit learns most from equal work and few images, and what if it is mixed?

Five networks of about 330,000 multiply-adds an image: the book's small convolution, made smaller;
dense layers; an LSTM over the 28 rows; an LSTM along each row under one over the rows, as in the
example of 2018; and a vision transformer of one block, on 16 patches. 4,000 training images, five
epochs, Adam at 0.003, batches of 64: the same for all, and chosen for none of them. `pixels
permuted`: the pixels of all images in one new order, the same for all networks and seeds. Five
seeds, about ten seconds of one core a run.

`hierarchical LSTM, as in 2018` is that example's own recipe: 128 units along the rows and over
them, RMSprop, batches of 32, five epochs of all training images. One seed is declared; it takes
about an hour of one core, and was not run.

Declared before the first run. All are compared with the convolution, by Welch's test, adjusted by
Benjamini and Hochberg's method; and each network on permuted pixels with itself, seed by seed. The
measure is the accuracy after the last epoch. Two are told apart if the test and the validation
images say so, with the same sign. Equal work is not equal time, nor an equal number of weights, and
networks without a convolution's assumptions are at their worst where images are few: that is what
is asked here, not which is best with all of them.
"""

SETTINGS = {
    "task": "sequences",
    "training_images": 4_000,
    "epochs": 5,
    "batch_size": 64,
    "learning_rate": 0.003,
}
NETWORKS = {
    "convolution": "8C5-P2-24C3-P2-64",
    "dense layers": "320-224",
    "LSTM over rows": "rows",
    "hierarchical LSTM": "hierarchical",
    "vision transformer": "transformer",
}
VARIANTS = {
    f"{name}{suffix}": {"network": network} | permuted
    for suffix, permuted in (("", {}), (", pixels permuted", {"permutation": 0}))
    for name, network in NETWORKS.items()
}
MORE_SEEDS = dict.fromkeys(VARIANTS, 5)
VARIANTS |= {
    "hierarchical LSTM, as in 2018": {
        "network": "hierarchical",
        "network_options": {"along": 128, "over": 128},
        "training_images": 55_000,
        "optimizer": "RMSprop",
        "learning_rate": 0.001,
        "batch_size": 32,
    }
}
SEEDS = 1
