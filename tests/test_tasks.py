"""Trainings that are no classification of ten digits: their parts, and what a row holds."""

import ast

import keras
import numpy as np
import pytest
import uses
from checks import filled_row, refuses

from mnist_helpers import models, tasks
from mnist_helpers.experiments import definition, results
from mnist_helpers.tasks import (
    antirectifier,
    locally_connected,
    net2net,
    parts,
    siamese,
    transfer,
)
from mnist_helpers.training.settings import DEFAULTS, complete


@pytest.fixture
def teacher():
    """Give a small network of the form that Net2Net widens and deepens."""
    return models.from_notation("4C3same-P2-4C3same-P2-8", seed=0)


@pytest.fixture
def images():
    """Give ten random images."""
    return np.random.default_rng(0).random((10, 28, 28, 1)).astype("float32")


# ---- Net2Net ---------------------------------------------------------------------------------


@pytest.mark.parametrize(("how", "kept"), [(net2net.copied, True), (net2net.padded, False)])
def test_copies_keep_the_function_and_random_units_do_not(teacher, images, how, kept):
    student = net2net.wider(teacher, 8, 16, how, seed=0)
    assert [layer.units for layer in student.layers if hasattr(layer, "units")] == [16, 10]
    change = abs(np.asarray(student(images)) - np.asarray(teacher(images))).max()
    assert (change < 1e-5) == kept and change < 1


@pytest.mark.parametrize("identity", [True, False])
def test_identities_keep_the_function_and_random_layers_do_not(teacher, images, identity):
    student = net2net.deeper(teacher, identity, seed=0)
    assert len(student.layers) == len(teacher.layers) + 2
    change = abs(np.asarray(student(images)) - np.asarray(teacher(images))).max()
    assert (change < 1e-5) == identity


def test_a_unit_copied_twice_is_shared_by_three():
    generator = np.random.default_rng(3)
    kernel, bias, following = generator.normal(size=(5, 4)), np.zeros(4), np.ones((4, 2))
    _, _, shared = net2net.copied(kernel, bias, following, 20, generator)
    np.testing.assert_allclose(shared.sum(axis=0), [4, 4])
    noisy = net2net.copied(kernel, bias, np.eye(4), 20, generator, noise=0.05)[2]
    assert 0 < abs(noisy[4:]).min() < abs(noisy).max() <= 1


# ---- locally connected -----------------------------------------------------------------------


@pytest.mark.parametrize(("size", "stride", "channels"), [(5, 2, 1), (3, 1, 4), (2, 3, 2)])
def test_one_kernel_in_every_place_makes_a_convolution(size, stride, channels):
    images = np.random.default_rng(0).random((3, 11, 14, channels)).astype("float32")
    shared = keras.layers.Conv2D(6, size, stride, activation="relu", bias_initializer="uniform")
    expected = np.asarray(shared(images))
    layer = locally_connected.LocallyConnected(6, size, stride, "relu", seed=0)
    assert np.asarray(layer(images)).shape == expected.shape
    kernel, bias = shared.get_weights()
    layer.kernel.assign(np.broadcast_to(kernel.reshape(-1, 6), layer.kernel.shape))
    layer.bias.assign(np.broadcast_to(bias, layer.bias.shape))
    np.testing.assert_allclose(layer(images), expected, atol=1e-5)


def test_images_are_moved_in_four_directions_and_counted_together():
    class Corner:
        """Answers 1 where the upper left pixel is inked."""

        def predict(self, images, **_):
            inked = images[:, 0, 0, 0] > 0
            return np.stack([~inked, inked], axis=1)

    images = np.zeros((1, 28, 28, 1))
    images[0, 0, 2] = 1
    ones, zeros = np.ones(1), np.zeros(1)
    assert locally_connected.moved_accuracy(Corner(), images, zeros, 0) == 1
    assert locally_connected.moved_accuracy(Corner(), images, ones, 2) == 0.25


# ---- pairs -----------------------------------------------------------------------------------


def test_every_image_has_a_pair_of_each_kind_and_none_with_itself():
    labels = np.random.default_rng(0).integers(10, size=500)
    places, same = siamese.pairs(labels, seed=1)
    np.testing.assert_array_equal((labels[places[:, 0]] == labels[places[:, 1]]), same)
    assert (places[:, 0] != places[:, 1]).all()
    np.testing.assert_array_equal(np.bincount(places[:, 0]), np.full(500, 2))


def test_the_distance_network_is_the_distance_and_has_a_gradient_at_nothing(images):
    embed = parts.network("16", None, seed=0)
    model = siamese.distance_of(embed)
    vectors = np.asarray(embed(images))
    expected = np.linalg.norm(vectors[:5] - vectors[5:], axis=1)
    np.testing.assert_allclose(model([images[:5], images[5:]]), expected, rtol=1e-4)
    assert float(model([images[:1], images[:1]])[0]) == pytest.approx(1e-5)
    model.compile("sgd", siamese.contrastive_loss)
    model.fit([images, images], np.zeros(10, "float32"), verbose=0)
    assert all(np.isfinite(weights).all() for weights in model.get_weights())


def test_the_best_threshold_is_no_worse_than_any_other():
    generator = np.random.default_rng(0)
    same = generator.integers(2, size=200).astype("float32")
    distances = generator.random(200) + 0.3 * (1 - same)
    best = ((distances < siamese.best_threshold(distances, same)) == same).mean()
    others = [((distances < at) == same).mean() for at in np.linspace(0, 1.3, 400)]
    assert best >= max(others)


def test_one_example_suffices_where_classes_lie_apart():
    labels = np.repeat([7, 8, 9, 1], 20)
    vectors = 10.0 * np.eye(10)[labels]
    assert siamese.one_shot(vectors, labels, [7, 8, 9], draws=3) == 1
    chance = siamese.one_shot(np.random.default_rng(0).normal(size=(80, 4)), labels, [7, 8, 9])
    assert 0.2 < chance < 0.5


# ---- transfer --------------------------------------------------------------------------------


def test_a_network_in_two_parts_is_the_same_network(images):
    network = parts.network("4C3-P2-D.25-8", 5, seed=0)
    features, head = transfer.two_parts(network)
    assert head.layers[0].name == "dropout"
    np.testing.assert_allclose(head(features(images)), network(images), atol=1e-6)


def test_some_of_each_come_class_by_class():
    labels = np.array([3, 1, 2] * 10)
    drawn = transfer.some_of_each(labels, 4, np.random.default_rng(0))
    np.testing.assert_array_equal(labels[drawn], np.repeat([1, 2, 3], 4))


def test_a_way_with_fresh_dense_layers_differs_from_its_two_neighbours():
    settings = complete(TINY["transfer"] | {"task": "transfer", "epochs": 1})
    row = filled_row(settings | {"training_images": 400})
    names = ["frozen", "random, frozen", "frozen, fresh"]
    found = [row["measures"][f"{name}, test"] for name in names]
    assert found[2] not in found[:2]
    again = filled_row(
        settings
        | {"training_images": 400, "task_options": settings["task_options"] | {"ways": names[2:]}}
    )
    assert again["measures"]["frozen, fresh, test"] == found[2]  # whatever was trained before it


# ---- the antirectifier -----------------------------------------------------------------------


@pytest.mark.parametrize("normalised", [True, False])
@pytest.mark.parametrize("signs", [2, 1])
def test_a_layer_of_ones_own_is_what_numpy_says_and_can_be_saved(normalised, signs, tmp_path):
    rows = np.random.default_rng(0).normal(size=(4, 6)).astype("float32")
    layer = antirectifier.Antirectifier(normalised, signs)
    numbers = rows.astype("float64")
    if normalised:
        numbers = numbers - numbers.mean(axis=1, keepdims=True)
        numbers /= np.linalg.norm(numbers, axis=1, keepdims=True)
    expected = np.maximum(0, np.concatenate([numbers, -numbers][:signs], axis=1))
    np.testing.assert_allclose(layer(rows), expected, atol=1e-6)
    model = keras.Sequential([keras.Input((6,)), layer])
    model.save(tmp_path / "layer.keras")
    again = keras.saving.load_model(tmp_path / "layer.keras")
    np.testing.assert_allclose(again(rows), expected, atol=1e-6)
    assert np.isfinite(np.asarray(layer(np.ones((1, 6), "float32")))).all()  # nothing but its mean


def test_the_seed_alone_draws_the_antirectifiers_weights():
    first, again, other = (
        antirectifier.network(4, normalised=True, signs=2, seed=seed).get_weights()
        for seed in (1, 1, 2)
    )
    assert all((a == b).all() for a, b in zip(first, again, strict=True))
    kernels = [weights for weights in zip(first, other, strict=True) if weights[0].ndim == 2]
    assert all((a != b).any() for a, b in kernels) and len(kernels) == 3


# ---- rows ------------------------------------------------------------------------------------

TINY = {
    "antirectifier": {"task_options": {"units": 4, "normalised": True, "signs": 2}},
    "locally_connected": {"network": "2C5S4", "task_options": {"unshared": 1}},
    "transfer": {
        "network": "4C5S4-8",
        "batch_size": 64,
        "task_options": {"images_a_class": [2, 4], "steps": 2, "ways": list(transfer.WAYS)},
    },
    "siamese": {"network": "8", "task_options": {"digits": [0, 1, 7]}},
    "net2net": {"task_options": {"maps": 2, "units": 4, "student_rate": 0.01}},
}


@pytest.mark.parametrize("task", TINY)
def test_a_task_fills_a_row(task):
    settings = complete(TINY[task] | {"task": task, "epochs": 1, "training_images": 400})
    row = filled_row(settings)
    assert 0 <= row["validation_accuracy"] <= 1 and row["validation_losses"]
    for values in row["measures"].values():
        assert np.isfinite(values).all()


def test_a_task_that_diverged_is_recorded_as_such(tmp_path):  # one place says so for all
    few = {"task": "siamese", "epochs": 1, "training_images": 400}
    settings = TINY["siamese"] | few | {"learning_rate": 1e30}
    file = f'"""Too fast?"""\n\nSETTINGS, SEEDS = {settings}, 1\nVARIANTS = {{"tiny": {{}}}}\n'
    (tmp_path / "tiny.py").write_text(file, encoding="utf-8")
    row = tasks.train(complete(settings), seed=0).row | {"variant": "tiny", "commit": "abc"}
    results.append("tiny", row, tmp_path)
    (recorded,) = results.read("tiny", tmp_path)
    assert recorded["outcome"] == "diverged"
    assert all(np.isnan(recorded[metric]) for metric in results.METRICS)


def test_other_tasks_are_refused():
    with refuses("task is 'poetry'; expected 'classification' or one of"):
        tasks.train(complete({"task": "poetry"}), seed=0)
    with refuses("the task siamese keeps no weights; expected none to be asked for"):
        tasks.train(complete({"task": "siamese"}), seed=0, keep=("weights",))


def test_a_classification_is_trained_as_before():
    settings = complete({"network": "", "epochs": 1, "training_images": 256})
    row = tasks.train(settings, seed=1).row
    assert row["measures"] == {} and row["parameters"] == 7850
    assert keras.config.floatx() == "float32"


def test_a_task_reads_every_setting_that_an_experiment_changes(root):
    """What a task does not read would be recorded all the same; of some, `network` is a label."""
    package, read, seen = uses.Package(root / "src"), {}, set()
    for task in tasks.TASKS:
        code = (
            f"from mnist_helpers.tasks import {task}\nfrom mnist_helpers.training import trainer\n"
        )
        used = package.used([f"{code}{task}.train, trainer.prepare"])
        nodes = [
            node
            for module, definitions in used.items()
            if module != "mnist_helpers.training.settings"
            for trees in definitions.values()
            for tree in trees
            for node in ast.walk(tree)
        ]
        named = {node.value for node in nodes if isinstance(node, ast.Constant)}
        read[task] = named & set(DEFAULTS) | {"task", "network", "training_images"}
    for name in definition.names():
        for variant, settings in definition.load(name).variants.items():
            if (task := settings["task"]) in read:
                changed = {key for key in DEFAULTS if settings[key] != DEFAULTS[key]}
                assert changed <= read[task], f"{variant} of {name}"
                seen.add(task)
    assert seen == set(read)
