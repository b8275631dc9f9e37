"""Is it the second convolution that counts, or how far the last maps see?

Networks of one convolution and of two, whose last maps see 4, 6 or 12 pixels across; 24 kernels in
the first convolution and 32 in the second, a dense layer of 256 units, no dropout. Three of them do
about the same work. The recipe is that of the experiment `architecture`: Adam under a one-cycle
schedule to 0.002, three epochs, five seeds. Declared before the first run: all are compared in
pairs by Welch's t-test, on the test set and on the validation set.
"""

SETTINGS = {"learning_rate": 0.002, "schedule": "one_cycle", "epochs": 3}
VARIANTS = {
    "one convolution, sees 4": {"network": "24C3-P2-256"},
    "one convolution, sees 6": {"network": "24C5-P2-256"},
    "one convolution, sees 12": {"network": "24C9-P4-256"},
    "two convolutions, see 6": {"network": "24C3-32C3-P2-256"},
    "two convolutions, see 12": {"network": "24C5-P2-32C3-P2-256"},
}
SEEDS = 5
