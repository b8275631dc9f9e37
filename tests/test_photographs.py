"""Photographs made by a program: that they are what their seed says, and how they are read."""

import json

import made_photographs
import photographs
import pytest
from PIL import Image, ImageOps


@pytest.fixture(scope="module")
def digits():
    return photographs.digits()


@pytest.fixture(scope="module")
def recorded():
    return json.loads(photographs.RESULTS.read_text("utf-8"))


def test_a_seed_makes_one_photograph(digits):
    first, again, other = (made_photographs.take(seed, *digits) for seed in (3, 3, 19))
    assert first.file.getvalue() == again.file.getvalue() != other.file.getvalue()
    assert first.kind == other.kind == "squared paper"
    assert first.label in range(10)


def test_there_is_no_digit_where_none_is_to_be_read(digits):
    for seed, kind in enumerate(made_photographs.KINDS):
        taken = made_photographs.take(seed, *digits)
        assert taken.kind == kind and (taken.label is None) == (kind in made_photographs.EMPTY)
        with Image.open(taken.file) as picture:
            sides = ImageOps.exif_transpose(picture).size
        assert kind == "tight crop" or 236 <= min(sides) <= max(sides) < 800


def test_a_few_of_each_kind_are_read_or_refused():
    """Fewer than nine in ten would be below what was measured, beyond any chance."""
    outcomes = photographs.read(range(2_000, 2_048))
    counts = photographs.count(outcomes)
    assert all(one["photographs"] == 3 for one in counts.values())
    summed = photographs.total(counts)
    assert summed["right"] + summed["refused"] >= 0.9 * summed["photographs"]
    assert summed["surely wrong"] <= 2
    for *_, refusal in outcomes:
        assert refusal is None or (": " in refusal and not refusal.endswith("."))


def test_what_is_recorded_covers_all_kinds_and_adds_up(recorded):
    kinds = recorded["kinds"]
    assert list(kinds) == list(made_photographs.KINDS)
    assert recorded["all"] == photographs.total(kinds)
    assert recorded["first seed"] == made_photographs.HELD_OUT
    each = recorded["all"]["photographs"] // len(kinds)
    assert each >= 20 and {one["photographs"] for one in kinds.values()} == {each}
    for one in kinds.values():
        assert one["right"] + one["refused"] + one["wrong"] == one["photographs"]
        assert one["surely wrong"] <= one["wrong"]
    for name in (*kinds, "all"):
        assert f"| {name} | " in photographs.table(kinds)


def test_the_target_holds(recorded):
    """Of all, 97 % right or refused, one per cent wrong and sure; refusing is no way out."""
    summed, kinds = recorded["all"], recorded["kinds"]
    assert summed["right"] + summed["refused"] >= 0.97 * summed["photographs"]
    assert summed["surely wrong"] <= 0.01 * summed["photographs"]
    for kind in set(kinds) - set(made_photographs.EMPTY):
        assert kinds[kind]["refused"] <= 0.2 * kinds[kind]["photographs"]
