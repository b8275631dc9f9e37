"""Hand the trainings that are missing to Dask's workers, and record each as it comes back."""

import contextlib
import subprocess
import sys
from pathlib import Path

import dask
from distributed import Client, LocalCluster, as_completed
from filelock import FileLock, Timeout
from tqdm import tqdm

from mnist_helpers import environment, tasks
from mnist_helpers.experiments import definition, outputs, results

ROOT = definition.EXPERIMENTS.parent


@contextlib.contextmanager
def connect(scheduler=None, workers=None, threads=1):
    """Connect to a Dask cluster: a running one, or a new one on this machine.

    Parameters
    ----------
    scheduler : str, optional
        Address of a running scheduler, such as ``tcp://host:8786``.
    workers : int, optional
        Processes of a new cluster; by default one for each core.
    threads : int
        Threads with which each of them computes.

    Raises
    ------
    ValueError
        If no scheduler answers at the address.
    """
    if scheduler:
        try:
            client = Client(scheduler, timeout=10)
        except (OSError, ValueError) as error:
            raise ValueError(f"no Dask scheduler answers at {scheduler} ({error})") from None
        with client:
            yield client
        return
    limits = ("OMP_NUM_THREADS", "TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS")
    # oneDNN is TensorFlow's faster half, and off by default on processors without AVX-512.
    variables = {"TF_ENABLE_ONEDNN_OPTS": "1"} | dict.fromkeys(limits, str(threads))
    configuration = {
        "distributed.nanny.pre-spawn-environ": variables,  # before a worker imports anything
        "distributed.scheduler.worker-ttl": None,  # a pause is no death
    }
    with (
        dask.config.set(configuration),
        LocalCluster(
            n_workers=workers or environment.cores(),
            threads_per_worker=1,  # one training at a time
            dashboard_address=":0",
        ) as cluster,
        Client(cluster) as client,
    ):
        yield client


def run(experiment, client, variants=(), folder=definition.EXPERIMENTS):
    """Train what is missing, and record each run as it is done.

    Parameters
    ----------
    experiment : Experiment
    client : distributed.Client
        A worker that dies gives its training back to the others.
    variants : sequence of str
        Only these; all by default.
    folder : Path
        By default the book's ``experiments/``.

    Returns
    -------
    int
        How many runs failed; each has been reported.

    Raises
    ------
    ValueError
        If a variant is not one of the experiment's, or the recorded results are damaged.
    """
    if unknown := sorted(set(variants) - set(experiment.variants)):
        raise ValueError(
            f"{experiment.name} has no variant {unknown[0]!r}; "
            f"expected some of {list(experiment.variants)}"
        )
    try:
        with FileLock(results.path_of(experiment.name, folder).with_suffix(".run"), timeout=0):
            return _run(experiment, client, variants, folder)
    except Timeout:
        raise ValueError(
            f"{experiment.name} is being run by another process; expected one runner at a time"
        ) from None


def _run(experiment, client, variants, folder):
    todo = [
        run for run in outputs.missing(experiment, folder) if not variants or run[0] in variants
    ]
    futures = {}
    for variant, seed in todo:
        settings = experiment.variants[variant]
        future = client.submit(tasks.train, settings, seed, experiment.keeps, pure=False)
        futures[future] = variant, seed
    commit, failures = current_commit(), 0
    with tqdm(total=len(todo), desc=experiment.name, unit="run", smoothing=0) as progress:
        for future in as_completed(futures):
            run = futures.pop(future)
            try:
                row, probabilities, weights = future.result()
                if probabilities is not None:
                    outputs.keep_probabilities(experiment.name, run, probabilities, folder)
                if weights is not None:
                    outputs.keep_weights(experiment.name, run, weights, folder)
            except Exception as error:
                failures += 1
                progress.write(f"{run[0]}: {type(error).__name__}: {error}", file=sys.stderr)
            else:
                row |= {"variant": run[0], "commit": commit}
                results.append(experiment.name, row, folder)
            progress.update()
    return failures


def current_commit():
    """Name the commit of the code that trains, with a plus if files have changed since.

    "unknown" where the code is in no repository of its own: one unpacked inside another project's
    is not that project's.
    """
    git = ["git", "-C", str(ROOT)]
    try:
        top, commit = subprocess.check_output(
            [*git, "rev-parse", "--show-toplevel", "--short", "HEAD"], text=True
        ).splitlines()
        changed = subprocess.check_output([*git, "status", "--porcelain", "src"], text=True)
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
    if Path(top).resolve() != ROOT:
        return "unknown"
    return commit + ("+" if changed.strip() else "")
