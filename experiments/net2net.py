"""Does a larger network learn sooner if it begins with the function of a smaller one?

A teacher, two convolutions with pooling and one dense layer, is trained for three epochs by SGD at
0.01 with momentum 0.9. Then its students are trained for three more at a tenth of the rate: twice
as wide in the first convolution and the dense layer, by copies of units (with 5 % noise on the next
layer's new weights) or by random ones; one convolution and one dense layer deeper, these being
identities or random. The example of 2018 does this with 64 maps and units. Its table lacks a
control, which is trained here: the teacher itself, trained on at the students' rate.

`small` has 8 maps, 32 units and 5,500 training images, in batches of 32 (Keras's default: the
example names none): half a minute of one core a seed. `full size` has 64 maps and 55,000 images,
and takes about an hour; two seeds are declared. Both have relu behind the convolutions, where the
example has nothing, and measure on the 5,000 validation images, where it has the test set.

Declared before the first run. Five seeds; students of one seed share their teacher. Each way is
compared, seed by seed, with the same teacher trained on, and each preserving way with its random
likeness: the loss after the third epoch, on the test set and on the validation set, adjusted by
Benjamini and Hochberg's method. Two are told apart if both sets say so, with the same sign.
"""

SETTINGS = {
    "task": "net2net",
    "network": "",  # `task_options` say it
    "optimizer": "SGD",
    "optimizer_options": {"momentum": 0.9},
    "learning_rate": 0.01,
    "batch_size": 32,
    "epochs": 3,
}
VARIANTS = {
    "small": {
        "training_images": 5_500,
        "task_options": {"maps": 8, "units": 32, "student_rate": 0.001},
    },
    "full size": {"task_options": {"maps": 64, "units": 64, "student_rate": 0.001}},
}
SEEDS = 2
MORE_SEEDS = {"small": 5}
