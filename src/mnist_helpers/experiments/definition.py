"""What an experiment is, and how its file is read."""

import importlib.util
import inspect
from pathlib import Path
from typing import NamedTuple

from mnist_helpers.training.settings import complete

EXPERIMENTS = Path(__file__).resolve().parents[3] / "experiments"


class Experiment(NamedTuple):
    """A question, and the trainings that answer it.

    Attributes
    ----------
    name, question : str
        The name of the file, and its docstring.
    variants : dict of str to dict
        Name to complete settings, those of `mnist_helpers.training.settings.DEFAULTS`.
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
