"""What is it worth that a convolution has one kernel for all places?

A small network of two convolutions with strides and the ten outputs behind them (no dense layer in
between, which could make up for it): as it is, with a kernel of its own for every place of the
first convolution, and of both. Work, maps and field of view stay; the weights grow from 5,386 to
35,130 and 63,162. With all 55,000 images in three epochs, and with 1,000 in thirty.

Declared before the first run. Five seeds. With each number of images the two are compared with the
convolutions, on digits in their place and on digits moved by two pixels (the mean of four
directions), by Welch's t-test after the last epoch, adjusted by Benjamini and Hochberg's method
over all eight comparisons. Two are told apart if the adjusted p is below .05 on the test images and
the validation images say the same, with the same sign; where only one does, it is undecided.
"""

SETTINGS = {
    "task": "locally_connected",
    "network": "8C5S2-16C3S2",
    "learning_rate": 0.002,
}
NUMBERS = {"": {"epochs": 3}, ", 1,000 images": {"epochs": 30, "training_images": 1_000}}
VARIANTS = {
    name + images: {"task_options": {"unshared": unshared}} | settings
    for images, settings in NUMBERS.items()
    for unshared, name in enumerate(("shared", "first unshared", "both unshared"))
}
SEEDS = 5
