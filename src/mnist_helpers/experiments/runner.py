"""Hand the trainings that are missing to Dask's workers, and record each as it comes back."""

import contextlib
import errno
import logging
import subprocess
import sys
from pathlib import Path
from queue import Empty, SimpleQueue

import dask
from distributed import CancelledError, Client, LocalCluster, get_worker
from distributed.comm import CommClosedError
from filelock import FileLock, Timeout
from tqdm import tqdm

from mnist_helpers import environment, tasks
from mnist_helpers.experiments import definition, outputs, results

PATIENCE = 30  # seconds for the first worker of a running scheduler to come
GLANCE = 5  # seconds without a result after which to look whether there are workers
ABANDONED = 300  # seconds for another worker to come when the last one has died
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
        If no scheduler answers at the address, or it has no workers.
    """
    if scheduler:
        logging.getLogger("distributed.client").setLevel(logging.CRITICAL)  # `run` says it shorter
        try:
            client = Client(scheduler, timeout=10)
        except (OSError, ValueError) as error:
            raise ValueError(f"no Dask scheduler answers at {scheduler} ({error})") from None
        with client:
            try:
                client.wait_for_workers(1, timeout=PATIENCE)
            except TimeoutError:
                raise ValueError(
                    f"the scheduler at {scheduler} has no workers; start some, each with "
                    f"{' '.join(f'{name}={threads}' for name in environment.LIMITS)} "
                    f"dask worker {scheduler} --nthreads 1"
                ) from None
            yield client
        return
    # oneDNN is TensorFlow's faster half, and off by default on processors without AVX-512.
    variables = {"TF_ENABLE_ONEDNN_OPTS": "1"} | dict.fromkeys(environment.LIMITS, str(threads))
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


def run(experiment, client, variants=(), folder=definition.EXPERIMENTS, threads=1):
    """Train what is missing, and record each run as it is done.

    Parameters
    ----------
    experiment : Experiment
    client : distributed.Client
        A worker that dies gives its training back to the others. Each proves that it runs this
        process's code and versions on the same data, with so many threads, before it trains.
    variants : sequence of str
        Only these; all by default.
    folder : Path
        By default the book's ``experiments/``.
    threads : int
        Of each worker.

    Returns
    -------
    int
        How many runs failed; each has been reported.

    Raises
    ------
    ValueError
        If a variant is not one of the experiment's, the recorded results are damaged, a worker is
        another than it should be, the last one dies and no other comes, or the scheduler dies.
    """
    if unknown := sorted(set(variants) - set(experiment.variants)):
        raise ValueError(
            f"{experiment.name} has no variant {unknown[0]!r}; "
            f"expected some of {list(experiment.variants)}"
        )
    try:
        with FileLock(results.path_of(experiment.name, folder).with_suffix(".run"), timeout=0):
            return _run(experiment, client, variants, folder, threads)
    except Timeout:
        raise ValueError(
            f"{experiment.name} is being run by another process; expected one runner at a time"
        ) from None


class Refused(ValueError):
    """A worker is not what the runner takes it for."""


def _expected(threads, data=None):
    limits = dict.fromkeys(environment.LIMITS, str(threads))
    return environment.proof(data) | {"threads": limits, "trainings at a time": 1}


def check_workers(client, threads=1):
    """Refuse a cluster on which a worker would train something else, or count something else."""
    expected = _expected(threads)
    for address, found in client.run(_proof, on_error="return").items():
        _compare(address, found, expected)


def _proof(data=None, dask_worker=None):  # which `Client.run` hands over
    worker = dask_worker or get_worker()
    return environment.proof(data) | {"trainings at a time": worker.state.nthreads}


def _compare(address, found, expected):
    if isinstance(found, Exception):
        found = {"code": f"{type(found).__name__}: {found}"}
    for name, value in expected.items():
        if found.get(name) != value:
            raise Refused(
                f"the worker {address} is refused, for its {name}: "
                f"{str(found.get(name))[:80]}; expected {str(value)[:80]}"
            )


def train(expected, settings, *arguments):
    """Train in a worker, which proves first what it is: it may have joined after the others."""
    _compare(get_worker().address, _proof(settings["data"]), expected)
    return tasks.train(settings, *arguments)


def _run(experiment, client, variants, folder, threads):
    todo = [
        run for run in outputs.missing(experiment, folder) if not variants or run[0] in variants
    ]
    if todo:
        check_workers(client, threads)
    expected = {
        data: _expected(threads, data)
        for data in {settings["data"] for settings in experiment.variants.values()}
    }
    futures = {}
    for variant, seed in todo:
        settings = experiment.variants[variant]
        checkpoint = outputs.checkpoint_path(experiment.name, (variant, seed), folder)
        arguments = settings, seed, experiment.keeps, checkpoint
        future = client.submit(train, expected[settings["data"]], *arguments, pure=False)
        futures[future] = variant, seed
    commit, failures = current_commit(), 0
    with tqdm(total=len(todo), desc=experiment.name, unit="run", smoothing=0) as progress:
        for future in _as_done(futures, client, progress):
            run = futures.pop(future)
            try:
                row = record(experiment.name, run, future.result(), commit, folder)
            except (CancelledError, CommClosedError):
                raise ValueError(
                    f"the scheduler is gone with {len(futures) + 1} runs of {experiment.name} to "
                    "do; start again for them"
                ) from None
            except Refused:
                client.cancel(list(futures))
                raise
            except Exception as error:
                if getattr(error, "errno", None) == errno.ENOSPC:  # no other run can be recorded
                    client.cancel(list(futures))
                    raise
                failures += 1
                progress.write(f"{run[0]}: {type(error).__name__}: {error}", file=sys.stderr)
            else:
                for name in results.diverged([row]):
                    progress.write(f"{name}: diverged, and is recorded so", file=sys.stderr)
            progress.update()
    return failures


def _as_done(futures, client, progress):
    """Yield each future as it is done; refuse to wait on where there is nobody to do them.

    Dask's own ``no-workers-timeout`` is the scheduler's to set, for all of its clients.
    """
    done = SimpleQueue()
    for future in futures:
        future.add_done_callback(done.put)
    left = len(futures)
    while left:
        try:
            future = done.get(timeout=GLANCE)
        except Empty:
            if not client.nthreads():
                progress.write("no worker is left; waiting for another one", file=sys.stderr)
                _wait_for_another(client, futures, left)
            continue
        left -= 1
        yield future


def _wait_for_another(client, futures, left):
    try:
        client.wait_for_workers(1, timeout=ABANDONED)
    except TimeoutError:
        client.cancel(list(futures))
        raise ValueError(
            f"the last worker died, {left} runs are left, and no other worker came within "
            f"{ABANDONED:g} seconds; start some, then this again"
        ) from None


def record(name, run, trained, commit, folder=definition.EXPERIMENTS):
    """Record what a training left, its row last, then drop its kept state; return the row."""
    row = trained.row | {"variant": run[0], "commit": commit}
    if trained.probabilities is not None:
        outputs.keep_probabilities(name, run, trained.probabilities, folder)
    if trained.weights is not None:
        outputs.keep_weights(name, run, trained.weights, folder)
    results.append(name, row, folder)
    outputs.checkpoint_path(name, run, folder).unlink(missing_ok=True)
    return row


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
