"""The two cores on which everything is measured."""

import os

THREADS = 2


def use_two_cores():
    """Let TensorFlow and BLAS, which count the cores that they may use, count two."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:THREADS])
