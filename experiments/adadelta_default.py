"""What does the post's recipe reach under Adadelta's old default learning rate, and under today's?

The post's network, batch and twelve epochs. The post trained on all 60,000 images; here 5,000 of
them are the validation set.
"""

SETTINGS = {
    "network": "32C3-64C3-P2-D.25-128-D.5",
    "optimizer": "Adadelta",
    "epochs": 12,
}
VARIANTS = {
    "the default until 2019, 1.0": {"learning_rate": 1.0},
    "today's default, 0.001": {"learning_rate": 0.001},
}
SEEDS = 1
