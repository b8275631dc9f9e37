"""What is it worth to have learned 0 to 4 before one learns 5 to 9?

A network learns the digits 0 to 4; then 5 to 9 are learned from 10 to 4,900 images a class, in four
ways: the convolutions kept and frozen, so that only the dense layers learn; kept, and all learns
on; and, as controls, random convolutions frozen, and everything from scratch. All four make the
same number of steps (300 batches of 64) and read the same images.

The small network, 8C3-P2-16C3-P2-64, five epochs on the first five digits as the example of 2018
has it, but with Adam, takes under a minute of one core a seed. The example's own network and
optimizer, `as in 2018`, take about five; two seeds are declared, and compared with nothing.

Declared before the first run. Five seeds. At each number of images the three other ways are
compared with `from scratch`, seed by seed (they share images, order and dense layers), adjusted by
Benjamini and Hochberg's method over all comparisons; the measure is the accuracy on 5 to 9 after
the last step. Two are told apart if the adjusted p is below .05 on the test images and the
validation images say the same, with the same sign; otherwise they are undecided, or not told apart.

Declared afterwards, before its first run: a fifth way, `fresh dense layers`, on the same learned
convolutions, frozen, but with the dense layers of `random, frozen`. It takes apart what `frozen`
changes at once, and is compared, seed by seed and at each number of images, with `frozen` (which
differs in where the dense layers begin), with `random, frozen` (in the convolutions) and with
`from scratch`: eighteen comparisons, adjusted among themselves, told apart by the same rule.
"""

SETTINGS = {"task": "transfer", "epochs": 5}
SIZES = [10, 30, 100, 300, 1000, 4900]
VARIANTS = {
    "small network": {
        "network": "8C3-P2-16C3-P2-64",
        "learning_rate": 0.002,
        "batch_size": 64,
        "task_options": {"images_a_class": SIZES, "steps": 300},
    },
    "fresh dense layers": {
        "network": "8C3-P2-16C3-P2-64",
        "learning_rate": 0.002,
        "batch_size": 64,
        "task_options": {"images_a_class": SIZES, "steps": 300, "ways": ["frozen, fresh"]},
    },
    "as in 2018": {
        "network": "32C3-32C3-P2-D.25-128-D.5",
        "optimizer": "Adadelta",
        "learning_rate": 1.0,
        "task_options": {"images_a_class": [4900], "steps": 957},  # five epochs of 128
    },
}
SEEDS = 2
MORE_SEEDS = {"small network": 5, "fresh dense layers": 5}
