"""The command line of the experiments: ``run`` what is missing, or tell the ``status``."""

import argparse
import statistics
import sys
from collections import Counter
from pathlib import Path

from mnist_helpers.experiments import definition, outputs, results


def status(name, folder=definition.EXPERIMENTS):
    """Say in a few lines what of an experiment is recorded, what is missing, and what it costs."""
    experiment, rows = definition.load(name, folder), results.read(name, folder)
    todo = outputs.missing(experiment, folder)
    lines = [f"{name}: {len(rows)} of {len(experiment.runs)} runs recorded"]
    lines += [f"  diverged: {run}" for run in results.diverged(rows)]
    kerases = Counter(row["versions"].get("keras", "unknown") for row in rows)
    if len(kerases) > 1:
        each = ", ".join(f"{version} ({count})" for version, count in kerases.items())
        lines.append(f"  not to be compared, for they are of several versions of Keras: {each}")
    seeds = {}
    for variant, seed in todo:
        seeds.setdefault(variant, []).append(seed)
    for variant, lacking in seeds.items():
        lines.append(f"  missing: {variant}, seeds {', '.join(map(str, lacking))}")
    if rows and todo:
        hours = len(todo) * statistics.mean(row["cpu_seconds"] for row in rows) / 3600
        lines.append(f"  about {hours:.1f} hours of one core, if they are like the recorded ones")
    return "\n".join(lines)


def run(name, options):
    """Train what an experiment lacks; return how many runs failed."""
    from mnist_helpers.experiments import runner  # Keras and Dask take seconds to import

    experiment = definition.load(name, options.folder)
    with runner.connect(options.scheduler, options.workers, options.threads) as client:
        return runner.run(experiment, client, options.variant, options.folder, options.threads)


def main(arguments=None):
    """Do what the command line asks; return the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m mnist_helpers.experiments", description=__doc__
    )
    commands = parser.add_subparsers(dest="command", required=True)
    for command, text in (
        ("run", "train what is missing"),
        ("status", "list what is missing or diverged"),
    ):
        subparser = commands.add_parser(command, help=text)
        subparser.add_argument("names", nargs="*", help="experiments; all by default")
        subparser.add_argument(
            "--folder", type=Path, default=definition.EXPERIMENTS, help="where they are"
        )
        if command == "run":
            subparser.add_argument(
                "--variant", action="append", default=[], help="only this one; may be repeated"
            )
            subparser.add_argument("--scheduler", help="address of a running Dask scheduler")
            subparser.add_argument("--workers", type=int, help="processes; one a core by default")
            subparser.add_argument("--threads", type=int, default=1, help="of each worker")
    options = parser.parse_args(arguments)
    failures, refused = 0, 0
    for name in options.names or definition.names(options.folder):
        try:
            if options.command == "status":
                print(status(name, options.folder))
            else:
                failures += run(name, options)
        except (ValueError, OSError) as error:
            print(f"error: {error}", file=sys.stderr)
            refused = 2
    return refused or bool(failures)


if __name__ == "__main__":
    sys.exit(main())
