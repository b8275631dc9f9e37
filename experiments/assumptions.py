"""What does the post's own network lose where a convolution's assumptions do not hold?

The post's network by the post's recipe, as in `post_network`, with one change: `pixels reordered`
gives all images' pixels one and the same new order, so that what is near on the sheet is near no
longer, one kernel for all places has no sense, and nothing can be put together from parts nearby.
`no convolutions` leaves out the two convolutions and the pooling: the dense layer gets the pixels,
and knows of no order.

Declared before the first run. Five seeds each, with TensorFlow on a processor, and compared with
`post, on a processor` of `post_network`, which was trained in the same way on the same kind; the
rule is that of `post_network`, the p-values adjusted over the three comparisons (of the two with
it, and with each other).
"""

from mnist_helpers.experiments import load

SETTINGS = load("post_network").variants["post, on a processor"]
VARIANTS = {
    "pixels reordered": {"permutation": 2018},
    "no convolutions": {"network": "D.25-128-D.5"},
}
SEEDS = 5
