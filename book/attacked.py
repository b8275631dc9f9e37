"""What was done to the book and what it survived, and what very many trainings would cost."""

import json
import statistics
from pathlib import Path

from mnist_helpers import experiments
from mnist_helpers.experiments.results import path_of

RESULTS = Path(__file__).with_name("attacks.json")  # which tests/attacks.py writes
SPEED = Path(__file__).parents[1] / "benchmarks" / "results.json"
RUNS, WORKERS = 10_000, 100


def table():
    """Write what the full runs of the attacks gave, in Markdown."""
    lines = ["| What the book has to do | Tries | Survived | Lost or false |", "|---|--:|--:|--:|"]
    for name, result in json.loads(RESULTS.read_text(encoding="utf-8")).items():
        numbers = result["tries"], result["survived"], len(result["lost"])
        cells = " | ".join(f"{number:,}" for number in numbers)
        lines.append(f"| {result['what']} (`{name}`) | {cells} |")
    return "\n".join(lines) + "\n"


def many_runs():
    """Reckon what very many trainings of the post's network cost, and where they would queue."""
    recorded_rows = experiments.read("ten_seconds")
    rows = [row for row in recorded_rows if row["variant"] == "the post"]
    seconds = statistics.median(row["cpu_seconds"] for row in rows)
    recorded = json.loads(SPEED.read_text(encoding="utf-8"))["recorded_runs_per_s"]["value"]
    size = path_of("ten_seconds").stat().st_size / len(recorded_rows)
    return (
        f"One training of the post's network takes {seconds:,.0f} seconds of one core (median of "
        f"{len(rows)}); {RUNS:,} of them take {RUNS * seconds / WORKERS / 3600:,.0f} hours on "
        f"{WORKERS} workers, who end one every {seconds / WORKERS:.1f} seconds. Where trainings "
        f"take 10 ms, the runner hands out and records {recorded:.0f} in a second (`make bench "
        f"ONLY=recorded_runs_per_s`): of those hours it would be busy for "
        f"{RUNS / recorded / 60:.1f} minutes, and {WORKERS} workers would queue only for trainings "
        f"of less than {WORKERS / recorded:.1f} seconds. The rows are {RUNS * size / 1e6:.0f} MB "
        "in one file.\n"
    )
