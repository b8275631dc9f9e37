"""What machine and which versions a result comes from."""

import importlib.metadata
import os
import platform
import time
from pathlib import Path

import numpy as np

PACKAGES = ("keras", "matplotlib", "numpy", "scikit-learn", "tensorflow")


def describe():
    """Describe the hardware and the versions that this process runs on.

    Returns
    -------
    dict
        ``hardware`` (processor, cores that this process may use, operating system) and
        ``versions`` (Python and the packages that results depend on).

    Examples
    --------
    >>> sorted(describe())
    ['hardware', 'versions']
    """
    versions = {"python": platform.python_version()}
    for package in PACKAGES:
        versions[package] = importlib.metadata.version(package)
    return {
        "hardware": f"{_processor()}, {cores()} cores, {platform.system()}",
        "versions": versions,
    }


def _processor():
    information = Path("/proc/cpuinfo")
    if information.exists():
        for line in information.read_text().splitlines():
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    return platform.processor() or platform.machine()


def cores():
    """Count the cores that this process may use.

    Examples
    --------
    >>> cores() >= 1
    True
    """
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count()


def multiply_adds_per_second(size=2048, repeats=7):
    """Measure how many multiply-adds a second this machine reaches in a large matrix product.

    In single precision, with all cores that NumPy's BLAS uses: the best of some products. No
    network can compute faster, so this gives the floor under its time.

    Parameters
    ----------
    size : int
        Rows and columns of both matrices.
    repeats : int
        Products of which the fastest counts; one more warms up.

    Returns
    -------
    float

    Examples
    --------
    >>> multiply_adds_per_second(size=64, repeats=1) > 0
    True
    """
    factor, product = np.ones((size, size), np.float32), np.empty((size, size), np.float32)
    seconds = []
    for _ in range(repeats + 1):
        started = time.perf_counter()
        np.matmul(factor, factor, out=product)
        seconds.append(time.perf_counter() - started)
    return size**3 / min(seconds[1:])
