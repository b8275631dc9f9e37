"""What an experiment is, and how its file is read."""

import importlib.util
import inspect
from pathlib import Path
from typing import NamedTuple

EXPERIMENTS = Path(__file__).resolve().parents[3] / "experiments"

# What a training needs to know; a file says what differs. A new setting gets as its default what
# was done before there was a choice: that is what rows recorded earlier are read with.
DEFAULTS = {
    "library": "keras",  # or "numpy", the book's own network
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
    "data": None,  # MNIST, or a folder with the four files of one of its kin
    "standardise": False,  # whether images get mean 0 and deviation 1
    "margin": 0,  # rows and columns that are cut away at each side (NumPy)
    "pool_first": False,  # pooling before ReLU, as one layer with the convolution (NumPy)
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
    more_seeds : dict of str to int
        How many those variants are trained with that are trained with more.
    keeps : tuple of {"probabilities", "weights"}
        Whether what each trained network says to the test images is recorded, too, and whether
        its weights are kept under ``experiments/weights/``, which git ignores.
    """

    name: str
    question: str
    variants: dict
    seeds: range
    more_seeds: dict
    keeps: tuple

    @property
    def runs(self):
        """All pairs of variant and seed: every variant once, then every variant again, ..."""
        counts = dict.fromkeys(self.variants, len(self.seeds)) | self.more_seeds
        return [
            (variant, seed)
            for seed in range(max(counts.values()))
            for variant in self.variants
            if seed < counts[variant]
        ]


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

    ``MORE_SEEDS``, if it is there, gives some variants a larger number.

    With ``KEEP = ("probabilities", "weights")`` in it, or one of the two, the trained networks'
    answers are recorded and their weights are kept, too.

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
        try:
            variants[variant] = complete(module.SETTINGS | differences)
        except ValueError as error:
            raise ValueError(f"the variant {variant!r} of {name} has {error}") from None
    return Experiment(
        name,
        inspect.getdoc(module),
        variants,
        range(module.SEEDS),
        getattr(module, "MORE_SEEDS", {}),
        getattr(module, "KEEP", ()),
    )


def complete(settings):
    """Add to some settings, of a variant or of a recorded row, the defaults of all others.

    Raises
    ------
    ValueError
        If there is no such setting.

    Examples
    --------
    >>> complete({"epochs": 12})["epochs"], complete({})["library"]
    (12, 'keras')
    """
    if unknown := sorted(set(settings) - set(DEFAULTS)):
        raise ValueError(f"a setting {unknown[0]!r}; expected some of {sorted(DEFAULTS)}")
    return DEFAULTS | settings
