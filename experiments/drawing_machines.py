"""Which machine draws digits best, by whose judgement, and what does a small budget leave of each?

The example of 2018, `mnist_acgan`, takes three hours an epoch on a CPU, by its own words, and asks
for fifteen. Here the generator has 16 and 8 maps and the discriminator 8 and 16, the batches 64
images, and there are as many steps as fit into about a minute of one core. `flow` learns among the
first 128 principal components, by three dense layers of 512 units, in about as long.

Three machines need no training. `normals` draws, for each digit, from a normal distribution of the
same components. `copies` hands out real training images, and `components` the same images with
nothing left of them but these components: that is the best which `flow` and `normals` can reach.

Declared before the first run; sizes, rates and steps of the two trained machines were tried on
validation images with seed 0, before. Five seeds. Each machine is compared with `copies`, on 2,500
validation images and on every fourth test image, with as many drawn ones, and `flow` with `acgan`
and with `normals`; p-values adjusted by Benjamini and Hochberg's method. Two are told apart if both
sets say so, with the same sign. The classifier that the accuracies are of has learned from 20,000
drawn images, and from no real one (but for those of `copies`).
"""

COMPONENTS = 128
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
