"""Turning, scaling and moving images, against exact transformations."""

import numpy as np
import pytest
from checks import refuses
from scipy import ndimage

from mnist_helpers import augmentation, schedules

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
    for wrong in ({"rotation": -1}, {"zoom": 1}, {"shift": -0.1}, {"shift": np.nan}):
        with refuses("expected none below 0"):
            augmentation.random_affine(images, rng, **wrong)


@pytest.mark.parametrize(("targets", "batch_size"), [(3, 2), (2, 0), (2, 3)])
def test_batches_that_cannot_be_made_are_refused(targets, batch_size):
    images = np.zeros((2, SIDE, SIDE, 1), np.float32)
    with refuses("expected as many targets as images, and at least one whole batch"):
        augmentation.AugmentedImages(images, np.zeros(targets), batch_size, 0, None)


@pytest.mark.parametrize(("steps", "warm_up"), [(0, 0.3), (10, 0.0), (10, 1.0)])
def test_a_cycle_that_cannot_be_is_refused(steps, warm_up):
    with refuses("expected at least one step"):
        schedules.OneCycle(0.01, steps, warm_up)
