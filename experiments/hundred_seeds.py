"""Does the fast recipe hold 99.19 % on average, and the fastest 99.0 %?

The last two rungs of `ten_seconds`, unchanged, with a hundred fresh seeds each: seeds 0 to 9 are
those of the ladder, which have been seen, and are left out of the verdict.

Declared before the first run. For each of the two, Student's one-sided t-test of seeds 10 to 109
against its goal, the accuracy of the last epoch on the test set; "holds" where p < .01, "falls
short" where the test the other way has p < .01, else undecided. One reading, when all are recorded.
"""

from mnist_helpers.experiments import load

SETTINGS = {}
LADDER = load("ten_seconds").variants
VARIANTS = {name: LADDER[name] for name in ("no margin", "one epoch")}
SEEDS = 110
