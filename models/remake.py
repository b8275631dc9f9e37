"""Train networks of the book anew, and record them in models/manifest.json.

    python models/remake.py            lists the networks
    python models/remake.py post_cnn   trains this one (the post's takes about ten minutes)

Each leaves NAME.weights.h5, NAME.epochs.npz (the class given to each test image after each epoch)
and its record in manifest.json.
"""

import argparse
import datetime

import numpy as np

from mnist_helpers import environment, storage, training


def main():
    """Train the networks named on the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", choices=sorted(training.RECIPES), metavar="NAME")
    names = parser.parse_args().names
    if not names:
        print("Networks that can be remade:", ", ".join(sorted(training.RECIPES)))
    for name in names:
        model, record, predictions = training.RECIPES[name]()
        record |= environment.describe() | {"date": datetime.date.today().isoformat()}
        with storage.write_beside(storage.MODELS / f"{name}.epochs.npz") as temporary:
            np.savez_compressed(temporary, predictions=predictions)
        storage.record_network(model, name, record)
        print(f"{name}: test accuracy {record['test']['accuracy']:.4f}, {record['seconds']:.0f} s")


if __name__ == "__main__":
    main()
