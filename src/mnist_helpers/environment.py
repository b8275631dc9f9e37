"""What machine and which versions a result comes from.

Used by the notebooks' stamps, the manifest of the trained networks and the benchmarks.
"""

import importlib.metadata
import os
import platform
from pathlib import Path

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
