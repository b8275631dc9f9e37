"""Random layers, forward and all gradients: NumPy and the page's JavaScript against TensorFlow.

    python tests/layers.py                  two thousand, and a table of them
    python tests/layers.py --cases 100      the first hundred of them
    python tests/layers.py --seed 1234      one again: what it is, and by how much each side differs

What a side does not have (NumPy no tanh, the page no batch normalisation, say) it is not asked for.
The page's modules run in the browser of this machine.
"""

import argparse
import json
import os
import sys
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "book"))
import numpy as np
import preview
from layer_cases import KINDS, draw
from layer_sides import in_javascript, in_numpy, in_tensorflow

SITE = Path(__file__).resolve().parents[1] / "book" / "site"
PAGE = "digit_pad_layers.txt"  # any from which modules can be loaded
CASES, AT_ONCE = 2000, 100
LIMITS = {"float64": 1e-9, "float32": 1e-3}  # of the largest value of an array
SIDES = ("NumPy", "JavaScript")


def difference(found, expected):
    """Return the largest difference, as a share of the largest value (or of a thousandth)."""
    found, expected = (np.ravel(np.asarray(each, float)) for each in (found, expected))
    if found.size != expected.size or not np.isfinite(found).all():
        return np.inf
    scale = np.abs(expected).max(initial=1e-3)
    return float(np.abs(found - expected).max(initial=0) / scale)


def compare(seeds, page):
    """Yield each case with, by side, how much each array of each pass differs from TensorFlow's."""
    seeds = list(seeds)
    for start in range(0, len(seeds), AT_ONCE):
        cases = [draw(seed) for seed in seeds[start : start + AT_ONCE]]
        for case, script in zip(cases, in_javascript(page, cases), strict=True):
            expected = in_tensorflow(case)
            found = dict(zip(SIDES, (in_numpy(case), script), strict=True))
            yield (
                case,
                {
                    side: {
                        way: {
                            name: difference(value, expected[way][name])
                            for name, value in arrays.items()
                        }
                        for way, arrays in result.items()
                    }
                    for side, result in found.items()
                    if result
                },
            )


def failures(case, sides):
    """Say, for each array that differs, where and by how much."""
    return [
        f"seed {case.seed}, {side}, {case.kind}, {case.dtype}: {way} {name} differs by {error:.0e}"
        for side, ways in sides.items()
        for way, arrays in ways.items()
        for name, error in arrays.items()
        if not error <= LIMITS[case.dtype]
    ]


def table(compared):
    """Write a table of the cases, by kind, in Markdown."""

    def worst(some, side, ways=("forward", "gradients"), dtype="float64"):
        errors = [
            error
            for case, sides in some
            if case.dtype == dtype
            for way in ways
            for error in sides.get(side, {}).get(way, {}).values()
        ]
        return f"{max(errors):.0e}" if errors else "–"

    lines = [
        "| layer | cases | NumPy | forward | gradients | JavaScript | forward | gradients "
        "| float32: NumPy | JavaScript | failed |",
        "|---|" + "--:|" * 10,
    ]
    for name in [*KINDS, "all"]:
        some = [each for each in compared if name in ("all", each[0].kind)]
        cells = [name, len(some)]
        for side in SIDES:
            cells.append(sum(side in sides for _, sides in some))
            cells += [worst(some, side, [way]) for way in ("forward", "gradients")]
        cells += [worst(some, side, dtype="float32") for side in SIDES]
        cells.append(sum(bool(failures(*each)) for each in some))
        lines.append("| " + " | ".join(map(str, cells)) + " |")
    return "\n".join(lines)


def main(arguments=None):
    """Do what the command line asks; fail if anything differs."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cases", type=int, default=CASES)
    parser.add_argument("--seed", type=int, help="of one case, instead")
    options = parser.parse_args(arguments)
    seeds = range(options.cases) if options.seed is None else [options.seed]
    with preview.browser() as browser, preview.serve(SITE) as address:
        page = browser.new_page()
        page.goto(f"{address}/{PAGE}")
        compared = list(compare(seeds, page))
    if options.seed is not None:
        ((case, sides),) = compared
        print(case, json.dumps(sides, indent=1), sep="\n")
    else:
        print(table(compared))
    failed = [line for each in compared for line in failures(*each)]
    print(*failed, sep="\n", end="\n" if failed else "")
    return int(bool(failed))


if __name__ == "__main__":
    sys.exit(main())
