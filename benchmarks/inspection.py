"""How much faster a whole gallery of maximised images is in one batch than a filter at a time.

- ``activation_gallery_speedup``: all filters of both convolutions of the post's network, all
  regularisers, 40 steps. Both sides take the same compiled step, compiled before the clock starts:
  what is left is the batch alone. (Code that builds and compiles a function for each filter, as
  the linked work does, is slower still.)
"""

import os
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np

from benchmarks._cores import use_two_cores

TARGETS = {"activation_gallery_speedup": ("ratio", 5, "higher")}
REPEATS, STEPS = 7, 40


def measure(names=tuple(TARGETS)):
    """Measure the seconds of a gallery both ways, in turns.

    Returns a dict from name to the repeated measurements.
    """
    use_two_cores()
    galleries = [Gallery(index) for index in (0, 1)]
    ratios = []
    for _ in range(REPEATS):
        one_by_one = sum(gallery.one_by_one() for gallery in galleries)
        together = sum(gallery.together() for gallery in galleries)
        ratios.append(one_by_one / together)
    return dict.fromkeys(names, ratios)


class Gallery:
    """The filters of one layer of the post's network, and the compiled step that all share."""

    def __init__(self, index):
        from mnist_helpers import inspection, storage

        network = storage.load_network("post_cnn")
        layer = network.layers[index]
        self.step = inspection.ascent(network, layer.name, "all")
        self.start = np.random.default_rng(0).random((layer.filters, 28, 28, 1), np.float32)
        self.chosen = np.eye(layer.filters, dtype=np.float32)
        alone = self.climb(self.start[:1], self.chosen[:1])  # both compile their step here
        together = self.climb(self.start, self.chosen)
        if not np.allclose(alone[0], together[0], atol=1e-3):
            raise RuntimeError("alone and in a batch, the first filter ends at different images")

    def climb(self, images, chosen):
        """Take all steps; return the images."""
        for _ in range(STEPS):
            images, _ = self.step(images, chosen)
        return np.asarray(images)

    def one_by_one(self):
        """Return the seconds of a gallery, one filter at a time."""
        start = time.perf_counter()
        for number in range(len(self.start)):
            self.climb(self.start[number : number + 1], self.chosen[number : number + 1])
        return time.perf_counter() - start

    def together(self):
        """Return the seconds of a gallery in one batch."""
        start = time.perf_counter()
        self.climb(self.start, self.chosen)
        return time.perf_counter() - start
