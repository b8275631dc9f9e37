"""Train networks of the book anew, and record them in models/manifest.json.

    python models/remake.py            lists the networks
    python models/remake.py post_cnn   trains this one (the post's takes about ten minutes)

Each leaves its record in manifest.json, and the two files which that names: the weights, and the
class given to each test image after each epoch that was looked at. Those of the page on which one
touches digits (`mnist_helpers.touch`) leave theirs beside the page, in book/site/touch.json.
"""

import argparse
import datetime

import numpy as np

from mnist_helpers import environment, models, storage, touch
from mnist_helpers.experiments import definition, outputs, results, runner
from mnist_helpers.training import post, trainer
from mnist_helpers.training.settings import VOTING, complete

PAD_SEED = 2018


def train_digit_pad(settings=VOTING | {"network": "digit_pad"}, seed=PAD_SEED, checkpoint=None):
    """Train the network behind the digit pad by the recipe of those that vote."""
    trained = trainer.train(complete(settings), seed, ("probabilities", "weights"), checkpoint)
    return shipped("digit_pad", *trained)


def ship_ensemble_member(checkpoint=None):
    """Ship the recorded run of the experiment `shipped`, trained where its weights are missing.

    The runner keeps the state of that training itself.
    """
    run = ("ensemble_member", 0)
    experiment = definition.load("shipped")
    if not outputs.weights_path(experiment.name, run).exists():
        threads = environment.cores()
        with runner.connect(workers=1, threads=threads) as client:
            runner.run(experiment, client, threads=threads)
    row = next(row for row in results.read(experiment.name) if row["seed"] == run[1])
    with np.load(outputs.weights_path(experiment.name, run)) as weights:
        kept = [weights[name] for name in weights]
    return shipped(run[0], row, outputs.probabilities_of(experiment.name)[run], kept)


def shipped(name, row, probabilities, weights):
    """Return a network with these weights, its record and its answers to the test images."""
    model = models.build(name)
    model.set_weights(weights)
    record = {
        "recipe": row["settings"] | {"seed": row["seed"]},
        "history": {"loss": row["training_losses"]},
        "test": {"loss": row["test_loss"], "accuracy": row["test_accuracy"]},
        "seconds": row["seconds"],
    }
    return model, record, probabilities.argmax(axis=1).astype(np.uint8)[None]


RECIPES = {
    "digit_pad": train_digit_pad,
    "ensemble_member": ship_ensemble_member,
    "post_cnn": post.train_post_cnn,
}


def main():
    """Train the networks named on the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    known = sorted(RECIPES | touch.RECIPES)
    parser.add_argument("names", nargs="*", choices=known, metavar="NAME")
    names = parser.parse_args().names
    if not names:
        print("Networks that can be remade:", ", ".join(known))
    for name in names:
        if name in touch.RECIPES:
            record = touch.remake(name)
            print(f"{name}: {record['measures']}, {record['seconds']:.0f} s")
            continue
        checkpoint = storage.MODELS / ".checkpoints" / f"{name}.npz"
        checkpoint.parent.mkdir(exist_ok=True)
        model, record, predictions = RECIPES[name](checkpoint=checkpoint)
        record |= environment.describe() | {"date": datetime.date.today().isoformat()}
        storage.record_network(model, name, record, predictions=predictions)
        checkpoint.unlink(missing_ok=True)
        print(f"{name}: test accuracy {record['test']['accuracy']:.4f}, {record['seconds']:.0f} s")


if __name__ == "__main__":
    main()
