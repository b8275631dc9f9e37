"""What does a recurrent network learn of 784 steps, within a budget of minutes?

The digit pixel by pixel, through a plain recurrent layer of 20 units. `identity` begins as the
example of 2018 does (relu, the identity, input weights with a deviation of 0.001), `as Keras
makes it` with an orthogonal matrix and tanh. RMSprop with batches of 32, as the example; but at
0.0003 for its 0.000001, with the gradient's norm cut at 1 as in the paper, and for 400 steps: a
budget in which the example's rate would hardly move a weight. The rate was tried beforehand with
one network on part of the training images. `as in 2018` is the example's recipe, 100 units and 900
epochs, which would take days; it was not run.

Declared before the first run, three seeds. Reported as curves over the steps, beside what the
amount of ink alone says; the two are compared with nothing else, and not with each other.
"""

SETTINGS = {
    "task": "sequences",
    "network": "pixels",
    "training_images": 3_200,
    "epochs": 4,
    "batch_size": 32,
    "optimizer": "RMSprop",
    "optimizer_options": {"clipnorm": 1.0},
    "learning_rate": 0.0003,
}
VARIANTS = {
    "identity": {"network_options": {"identity": True}},
    "as Keras makes it": {},
    "as in 2018": {
        "network_options": {"identity": True, "units": 100},
        "training_images": 55_000,
        "epochs": 900,
        "optimizer_options": {},
        "learning_rate": 0.000001,
    },
}
SEEDS = 1
MORE_SEEDS = {"identity": 3, "as Keras makes it": 3}
