"""Which machine draws digits best, by whose judgement, and what does a small budget leave of each?

The example of 2018, `mnist_acgan`, takes three hours an epoch on a CPU, by its own words, and asks
for fifteen. Here the generator has 16 and 8 maps and the discriminator 8 and 16, the batches 64
images, for three epochs: about a minute of one core that has nothing else to do. `flow` learns among
the first 64 principal components of each digit, by three dense layers of 256 units.

Three machines need no training. `normals` draws from the normal distribution of the same components
of each digit. `copies` hands out real training images, and `components` the same images with
nothing left of them but these components: that is the best which `flow` and `normals` can reach.

Declared before the first run; sizes, rates and steps of the two trained machines were tried on
validation images with seed 0, before. Five seeds. Each machine is compared with `copies`, on 2,500
validation images and on every fourth test image, with as many drawn ones, and `flow` with `acgan`
and with `normals`; p-values adjusted by Benjamini and Hochberg's method. Two are told apart if both
sets say so, with the same sign. The classifier that the accuracies are of has learned from 20,000
drawn images, and from no real one (but for those of `copies`).
"""

COMPONENTS = 64
VARIANTS = {
    "copies": {"task": "normals", "task_options": {"machine": "copies"}, "epochs": 0},
    "components": {
        "task": "normals",
        "task_options": {"machine": "components", "components": COMPONENTS},
        "epochs": 0,
    },
    "normals": {
        "task": "normals",
        "task_options": {"machine": "normals", "components": COMPONENTS},
        "epochs": 0,
    },
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
        "epochs": 3,
    },
    "flow": {
        "task": "flow",
        "task_options": {"components": COMPONENTS, "units": 512},
        "learning_rate": 0.002,
        "schedule": "cosine",
        "optimizer_options": {"use_ema": True, "ema_momentum": 0.99},
        "batch_size": 256,
        "epochs": 6,
    },
}
SETTINGS = {"network": ""}  # `task_options` say it
SEEDS = 5
