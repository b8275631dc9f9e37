"""Which machine draws digits best, by whose judgement, and what does a small budget leave of each?

The example of 2018, `mnist_acgan`, takes three hours an epoch on a CPU, by its own words, and asks
for fifteen. Here the generator has 16 and 8 maps and the discriminator 8 and 16, the batches 64
images, for two epochs: about 80 seconds of one core. `flow` learns among codes of 16 numbers,
which a small autoencoder of dense layers learns before, in two epochs, and by three dense layers.

Four machines have no network that draws. `normals` draws, for each digit, from a normal
distribution of the first 64 principal components, `normal codes` from one of the same codes as
`flow`: whatever `flow` is better by, the flow has brought. `copies` hands out real training images,
and `codes` the same images after the way through the code: what draws by codes hardly does better.

Declared before the first run; sizes, rates and steps of the two trained machines were tried on
validation images with seed 0, before. (A flow among 64 or 128 principal components was tried first:
after as many steps its drawings were no better than those of `normals`.) Five seeds. Each machine
is compared with others on 1,000 validation images and on every tenth test image, with as many
drawn ones; p-values adjusted by Benjamini and Hochberg's method. Two are told apart if both sets
say so, with the same sign. The classifier that the accuracies are of has learned from 10,000 drawn
images, and from no real one (but for those of `copies`).
"""

NUMBERS = 16  # as in chapter 20


def drawn(machine, **space):
    """Give the settings of a machine that has no network which draws."""
    return {"task": "normals", "task_options": {"machine": machine} | space, "epochs": 0}


VARIANTS = {
    "copies": drawn("copies"),
    "codes": drawn("copies", space="codes", numbers=NUMBERS),
    "normals": drawn("normals", space="components", numbers=64),
    "normal codes": drawn("normals", space="codes", numbers=NUMBERS),
    "acgan": {
        "task": "acgan",
        "task_options": {
            "generator": [16, 8],
            "discriminator": [8, 16],
            "dropout": 0.3,
            "real": 0.9,
        },
        "learning_rate": 0.002,
        "optimizer_options": {"beta_1": 0.5},
        "batch_size": 64,
        "epochs": 2,
    },
    "flow": {
        "task": "flow",
        "task_options": {"numbers": NUMBERS, "units": 256},
        "learning_rate": 0.002,
        "schedule": "cosine",
        "optimizer_options": {"use_ema": True, "ema_momentum": 0.995},
        "batch_size": 128,
        "epochs": 8,
    },
}
SETTINGS = {"network": ""}  # `task_options` say it
SEEDS = 5
