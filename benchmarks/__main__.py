"""Measure the book's speed claims.

    python -m benchmarks             measures all
    python -m benchmarks NAME ...    measures these
    python -m benchmarks --table     prints what is recorded as a Markdown table

Every module in this folder takes part that has ``TARGETS`` (a dict from the names of what it
measures to the unit, the target, and whether ``"lower"`` or ``"higher"`` is better) and
``measure(names)`` (a dict from name to repeated measurements). Results are added to
``results.json`` as they come; names that were not measured keep what they have.
"""

import importlib
import json
import pkgutil
import statistics
import sys
from pathlib import Path

from mnist_helpers import environment
from mnist_helpers.storage import write_beside

FOLDER = Path(__file__).resolve().parent
RESULTS = FOLDER / "results.json"


def find_topics():
    """Return the modules that measure something, by the names that they measure."""
    topics = {}
    for module in pkgutil.iter_modules([str(FOLDER)]):
        if module.name.startswith("_"):
            continue
        topic = importlib.import_module(f"benchmarks.{module.name}")
        topics |= dict.fromkeys(topic.TARGETS, topic)
    return topics


def summary(target, values):
    """Sum up repeated measurements: their median and range beside the target."""
    unit, target, better = target
    low, value, high = (
        round(number, 3) for number in (min(values), statistics.median(values), max(values))
    )
    return {
        "value": value,
        "low": low,
        "high": high,
        "n": len(values),
        "unit": unit,
        "target": target,
        "better": better,
    }


def record(measured):
    """Add results to the file, each with the machine and the versions that it was measured on.

    Those that were there keep what was measured, and are held against today's targets.
    """
    stored = json.loads(RESULTS.read_text("utf-8")) if RESULTS.exists() else {}
    stored |= {name: one | environment.describe() for name, one in measured.items()}
    for name, topic in find_topics().items():
        if name in stored:
            _, stored[name]["target"], stored[name]["better"] = topic.TARGETS[name]
    with write_beside(RESULTS) as temporary:
        temporary.write_text(json.dumps(dict(sorted(stored.items())), indent=1) + "\n", "utf-8")


def show(measured):
    """Print a table."""
    for name, one in measured.items():
        lower = one["better"] == "lower"
        met = one["value"] <= one["target"] if lower else one["value"] >= one["target"]
        sign, verdict = "≤" if lower else "≥", "met" if met else "MISSED"
        value = f"{one['value']:9.2f} {one['unit']:5}"
        spread = f"{one['low']:.2f} to {one['high']:.2f}, n = {one['n']}"
        print(f"{name:32}{value} ({spread}), target {sign} {one['target']}: {verdict}", flush=True)


def table():
    """Write the recorded results as a Markdown table."""
    stored = json.loads(RESULTS.read_text("utf-8"))
    lines = ["| Claim | Median | Range | n | Target | On |", "|---|--:|---|--:|--:|---|"]
    for name, one in stored.items():
        sign = "≤" if one["better"] == "lower" else "≥"
        lines.append(
            f"| `{name}` | {one['value']:g} {one['unit']} | {one['low']:g} to {one['high']:g} "
            f"| {one['n']} | {sign} {one['target']:g} | {one['hardware']} |"
        )
    return "\n".join(lines) + "\n"


def main(names):
    """Measure, print and record; an unknown name is refused."""
    if names == ["--table"]:
        print(table())
        return
    topics = find_topics()
    unknown = sorted(set(names) - set(topics))
    if unknown:
        sys.exit(f"no benchmark {unknown[0]!r}; expected one of {', '.join(sorted(topics))}")
    failed = False
    for topic in dict.fromkeys(topics.values()):
        wanted = tuple(name for name in topic.TARGETS if not names or name in names)
        if not wanted:
            continue
        try:
            measured = topic.measure(wanted)
            measured = {name: summary(topic.TARGETS[name], measured[name]) for name in wanted}
        except Exception as error:
            print(f"{topic.__name__}: {type(error).__name__}: {error}", file=sys.stderr, flush=True)
            failed = True
            continue
        show(measured)
        record(measured)
    sys.exit(failed)


if __name__ == "__main__":
    main(sys.argv[1:])
