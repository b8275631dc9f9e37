"""Make the table and the numbers of the cheat sheet from the package and the recorded runs."""

import math

from scipy.stats import binomtest

from mnist_helpers import experiments, models, notation, statistics


def table():
    """Write the post's network, layer by layer, as a Markdown table."""
    lines = ["| Layer | Writes | Weights | Multiply-adds |", "|---|---:|---:|---:|"]
    layers = notation.parse(models.NOTATIONS["post_cnn"])
    for layer in layers:
        if layer.kind == "activation":
            continue
        shape = "\u00a0×\u00a0".join(map(str, layer.output_shape))  # not to be broken
        words = layer.kind.replace("_", " ")
        numbers = (
            f"{count:,}" if count else "" for count in (layer.parameters, layer.multiply_adds)
        )
        lines.append(f"| {words} | {shape} | {' | '.join(numbers)} |")
    totals = (sum(getattr(layer, of) for layer in layers) for of in ("parameters", "multiply_adds"))
    lines.append(f"| **together** | | {' | '.join(f'{total:,}' for total in totals)} |")
    return "\n".join(lines) + "\n"


def numbers():
    """Write what is worth remembering, as a Markdown list."""
    runs = experiments.by_variant(experiments.read("ten_seconds"), "test_accuracy")["the post"]
    mean, low, high = statistics.mean_interval(100 * runs)
    images = binomtest(9919, 10_000).proportion_ci(method="wilson")
    return (
        f"- A network that knows nothing: accuracy 10 %, loss ln 10 ≈ {math.log(10):.2f}.\n"
        f"- The post's recipe, {len(runs)} seeds: {mean:.2f} % on the test set ({low:.2f} to "
        f"{high:.2f}), standard deviation of a run {100 * runs.std(ddof=1):.2f} points.\n"
        f"- What 10,000 images can say of one network at 99.19 %: {100 * images.low:.2f} to "
        f"{100 * images.high:.2f} %.\n"
    )
