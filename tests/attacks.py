"""Attacks on the book, with real processes: what survives, and what is lost.

    python tests/attacks.py                  all of them, in full (half an hour)
    python tests/attacks.py NAME --tries 5   one, shorter

Prints a line of JSON for each attack. Full runs are kept in book/attacks.json, from which the page
"How this book can fail" is made.
"""

import argparse
import contextlib
import errno
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import traceback
from functools import partial
from pathlib import Path

import psutil

RESULTS = Path(__file__).resolve().parents[1] / "book" / "attacks.json"
FULL = {}  # attack to its tries in the full run


def attack(tries):
    """Register an attack, which yields True for each try that was survived, else what was lost."""

    def register(function):
        FULL[function.__name__] = tries
        return function

    return register


def child(work):
    """Start a function in a process of its own."""
    if not hasattr(os, "fork"):
        raise PermissionError("this system has no fork, with which the attacked process is started")
    if pid := os.fork():
        return pid
    try:
        work()
    except BaseException:
        traceback.print_exc()
    os._exit(0)


def kill(pid, after):
    """Kill a process with SIGKILL after so many seconds; tell whether it was still at work."""
    time.sleep(after)
    os.kill(pid, signal.SIGKILL)
    return os.WIFSIGNALED(os.waitpid(pid, 0)[1])


@attack(500)
def kill_while_a_network_is_recorded(tries, folder, chance):
    """Find weights, predictions and manifest belong together whenever the writer is killed."""
    from mnist_helpers import files, storage

    def content(version, suffix):
        return f"{version} {suffix} ".encode() * 20_000

    def record_for_ever(version, pipe):
        while True:
            version += 1
            writers = {
                suffix: partial(Path.write_bytes, data=content(version, suffix))
                for suffix in ("weights.h5", "epochs.npz")
            }
            storage.replace_record("net", {"network": "n", "version": version}, writers, folder)
            os.write(pipe, version.to_bytes(8))

    version = 0
    for _ in range(tries):
        reading, writing = os.pipe()
        pid = child(lambda version=version, pipe=writing: record_for_ever(version, pipe))
        os.close(writing)
        kill(pid, chance.uniform(0, 0.1))
        with os.fdopen(reading, "rb") as pipe:
            said = pipe.read()[-8:]
        said = int.from_bytes(said) if said else version
        if not (folder / "manifest.json").exists():
            yield said == 0 or "a record that was said to be written"
            continue
        record = storage.read_manifest(folder)["net"]
        whole = all(
            (folder / part["file"]).read_bytes() == content(record["version"], suffix)
            and files.sha256(folder / part["file"]) == part["sha256"]
            for suffix, part in (("weights.h5", record), ("epochs.npz", record["epochs"]))
        )
        yield (whole and record["version"] >= said) or f"version {said}"
        version = record["version"]
    storage.replace_record("net", {"network": "n"}, {"weights.h5": Path.touch}, folder)
    left = {path.name for path in folder.iterdir() if path.name != ".manifest.lock"}
    if left != {"manifest.json", storage.read_manifest(folder)["net"]["file"]}:
        yield f"files stayed: {sorted(left)}"


TRAINING = '''"""Does it go on?"""
SETTINGS = {
    "network": "4C5S4-B-16-D.5", "epochs": 5, "training_images": 500, "schedule": "one_cycle",
    "augmentation": {"rotation": 10, "zoom": 0.1, "shift": 0.1}, "optimizer": "AdamW",
    "optimizer_options": {"use_ema": True, "ema_momentum": 0.9},
}
VARIANTS = {"a": {}}
SEEDS = 1
KEEP = ("probabilities", "weights")
'''


@attack(20)
def kill_while_a_network_is_trained(tries, folder, chance):
    """Let a killed training go on where its last epoch ended and end bit for bit the same."""
    import numpy as np
    import sklearn.model_selection  # noqa: F401  once, not in each process that is killed

    from mnist_helpers.experiments import definition, outputs, results, runner
    from mnist_helpers.training import checkpoint, trainer

    checkpoint.LEAST = 0  # each of the short epochs

    def train(at):
        experiment = definition.load("e", at)
        for each in outputs.missing(experiment, at):
            settings, path = experiment.variants[each[0]], outputs.checkpoint_path("e", each, at)
            trained = trainer.train(settings, each[1], experiment.keeps, path)
            runner.record("e", each, trained, "none", at)

    def left(at):
        rows = [row | {"seconds": 0, "cpu_seconds": 0} for row in results.read("e", at)]
        arrays = list(outputs.probabilities_of("e", at).values())
        for each in definition.load("e", at).runs:
            with np.load(outputs.weights_path("e", each, at)) as weights:
                arrays += [weights[name] for name in weights]
        return rows, [array.tobytes() for array in arrays]

    for at in range(tries + 1):
        (folder / str(at)).mkdir()
        (folder / str(at) / "e.py").write_text(TRAINING)
    started = time.perf_counter()
    os.waitpid(child(lambda: train(folder / "0")), 0)
    seconds, expected = time.perf_counter() - started, left(folder / "0")
    for number in range(1, tries + 1):
        at, killed = folder / str(number), True
        while killed:
            pid = child(lambda at=at: train(at))
            killed = kill(pid, chance.uniform(0, 1.2 * seconds))
        same = left(at) == expected
        yield (same and not list(at.glob(".checkpoints/e/*"))) or f"training {number}"


@attack(300)
def write_to_a_full_disk(tries, folder, chance):
    """Keep what was there, or write all that is new, while the disk fills up at any byte."""
    import numpy as np

    from mnist_helpers import export, storage
    from mnist_helpers.experiments import outputs, results

    command = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(folder)]
    if subprocess.run(command, capture_output=True).returncode:
        raise PermissionError("only root can mount the small disk that is filled here")
    try:
        row = example_row(folder)

        def network(number):
            content = {"weights.h5": bytes([number]) * 40_000, "epochs.npz": b"e"}
            writers = {
                suffix: partial(Path.write_bytes, data=content[suffix]) for suffix in content
            }
            storage.replace_record("n", {"network": "n", "number": number}, writers, folder)

        def read_network():
            record = storage.read_manifest(folder)["n"]
            content = (folder / record["file"]).read_bytes()
            assert content == bytes([record["number"]]) * 40_000
            return record["number"]

        def rows(number):
            results.append("tiny", row | {"seed": number}, folder)

        def answers(number):
            kept = np.random.default_rng(number).random((200, 10))
            outputs.keep_probabilities("tiny", ("a", number), kept, folder)

        def page(number):
            export.export_safetensors({"a": np.full(9_000, number)}, folder / "a.safetensors")

        def read_page():
            return int.from_bytes((folder / "a.safetensors").read_bytes()[-8:], "little")

        places = [  # how to write, how many bytes that takes, how to read
            (network, 90_000, read_network),
            (rows, 6_000, lambda: len(results.read("tiny", folder)) - 1),
            (answers, 10_000, lambda: len(outputs.probabilities_of("tiny", folder)) - 1),
            (page, 75_000, read_page),
        ]
        for write, *_ in places:
            write(0)
        done, full = [0] * len(places), [0] * len(places)
        for number in range(tries):
            place = number % len(places)
            write, size, read = places[place]
            free = shutil.disk_usage(folder).free
            (folder / "filler").write_bytes(bytes(max(0, free - chance.randrange(size))))
            try:
                write(done[place] + 1)
            except OSError as error:
                assert error.errno == errno.ENOSPC, error
                full[place] += 1
                expected = [done[place], done[place] + 1]  # the last byte may have been the lock's
            else:
                expected = [done[place] + 1]
            (folder / "filler").unlink()
            found = read()
            yield found in expected or f"{write.__name__} {done[place] + 1}"
            done[place] = found
        if 0 in full:
            yield f"the disk was never full: {full}"
        left = list(folder.rglob(".writing-*"))
        if left:
            yield f"temporary files stayed: {left}"
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


@attack(800)
def append_rows_at_once(tries, folder, chance):
    """Keep each row once while four processes record into one file."""
    from mnist_helpers.experiments import results

    row = example_row(folder)

    def write(first):
        for seed in range(first, tries, 4):
            results.append("tiny", row | {"seed": seed}, folder)

    for writer in [child(lambda first=first: write(first)) for first in range(4)]:
        os.waitpid(writer, 0)
    seeds = [each["seed"] for each in results.read("tiny", folder)]
    yield from ((seeds.count(seed) == 1) or f"row {seed}" for seed in range(tries))


@attack(40)
def lose_workers_of_a_cluster(tries, folder, chance):
    """Record each training once and rightly while workers are killed, cut off, slow, or altered."""
    import hosts

    from mnist_helpers.experiments import results

    seeds, truth, altered = tries // 2, folder / "truth", folder / "altered"
    truth.mkdir()
    for at in (folder, truth):
        (at / "e.py").write_text(HANDED_OUT.replace("SEEDS = 1", f"SEEDS = {seeds}"))
    shutil.copytree(hosts.SOURCE / "mnist_helpers", altered / "mnist_helpers")
    trainer = altered / "mnist_helpers" / "training" / "trainer.py"
    trainer.write_text(trainer.read_text().replace("round(float(value), 6)", "0.5"))

    def rows(at=folder):
        return results.read("e", at)

    with hosts.Hosts(4, folder) as network:
        scheduler = f"tcp://{network.address(0)}:8786"
        options = ["--no-dashboard", "--host", network.address(0), "--port", "8786"]
        heard = network.start(0, "dask", "scheduler", *options)[1]

        def worker(host, **options):
            command = ["dask", "worker", scheduler, "--no-dashboard", "--no-nanny"]
            process, said = network.start(host, *command, "--nthreads", "1", **options)
            hosts.wait_until("a worker", lambda: "Registered to" in said.read_text())
            return process

        def run(variant):
            command = ["mnist_helpers.experiments", "run", "e", "--folder", str(folder)]
            return network.start(0, *command, "--scheduler", scheduler, "--variant", variant)

        killed, cut_off, slow = (worker(host) for host in (1, 2, 3))
        kill_at = chance.randint(1, 1 + seeds // 5)
        cut_at, back_at = chance.randint(kill_at, kill_at + seeds // 5), None
        runner, said = run("a")
        while runner.poll() is None:
            for sign in (signal.SIGSTOP, signal.SIGCONT):
                slow.send_signal(sign)
                time.sleep(0.3)
            if killed.poll() is None and len(rows()) >= kill_at:
                killed.kill()
            if back_at is None and len(rows()) >= cut_at:
                network.cable(2, "down")
                back_at = time.monotonic() + chance.uniform(0, 60)
            elif back_at and time.monotonic() > back_at:
                network.cable(2, "up")
        if runner.returncode or killed.poll() is None or not back_at:
            yield f"all came too late, or the run failed: {said.read_text()[-300:]}"
        network.cable(2, "up")
        cut_off.kill()

        runner, said = run("b")
        hosts.wait_until("a row", lambda: len(rows()) > seeds or runner.poll() is not None)
        slow.send_signal(signal.SIGSTOP)  # so that the next one gets something to do
        liar = worker(1, source=altered)
        if runner.wait(600) != 2 or "is refused, for its code" not in said.read_text():
            yield f"altered code was not refused: {said.read_text()[-300:]}"
        slow.send_signal(signal.SIGCONT)
        liar.kill()
        gone = f"Remove worker addr: tcp://{network.address(1)}"
        hosts.wait_until("its end", lambda: heard.read_text().count(gone) == 2)
        runner, said = run("b")
        if runner.wait(600):
            yield f"the rest was not run: {said.read_text()[-300:]}"

    command = [sys.executable, "-m", "mnist_helpers.experiments", "run", "e", "--workers", "1"]
    environ = os.environ | {"PYTHONPATH": str(hosts.SOURCE)}
    subprocess.run([*command, "--folder", truth], env=environ, capture_output=True, check=True)
    same = {"seconds": 0, "cpu_seconds": 0, "commit": ""}  # somebody may commit meanwhile
    found = [row | same for row in rows()]
    for row in rows(truth):
        yield found.count(row | same) == 1 or f"{row['variant']} {row['seed']}"
    if len(found) != 2 * seeds:
        yield f"{len(found)} rows"


HANDED_OUT = '''"""Who has trained it?"""
SETTINGS = {"network": "", "epochs": 1, "training_images": 256}
VARIANTS = {"a": {"learning_rate": 0.01}, "b": {"learning_rate": 0.1}}
SEEDS = 1
'''


def example_row(folder):
    """Make an experiment `tiny` in a folder; return a row that belongs to it."""
    from mnist_helpers.experiments import definition, results

    (folder / "tiny.py").write_text(TRAINING.replace("SEEDS = 1", "SEEDS = 1000"))
    examples = {int: 0, float: 0.5, list: [0.5], dict: {"a": 1}, str: "a"}
    row = {column: examples[kind] for column, kind in results.COLUMNS.items()}
    settings = definition.load("tiny", folder).variants["a"]
    return row | {"outcome": "trained", "settings": settings}


def mutated(content, chance):
    """Return some bytes with a few of them changed, cut out, doubled, or put where none were."""
    content = bytearray(content)
    for _ in range(chance.randint(1, 6)):
        start = chance.randrange(len(content) + 1)
        if chance.random() < 0.5:  # headers are where a byte says most
            start = min(start, chance.randrange(200))
        end = start + chance.choice([0, 1, 1, 1, 4, 8, 100, len(content)])
        new = bytes(chance.randrange(256) for _ in range(chance.choice([0, 1, 1, 4, 8])))
        content[start:end] = chance.choice([new, new, new, b"\xff" * 4, content[start:end] * 2])
    return bytes(content)


def readers(folder):
    """List the kinds of files that the book reads: name, a good one's bytes, and its reader."""
    import gzip

    import keras
    import numpy as np
    from PIL import Image

    from mnist_helpers import data, photograph, storage
    from mnist_helpers.experiments import outputs, results

    digits = np.arange(6 * 784, dtype=np.uint8).reshape(6, 28, 28)
    idx = bytes([0, 0, 8, 3, 0, 0, 0, 6, 0, 0, 0, 28, 0, 0, 0, 28]) + digits.tobytes()
    yield "plain.idx", idx, data.read_idx
    yield "packed.idx", gzip.compress(idx), data.read_idx

    picture = Image.fromarray(np.kron(digits[0], np.ones((2, 2), np.uint8)))
    for ending in ("png", "jpg", "gif", "bmp", "tif", "webp"):
        picture.save(folder / f"whole.{ending}")
        whole = (folder / f"whole.{ending}").read_bytes()
        yield f"picture.{ending}", whole, photograph.read_photograph

    layers = [keras.Input((4,)), keras.layers.Dense(3), keras.layers.BatchNormalization()]
    network = keras.Sequential(layers)
    storage.save_weights(network, folder / "whole.weights.h5")
    whole = (folder / "whole.weights.h5").read_bytes()
    yield "a.weights.h5", whole, lambda p: storage.load_weights(network, p, storage.sha256(p))

    np.savez_compressed(folder / "whole.npz", predictions=np.arange(60, dtype="u1").reshape(3, 20))
    whole = (folder / "whole.npz").read_bytes()
    yield "a.epochs.npz", whole, lambda p: storage.read_predictions(p, storage.sha256(p))

    record = {"network": "digit_pad", "file": "a.weights.h5", "sha256": 64 * "0"}
    manifest = json.dumps({"a": record | {"epochs": record, "history": {"loss": [1.5]}}})
    yield "manifest.json", manifest.encode(), lambda path: storage.read_manifest(path.parent)

    results.append("tiny", example_row(folder), folder)
    outputs.keep_probabilities("tiny", ("a", 0), np.full((9, 10), 0.1), folder)
    for name, read in (("tiny.csv", results.read), ("tiny.npz", outputs.probabilities_of)):
        whole = (folder / "results" / name).read_bytes()
        yield f"results/{name}", whole, lambda _, read=read: read("tiny", folder)


def read_mutated(path, content, read):
    """Return True if a reader takes a file, or refuses it in a sentence, else what happened."""
    path.write_bytes(content)
    try:
        read(path)
    except ValueError as error:
        message = str(error)
        return (
            "\n" not in message and len(message) <= 300
        ) or f"{path.name} says {message[:400]!r}"
    except BaseException as error:
        return f"{path.name}: {type(error).__name__}: {str(error)[:200]}"
    return True


@contextlib.contextmanager
def memory_limit(more):
    """Let this process take so many more bytes than it has."""
    try:
        import resource
    except ImportError:  # Windows
        yield
        return
    before = resource.getrlimit(resource.RLIMIT_AS)
    taken = psutil.Process().memory_info().vms
    resource.setrlimit(resource.RLIMIT_AS, (taken + more, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, before)


@attack(2_000)
def read_a_damaged_file(tries, folder, chance):
    """Refuse damaged data, photographs, weights, manifests and rows in a sentence, or read them."""
    kinds = list(readers(folder))
    for name, whole, read in kinds:
        (folder / name).write_bytes(whole)
        read(folder / name)
    with memory_limit(2**31):
        for number in range(tries):
            name, whole, read = kinds[number % len(kinds)]
            yield read_mutated(folder / name, mutated(whole, chance), read)
            (folder / name).write_bytes(whole)


def run(name, tries=None, seed=0):
    """Run an attack; return its tries, how many were survived, and what was lost."""
    with tempfile.TemporaryDirectory() as folder:
        attacked = globals()[name](tries or FULL[name], Path(folder), random.Random(seed))
        outcomes = list(attacked)
    lost = [outcome for outcome in outcomes if outcome is not True]
    survived = len(outcomes) - len(lost)
    return {"tries": len(outcomes), "survived": survived, "lost": lost}


def main(arguments=None):
    """Run the attacks that the command line names; fail if anything was lost."""
    from mnist_helpers import environment
    from mnist_helpers.files import write_beside

    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(FULL))
    parser.add_argument("--tries", type=int, help="instead of those of a full run, which is kept")
    options = parser.parse_args(arguments)
    failed = False
    for name in options.names or FULL:
        try:
            result = run(name, options.tries)
        except PermissionError as error:
            print(json.dumps({name: f"not tried: {error}"}), flush=True)
            continue
        print(json.dumps({name: result}), flush=True)
        failed |= bool(result["lost"])
        if options.tries is None:
            known = json.loads(RESULTS.read_text(encoding="utf-8")) if RESULTS.exists() else {}
            known[name] = {"what": globals()[name].__doc__} | result | environment.describe()
            ordered = {name: known[name] for name in FULL if name in known}
            with write_beside(RESULTS) as temporary:
                temporary.write_text(json.dumps(ordered, indent=1) + "\n", encoding="utf-8")
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
