"""When to choose what, on the page of the examples of 2018: the figures that decide, recomputed."""

import re

import numpy as np
import pytest
from test_part5 import RECORDED, measures, near, printed, table_of

from mnist_helpers import data
from mnist_helpers.experiments import by_variant, read
from mnist_helpers.tasks import siamese


@pytest.fixture(scope="module")
def page(root):
    return (root / "book" / "part5.md").read_text(encoding="utf-8")


def of_chapter(page, number):
    """Give what the page says under *When to choose what* of a chapter."""
    return re.search(rf"^- \[{number}, .*$", page, re.M)[0]


def test_what_decides_is_what_was_recorded(root, page):
    best = by_variant(read("ten_seconds"), "test_accuracy")["the post"]
    assert f"{best.mean():.2%}".replace("%", " %") + " on average of ten runs" in page
    assert len(best) == 10
    named = [RECORDED[file] for file in ("mnist_mlp", "mnist_irnn", "mnist_hierarchical_rnn")]
    for name, _, *variants in named:
        reached = by_variant(read(name), "test_accuracy")
        assert all(reached[each].mean() < best.mean() for each in variants if each in reached)
    means = {name: of.mean() for name, of in by_variant(read("sequences"), "test_accuracy").items()}
    behind = {name: 100 * (means["convolution"] - mean) for name, mean in means.items()}
    permuted = behind["convolution, pixels permuted"] - behind["dense layers, pixels permuted"]
    text = of_chapter(page, 18)
    assert (
        f"{100 * means['convolution']:.1f} % from 4,000 images, {behind['dense layers']:.1f} "
        f"points ahead of dense layers, {behind['LSTM over rows']:.1f} of an LSTM, "
        f"{behind['vision transformer']:.1f} of a vision transformer"
    ) in text
    assert f"they are {permuted:.1f} points ahead of the convolution" in text
    early = re.findall(r"names (\d+) % after half of them, and (\d+) % after all", text)[0]
    asked = re.findall(r"^after (14|28) .*≈ +(\d+)", printed(root, 18), re.M)
    assert [rows for rows, _ in asked] == ["14", "28"]
    assert near(early, [share for _, share in asked])


def test_what_decides_of_transfer_is_what_was_recorded(root, page):
    text = of_chapter(page, 19)
    fresh = measures("transfer", "fresh dense layers", "frozen, fresh, test")
    scratch = measures("transfer", "small network", "from scratch, test")
    (sizes,) = {tuple(row) for row in measures("transfer", "small network", "images_a_class")}
    ahead = dict(zip(sizes, 100 * (fresh - scratch).mean(axis=0), strict=True))
    assert f"{ahead[10]:.1f} points ahead of learning from scratch with 10 a class" in text
    assert f"{ahead[1000]:.1f} with 1,000" in text
    (ratio,) = re.findall(r"^ratio (.*)$", printed(root, 19), re.M)
    assert f"{ratio} times less" in text
    control = measures("net2net", "small", "teacher, trained on, test")[:, 0]
    deeper, wider = (
        (measures("net2net", "small", f"{way}, test")[:, 0] - control).mean()
        for way in ("deeper, identity", "wider, copied")
    )
    assert f"for {-deeper:.3f} nats; wider it lost {wider:.3f}" in text
    once = measures("siamese", "seven digits", "one shot, trained").mean()
    images, digits = data.load_data()[1]
    pixels = data.prepare_images(images).reshape(-1, 784)
    among = siamese.one_shot(pixels, digits, [7, 8, 9])
    assert f"named {100 * once:.1f} %, in the pixels {100 * among:.1f} %" in text


def test_what_decides_of_pictures_is_what_was_recorded(root, page):
    text, said = of_chapter(page, 20), printed(root, 20)
    noisy, linear = (
        re.search(rf"^{name} .*error (0\.\d+), ≈ (\d+)% read", said, re.M).groups()
        for name in ("nothing", "Wiener's filter")
    )
    row = table_of(page)["mnist_denoising_autoencoder"][2]
    assert f"from {noisy[0]} once clipped" in row and f"untrained, {linear[0]}" in row
    of_16 = re.search(r"^16 components: error (0\.\d+)", said, re.M)[1]
    errors = {
        variant: f"{measures(name, variant, 'squared error, test').mean():.4f}"
        for name, variant in (
            ("denoising", "to the clean image"),
            ("what_where", "code and places"),
            ("what_where", "code alone"),
            ("variational", "16 numbers"),
        )
    }
    cleaned, placed, coded, sixteen = errors.values()
    assert f"(an error of {linear[0]} against the network's {cleaned})" in text
    assert f"({placed} against {coded} with the code alone)" in text
    assert f"({sixteen} against {of_16})" in text
    shares = re.search(r"\((\d+) % against (\d+) %\)", text).groups()
    reads = 100 * by_variant(read("denoising"), "test_accuracy")["to the clean image"].mean()
    assert shares[0] == f"{reads:.0f}" and near(shares[1:], linear[1:])
    pupils = by_variant(read("drawing_machines"), "test_accuracy")
    flow, normals, acgan, copies = (
        f"{100 * pupils[machine].mean():.1f} %"
        for machine in ("flow", "normals", "acgan", "copies")
    )
    expected = f"{flow} (flow), {normals} (normal distributions) and {acgan} (ACGAN) of the test"
    assert expected in of_chapter(page, 21) and f"on real ones {copies}" in of_chapter(page, 21)
    steps = np.stack(measures("drawing_machines", "flow", "read by steps"))
    touch = (root / "book" / "touch.md").read_text(encoding="utf-8")
    assert f"{100 * steps[:, 3].mean():.1f} % are read as asked, n = {len(steps)}" in touch


def test_what_decides_around_a_model_is_what_chapter_22_prints(root, page):
    text, said = of_chapter(page, 22), printed(root, 22)
    arrays, file = (
        re.search(rf"^{name} +(\d+\.\d) MB in memory", said, re.M)[1]
        for name in ("arrays", "TFRecord")
    )
    assert f"{file} MB in the place of {float(arrays):.0f}" in text
    anti = by_variant(read("antirectifier"), "test_accuracy")
    own, fair = (
        f"{anti[name].mean():.2%}".replace("%", " %")
        for name in ("antirectifier", "ReLU, as many parameters")
    )
    assert f"({own} against {fair} of ReLU with as many parameters)" in text
    small, whole, changed = re.search(r"\((\d+) kB for (\d+), and (\d+) of 10,000", text).groups()
    sizes = [
        re.search(rf"^{name} +≈ (\d+) kB", said, re.M)[1] for name in ("pad_int8.*", "pad.t.*")
    ]
    assert near((small, whole), sizes)
    assert near([changed], re.findall(r"≈ (\d+) answers of 10,000 changed", said))
