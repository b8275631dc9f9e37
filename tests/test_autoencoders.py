"""The autoencoders' tasks: their parts against loops, formulas and draws, and what a row holds."""

import keras
import numpy as np
import pytest
from checks import filled_row
from keras import ops
from test_backends import run

from mnist_helpers import strangers
from mnist_helpers.tasks import autoencoding, denoising, variational, what_where
from mnist_helpers.training.settings import complete


def by_loops(maps, size):
    """Find maxima and their places window by window."""
    where = np.zeros_like(maps)
    what = np.zeros_like(maps[:, ::size, ::size])
    for image, row, column, channel in np.ndindex(what.shape):
        window = maps[image, size * row :, size * column :, channel][:size, :size]
        down, right = np.unravel_index(window.argmax(), window.shape)
        where[image, size * row + down, size * column + right, channel] = 1
        what[image, row, column, channel] = window.max()
    return what, where


@pytest.mark.parametrize(
    ("size", "shape"), [(2, (3, 4, 6, 2)), (3, (2, 6, 9, 1)), (4, (1, 4, 4, 3))]
)
@pytest.mark.parametrize("ties", [False, True])
def test_maxima_and_their_places_are_those_of_loops(size, shape, ties):
    maps = np.random.default_rng(size).normal(size=shape).astype("float32")
    maps = np.maximum(maps.round(), 0) if ties else maps
    for found, expected in zip(what_where.maxima(maps, size), by_loops(maps, size), strict=True):
        np.testing.assert_array_equal(ops.convert_to_numpy(found), expected)


PLACES = """
import keras, numpy as np
from mnist_helpers.tasks.what_where import maxima

maps = np.array([[1, 5, 0, 2], [3, 4, 6, 6]], "float32").reshape(1, 2, 4, 1)
for found in maxima(maps):
    print(keras.ops.convert_to_numpy(found).ravel().astype(int).tolist())
"""


@pytest.mark.parametrize("backend", ["jax", "torch"])
def test_places_on_other_backends(backend):
    assert run(PLACES, backend).splitlines() == ["[5, 6]", "[0, 1, 0, 0, 0, 0, 1, 0]"]


def test_values_go_back_to_their_places_and_no_other():
    maps = np.random.default_rng(0).random((2, 4, 6, 3)).astype("float32")
    what, where = what_where.maxima(maps)
    back = ops.convert_to_numpy(what_where.put_back(what, where))
    np.testing.assert_array_equal(back, np.where(where, maps, 0))
    repeated = ops.convert_to_numpy(what_where.put_back(what, None))
    assert (repeated >= maps).all() and repeated.shape == maps.shape


def test_without_a_code_the_decoder_is_told_nothing_but_places():
    encoder, _ = what_where.networks([2, 3], 0, True)
    images = np.random.default_rng(0).random((4, 28, 28, 1)).astype("float32")
    code, *places = encoder(images)
    assert (ops.convert_to_numpy(code) == 1).all()
    _, alone = what_where.networks([2, 3], 5, False)
    codes = ops.ones((4, 5))
    drawn = [ops.convert_to_numpy(alone([codes, *given]))
             for given in (places, [1 - each for each in places])]  # fmt: skip
    np.testing.assert_array_equal(*drawn)


@pytest.mark.parametrize("on", [["input"], ["input", "target"], []])
def test_noise_is_where_it_should_be_and_new_each_time(on):
    images = np.zeros((64, 28, 28, 1), "float32")
    pictures = denoising.NoisyPictures(images, 32, 0, 0.5, on)
    batch = pictures[0]
    for place, values in enumerate(batch):
        expected = 0.5 if ("input", "target")[place] in on else 0
        assert values.std() == pytest.approx(expected, abs=0.01)
    if on:
        assert not np.array_equal(batch[0], pictures[0][0])
    if len(on) == 2:
        assert abs(np.corrcoef(*map(np.ravel, batch))[0, 1]) < 0.05


@pytest.mark.parametrize(("mean", "deviation"), [(0, 1), (1, 1), (-0.5, 2), (2, 0.1)])
def test_the_divergence_is_what_draws_say(mean, deviation):
    draws = np.random.default_rng(0).normal(mean, deviation, 400_000)
    surprise = draws**2 / 2 - ((draws - mean) / deviation) ** 2 / 2 - np.log(deviation)
    found = float(variational.divergence(*np.float32([mean, 2 * np.log(deviation)])))
    assert found == pytest.approx(surprise.mean(), abs=5 * surprise.std() / 600 + 1e-6)


def test_the_cross_entropy_is_that_of_keras():
    generator = np.random.default_rng(0)
    images = generator.random((3, 28, 28, 1), "float32")
    logits = 3 * generator.standard_normal((3, 28, 28, 1), "float32")
    expected = keras.losses.binary_crossentropy(images, logits, from_logits=True)
    expected = ops.convert_to_numpy(expected).sum(axis=(1, 2))
    found = ops.convert_to_numpy(variational.reconstruction(images, logits))
    np.testing.assert_allclose(found, expected, rtol=1e-4)


def small():
    """Give a small encoder and decoder, with random weights, and a few images."""
    keras.utils.set_random_seed(0)
    images = np.random.default_rng(0).random((6, 28, 28, 1), "float32")
    return *variational.networks(2, units=4), images


def test_the_loss_is_the_negative_bound_and_beta_weighs_the_divergence():
    encoder, decoder, images = small()
    nats = variational.bound(encoder, decoder, images, seed=0)[1].mean()
    for beta in (0.0, 1.0, 7.0):
        given = keras.Input((28, 28, 1))
        model = keras.Model(given, decoder(variational.Sample(beta, 0)(encoder(given))))
        model(images)
        assert float(sum(model.losses)) == pytest.approx(beta * nats, rel=1e-4, abs=1e-6)


def test_more_draws_come_nearer_to_the_integral_from_below():
    encoder, decoder, images = small()
    axis = np.linspace(-5, 5, 51)
    plane = np.stack(np.meshgrid(axis, axis), axis=-1).reshape(-1, 2).astype("float32")
    prior = -(plane**2).sum(axis=1) / 2 - np.log(2 * np.pi) + 2 * np.log(0.2)
    logits = autoencoding.asked(decoder, plane)
    lost = np.stack([np.asarray(variational.reconstruction(each[None], logits)) for each in images])
    exact = np.log(np.exp(prior - lost + lost.min(axis=1, keepdims=True)).sum(axis=1))
    exact = exact - lost.min(axis=1)
    many = variational.log_probability(encoder, decoder, images, 1000, seed=0)
    np.testing.assert_allclose(many, exact, atol=0.3)
    bounds = [-sum(variational.bound(encoder, decoder, images, seed)) for seed in range(20)]
    assert np.mean(bounds) < exact.mean()


def test_collapsed_codes_cost_nothing():
    assert float(ops.sum(variational.divergence(np.zeros((5, 3)), np.zeros((5, 3))))) == 0


def test_letters_are_distinct_and_prepared_like_digits():
    pictures, names = strangers.letters()
    assert len(pictures) == len(names) == 276 and not set("IOZ") & set(names)
    assert pictures.max() == 1 and (pictures.reshape(276, -1).sum(axis=1) > 20).all()
    assert len(np.unique(pictures.reshape(276, -1), axis=0)) > 230


TINY = {
    "denoising": {"maps": [2, 2], "code": 3, "deviation": 0.5, "noise_on": ["input"]},
    "what_where": {"maps": [2, 2], "code": 3, "places": True},
    "variational": {"numbers": 2, "beta": 1, "units": 4},
}


@pytest.mark.parametrize("task", TINY)
def test_a_task_fills_a_row(task, monkeypatch):
    few = lambda *sets: [tuple(part[:60] for part in each) for each in sets]  # noqa: E731
    monkeypatch.setattr(autoencoding, "fewer", few)
    settings = complete(
        {"task": task, "task_options": TINY[task], "epochs": 1, "training_images": 256}
    )
    row = filled_row(settings)
    assert row["outcome"] == "trained" and row["multiply_adds"] > 1000
    assert all(np.isfinite(value) for value in row["measures"].values())
