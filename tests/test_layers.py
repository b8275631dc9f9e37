"""Some of the random layers of tests/layers.py; `make layers` runs two thousand."""

import re

import layers
import preview
import pytest
from layer_cases import KINDS, draw

from mnist_helpers import numpy_cnn

pytestmark = pytest.mark.xdist_group("digit_pad")  # one browser


@pytest.fixture(scope="module")
def modules(browser):
    """Give a page that can load the page's modules."""
    with preview.serve(layers.SITE) as address:
        page = browser.new_page()
        page.goto(f"{address}/{layers.PAGE}")
        yield page
        page.close()


def test_random_layers_are_tensorflows(modules):
    compared = list(layers.compare(range(40), modules))
    assert not [line for each in compared for line in layers.failures(*each)]
    assert {side for _, sides in compared for side in sides} == set(layers.SIDES)
    rows = [row.strip("| ").split(" | ") for row in layers.table(compared).splitlines()]
    assert [row[0] for row in rows[2:]] == [*KINDS, "all"]
    assert rows[-1][1] == "40" and {row[-1] for row in rows[2:]} == {"0"}


def test_a_seed_gives_the_same_case_and_all_kinds_come():
    first, again = draw(7), draw(7)
    assert repr(first) == repr(again) != repr(draw(8)._replace(seed=7))
    drawn = [draw(seed) for seed in range(layers.CASES)]
    assert {case.kind for case in drawn} == set(KINDS)
    for name in drawn[0].flags:
        assert {case.flags[name] for case in drawn} == {True, False}


def seeds_of(kind, count=8, **wanted):
    """List the seeds of some cases of a kind."""
    cases = (draw(seed) for seed in range(layers.CASES))
    fit = (
        case.seed
        for case in cases
        if case.kind == kind and all(getattr(case, k) == v for k, v in wanted.items())
    )
    return [next(fit) for _ in range(count)]


def test_a_dropout_in_use_lets_every_gradient_pass(modules):
    """On the page it stopped all of them, so that “Ask why” had no answer of such a network."""
    for case, sides in layers.compare(seeds_of("dropout", 3, training=False), modules):
        assert not layers.failures(case, sides)


PLANTED = {
    "convolution": "Conv2D.prototype.backward = function (gradient) {"
    " const found = right.call(this, gradient); this.gradients.bias[0] = 0; return found; }",
    "max pooling": "MaxPooling2D.prototype.backward = function (gradient) {"
    " return right.call(this, gradient).map((value) => value / 2); }",
    "dense": "Dense.prototype.forward = function (input) {"
    " return right.call(this, input).map((value) => value * (1 + 1e-6)); }",
}


@pytest.mark.parametrize("kind", PLANTED)
def test_a_bug_of_the_page_is_found(modules, kind):
    plant = PLANTED[kind]
    name = plant.split(" =")[0]
    wrap = "async () => {{ const {{ {0} }} = await import('/cnn.js'); {1}; }}"
    right = f"const right = globalThis.right ??= {name}"
    layer = name.split(".")[0]
    modules.evaluate(wrap.format(layer, f"{right}; {plant}"))
    try:
        compared = list(layers.compare(seeds_of(kind, dtype="float64"), modules))
    finally:
        modules.evaluate(wrap.format(layer, f"{name} = globalThis.right; delete globalThis.right"))
    failed = [line for each in compared for line in layers.failures(*each)]
    assert failed and all("JavaScript" in line for line in failed)


def test_a_bug_of_the_package_is_found(modules, monkeypatch):
    right = numpy_cnn.Conv2D.backward

    def backward(self, gradient):
        found = right(self, gradient)
        self.gradients["kernel"][0, 0] = 0
        return found

    monkeypatch.setattr(numpy_cnn.Conv2D, "backward", backward)
    compared = list(layers.compare(seeds_of("convolution"), modules))
    failed = [line for each in compared for line in layers.failures(*each)]
    assert failed and all("NumPy" in line and ".kernel" in line for line in failed)


@pytest.mark.parametrize(
    ("found", "expected", "error"),
    [
        ([1, 2], [1, 4], 0.5),
        ([1], [1, 2], float("inf")),
        ([None, 1], [1, 1], float("inf")),
        ([1e-9], [0], 1e-6),
        ([], [], 0),
        (0, 0, 0),
    ],
)
def test_nothing_that_differs_is_hidden(found, expected, error):
    assert layers.difference(found, expected) == pytest.approx(error)


def test_the_command_is_a_job_of_its_own(root, make):
    assert "tests/layers.py" in make(root, "layers")
    text = (root / ".github/workflows/tests.yml").read_text(encoding="utf-8")
    assert re.search(r"\n  layers: .*(\n    .*)+make layers\n", text)
