"""How long a photograph of 12 megapixels takes, from its file to a prediction, and what memory.

- ``photograph_s``: reading, preparation and the digit pad's network, which has predicted before.
- ``photograph_mb``: the most that a process holds which reads and prepares it, Python and its
  libraries included, without TensorFlow. A process of its own each time.
"""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np
from PIL import Image

from benchmarks._cores import use_two_cores

TARGETS = {"photograph_s": ("s", 1, "lower"), "photograph_mb": ("MB", 300, "lower")}
REPEATS = 7
SIDES = (3000, 4000)
PREPARE = (  # not `ru_maxrss`, which begins with what the parent held
    "import re, sys; from pathlib import Path; from mnist_helpers import photograph;"
    "photograph.prepare_photograph(photograph.read_photograph(sys.argv[1]));"
    "print(re.search(r'VmHWM:\\s*(\\d+)', Path('/proc/self/status').read_text())[1])"
)


def measure(names=tuple(TARGETS)):
    """Measure some of the two; return a dict from name to the repeated measurements."""
    use_two_cores()
    measured = {}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "digit.jpg")
        enlarge(path)
        if "photograph_s" in names:
            measured["photograph_s"] = seconds(path)
        if "photograph_mb" in names:
            measured["photograph_mb"] = [megabytes(path) for _ in range(REPEATS)]
    return measured


def enlarge(path):
    """Write chapter 17's photograph as a camera of 12 megapixels would, with noise of its own."""
    source = Path(__file__).resolve().parents[1] / "notebooks" / "photograph.jpg"
    with Image.open(source) as picture:
        pixels = np.asarray(picture.resize(SIDES), np.float32)
    pixels += np.random.default_rng(0).standard_normal(pixels.shape, np.float32) * 5
    Image.fromarray(pixels.clip(0, 255).astype(np.uint8)).save(path, quality=92)


def seconds(path):
    """Return the seconds of some predictions."""
    from mnist_helpers import data, photograph, storage

    network = storage.load_network("digit_pad")
    taken = []
    for turn in range(REPEATS + 1):
        start = time.perf_counter()
        image = photograph.prepare_photograph(photograph.read_photograph(path)).image
        network.predict(data.prepare_images(image[None]), verbose=0)
        if turn:  # the first one compiles
            taken.append(time.perf_counter() - start)
    return taken


def megabytes(path):
    """Return the most memory that a process holds which prepares the photograph."""
    shown = subprocess.run([sys.executable, "-c", PREPARE, path], capture_output=True, check=True)
    return int(shown.stdout) / 1024
