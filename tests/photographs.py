"""Photographs with known digits, read: how many rightly, refused, wrongly, and how surely.

    python tests/photographs.py                         the 2,000 of the held-out seeds, recorded
    python tests/photographs.py --first 0 --count 320   others, not recorded

Reads what `made_photographs.take` draws as chapter 17 does: file, preparation, and the network
`ensemble_member`. The result stands in photographs.json.
"""

import argparse
import json
import multiprocessing
import os
import sys
from collections import Counter
from functools import cache
from pathlib import Path

import made_photographs
import numpy as np

RESULTS = Path(__file__).with_name("photographs.json")
COUNT = 2_000
NETWORK = "ensemble_member"
SURE = 0.9
OUTCOMES = ("right", "refused", "wrong", "surely wrong")  # of the wrong ones, those surer than 90 %


@cache
def digits():
    """Return the digits that are photographed: those of the book's validation set."""
    from mnist_helpers import data

    (images, labels), _ = data.load_data()
    return data.split_validation(images, labels)[1]


def prepared(seed):
    """Take the photograph of a seed and prepare it; return kind, label, image and refusal."""
    from mnist_helpers import photograph

    taken = made_photographs.take(seed, *digits())
    try:
        grey = photograph.read_photograph(taken.file)
        return taken.kind, taken.label, photograph.prepare_photograph(grey).image, None
    except ValueError as refusal:
        return taken.kind, taken.label, None, str(refusal)


def read(seeds, jobs=1):
    """Read the photographs of some seeds; give (seed, kind, label, answer, sureness, refusal)."""
    from mnist_helpers import data, storage

    if jobs > 1:
        with multiprocessing.get_context("spawn").Pool(jobs) as pool:
            rows = pool.map(prepared, seeds, chunksize=10)
    else:
        rows = [prepared(seed) for seed in seeds]
    images = np.stack([image for *_, image, _ in rows if image is not None])
    network = storage.load_network(NETWORK)
    answers = iter(network.predict(data.prepare_images(images), batch_size=100, verbose=0))
    outcomes = []
    for seed, (kind, label, image, refusal) in zip(seeds, rows, strict=True):
        answer, sureness = None, None
        if image is not None:
            shares = next(answers)
            answer, sureness = int(shares.argmax()), float(shares.max())
        outcomes.append((seed, kind, label, answer, sureness, refusal))
    return outcomes


def count(outcomes):
    """Count the outcomes of each kind."""
    counts = {kind: Counter(photographs=0) for kind in made_photographs.KINDS}
    for _, kind, label, answer, sureness, refusal in outcomes:
        counts[kind]["photographs"] += 1
        outcome = "refused" if refusal else "right" if answer == label else "wrong"
        counts[kind][outcome] += 1
        counts[kind]["surely wrong"] += outcome == "wrong" and sureness > SURE
    return {
        kind: {name: of_kind[name] for name in ("photographs", *OUTCOMES)}
        for kind, of_kind in counts.items()
    }


def total(counts):
    """Add up what was counted of each kind."""
    return {name: sum(one[name] for one in counts.values()) for name in ("photographs", *OUTCOMES)}


def table(counts):
    """Write what was counted as a table in Markdown."""
    lines = [f"| Kind | {' | '.join(('photographs', *OUTCOMES))} |", "|---|--:|--:|--:|--:|--:|"]
    for kind, one in (counts | {"all": total(counts)}).items():
        lines.append(f"| {kind} | {' | '.join(f'{number:,}' for number in one.values())} |")
    return "\n".join(lines) + "\n"


def main(arguments=None):
    """Do what the command line asks."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--first", type=int, default=made_photographs.HELD_OUT, help="seed")
    parser.add_argument("--count", type=int, default=COUNT)
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), help="processes")
    parser.add_argument("--list", action="store_true", help="what was not read rightly, one a line")
    options = parser.parse_args(arguments)
    outcomes = read(range(options.first, options.first + options.count), options.jobs)
    if options.list:
        for seed, kind, label, answer, sureness, refusal in outcomes:
            if refusal or answer != label:
                said = refusal or f"{answer} ({sureness:.0%})"
                print(f"{seed} {kind}, {label}: {said}")
    counts = count(outcomes)
    print(table(counts), end="")
    if (options.first, options.count) == (made_photographs.HELD_OUT, COUNT):
        record(counts)


def record(counts):
    """Keep the result of the held-out photographs."""
    from mnist_helpers import environment
    from mnist_helpers.files import write_beside

    result = {
        "first seed": made_photographs.HELD_OUT,
        "network": NETWORK,
        "kinds": counts,
        "all": total(counts),
    }
    with write_beside(RESULTS) as temporary:
        text = json.dumps(result | environment.describe(), indent=1)
        temporary.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
