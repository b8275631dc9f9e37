"""What the page "Touch the numbers behind a digit" reads: a plane of codes, and a drawing machine.

``python models/remake.py touch_plane touch_machine`` trains both anew, by recipes and seeds that
were fixed before the first run, and writes the page's files: weights as safetensors, and in
``touch.json`` what they are, how they came about and what they reach. There is one copy of these
weights, the page's; `network` builds a Keras model from it.
"""

import base64
import datetime
import json
import re
import time
from pathlib import Path

import keras
import numpy as np
import safetensors.numpy
from keras import layers

from mnist_helpers import environment, export, storage
from mnist_helpers.tasks import autoencoding, flow, judging, normals, parts, variational
from mnist_helpers.training import batches, trainer
from mnist_helpers.training.settings import complete

MANIFEST = "touch.json"
SEED = 2018  # as for the network behind the digit pad
CODES = 40  # of each digit's training images, whose places in the plane the page shows
COSINE = {
    "task": "touch",
    "network": "",
    "schedule": "cosine",
    "learning_rate": 0.002,
    "batch_size": 128,
}
PLANE = COSINE | {"epochs": 40, "task_options": {"numbers": 2, "beta": 1, "units": [256, 128]}}
MACHINE = COSINE | {
    "epochs": 40,
    "optimizer_options": {"use_ema": True, "ema_momentum": 0.995},
    "task_options": {"numbers": 16, "units": 256, "code_epochs": 10},
}
STEPS = 1, 2, 5, 20  # of Euler's, whose drawings are judged
DRAWN = np.repeat(np.arange(10), 100)


def plane_networks(numbers, units):
    """Build `variational.networks` with two dense layers on either side.

    Examples
    --------
    >>> encoder, decoder = plane_networks(2, [8, 4])
    >>> encoder.output_shape, decoder.output_shape
    ((None, 4), (None, 28, 28, 1))
    """
    encoder = [layers.Dense(each, "relu") for each in units]
    decoder = [layers.Dense(each, "relu") for each in reversed(units)]
    return (
        keras.Sequential(
            [keras.Input((28, 28, 1)), layers.Flatten(), *encoder, layers.Dense(2 * numbers)]
        ),
        keras.Sequential(
            [keras.Input((numbers,)), *decoder, layers.Dense(784), layers.Reshape((28, 28, 1))]
        ),
    )


def train_plane(settings=PLANE, seed=SEED):
    """Train a variational autoencoder with two numbers.

    Returns
    -------
    networks : dict of str to keras.Model
    record : dict
        ``recipe``, ``history``, ``measures`` (`plane_measures`) and ``codes``: the place of some
        training images, and their digits; ``first``, what is drawn of the first of them.
    """
    settings = complete(settings)
    (images, labels), _, test = trainer.prepare(settings)
    keras.utils.set_random_seed(seed)
    options = settings["task_options"]
    encoder, decoder = plane_networks(options["numbers"], options["units"])
    given = keras.Input((28, 28, 1))
    model = keras.Model(given, decoder(variational.Sample(options["beta"], seed)(encoder(given))))
    learned = batches.AugmentedImages(images, images, settings["batch_size"], seed, None)
    steps = settings["epochs"] * len(learned)
    schedule = trainer.SCHEDULES[settings["schedule"]]
    rate = schedule(settings["learning_rate"], steps, settings["epochs"])
    parts.compile_network(
        model, settings, variational.reconstruction, (), learning_rate=rate, steps_per_execution=1
    )
    history = {"loss": parts.fit(model, settings, learned, None)["loss"]}
    chosen = np.concatenate([np.flatnonzero(labels == digit)[:CODES] for digit in range(10)])
    places = autoencoding.asked(encoder, images[chosen])[:, :2]
    codes = [
        [*(round(float(number), 3) for number in place), int(labels[k])]
        for place, k in zip(places, chosen, strict=True)
    ]
    networks = {"encoder": encoder, "decoder": with_sigmoid(decoder)}
    return networks, {
        "recipe": settings | {"seed": seed},
        "history": history,
        "measures": plane_measures(networks, *test),
        "codes": codes,
        "first": first_picture(networks["decoder"], codes),
    }


def first_picture(decoder, codes):
    """Return what is drawn of the first code, before any weights have come: 784 bytes, base64."""
    drawn = autoencoding.asked(decoder, np.array([codes[0][:2]], "float32"))
    return base64.b64encode((255 * drawn).round().astype(np.uint8).tobytes()).decode()


def with_sigmoid(decoder):
    """Return a decoder whose answers are probabilities, in the place of logits.

    Examples
    --------
    >>> made = with_sigmoid(plane_networks(2, [4])[1])
    >>> float(made(np.zeros((1, 2), "float32"))[0, 0, 0, 0])
    0.5
    """
    given = keras.Input(decoder.input_shape[1:])
    return keras.Sequential([given, *decoder.layers, layers.Activation("sigmoid")])


def plane_measures(networks, images, labels):
    """Say what two numbers keep: what is drawn from digits' codes, and what is read in it.

    Returns
    -------
    dict
        ``read`` the share of digits that are still read in what is drawn of their means, ``read by
        digit`` the same for each; ``error`` the mean squared error, a pixel; ``plane`` how many of
        31 × 31 places within ±3 are read as each digit.
    """
    means = autoencoding.asked(networks["encoder"], images)[:, :2]
    drawn = autoencoding.asked(networks["decoder"], means)
    right = autoencoding.read_digits(drawn) == labels
    axis = np.linspace(-3, 3, 31, dtype="float32")
    sheet = np.stack(np.meshgrid(axis, axis), axis=-1).reshape(-1, 2)
    read = autoencoding.read_digits(autoencoding.asked(networks["decoder"], sheet))
    return {
        "read": round(float(right.mean()), 4),
        "read by digit": [round(float(right[labels == digit].mean()), 4) for digit in range(10)],
        "error": round(float(autoencoding.squared_error(drawn, images).mean()), 4),
        "plane": np.bincount(read, minlength=10).tolist(),
    }


def train_machine(settings=MACHINE, seed=SEED):
    """Train a flow among the codes of digits, as chapter 21 does, for longer.

    Returns
    -------
    networks : dict of str to keras.Model
    record : dict
        ``recipe``, ``history`` and ``measures`` (`machine_measures`), among them ``code``, the
        share of test digits that are read after the way through a code alone.
    """
    settings = complete(settings)
    training, validation, test = trainer.prepare(settings)
    keras.utils.set_random_seed(seed)
    options = settings["task_options"]
    space = normals.Codes(training[0], options["numbers"], seed, options["code_epochs"])
    made = flow.Flow(space, options["numbers"], options["units"])
    history = {"code": space.losses, "loss": made.fit(settings, seed, *training)}
    again = space.pictures(space.numbers(test[0]))
    code = float((autoencoding.read_digits(again) == test[1]).mean())
    networks = {"flow": made.model, "decoder": space.decoder}
    measures = machine_measures(networks, *validation) | {"code": round(code, 4)}
    record = {"recipe": settings | {"seed": seed}, "history": history, "measures": measures}
    return networks, record


def machine_measures(networks, images, labels):
    """Say what a machine draws in 1, 2, 5 and 20 steps: a hundred of each digit.

    Returns
    -------
    dict
        By number of steps ``read``, the share that the pad's network reads as the digit asked for,
        and ``variety``, as a share of that of these images; ``read by digit`` after 20 steps.
    """
    noise = np.random.default_rng(0).standard_normal((len(DRAWN), 16), "float32")
    found = {"read": {}, "variety": {}}
    for steps in STEPS:
        places = flow.walk(networks["flow"], noise, DRAWN, steps)[-1]
        drawn = autoencoding.asked(networks["decoder"], places.astype("float32"))
        right = autoencoding.read_digits(drawn) == DRAWN
        varies = judging.variety(drawn, DRAWN) / judging.variety(images, labels)
        found["read"][str(steps)] = round(float(right.mean()), 4)
        found["variety"][str(steps)] = round(varies, 4)
    by_digit = [round(float(right[digit == DRAWN].mean()), 4) for digit in range(10)]
    return found | {"read by digit": by_digit}


RECIPES = {"touch_machine": train_machine, "touch_plane": train_plane}


def described(model):
    """List what the page builds of a network, as its manifest has layers, and the weights by name.

    Raises
    ------
    ValueError
        If a layer is none that the page has.

    Examples
    --------
    >>> made, weights = described(plane_networks(2, [4])[0])
    >>> [layer["name"] for layer in made], weights["dense2.kernel"].shape
    (['dense1', 'relu1', 'dense2'], (4, 4))
    """
    made, weights, count = [], {}, 0
    for layer in model.layers:
        if isinstance(layer, (layers.Flatten, layers.Reshape, layers.InputLayer)):
            continue
        if isinstance(layer, layers.Dense):
            count += 1
            options = {"units": layer.units}
            made.append({"name": f"dense{count}", "kind": "dense", "options": options})
            weights[f"dense{count}.kernel"], weights[f"dense{count}.bias"] = layer.get_weights()
        elif not isinstance(layer, layers.Activation):
            raise ValueError(f"the page has no {type(layer).__name__}; expected dense layers")
        if (function := layer.activation.__name__) != "linear":
            options = {"function": function}
            made.append({"name": f"{function}{count}", "kind": "activation", "options": options})
    return made, weights


def network(entry, folder=export.SITE):
    """Build one of the page's networks in Keras; 784 numbers are a picture, 28 x 28 x 1.

    Parameters
    ----------
    entry : dict
        ``inputs``, ``layers`` and ``weights``, as the manifest has them.
    folder : str or Path

    Returns
    -------
    keras.Sequential

    Examples
    --------
    >>> network(read()["touch_plane"]["networks"]["decoder"]).output_shape
    (None, 28, 28, 1)
    """
    arrays = safetensors.numpy.load_file(Path(folder, entry["weights"]["file"]))
    picture = entry["inputs"] == 784
    model = keras.Sequential([keras.Input((28, 28, 1) if picture else (entry["inputs"],))])
    if picture:
        model.add(layers.Flatten())
    for layer in entry["layers"]:
        if layer["kind"] == "dense":
            model.add(layers.Dense(layer["options"]["units"]))
            kinds = ("kernel", "bias")
            model.layers[-1].set_weights([arrays[f"{layer['name']}.{kind}"] for kind in kinds])
        else:
            model.add(layers.Activation(layer["options"]["function"]))
    if model.output_shape == (None, 784):
        model.add(layers.Reshape((28, 28, 1)))
    return model


def read(folder=export.SITE):
    """Read the page's manifest: what each of the two recipes left."""
    return json.loads(Path(folder, MANIFEST).read_text(encoding="utf-8"))


def write(name, networks, record, folder=export.SITE):
    """Write the weights of some networks, and their record into the manifest."""
    entries = {}
    for part, model in networks.items():
        made, weights = described(model)
        file = Path(folder, f"{name}_{part}.safetensors")
        entries[part] = {
            "inputs": int(np.prod(model.input_shape[1:])),
            "layers": made,
            "weights": export.export_safetensors(weights, file),
        }
    path = Path(folder, MANIFEST)
    manifest = read(folder) if path.exists() else {}
    manifest[name] = record | {"networks": entries}
    text = json.dumps(dict(sorted(manifest.items())), indent=1, ensure_ascii=False)
    # numbers in a line, not each in its own
    text = re.sub(r"\[([-\d.,e\s]+)\]", lambda found: f"[{' '.join(found[1].split())}]", text)
    with storage.write_beside(path) as temporary:
        temporary.write_text(text + "\n", encoding="utf-8")


def remake(name, folder=export.SITE):
    """Train what a recipe of `RECIPES` says, and write it; return the record."""
    started = time.perf_counter()
    networks, record = RECIPES[name]()
    record["seconds"] = round(time.perf_counter() - started, 1)
    record |= environment.describe() | {"date": datetime.date.today().isoformat()}
    write(name, networks, record, folder)
    return record
