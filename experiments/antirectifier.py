"""Does a layer that keeps both signs reach the same accuracy with half the parameters?

The network of the example of 2018: two dense layers of 256 units, each with the antirectifier (the
row centred, of length 1, its positive and negative parts side by side) and dropout .1 behind it;
RMSprop at 0.001, batches of 128. The claim does not say with what it compares, so there are three
networks with ReLU: `ReLU, same units` (256), `ReLU, as many parameters` (306) and `ReLU, twice the
parameters` (512, whose next layers read as many numbers as the antirectifier's). Two more change
one thing each: `both signs, not normalised` and `ReLU, normalised`. A tenth of the images (5,500)
and five epochs of the example's forty, five seeds: a few seconds of one core a run.

Declared before the first run. Each of the five others is compared with `antirectifier`, by Welch's
intervals, adjusted by Benjamini and Hochberg's method over the five; told apart if both the test
and the validation images say so, with the same sign. "Comparable" means that the interval of the
difference in test accuracy lies between -0.5 and +0.5 points; an interval that reaches beyond
leaves the claim undecided. `fifteen epochs` trains two of them three times as long, on the same
images, five seeds, too; their difference is reported likewise, by itself.
(Declared before it was run; its seeds were cut to three after the first run, to save time, and put
back to five when two had been seen.)
"""

SETTINGS = {"task": "antirectifier", "optimizer": "RMSprop", "epochs": 5, "training_images": 5500}
BOTH = {"normalised": True, "signs": 2}
RELU = {"normalised": False, "signs": 1}
VARIANTS = {
    "antirectifier": {"task_options": {"units": 256} | BOTH},
    "ReLU, same units": {"task_options": {"units": 256} | RELU},
    "ReLU, as many parameters": {"task_options": {"units": 306} | RELU},
    "ReLU, twice the parameters": {"task_options": {"units": 512} | RELU},
    "both signs, not normalised": {
        "task_options": {"units": 256, "normalised": False, "signs": 2},
    },
    "ReLU, normalised": {"task_options": {"units": 256, "normalised": True, "signs": 1}},
}
VARIANTS |= {
    f"{name}, fifteen epochs": VARIANTS[name] | {"epochs": 15}
    for name in ("antirectifier", "ReLU, twice the parameters")
}
SEEDS = 5
