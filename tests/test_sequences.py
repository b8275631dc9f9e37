"""The networks of chapter 18: what they read, what they cost, and how they begin."""

import keras
import numpy as np
import pytest

from mnist_helpers import tasks
from mnist_helpers.experiments import load, results
from mnist_helpers.tasks import sequences
from mnist_helpers.training.settings import complete


@pytest.fixture(scope="module")
def images():
    """Give four random images."""
    return np.random.default_rng(0).random((4, 28, 28, 1)).astype("float32")


def test_patches_are_the_squares_of_the_image(images):
    patches = np.asarray(sequences.Patches(7)(images))
    assert patches.shape == (4, 16, 49)
    np.testing.assert_array_equal(patches[1, 6].reshape(7, 7), images[1, 7:14, 14:21, 0])


def test_each_row_is_read_for_itself(images):
    along = keras.layers.LSTM(3)
    ends = np.asarray(sequences.EachRow(along)(images))
    assert ends.shape == (4, 28, 3)
    np.testing.assert_allclose(ends[2, 5], np.asarray(along(images[2, 5:6]))[0], atol=1e-6)


def test_without_positions_the_order_of_the_patches_does_not_matter(images):
    network = sequences.transformer(seed=0)
    (positions,) = [each for each in network.layers if isinstance(each, sequences.Positions)]
    turned = images.reshape(4, 4, 7, 28, 1)[:, ::-1].reshape(images.shape)  # rows of patches
    assert abs(np.asarray(network(turned)) - np.asarray(network(images))).max() > 1e-4
    positions.table.assign(np.zeros(positions.table.shape))
    np.testing.assert_allclose(network(turned), network(images), atol=1e-5)


@pytest.mark.parametrize("name", ["rows", "hierarchical", "transformer"])
def test_the_same_seed_makes_the_same_network(name):
    one, same, other = (sequences.NETWORKS[name](seed).get_weights() for seed in (0, 0, 1))
    assert all(map(np.array_equal, one, same))
    assert not all(map(np.array_equal, one, other))


def test_the_experiment_compares_equal_work():
    variants = load("sequences").variants
    compared = [
        settings
        for name, settings in variants.items()
        if settings["training_images"] == 4_000 and settings["permutation"] is None
    ]
    assert len(compared) == 5
    work = [
        sum(sequences.multiply_adds(sequences.build(settings, seed=0)).values())
        for settings in compared
    ]
    assert max(work) / min(work) < 1.04


def test_attention_costs_more_than_its_matrices():
    counts = sequences.multiply_adds(sequences.transformer(seed=0, size=14, width=8, heads=2))
    (attention,) = [count for name, count in counts.items() if "attention" in name]
    assert attention == 4 * 4 * 8 * 8 + 2 * 4 * 4 * 8


def test_the_identity_stands_where_it_should():
    first, recurrent, *_ = sequences.pixels(seed=0, units=6, identity=True).get_weights()
    np.testing.assert_array_equal(recurrent, np.eye(6))
    assert 0 < abs(first).max() < 0.01
    recurrent = sequences.pixels(seed=0, units=6).get_weights()[1]
    np.testing.assert_allclose(recurrent @ recurrent.T, np.eye(6), atol=1e-5)


def test_a_training_fills_a_row():
    settings = complete(
        {
            "task": "sequences",
            "network": "rows",
            "network_options": {"units": 4},
            "epochs": 1,
            "training_images": 200,
        }
    )
    row = tasks.train(settings, seed=1).row | {"variant": "tiny", "commit": "abc"}
    assert set(row) == set(results.COLUMNS)
    assert row["multiply_adds"] == 28 * 4 * 4 * (28 + 4) + 40
    assert 0 <= row["validation_accuracy"] <= 1 and row["measures"] == {}
