"""What machine and which versions a result comes from."""

import contextlib
import functools
import hashlib
import importlib.metadata
import os
import platform
import sys
import time
from pathlib import Path

import numpy as np

from mnist_helpers.data import EMBEDDED_SHA256
from mnist_helpers.files import sha256

LIMITS = ("OMP_NUM_THREADS", "TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS")  # of threads
PACKAGES = ("keras", "matplotlib", "numpy", "scikit-learn", "tensorflow", "jax", "jaxlib", "torch")


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
        with contextlib.suppress(importlib.metadata.PackageNotFoundError):  # Keras needs one of 3
            versions[package] = importlib.metadata.version(package)
    return {
        "hardware": f"{_processor()}, {cores()} cores, {platform.system()}",
        "versions": versions,
    }


def machine():
    """Describe what the last digits of a training hang on, beyond the versions.

    Returns
    -------
    dict
        ``processor`` and its vector ``features`` as NumPy groups them (X86_V3 is AVX2, X86_V4
        AVX-512); ``blas``, NumPy's library for products of matrices, and the ``kernel`` that it
        chose for this processor; ``threads``, as limited for TensorFlow and BLAS; ``onednn``,
        whether TensorFlow computes with oneDNN, None where TensorFlow is not loaded
        or does not say.

    Examples
    --------
    >>> sorted(machine())
    ['blas', 'features', 'kernel', 'onednn', 'processor', 'threads']
    """
    from threadpoolctl import threadpool_info

    pools = [pool for pool in threadpool_info() if pool["user_api"] == "blas"]
    pools.sort(key=lambda pool: "numpy" not in Path(pool["filepath"]).parent.name)  # SciPy has one
    blas = [*pools, {}][0]
    onednn = None
    if "tensorflow" in sys.modules:
        with contextlib.suppress(ImportError, AttributeError):  # nothing public says it
            from tensorflow.python.util import _pywrap_util_port

            onednn = bool(_pywrap_util_port.IsMklEnabled())
    return {
        "processor": _processor(),
        "features": np.show_config("dicts")["SIMD Extensions"].get("found", []),
        "blas": f"{blas.get('internal_api', 'unknown')} {blas.get('version', '')}".strip(),
        "kernel": blas.get("architecture", "unknown"),
        "threads": os.environ.get("OMP_NUM_THREADS", "all"),
        "onednn": onednn,
    }


@functools.cache
def code():
    """Hash the source of this package, its line ends aside, as it is when this is first asked."""
    digest, folder = hashlib.sha256(), Path(__file__).parent
    for path in sorted(folder.rglob("*.py")):
        digest.update(path.relative_to(folder).as_posix().encode() + b"\0")
        digest.update(path.read_bytes().replace(b"\r\n", b"\n") + b"\0")
    return digest.hexdigest()[:16]


def proof(data=None):
    """Tell what a training's figures hang on: two processes that say the same train the same.

    Parameters
    ----------
    data : str or Path, optional
        A folder with a data set; by default the MNIST that comes with the package.

    Returns
    -------
    dict
        ``code``, a hash of the package's source; ``data``, one of the images and labels;
        ``backend`` of Keras; ``versions``; ``threads``, by the variables that limit them.

    Examples
    --------
    >>> sorted(proof())
    ['backend', 'code', 'data', 'threads', 'versions']
    """
    import keras

    files = sorted(Path(data).glob("*-*")) if data else []
    checksums = [sha256(path) for path in files] or [EMBEDDED_SHA256]  # which loading compares
    return {
        "code": code(),
        "data": hashlib.sha256("".join(checksums).encode()).hexdigest()[:16],
        "backend": keras.config.backend(),
        "versions": _versions(),
        "threads": {name: os.environ.get(name, "all") for name in LIMITS},
    }


@functools.cache
def _versions():
    return describe()["versions"]


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


def device():
    """Name the device that Keras computes on, on any of its backends.

    Examples
    --------
    >>> device()
    'cpu:0'
    """
    import keras  # slow to import, and not needed by what else stands here

    if keras.config.backend() == "jax":
        import jax

        first = jax.devices()[0]
        return f"{first.platform}:0" + f" ({first.device_kind})" * (first.platform != "cpu")
    if keras.config.backend() != "torch":
        return keras.distribution.list_devices()[0]
    name = str(keras.ops.zeros(1).device)  # Keras lists no devices of torch
    return name if ":" in name else f"{name}:0"


def set_keras_defaults():
    """Set Keras to float32 and the channels last, whatever the user's ``keras.json`` says.

    Used where networks are trained or built: by every chapter, and the experiments.

    Examples
    --------
    >>> import keras
    >>> keras.config.set_image_data_format("channels_first")
    >>> set_keras_defaults()
    >>> keras.config.image_data_format()
    'channels_last'
    """
    import keras

    keras.config.set_floatx("float32")
    keras.config.set_dtype_policy("float32")
    keras.config.set_epsilon(1e-7)
    keras.config.set_image_data_format("channels_last")
    keras.config.set_max_epochs(None)
    keras.config.set_max_steps_per_epoch(None)


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
