"""What an experiment is, and how its file is read."""

import importlib.util
import inspect
from pathlib import Path
from typing import NamedTuple

EXPERIMENTS = Path(__file__).resolve().parents[3] / "experiments"

# What a training needs to know; a file says what differs.
DEFAULTS = {
    "network": "24C5-P2-32C3-P2-256",  # 215,194 parameters, a tenth of the post's work
    "network_options": {},  # further arguments of `models.from_notation`
    "optimizer": "Adam",  # a name in `keras.optimizers`
    "optimizer_options": {},
    "learning_rate": 0.001,
    "schedule": "constant",  # or another of `trainer.SCHEDULES`
    "batch_size": 128,
    "epochs": 4,
    "augmentation": None,  # or arguments of `augmentation.random_affine`
    "permutation": None,  # or the seed of one reordering of all images' pixels
    "training_images": 55_000,  # the rest are the validation set
}


class Experiment(NamedTuple):
    """A question, and the trainings that answer it.

    Attributes
    ----------
    name, question : str
        The name of the file, and its docstring.
    variants : dict of str to dict
        Name to complete settings, those of `DEFAULTS`.
    seeds : range
        Each variant is trained once with each.
    keeps_probabilities : bool
        Whether what each trained network says to the test images is recorded, too.
    """

    name: str
    question: str
    variants: dict
    seeds: range
    keeps_probabilities: bool

    @property
    def runs(self):
        """All pairs of variant and seed: every variant once, then every variant again, ..."""
        return [(variant, seed) for seed in self.seeds for variant in self.variants]


def names(folder=EXPERIMENTS):
    """List the experiments that there are.

    Examples
    --------
    >>> "optimizers" in names()
    True
    """
    return sorted(path.stem for path in Path(folder).glob("*.py"))


def load(name, folder=EXPERIMENTS):
    """Read the file of an experiment: ``SETTINGS``, ``VARIANTS`` and ``SEEDS``, a number.

    With ``KEEP_PROBABILITIES = True`` in it, the trained networks' answers are recorded, too.

    Parameters
    ----------
    name : str
        One of `names`.
    folder : str or Path
        By default the book's ``experiments/``.

    Returns
    -------
    Experiment

    Raises
    ------
    ValueError
        If there is no such experiment, or a variant has a setting that there is not.

    Examples
    --------
    >>> load("optimizer_sweep").variants["Adam at 0.001"]["optimizer"]
    'Adam'
    """
    if name not in names(folder):
        raise ValueError(f"there is no experiment {name!r}; expected one of {names(folder)}")
    spec = importlib.util.spec_from_file_location(name, Path(folder) / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    variants = {}
    for variant, differences in module.VARIANTS.items():
        variants[variant] = DEFAULTS | module.SETTINGS | differences
        if unknown := sorted(set(variants[variant]) - set(DEFAULTS)):
            raise ValueError(
                f"the variant {variant!r} of {name} has a setting {unknown[0]!r}; "
                f"expected some of {sorted(DEFAULTS)}"
            )
    return Experiment(
        name,
        inspect.getdoc(module),
        variants,
        range(module.SEEDS),
        getattr(module, "KEEP_PROBABILITIES", False),
    )
