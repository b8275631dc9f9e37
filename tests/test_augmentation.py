"""Turning, scaling and moving images, against exact transformations."""

import keras
import numpy as np
import pytest
from checks import refuses
from scipy import ndimage

from mnist_helpers import augmentation, data, numpy_cnn, schedules
from mnist_helpers.training import batches

SIDE = 28
CENTRE = (SIDE - 1) / 2


@pytest.fixture
def rng():
    return np.random.default_rng(15)


class Always:
    """Draws no random numbers, but given shares of the largest amounts, one after another."""

    def __init__(self, *shares):
        self.shares = iter(shares)

    def uniform(self, low, high, size):
        """Return what stands the next share of the way from the middle to the upper end."""
        middle = (low + high) / 2
        share = next(self.shares)
        return middle + np.broadcast_to(share, size if np.ndim(size) else (size,)) * (high - middle)


def moved(images, angle=0.0, scales=(0.0, 0.0), shifts=(0.0, 0.0), **largest):
    generator = Always(angle, np.reshape(scales, (2, 1)), np.reshape(shifts, (2, 1)))
    return augmentation.random_affine(images, generator, **largest)


def test_a_quarter_turn_is_exact(rng):
    images = rng.random((3, SIDE, SIDE, 1)).astype(np.float32)
    turned = moved(images, angle=1.0, rotation=90, zoom=0, shift=0)
    exact = np.rot90(images, axes=(1, 2))
    np.testing.assert_allclose(turned, exact, atol=1e-4)


@pytest.mark.parametrize(("down", "right"), [(1, 0), (0, 1), (0.5, -1)])
def test_a_shift_by_whole_pixels_is_exact(rng, down, right):
    images = rng.random((3, SIDE, SIDE, 1)).astype(np.float32)
    largest = 4 / SIDE
    found = moved(images, shifts=(down, right), rotation=0, zoom=0, shift=largest)
    exact = np.stack([ndimage.shift(image, (4 * down, 4 * right, 0), order=0) for image in images])
    np.testing.assert_allclose(found, exact, atol=1e-4)


@pytest.mark.parametrize(
    ("angle", "scales", "shifts"),
    [
        (1, (0, 0), (0, 0)),
        (0, (1, -1), (0, 0)),
        (0, (0, 0), (0.37, -0.61)),
        (-0.7, (0.3, 1), (-1, 0.8)),
    ],
)
def test_every_pixel_is_what_an_exact_affine_transformation_gives(rng, angle, scales, shifts):
    image = ndimage.gaussian_filter(rng.random((SIDE, SIDE)), 1).astype(np.float32)
    largest = {"rotation": 15, "zoom": 0.15, "shift": 0.1}
    found = moved(image[None, :, :, None], angle, scales, shifts, **largest)[0, :, :, 0]
    # The way of a point of the image: scaled about the centre, turned, moved. Drawn pixels look
    # back along that way.
    radians = np.deg2rad(angle * largest["rotation"])
    turn = np.array([[np.cos(radians), -np.sin(radians)], [np.sin(radians), np.cos(radians)]])
    scale = np.diag([1 + share * largest["zoom"] for share in scales])
    way = turn @ scale
    shift = np.array(shifts) * largest["shift"] * SIDE
    back = np.linalg.inv(way)
    offset = CENTRE - back @ (CENTRE + shift)
    exact = ndimage.affine_transform(image, back, offset, order=1, mode="grid-constant")
    np.testing.assert_allclose(found, exact, atol=1e-3)


def test_each_image_moves_by_its_own_amounts_and_no_ink_is_invented(rng):
    image = np.zeros((1, SIDE, SIDE, 1), np.float32)
    image[0, 10:18, 10:18] = 1
    found = augmentation.random_affine(np.repeat(image, 50, axis=0), rng)
    assert len(np.unique(found.reshape(50, -1), axis=0)) == 50
    assert found.min() >= 0 and found.max() <= 1 + 1e-6
    ink = found.sum(axis=(1, 2, 3)) / image.sum()
    assert ink.min() > 0.85**2 - 0.02 and ink.max() < 1.15**2 + 0.02


def test_images_and_amounts_that_make_no_sense_are_refused(rng):
    images = np.zeros((2, SIDE, SIDE, 1), np.float32)
    with refuses(r"uint8 of shape \(2, 28, 28, 1\); expected float32"):
        augmentation.random_affine(images.astype(np.uint8), rng)
    with refuses(r"float32 of shape \(2, 28, 28\); expected"):
        augmentation.random_affine(images[..., 0], rng)
    with refuses("list of shape"):
        augmentation.random_affine(images.tolist(), rng)
    for wrong in (
        {"rotation": -1},
        {"zoom": 1},
        {"shift": -0.1},
        {"shift": np.nan},
        {"rotation": np.inf},
    ):
        with refuses("expected none below 0"):
            augmentation.random_affine(images, rng, **wrong)


@pytest.mark.parametrize(("targets", "batch_size"), [(3, 2), (2, 0), (2, 3)])
def test_batches_that_cannot_be_made_are_refused(targets, batch_size):
    images = np.zeros((2, SIDE, SIDE, 1), np.float32)
    with refuses("expected as many targets as images, and at least one whole batch"):
        batches.AugmentedImages(images, np.zeros(targets), batch_size, 0, None)


def test_a_shift_is_a_share_of_its_own_side(rng):
    image = np.zeros((1, 20, 40, 1), np.float32)
    image[0, 10, 10] = 1
    found = moved(image, shifts=(1, 1), rotation=0, zoom=0, shift=0.25)
    assert np.unravel_index(found.argmax(), found.shape)[1:3] == (15, 20)


def test_batches_pair_images_with_their_targets_and_move_them_anew():
    images = np.zeros((8, SIDE, SIDE, 1), np.float32)
    images[:, 8:20, 8:20] = (1 + np.arange(8)[:, None, None, None]) / 8
    plain = batches.AugmentedImages(images, np.arange(8), 4, 0, None)
    orders = []
    for _ in range(2):
        batch, targets = (np.concatenate(parts) for parts in zip(*plain, strict=True))
        np.testing.assert_array_equal(batch, images[targets])
        assert sorted(targets) == list(range(8))
        orders.append(targets.tolist())
        plain.on_epoch_end()
    assert orders[0] != orders[1]
    moving = batches.AugmentedImages(images, np.arange(8), 8, 0, {})
    seen = []
    for _ in range(2):
        batch, targets = moving[0]
        assert not np.allclose(batch, images[targets])
        seen.append(batch[targets.argsort()])
        moving.on_epoch_end()
    assert all(abs(before - after).max() > 0.01 for before, after in zip(*seen, strict=True))


def normalised():
    """Build a small network with batch normalisation."""
    keras.utils.set_random_seed(0)
    return keras.Sequential([keras.Input((2, 2, 1)), keras.layers.BatchNormalization()])


def test_batch_normalisation_is_measured_anew_and_weighs_images_alike():
    images = np.random.default_rng(0).normal(3, 2, (1001, 2, 2, 1)).astype(np.float32)
    images[1000] = 1000
    network = normalised()
    batches.reestimate_batch_norm(network, images)
    layer = network.layers[0]
    assert float(layer.moving_mean[0]) == pytest.approx(images.mean(), rel=1e-4)
    assert layer.momentum == 0.99


def test_batch_normalisation_that_cannot_be_measured_is_left_alone():
    network = normalised()
    with refuses("there are no images"):
        batches.reestimate_batch_norm(network, np.zeros((0, 2, 2, 1), np.float32))
    with pytest.raises(ValueError):
        batches.reestimate_batch_norm(network, np.zeros((5, 2, 2, 7), np.float32))
    assert network.layers[0].momentum == 0.99


@pytest.mark.parametrize("peak", [0.0, -1.0, np.nan, np.inf])
@pytest.mark.parametrize("steps", [0, np.nan])
def test_a_cycle_without_steps_or_height_is_refused(steps, peak):
    for arguments in ((peak, 10), (0.01, steps)):
        with refuses("expected at least one step, and a positive peak"):
            schedules.OneCycle(*arguments)


@pytest.mark.parametrize("shares", [(0, 0, 0), (1, 0, 0), (0.3, 2, 0), (0.3, 0, -1)])
def test_a_cycle_of_impossible_shares_is_refused(shares):
    with refuses("expected shares from 0 to 1"):
        schedules.OneCycle(0.01, 10, *shares)


def test_a_cycle_is_that_of_the_numpy_network_and_can_be_saved(rng):
    for _ in range(50):
        warm_up, start, end = rng.uniform(0.01, 0.99, 3)
        ours = schedules.OneCycle(0.01, 200, warm_up, start, end)
        theirs = numpy_cnn.one_cycle(0.01, warm_up, start, end)
        again = keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(ours))
        for step in (0, 1, 57, 123, 199, 200):
            assert float(ours(step)) == pytest.approx(theirs(step / 200), rel=1e-4)
            assert float(again(step)) == float(ours(step))


def test_moved_images_are_moved_not_changed(mnist):
    (images, _), _ = mnist
    prepared = data.prepare_images(images[:64])
    generator = np.random.default_rng(0)
    same = augmentation.random_affine(prepared, generator, rotation=0, zoom=0, shift=0)
    np.testing.assert_allclose(same, prepared, atol=1e-6)
    moved = augmentation.random_affine(prepared, generator)
    assert moved.min() >= 0 and moved.max() <= 1 + 1e-6
    assert abs(moved.mean() / prepared.mean() - 1) < 0.1
    assert np.abs(moved - prepared).max(axis=(1, 2, 3)).min() > 0.2


def test_a_turn_goes_around_the_middle():
    image = np.zeros((1, 28, 28, 1), np.float32)
    image[0, 13:15, 2:26] = 1  # a line through the middle stays there
    turned = augmentation.random_affine(
        image, np.random.default_rng(3), rotation=90, zoom=0, shift=0
    )
    assert turned[0, 13:15, 13:15].min() > 0.8


def test_batches_hold_each_image_once_in_a_new_order():
    images = np.zeros((12, 28, 28, 1), np.float32)
    of_twelve = batches.AugmentedImages(images, np.arange(12), 4, 0, {})
    first = np.concatenate([of_twelve[k][1] for k in range(len(of_twelve))])
    of_twelve.on_epoch_end()
    second = np.concatenate([of_twelve[k][1] for k in range(len(of_twelve))])
    assert sorted(first) == sorted(second) == list(range(12))
    assert list(first) != list(second)


def test_reestimated_statistics_are_those_of_the_images():
    network = keras.Sequential([keras.Input((2, 2, 1)), keras.layers.BatchNormalization()])
    images = np.random.default_rng(0).normal(3, 2, (40, 2, 2, 1)).astype(np.float32)
    batches.reestimate_batch_norm(network, images, batch_size=10)
    _, _, mean, variance = network.get_weights()
    assert mean[0] == pytest.approx(images.mean(), abs=1e-4)
    expected = np.mean([part.var() for part in np.split(images, 4)])
    assert variance[0] == pytest.approx(expected, rel=1e-4)
    assert network.layers[0].momentum == 0.99
