"""The drawing machines: their parts against loops, formulas and draws, and what a row holds."""

import json
from functools import partial

import numpy as np
import pytest
from checks import filled_row
from scipy.linalg import sqrtm
from test_backends import run

from mnist_helpers import tasks
from mnist_helpers.tasks import acgan, flow, judging, normals
from mnist_helpers.training.settings import complete


def cloud(seed, count=40, numbers=3, middle=0.0, scale=1.0):
    """Give some points."""
    return middle + scale * np.random.default_rng(seed).normal(size=(count, numbers))


# ---- judges ----------------------------------------------------------------------------------


@pytest.mark.parametrize("neighbours", [1, 3])
def test_shares_within_balls_are_those_of_loops(neighbours):
    points, others = cloud(0), cloud(1, middle=0.7)
    count = 0
    for point in points:
        for other in others:
            radius = sorted(np.linalg.norm(others - other, axis=1))[neighbours]
            if np.linalg.norm(point - other) <= radius:
                count += 1
                break
    assert 0 < count < len(points)
    assert judging.share_within(points, others, neighbours) == pytest.approx(count / len(points))


def test_the_distance_is_that_of_the_formula_and_of_a_shift():
    points, others = cloud(0), cloud(1, middle=0.5, scale=2)
    first, second = (np.cov(each.T, bias=True) for each in (points, others))
    apart = points.mean(axis=0) - others.mean(axis=0)
    expected = apart @ apart + np.trace(first + second - 2 * sqrtm(first @ second).real)
    assert judging.frechet(points, others) == pytest.approx(expected)
    assert judging.frechet(points, points + np.array([3, 0, 4])) == pytest.approx(25)
    assert judging.frechet(points, points) == pytest.approx(0, abs=1e-9)


def test_the_distance_of_flat_clouds_is_a_number():
    flat = np.zeros((5, 3))
    flat[:, 0] = range(5)
    assert judging.frechet(flat, flat + np.array([0, 2, 0])) == pytest.approx(4)


def test_the_nearest_picture_is_found_and_a_copy_is_at_no_distance():
    pictures = np.random.default_rng(0).random((12, 28, 28, 1), "float32")
    assert judging.nearest(pictures[:2], pictures) == pytest.approx(0, abs=1e-2)
    far = judging.nearest(pictures[:1], pictures[1:])[0]
    expected = min(np.linalg.norm(pictures[0] - other) for other in pictures[1:])
    assert far == pytest.approx(expected, rel=1e-4)


def test_pictures_kept_in_a_row_come_back_in_sixteen_greys():
    pictures = np.random.default_rng(0).random((4, 28, 28, 1))
    back = judging.unpacked(json.loads(json.dumps(judging.packed(pictures))))
    assert np.abs(back - pictures[..., 0]).max() <= 1 / 30 + 1e-12


# ---- machines --------------------------------------------------------------------------------


def made_up():
    """Give pictures of ten digits: a bright column each, and noise."""
    generator = np.random.default_rng(0)
    labels = np.arange(400) % 10
    images = 0.3 * generator.random((400, 28, 28, 1), "float32")
    images[np.arange(400), :, 2 * labels + 3] += 0.6
    return images, labels


def test_normals_have_the_mean_and_the_covariance_of_each_digit():
    images, labels = made_up()
    machine = normals.Normals(normals.Components(images, 5), images, labels)
    digits = np.repeat([3, 8], 4000)
    drawn = machine.draw(digits, seed=0)
    assert drawn.shape == (8000, 28, 28, 1) and drawn.min() >= 0 and drawn.max() <= 1
    for digit in (3, 8):
        real, made = (
            machine.space.numbers(each[of == digit])
            for each, of in ((images, labels), (drawn, digits))
        )
        np.testing.assert_allclose(made.mean(axis=0), real.mean(axis=0), atol=0.15)
        np.testing.assert_allclose(np.cov(made.T), np.cov(real.T), atol=0.15)
    np.testing.assert_array_equal(drawn, machine.draw(digits, seed=0))


def test_copies_are_training_images_of_the_digit_and_none_twice():
    images, labels = made_up()
    digits = np.repeat([0, 9], 40)
    drawn = normals.copies(images, labels)(digits, seed=1)
    flat = [picture.tobytes() for picture in drawn]
    known = {image.tobytes(): label for image, label in zip(images, labels, strict=True)}
    assert len(set(flat)) == 80 and [known[each] for each in flat] == digits.tolist()


@pytest.mark.parametrize(("count", "kept"), [(399, True), (5, False)])
def test_all_components_keep_a_picture_and_few_do_not(count, kept):
    images, _ = made_up()
    space = normals.Components(images, count)
    drawn = space.pictures(space.numbers(images))
    assert (np.abs(drawn - images).max() < 1e-3) == kept


def test_codes_are_in_one_unit_and_come_back():
    images, _ = made_up()
    space = normals.Codes(np.tile(images, (4, 1, 1, 1)), 3, seed=0, epochs=25)
    numbers = space.numbers(images)
    np.testing.assert_allclose(numbers.std(axis=0), 1, atol=0.25)
    back = space.pictures(numbers)
    assert np.square(back - images).mean() < 0.6 * images.var(axis=0).mean()
    assert space.losses[-1] < space.losses[0]


def test_lines_lead_from_noise_to_the_data():
    numbers = np.arange(40, dtype="float32").reshape(20, 2)
    lines = flow.StraightLines(numbers, np.arange(20) % 10, 20, seed=0)
    given, velocities = lines[0]
    places, time, digits = given[:, :2], given[:, 2:3], given[:, 3:].argmax(axis=1)
    ends = places + (1 - time) * velocities  # wherever on its line, the rest of the way
    order = lines.order
    np.testing.assert_allclose(ends, numbers[order], atol=1e-4)
    np.testing.assert_array_equal(digits, order % 10)
    starts = places - time * velocities
    assert abs(starts.mean()) < 0.5 and 0.5 < starts.std() < 1.5
    assert not np.array_equal(velocities, lines[0][1])  # new noise each time


class Towards:
    """A stand-in for a trained network: the mean velocity of lines to -1 or 1."""

    output_shape = (None, 1)

    def __call__(self, given):
        """Give the velocity that chapter 21 derives."""
        place, time = given[:, :1], given[:, 1:2]
        return (np.tanh(time * place / (1 - time) ** 2) - place) / (1 - time)


def test_a_walk_by_the_mean_velocity_ends_at_the_data():
    noise = np.random.default_rng(0).normal(size=(500, 1))
    digits = np.zeros(500, int)
    once = flow.walk(Towards(), noise, digits, steps=1)
    assert np.abs(once[-1]).max() < 1e-6 and len(once) == 2
    ends = flow.walk(Towards(), noise, digits, steps=20)[-1]
    assert (np.abs(np.abs(ends) - 1) < 0.01).mean() > 0.98
    assert 0.4 < (ends > 0).mean() < 0.6


GAME = {"generator": [2, 2], "discriminator": [2, 2], "dropout": 0.3, "real": 0.9}


def test_each_step_of_the_game_changes_only_whose_turn_it_is():
    game = acgan.Game(complete({"task": "acgan", "task_options": GAME}), seed=0)
    images, labels = made_up()
    models = game.generator, game.discriminator
    before = [[np.copy(each) for each in model.get_weights()] for model in models]
    untouched = []

    def watched(train, other, *given):
        weights = [np.copy(each) for each in other.get_weights()]
        lost = train(*given)
        untouched.append(all(map(np.array_equal, weights, other.get_weights())))
        return lost

    game.discriminator.train_on_batch = partial(
        watched, game.discriminator.train_on_batch, game.generator
    )
    game.both.train_on_batch = partial(watched, game.both.train_on_batch, game.discriminator)
    losses = game.step(images[:20], labels[:20].astype("int32"))
    assert untouched == [True, True] and np.isfinite(losses).all()
    after = [model.get_weights() for model in models]
    for old, new in zip(before, after, strict=True):
        assert not all(map(np.array_equal, old, new))


ON_OTHERS = f"""
import numpy as np
from mnist_helpers.tasks import acgan
from mnist_helpers.training.settings import complete

game = acgan.Game(complete({{"task": "acgan", "task_options": {GAME}}}), seed=0)
images = np.random.default_rng(0).random((8, 28, 28, 1), "float32")
lost = game.step(images, np.arange(8, dtype="int32"))
print(np.isfinite(lost).all(), game.draw(np.arange(10, dtype="int32"), 0).shape)
"""


@pytest.mark.parametrize("backend", ["jax", "torch"])
def test_the_game_on_other_backends(backend):
    assert run(ON_OTHERS, backend).splitlines() == ["True (10, 28, 28, 1)"]


TINY = {
    "acgan": GAME,
    "flow": {"numbers": 4, "units": 4},
    "normals": {"machine": "normals", "space": "codes", "numbers": 4},
}


@pytest.mark.parametrize("task", TINY)
def test_a_task_fills_a_row(task, monkeypatch):
    monkeypatch.setattr(judging, "COUNT", 100)
    monkeypatch.setattr(judging, "LEARNED", 400)
    monkeypatch.setattr(judging, "LOOKED_UP", 20)
    few = {"epochs": 1, "training_images": 640, "batch_size": 64}
    settings = complete({"task": task, "task_options": TINY[task]} | few)
    row = filled_row(settings)
    assert row["outcome"] == "trained" and 0 <= row["test_accuracy"] <= 1
    assert len(row["training_losses"]) == (task != "normals")
    for kind in ("validation", "test"):
        assert 0 <= row["measures"][f"recall, {kind}"] <= 1
    assert judging.unpacked(row["measures"]["drawn"]).shape == (20, 28, 28)


def test_a_machine_that_does_not_exist_is_refused():
    settings = {"task": "normals", "task_options": {"machine": "pantograph"}}
    with pytest.raises(ValueError, match="machine is 'pantograph', space None; expected 'copies'"):
        tasks.train(complete(settings), seed=0)
