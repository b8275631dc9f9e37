"""The fast recipe: what its images are, and that it learns."""

import numpy as np
import pytest
from checks import refuses

from mnist_helpers.numpy_cnn import fast


def test_images_lose_their_margin_and_are_standardised(mnist):
    pixels = mnist[0][0]
    prepared = fast.prepare(pixels[:1000])
    expected = (pixels[:1000, 2:26, 2:26, None] / 255 - 0.1307) / 0.3081
    np.testing.assert_allclose(prepared, expected, atol=1e-5)
    whole = pixels / 255
    assert round(whole.mean(), 4) == fast.MEAN and round(whole.std(), 4) == fast.DEVIATION
    cut = pixels.astype(np.int64).sum() - pixels[:, 2:26, 2:26].astype(np.int64).sum()
    assert cut < 0.003 * pixels.astype(np.int64).sum()  # hardly any ink lies in the margin


def test_a_third_of_an_epoch_is_enough_for_97_percent(mnist):
    (pixels, labels), _ = mnist
    network = fast.train_fast(pixels[:20_000], labels[:20_000], epochs=1, seed=3)
    _, accuracy = network.evaluate(fast.prepare(pixels[50_000:]), labels[50_000:])
    assert accuracy > 0.97


def test_the_seed_decides(mnist):
    (pixels, labels), _ = mnist
    weights = [
        fast.train_fast(pixels[:512], labels[:512], epochs=1, seed=seed).parameter_vector
        for seed in (1, 1, 2)
    ]
    assert np.array_equal(weights[0], weights[1]) and not np.array_equal(weights[0], weights[2])


@pytest.mark.parametrize(
    "pixels",
    [np.zeros((2, 28, 28)), np.zeros((28, 28), np.uint8), np.zeros((2, 24, 24), np.uint8)],
    ids=["float", "one image", "cut already"],
)
def test_other_images_are_refused(pixels):
    with refuses(r"expected uint8 and \(count, 28, 28\)"):
        fast.train_fast(pixels, np.zeros(len(pixels), int))
