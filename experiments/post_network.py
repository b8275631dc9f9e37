"""Why the post's architecture and parameters, asked of the post's own network by its own recipe?

One thing changes at a time: 32C3-64C3-P2-D.25-128-D.5, Adadelta at 1.0, batches of 128, twelve
epochs, as in the post; only that 5,000 of the 60,000 training images are the validation set. Where
one change brings another with it (a larger kernel more work, a second convolution a wider view), a
control keeps the other fixed.

Declared before the first run of a variant. Five seeds each, ten of the post's. All were trained on
one graphics card, with JAX in full single precision, so that no comparison mixes machines; "post,
on a processor" says whether that matters: the same trained with TensorFlow on processors. (Where
they are trained was declared when the first two of these were known; they count for nothing else.)

Each variant is compared with the post's, by Welch's t-test (the same seed means nothing to two
networks of different shapes), adjusted by Benjamini and Hochberg's method over all variants; the
measure is the accuracy after the last epoch. Two are told apart if the adjusted p is below .05 on
the test set and the validation set says the same, with the same sign; where only one of the two
does, it is undecided. The interval of the difference says which effect could have been seen.
"""

SETTINGS = {"optimizer": "Adadelta", "learning_rate": 1.0, "epochs": 12}

POST = "32C3-64C3-P2-D.25-128-D.5"
VARIANTS = {"post": {"network": POST}, "post, on a processor": {"network": POST}}

# Dropout, a quarter after the pooling and a half before the last layer.
VARIANTS |= {
    "no dropout": {"network": "32C3-64C3-P2-128"},
    "no dropout after pooling": {"network": "32C3-64C3-P2-128-D.5"},
    "no dropout before the last layer": {"network": "32C3-64C3-P2-D.25-128"},
    "half as many kept": {"network": "32C3-64C3-P2-D.625-128-D.75"},  # 1 - .75 / 2, 1 - .5 / 2
}
# Kernels, and the same with about the post's 12.0 million multiply-adds.
VARIANTS |= {
    "kernels of 1": {"network": "32C1-64C1-P2-D.25-128-D.5"},
    "kernels of 5": {"network": "32C5-64C5-P2-D.25-128-D.5"},
    "kernels of 7": {"network": "32C7-64C7-P2-D.25-128-D.5"},
    "kernels of 1, equal work": {"network": "73C1-146C1-P2-D.25-128-D.5"},
    "kernels of 5, equal work": {"network": "23C5-46C5-P2-D.25-128-D.5"},
    "kernels of 7, equal work": {"network": "21C7-42C7-P2-D.25-128-D.5"},
}
VARIANTS |= {
    "half the filters": {"network": "16C3-32C3-P2-D.25-128-D.5"},
    "twice the filters": {"network": "64C3-128C3-P2-D.25-128-D.5"},
}
# Depth: one convolution that sees what the post's two see, 5 × 5 pixels; the same with the work of
# both; three; and three with the work of two.
VARIANTS |= {
    "one convolution, equal view": {"network": "64C5-P2-D.25-128-D.5"},
    "one convolution, equal view and work": {"network": "365C5-P2-D.25-128-D.5"},
    "three convolutions": {"network": "32C3-64C3-64C3-P2-D.25-128-D.5"},
    "three convolutions, equal work": {"network": "32C3-35C3-35C3-P2-D.25-128-D.5"},
}
VARIANTS |= {
    "no pooling": {"network": "32C3-64C3-D.25-128-D.5"},
    "stride for pooling": {"network": "32C3-64C3S2-D.25-128-D.5"},
    "mean for largest": {"network": "32C3-64C3-A2-D.25-128-D.5"},
}
VARIANTS |= {
    "no dense layer": {"network": "32C3-64C3-P2-D.25-D.5"},  # with both dropouts
    **{f"{n} dense units": {"network": f"32C3-64C3-P2-D.25-{n}-D.5"} for n in (32, 64, 256)},
}
VARIANTS |= {
    "tanh": {"network": POST, "network_options": {"activation": "tanh"}},
    "batches of 32": {"network": POST, "batch_size": 32},
    "batches of 512": {"network": POST, "batch_size": 512},
}
# What its authors and its ancestor say: the network that replaced it among Keras's examples (2020),
# by its own recipe and by the post's, and LeNet-5 (1998), its layers by the post's recipe.
SUCCESSOR = "32C3-P2-64C3-P2-D.5"
VARIANTS |= {
    "Keras's of 2020, its recipe": {
        "network": SUCCESSOR,
        "optimizer": "Adam",
        "learning_rate": 0.001,
        "epochs": 15,
        "training_images": 54_000,
    },
    "Keras's of 2020": {"network": SUCCESSOR},
    "LeNet-5": {
        "network": "6C5same-A2-16C5-A2-120-84",
        "network_options": {"activation": "tanh"},
    },
}
SEEDS = 5
MORE_SEEDS = {"post": 10}
