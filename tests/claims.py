"""What a chapter says of recorded results, run again on results that are spoiled.

A claim is an assertion whose names lead back to recorded runs, or to a trained network. Only the
statements on which a claim depends are run, so that no chapter trains for it.
"""

import ast
import contextlib
import io
import sys
import warnings
from pathlib import Path
from types import SimpleNamespace
from unittest import mock

import keras
import matplotlib.pyplot as plt
import nbformat
import numpy as np

sys.path.append(str(Path(__file__).resolve().parents[1] / "notebooks"))
import uses

from mnist_helpers import experiments, plots, storage

ROWS = "read", "probabilities_of"
NETWORKS = "load_network", "load_predictions"
SOURCES = {name: getattr(experiments, name) for name in ROWS} | {
    name: getattr(storage, name) for name in NETWORKS
}
# What a run's settings do not settle.
MEASURED = (
    "training_losses", "validation_losses", "validation_accuracies", "validation_loss",
    "validation_accuracy", "test_loss", "test_accuracy", "seconds", "cpu_seconds",
    "measures",
)  # fmt: skip


def loads(tree):
    """Collect the names that some code takes the values of."""
    return {
        node.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)
    }


def reads(tree):
    """Collect the names that some code takes from outside, for sure."""
    own = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.comprehension | ast.For):
            own |= stores(node.target)
        elif isinstance(node, ast.arg):
            own.add(node.arg)
    return loads(tree) - own


def stores(tree):
    """Collect the names that some code binds."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            found.add(node.id)
        elif isinstance(node, ast.FunctionDef | ast.ClassDef):
            found.add(node.name)
        elif isinstance(node, ast.alias):
            found.add(node.asname or node.name.split(".")[0])
    return found


def changes(tree):
    """Collect the names whose objects some code may change.

    These are ``x`` in ``x[0] = 1``, in ``x.append(1)`` and in ``np.add.at(x, 0, 1)``.
    """
    found = set()
    for node in ast.walk(tree):
        base = None
        if isinstance(node, ast.Attribute | ast.Subscript) and isinstance(node.ctx, ast.Store):
            base = node
        elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
            base = node.value.func if isinstance(node.value.func, ast.Attribute) else None
            if getattr(base, "attr", None) == "at":
                base = node.value.args[0]
        while isinstance(base, ast.Attribute | ast.Subscript | ast.Call):
            base = base.func if isinstance(base, ast.Call) else base.value
        if isinstance(base, ast.Name):
            found.add(base.id)
    return found


def _imports(statement):
    return isinstance(statement, ast.Import | ast.ImportFrom)


class Claims(ast.NodeTransformer):
    """The claims of a chapter, and the statements on which they depend.

    Parameters
    ----------
    path : Path
        Of the notebook.
    parameters : dict
        That shorten the chapter.
    sources : iterable of str
        Of `SOURCES`: the functions to which claims lead back.
    """

    def __init__(self, path, parameters=(), sources=ROWS):
        notebook = nbformat.read(path, as_version=4)
        statements = [
            statement
            for cell in notebook.cells
            if cell.cell_type == "code"
            for statement in uses.parse(cell.source).body
        ]
        imported = set().union(*(stores(each) for each in statements if _imports(each)))
        self.path, self.parameters, self.texts = path, dict(parameters), []
        self.sources = set(sources)
        self.sources = set().union(*map(self._sources, statements))
        recorded, spoilable, claiming = set(), set(), set()
        for statement in statements:
            leads_back = self._sources(statement) or reads(statement) & recorded
            if leads_back:
                spoilable.add(statement)
                recorded |= stores(statement) | changes(statement) - imported
            elif not isinstance(statement, ast.AugAssign):
                recorded -= stores(statement)
            for node in ast.walk(statement):
                if isinstance(node, ast.Assert) and (self._sources(node) or reads(node) & recorded):
                    node.number = len(self.texts)
                    self.texts.append(ast.unparse(node))
                    claiming.add(statement)
        wanted, refilled, kept = set(), set(), []
        for statement in reversed(statements):
            binds = stores(statement) | changes(statement) - imported
            if statement in claiming or binds & wanted or _imports(statement):
                wanted |= loads(statement)
                again = statement in claiming | spoilable or bool(stores(statement) & refilled)
                if again:
                    refilled |= changes(statement) - imported  # nothing is drawn again
                kept.insert(0, (self._compiled(statement), again, stores(statement)))
        self.kept, self.bound = kept, []
        self.true = self._run()
        self.asked = set(self.held)  # short parameters pass some by

    def _sources(self, tree):
        """Name what some code calls to read recorded results."""
        functions = [node.func for node in ast.walk(tree) if isinstance(node, ast.Call)]
        called = {getattr(each, "id", getattr(each, "attr", None)) for each in functions}
        return called & self.sources

    def visit_Assert(self, node):
        """Turn an assertion into a call that notes whether it holds."""
        function = ast.Lambda(ast.arguments([], [], None, [], [], None, []), node.test)
        number = ast.Constant(getattr(node, "number", None))
        call = ast.Call(ast.Name("_claim", ast.Load()), [number, function], [])
        return ast.copy_location(ast.Expr(call), node)

    def _compiled(self, statement):
        tree = ast.fix_missing_locations(ast.Module([self.visit(statement)], []))
        return compile(tree, self.path.name, "exec")

    def _claim(self, number, test):
        try:
            holds = bool(test())
        except Exception:  # on spoiled results, what leads to a claim may break
            holds = False
        if number is not None:
            self.held[number] = holds and self.held.get(number, True)

    def _run(self, spoil=None):
        """Run what is kept; with a spoiler again only what leads back to recorded runs."""
        self.held, self.errors = {}, []
        keras.utils.clear_session()  # layers get the names that they have in the chapter
        space = {"_claim": self._claim}
        with (
            contextlib.chdir(self.path.parent),
            contextlib.redirect_stdout(io.StringIO()),
            warnings.catch_warnings(action="ignore"),
        ):
            for number, (code, again, names) in enumerate(self.kept):
                if spoil and not again:
                    space |= _spoilt(self.bound[number], spoil)
                    continue
                try:
                    exec(code, space)
                except Exception as error:
                    self.errors.append(repr(error))
                space |= {key: self.parameters[key] for key in names & self.parameters.keys()}
                if not spoil:
                    self.bound.append({key: space[key] for key in names & space.keys()})
        plt.close("all")
        return {number for number, holds in self.held.items() if holds}

    def surviving(self, spoil):
        """Return the numbers of the claims that hold on spoiled results.

        Parameters
        ----------
        spoil : callable
            Takes what a chapter reads of recorded runs, and returns it spoiled.
        """
        return self._run(spoil)


def _spoilt(bound, spoil):
    """Put readers of spoiled results in the place of those that were bound, and draw nothing."""
    readers = {
        name: lambda *arguments, read=function: spoil(read(*arguments))
        for name, function in SOURCES.items()
    }
    other = bound.copy()
    for name, value in bound.items():
        if value is plots:
            other[name] = mock.MagicMock()
        elif value is experiments or value is storage:
            other[name] = SimpleNamespace(**vars(value) | readers)
        elif any(value is function for function in SOURCES.values()):
            other[name] = readers[value.__name__]
    return other


def shuffled(seed):
    """Make a spoiler that deals the results of equally long trainings out anew."""

    def spoil(found):
        if not isinstance(found, list):
            return found
        random, other = np.random.default_rng(seed), np.empty(len(found), int)
        epochs = np.array([row["epochs"] for row in found])
        for count in set(epochs):
            places = random.permutation(np.flatnonzero(epochs == count))
            other[places] = np.roll(places, 1)  # no run keeps its own, if there are two
        return [
            row | {column: found[place][column] for column in MEASURED}
            for row, place in zip(found, other, strict=True)
        ]

    return spoil


def scaled(seed, alike):
    """Make a spoiler that makes errors about twice or half as frequent, and losses as high.

    Parameters
    ----------
    seed : int
    alike : {"variant", "seed"}
        Runs that have it in common change alike, but for a little.
    """

    def spoil(found):
        if not isinstance(found, list):
            return found
        random = np.random.default_rng(seed)
        common = {row[alike]: random.normal(0, 0.7) for row in found}
        spoiled = []
        for row in found:
            factor = np.exp(common[row[alike]] + random.normal(0, 0.02))
            other = {
                name: np.clip(1 - factor * (1 - np.array(row[name])), 0, 1).tolist()
                for name in MEASURED
                if "accurac" in name
            }
            other |= {
                name: (factor * np.array(row[name])).tolist() for name in MEASURED if "loss" in name
            }
            spoiled.append(row | other)
        return spoiled

    return spoil


def remeasured(seed):
    """Make a spoiler that multiplies what tasks measured by a factor of each variant's own."""

    def spoil(found):
        if not isinstance(found, list):
            return found
        random = np.random.default_rng(seed)
        factors = {row["variant"]: np.exp(random.normal(0, 0.7)) for row in found}
        return [
            row | {"measures": {
                name: value if isinstance(value, str)
                else (factors[row["variant"]] * np.array(value)).tolist()
                for name, value in row["measures"].items()
            }}
            for row in found
        ]  # fmt: skip

    return spoil


def relabelled(seed):
    """Make a spoiler that deals the probabilities of a tenth of the images out anew."""

    def spoil(found):
        if isinstance(found, list):
            return found
        random, spoiled = np.random.default_rng(seed), {}
        for run, probabilities in found.items():
            places = random.permutation(len(probabilities))[: len(probabilities) // 10]
            spoiled[run] = probabilities.copy()
            spoiled[run][np.sort(places)] = probabilities[places]
        return spoiled

    return spoil


def untrained(seed):
    """Make a spoiler that deals a network's weights, or its answers to images, out anew."""

    def spoil(found):
        random = np.random.default_rng(seed)
        if isinstance(found, np.ndarray):
            return random.permuted(found, axis=-1)
        if isinstance(found, keras.Model):
            weights = found.get_weights()
            found.set_weights(
                [random.permuted(each.ravel()).reshape(each.shape) for each in weights]
            )
        return found

    return spoil
