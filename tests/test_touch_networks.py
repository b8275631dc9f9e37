"""The networks of the page on which digits are touched, and what the page says of them."""

import base64

import keras
import numpy as np
import pytest
from checks import refuses

from mnist_helpers import data, export, storage, touch
from mnist_helpers.tasks import autoencoding
from mnist_helpers.training.settings import complete

pytestmark = pytest.mark.xdist_group("touch")


@pytest.fixture(scope="module")
def page_text(root):
    return (root / "book" / "touch.md").read_text(encoding="utf-8")


def test_the_networks_were_made_by_today_s_recipes(touch_records):
    for name, settings in (("touch_plane", touch.PLANE), ("touch_machine", touch.MACHINE)):
        assert touch_records[name]["recipe"] == complete(settings) | {"seed": touch.SEED}
        assert len(touch_records[name]["history"]["loss"]) == settings["epochs"]


def test_each_file_is_the_one_of_the_manifest_and_below_a_megabyte(touch_records):
    for record in touch_records.values():
        for entry in record["networks"].values():
            path = export.SITE / entry["weights"]["file"]
            assert storage.sha256(path) == entry["weights"]["sha256"]
            assert path.stat().st_size == entry["weights"]["bytes"] < 1e6
    codes = np.array(touch_records["touch_plane"]["codes"])
    assert np.bincount(codes[:, 2].astype(int)).tolist() == [touch.CODES] * 10
    assert (np.abs(codes[:, :2]) < 3.5).all(axis=1).mean() > 0.95  # what the page shows


def test_the_codes_are_those_of_the_encoder(touch_records, touch_networks, mnist):
    (images, labels), _ = mnist
    (images, labels), _ = data.split_validation(data.prepare_images(images), labels)
    chosen = np.concatenate([np.flatnonzero(labels == digit)[: touch.CODES] for digit in range(10)])
    places = autoencoding.asked(touch_networks["touch_plane"]["encoder"], images[chosen])[:, :2]
    codes = np.array(touch_records["touch_plane"]["codes"])
    np.testing.assert_allclose(codes[:, :2], places, atol=2e-3)
    np.testing.assert_array_equal(codes[:, 2], labels[chosen])
    first = np.frombuffer(base64.b64decode(touch_records["touch_plane"]["first"]), np.uint8)
    drawn = touch_networks["touch_plane"]["decoder"](codes[:1, :2].astype("float32"))
    np.testing.assert_allclose(first, 255 * np.ravel(drawn), atol=0.6)


def test_what_is_recorded_is_measured_again(touch_records, touch_networks, mnist):
    (images, labels), test = mnist
    test = data.prepare_images(test[0]), test[1]
    _, validation = data.split_validation(data.prepare_images(images), labels)
    for name, measure, these in (
        ("touch_plane", touch.plane_measures, test),
        ("touch_machine", touch.machine_measures, validation),
    ):
        found, recorded = measure(touch_networks[name], *these), touch_records[name]["measures"]
        for key, value in found.items():
            near = 12 if key == "plane" else 0.021 if "digit" in key else 0.003
            np.testing.assert_allclose(numbers(value), numbers(recorded[key]), rtol=0, atol=near)


def numbers(measure):
    """List the numbers of a measure."""
    return np.ravel([*measure.values()] if isinstance(measure, dict) else measure)


def test_the_page_states_what_was_measured(touch_records, page_text):
    plane, machine = (touch_records[name]["measures"] for name in ("touch_plane", "touch_machine"))
    text = " ".join(page_text.split())
    by_digit = np.array(plane["read by digit"])
    first, last = int(by_digit.argmax()), int(by_digit.argmin())
    assert (
        f"{100 * plane['read']:.0f} % are still read as themselves: {100 * by_digit[first]:.0f} % "
        f"of the {first}s, but only {100 * by_digit[last]:.0f} % of the {last}s." in text
    )
    drawn, varied = machine["read"], machine["variety"]
    by_digit = np.array(machine["read by digit"])
    worst = int(by_digit.argmin())
    assert (
        f"reads {100 * drawn['20']:.0f} % as the digit asked for, and "
        f"{100 * by_digit[worst]:.0f} % of the {worst}s; "
        f"of those in a single step it reads {100 * drawn['1']:.0f} %." in text
    )
    assert (
        f"one step has {100 * varied['1']:.0f} % of the variety of real digits, pixel by pixel, "
        f"and 20 steps have {100 * varied['20']:.0f} %." in text
    )
    assert f"are read in {100 * machine['code']:.0f} of 100 cases" in text
    assert f"{touch.PLANE['epochs']} epochs of 55,000 training digits for the plane" in text
    code = touch.MACHINE["task_options"]["code_epochs"]
    assert f"{code} epochs for the code and {touch.MACHINE['epochs']} for the flow" in text


def small(settings):
    """Give the settings of a training that takes no time."""
    options = settings["task_options"]
    options = {name: 1 if name == "code_epochs" else value for name, value in options.items()}
    return settings | {"training_images": 256, "epochs": 1, "task_options": options}


@pytest.mark.parametrize("name", touch.RECIPES)
def test_a_recipe_trains_and_what_it_writes_is_read_again(name, tmp_path, monkeypatch):
    for measure in ("plane_measures", "machine_measures"):
        monkeypatch.setattr(touch, measure, lambda *_: {})
    monkeypatch.setattr(autoencoding, "read_digits", lambda pictures: np.zeros(len(pictures)))
    settings = {"touch_plane": touch.PLANE, "touch_machine": touch.MACHINE}[name]
    networks, record = touch.RECIPES[name](small(settings))
    touch.write("other", networks, {"measures": {}}, tmp_path)
    touch.write(name, networks, record, tmp_path)
    again = touch.read(tmp_path)
    assert list(again) == ["other", name]
    for part, model in networks.items():
        given = np.random.default_rng(0).random((3, *model.input_shape[1:]), "float32")
        found = touch.network(again[name]["networks"][part], tmp_path)(given)
        np.testing.assert_allclose(found, model(given), atol=1e-6)


def test_a_layer_that_the_page_lacks_is_refused():
    with refuses("the page has no Conv2D; expected dense layers"):
        touch.described(keras.Sequential([keras.Input((28, 28, 1)), keras.layers.Conv2D(1, 3)]))
