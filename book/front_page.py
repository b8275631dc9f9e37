"""What the first page shows and nobody typed: numbers, pictures, how to get and cite the book."""

import json
import re
from pathlib import Path

import addresses
import matplotlib.pyplot as plt

from mnist_helpers import data, experiments, plots
from mnist_helpers.plots.figure import png
from mnist_helpers.statistics import accuracy, mean_interval

ROOT = Path(__file__).resolve().parents[1]
TITLE = "Ten Digits"
NUMBER = """:::{{grid-item-card}}
:class-card: front-number
**{}**

{} [{}]({}).
:::
"""


def voted(name="ensemble_wide"):
    """Read how fifteen networks voted on the test set: answers, labels, images."""
    _, (images, labels) = data.load_data()
    members = experiments.probabilities_of(name).values()
    return sum(each.astype("float64") for each in members).argmax(axis=1), labels, images


def numbers():
    """Write three numbers with their intervals, each from recorded runs."""
    runs = experiments.by_variant(experiments.read("ten_seconds"), "test_accuracy")["the post"]
    mean, low, high = 100 * mean_interval(runs)
    vote, first = (accuracy(*voted(name)[:2]) for name in ("ensemble_wide", "ensemble"))
    results = json.loads((ROOT / "benchmarks" / "results.json").read_text(encoding="utf-8"))
    speed = results["post_vs_ten_seconds_9919"]
    fresh = [row for row in experiments.read("hundred_seeds") if row["seed"] >= 10]
    fresh = experiments.by_variant(fresh, "test_accuracy")["no margin"]
    _, low_of_fresh, high_of_fresh = 100 * mean_interval(fresh)
    cards = [
        (
            f"{mean:.2f} %",
            f"of MNIST's test digits are read rightly by the post's network, trained by its "
            f"recipe: the mean of {len(runs)} runs (95 % interval {low:.2f} to {high:.2f} %).",
            "Chapter 05", "notebooks/05_evaluation.ipynb",
        ),
        (
            f"{vote.value:.2%}".replace("%", " %"),
            f"by fifteen networks that vote (95 % interval {100 * vote.low:.2f} to "
            f"{100 * vote.high:.2f} %): the second fifteen that were declared and then scored; "
            f"the first reached {100 * first.value:.2f} %.",
            "Chapter 15", "notebooks/15_ensembles.ipynb",
        ),
        (
            f"{speed['value']:.0f} ×",
            f"as fast to the accuracy that the post reported: seconds in the place of minutes, on "
            f"two cores ({speed['low']:.0f} to {speed['high']:.0f} × in {speed['n']} turns; mean "
            f"of {len(fresh)} fresh seeds {low_of_fresh:.2f} to {high_of_fresh:.2f} %).",
            "Chapter 16", "notebooks/16_ten_seconds.ipynb",
        ),
    ]  # fmt: skip
    rows = "\n".join(NUMBER.format(*card) for card in cards)
    return f"::::{{grid}} 1 3 3 3\n:gutter: 2\n\n{rows}::::\n"


def errors(site):
    """Draw the errors that are left, wide and narrow, and the social preview; write the figure."""
    answers, labels, images = voted()
    wrong = (answers != labels).nonzero()[0]
    titles = [f"{labels[k]} → {answers[k]}" for k in wrong]
    for name, columns, size in (("errors", -(-len(wrong) // 2), 9), ("errors_narrow", 5, 24)):
        figure = plots.digit_grid(images[wrong], titles, columns)
        for axis in figure.axes:
            axis.title.set_fontsize(size)
        (site / f"{name}.png").write_bytes(png(figure))
        plt.close(figure)
    preview(images[wrong], site / "preview.png")
    alt = (
        f"{len(wrong)} handwritten digits in a grid, over each its label and, behind an arrow, "
        "the answer that it got."
    )
    return (
        f"```{{figure}} book/site/errors.png\n:figclass: ten-digits\n:alt: {alt}\n\n"
        f"All {len(wrong)} of {len(labels):,} test digits that the fifteen get wrong: label → "
        "answer. Would you have known? "
        "[Chapter 17](notebooks/17_last_errors.ipynb) asks whom to blame.\n"
        "```\n"
    )


def preview(images, path):
    """Draw the picture that other sites show beside a link to the book, 1200 x 630 pixels."""
    figure = plt.figure(figsize=(8, 4.2), dpi=150)
    figure.set_layout_engine("none")
    figure.text(0.06, 0.80, TITLE, fontsize=40, weight="bold")
    figure.text(0.06, 0.70, "a tutorial book on MNIST that answers its own questions", fontsize=15)
    columns = 10
    for number, image in enumerate(images[: 2 * columns]):
        row, column = divmod(number, columns)
        axis = figure.add_axes((0.06 + 0.089 * column, 0.36 - 0.175 * row, 0.085, 0.162))
        axis.imshow(image, cmap="gray_r")
        axis.set_axis_off()
    figure.text(0.06, 0.08, "The digits that fifteen networks get wrong. Why? And how sure are we?",
                fontsize=13, color="#0072B2")  # fmt: skip
    path.write_bytes(png(figure))
    plt.close(figure)


def get():
    """Write the lines that fetch the book, where its repository is known."""
    repository = addresses.read(ROOT).get("Repository")
    if not repository:
        return ""
    name = repository.rsplit("/", 1)[1]
    return f"```\ngit clone {repository}\ncd {name}\n```\n"


def launch():
    """Write how a chapter is opened elsewhere, where its repository is known."""
    if addresses.read(ROOT).get("Repository"):
        return (
            "The rocket at the top of each chapter opens it in Colab or on Binder, which fetch it "
            "from the book's repository. Nothing is asked of them before you press it.\n"
        )
    return (
        "Colab and Binder fetch a chapter from a public repository. This copy of the book names "
        "none, so its pages have no buttons for them.\n"
    )


def cited():
    """Read CITATION.cff: a dict of its plain entries."""
    text = (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    return {key: value.strip('"') for key, value in re.findall(r"^([a-z-]+): (.+)$", text, re.M)}


def cite():
    """Write how to cite the book, from CITATION.cff and the addresses."""
    entry, found = cited(), addresses.read(ROOT)
    year = entry["date-released"][:4]
    address = found.get("Site") or found.get("Repository")
    fields = {
        "author": "{The authors of Ten Digits}",
        "title": entry["title"],
        "year": year,
        "version": entry["version"],
    } | ({"url": address} if address else {})
    body = "".join(f"  {name} = {{{value}}},\n" for name, value in fields.items())
    text = f"```bibtex\n@book{{ten_digits,\n{body}}}\n```\n"
    if data_address := found.get("Data"):
        text += f"\nThe data and the recorded runs are kept at <{data_address}>.\n"
    return text


def write(generated, site):
    """Write what the first page includes, and the pictures that the site serves."""
    made = {
        "front_numbers": numbers(),
        "front_errors": errors(site),
        "front_get": get(),
        "front_launch": launch(),
        "front_cite": cite(),
    }
    for name, text in made.items():
        (generated / f"{name}.md").write_text(text, encoding="utf-8")
