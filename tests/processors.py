"""Run chapters and numerical tests as other processors would compute them.

    python tests/processors.py                       every chapter but 03, under every setting
    python tests/processors.py notebooks/07_* ...    these files
    python tests/processors.py --setting "one thread" notebooks/07_*

Libraries choose their kernels by the processor, and kernels and threads add up in different
orders. A setting is a few environment variables that make them choose as elsewhere; what a cell
then prints, and nbval compares with what is stored, must be the same.
"""

import argparse
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "TF_NUM_INTRAOP_THREADS": "1"}
SETTINGS = {
    "AVX2": {"OPENBLAS_CORETYPE": "Haswell", "ONEDNN_MAX_CPU_ISA": "AVX2"},
    "AVX": {"OPENBLAS_CORETYPE": "Sandybridge", "ONEDNN_MAX_CPU_ISA": "AVX"},
    "AVX-512": {"OPENBLAS_CORETYPE": "SkylakeX"},
    "with oneDNN": {"TF_ENABLE_ONEDNN_OPTS": "1"},
    "without oneDNN": {"TF_ENABLE_ONEDNN_OPTS": "0"},
    "one thread": ONE_THREAD,
    "two threads": {name: "2" for name in ONE_THREAD},
    "all at once": ONE_THREAD
    | {
        "OPENBLAS_CORETYPE": "Nehalem",
        "TF_ENABLE_ONEDNN_OPTS": "1",
        "ONEDNN_MAX_CPU_ISA": "SSE41",
    },
}
# The product runs the kernel: where the processor lacks its instructions, the process dies.
PROBE = (
    "import numpy, threadpoolctl; numpy.ones((99, 99)) @ numpy.ones((99, 99));"
    "print(*(pool['architecture'] for pool in threadpoolctl.threadpool_info()))"
)


def obstacle(setting):
    """Say why a setting cannot be had on this machine; None if it can."""
    kernel = setting.get("OPENBLAS_CORETYPE")
    if not kernel:
        return None
    probe = subprocess.run(
        [sys.executable, "-c", PROBE], env=os.environ | setting, capture_output=True, text=True
    )
    if probe.returncode == 0 and kernel in probe.stdout.split():
        return None
    return f"this machine's NumPy does not run OpenBLAS's {kernel} kernel"


def run(setting, paths):
    """Run pytest on some files under a setting; return its exit status, 0 if nothing differs."""
    command = [sys.executable, "-m", "pytest", "--quiet", "--tb=short", *map(str, paths)]
    return subprocess.run(command, env=os.environ | setting, cwd=ROOT).returncode


def main(arguments=None):
    """Do what the command line asks; return the number of settings under which something fails."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("paths", nargs="*", type=Path, help="notebooks and tests; else all")
    parser.add_argument("--setting", choices=SETTINGS, action="append", help="else all")
    options = parser.parse_args(arguments)
    paths = [path.resolve() for path in options.paths]
    failed = 0
    for name in options.setting or SETTINGS:
        if reason := obstacle(SETTINGS[name]):
            print(f"{name}: skipped, {reason}", flush=True)
            continue
        print(f"{name}: {SETTINGS[name]}", flush=True)
        numerical = sorted(ROOT.glob("tests/test_numpy_cnn_*.py"))
        failed += run(SETTINGS[name], paths or [ROOT / "notebooks", *numerical]) != 0
    return failed


if __name__ == "__main__":
    sys.exit(main())
