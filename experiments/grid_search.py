"""Does a grid search find the same network twice, and is its choice worth anything on the test set?

The grid of the example of 2018, searched by scikit-learn: 8C3-8C3-P2-D.25, then dense layers of 32,
64, 32-32 or 64-64 units and dropout .5, for three or six epochs; Adadelta at the rate of 1.0 that
was the default then, batches of 32, three folds, chosen by the mean log loss. Each seed draws
500 of the 55,000 training images (the example searches with all 60,000), searches them, and
trains every point of the grid once more on all 500, so that the choice can be compared with what
it left: about a minute of one core a seed.

Declared before the first run. Five seeds, and four things to report: how often each point is
chosen; the test accuracy of the chosen point less the mean of those with the same number of epochs
(is the choice of the dense layers worth anything?); that of six epochs less three, means over the
dense layers; and the chosen point's accuracy on the folds less its accuracy on the test set after
training on all (does the search promise too much?). Intervals are of Student's t over the seeds.
"""

SETTINGS = {
    "task": "grid_search",
    "network": "8C3-8C3-P2-D.25-64-D.5",
    "optimizer": "Adadelta",
    "learning_rate": 1.0,
    "batch_size": 32,
    "epochs": 6,
}
GRID = {"dense_units": [[32], [64], [32, 32], [64, 64]], "epochs": [3, 6], "folds": 3}
VARIANTS = {"500 images": {"task_options": GRID | {"images": 500}}}
SEEDS = 5
