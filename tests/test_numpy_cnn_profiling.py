"""The profile of a training step: times that add up, of an unchanged training."""

import numpy as np
import pytest
from checks import refuses

from mnist_helpers.numpy_cnn import Adam, Dense, Flatten, Network, ReLU, chain
from mnist_helpers.numpy_cnn.base import Layer
from mnist_helpers.numpy_cnn.chain import profile_step

IMAGES = np.random.default_rng(0).normal(size=(40, 6, 6, 1)).astype(np.float32)
LABELS = np.arange(40) % 10


def build(*layers, threads=1):
    return Network([*layers, Dense(10)], input_shape=(6, 6, 1), seed=0, threads=threads)


class Clock:
    """A clock that only layers move on: no test waits, and no busy machine changes a time."""

    now = 0.0

    def perf_counter(self):
        """Return the seconds so far."""
        return self.now


class Slow(ReLU):
    """A layer that takes 3 seconds forward, and 6 backward."""

    clock = Clock()

    def forward(self, inputs, training=False):
        """As `ReLU`, later."""
        self.clock.now += 3
        return super().forward(inputs, training)

    def backward(self, output_gradient):
        """As `ReLU`, later."""
        self.clock.now += 6
        return super().backward(output_gradient)


def test_the_time_of_a_slow_layer_is_its_own(monkeypatch):
    monkeypatch.setattr(chain, "time", Slow.clock)
    layers, step = profile_step(build(Flatten(), Slow()), IMAGES, LABELS, batch_size=20)
    np.testing.assert_array_equal(layers, [[0, 0], [3_000, 6_000], [0, 0]])
    assert step == 9_000


def test_the_stop_watches_are_taken_off():
    network = build(Flatten())
    profile_step(network, IMAGES, LABELS, batch_size=20)
    assert all(isinstance(layer, Layer) for layer in network.layers)
    assert not any({"forward", "backward"} & set(vars(layer)) for layer in network.layers)


def test_the_network_learns_as_without_a_stop_watch():
    watched, plain = build(Flatten()), build(Flatten())
    profile_step(watched, IMAGES, LABELS, batch_size=20)
    optimizer = Adam()
    for _ in range(2):
        plain.fit(IMAGES, LABELS, optimizer, batch_size=20, verbose=0)
    np.testing.assert_array_equal(watched.parameter_vector, plain.parameter_vector)


@pytest.mark.parametrize(
    ("network", "images", "message"),
    [
        (build(Flatten(), threads=2), IMAGES, "one thread, got 2 threads"),
        (build(Flatten()), IMAGES[:7], "7 images do not fill a batch of 20"),
    ],
)
def test_what_cannot_be_profiled(network, images, message):
    with refuses(message):
        profile_step(network, images, LABELS[: len(images)], batch_size=20)
