"""What does a grid search find, on a few thousand images, and what is its choice worth?

The grid of the example of 2018: two convolutions of 8 maps, a pooling, dropout .25, then dense
layers of 32, 64, 32-32 or 64-64 units with dropout .5 behind them, for three or six epochs, by
Adadelta at 1.0 (the default then) and batches of 32. The example searches by three folds of all
training images; here each point learns from 3,000 images and is judged by the 5,000 validation
images, and the whole search of eight points is made three times, once with each seed: about ten
seconds of one core a run. The test images choose nothing.

Declared before the first run. A search chooses the point with the least loss on the validation
images, which is the example's score. Reported, as intervals over the searches: what six epochs
are worth beside three, over all dense layers, by seed; each of the dense layers against 32 units,
after six epochs, by Welch's intervals, adjusted by Benjamini and Hochberg's method, told apart if
test and validation images say so with the same sign; which points were chosen; and what the choice
is worth: the chosen point's accuracy on the test images less the mean of the four that had as many
epochs, by seed. (Five searches were declared; they were cut to three during the first, when a run
turned out to take twice the seconds that it was reckoned at.)
"""

SETTINGS = {
    "optimizer": "Adadelta",
    "learning_rate": 1.0,
    "batch_size": 32,
    "training_images": 3_000,
}
VARIANTS = {
    f"{units}, {epochs} epochs": {
        "network": f"8C3-8C3-P2-D.25-{units}-D.5",
        "epochs": epochs,
    }
    for epochs in (3, 6)
    for units in ("32", "64", "32-32", "64-64")
}
SEEDS = 3
