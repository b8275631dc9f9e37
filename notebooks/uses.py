"""What the code of a chapter uses of the package, found without running it."""

import ast
from pathlib import Path

from IPython.core.inputtransformer2 import TransformerManager

PACKAGE = "mnist_helpers"
LOOSE = ""  # the name under which statements count that define nothing


def parse(cell):
    """Take the code of a cell apart, magic commands included; None if it is not Python."""
    try:
        return ast.parse(TransformerManager().transform_cell(cell))
    except SyntaxError:
        return None


class Package:
    """The package's source, read as far as it is asked for.

    Parameters
    ----------
    folder : Path
        The one in which the package lies.
    entries : dict of str to list
        Of some of its tables, by their dotted names, the keys that are read; of others all are.
    """

    def __init__(self, folder, entries=None):
        self.folder, self.modules, self.entries = folder, {}, entries or {}

    def used(self, cells, indirectly=True):
        """Find the definitions that some cells use, whichever module hands them on.

        Parameters
        ----------
        cells : list of str
        indirectly : bool
            Whether those count, too, that these use in their turn.

        Returns
        -------
        dict of str to dict
            Module to its definitions by name, each a list of syntax trees; under `LOOSE` the
            statements that run whenever the module is imported.
        """
        trees = [tree for tree in map(parse, cells) if tree]
        code = ast.Module([node for tree in trees for node in tree.body], [])
        waiting, found = set(_Module(self, code).named(code)), {}
        while waiting:
            name, definition = waiting.pop()
            module = self.module(name)
            if origin := module.handed_on(definition):
                waiting |= set(self.split(origin))
                definition = LOOSE
            if definition in found.setdefault(name, {}):
                continue
            nodes = module.definitions.get(definition, [])
            found[name][definition] = nodes
            if indirectly:
                waiting |= {
                    pair for node in nodes for pair in module.named(node)
                }
                packages = name.split(".")  # importing a module runs these, too
                waiting |= {
                    (".".join(packages[:end]), LOOSE)
                    for end in range(1, len(packages) + 1)
                }
        return {
            name: {
                key: nodes
                for key, nodes in sorted(definitions.items())
                if nodes
            }
            for name, definitions in sorted(found.items())
            if any(definitions.values())
        }

    def file(self, module):
        """Find the file of a module; None if there is no such module."""
        path = self.folder / Path(*module.split("."))
        for candidate in (path.with_suffix(".py"), path / "__init__.py"):
            if candidate.is_file():
                return candidate
        return None

    def module(self, name):
        """Read a module, once."""
        if name not in self.modules:
            text = self.file(name).read_text(encoding="utf-8")
            self.modules[name] = _Module(self, ast.parse(text), name)
        return self.modules[name]

    def keys(self, table):
        """List the keys of a table, by its dotted name, that are read; none if it is no table."""
        ((module, name),) = self.split(table)
        tables = [node.value for node in self.module(module).definitions[name]]
        return [
            key.value
            for node in tables
            if isinstance(node, ast.Dict)
            for key in node.keys
        ]

    def split(self, dotted):
        """Yield the module and the name in it that a dotted name means; nothing for a module."""
        parts = dotted.split(".")
        for end in range(len(parts), 0, -1):
            if self.file(".".join(parts[:end])):
                if end < len(parts):
                    yield ".".join(parts[:end]), parts[end]
                return


class _Module:
    """Some code: what it defines, and what it imports from the package."""

    def __init__(self, package, tree, name=None):
        self.package, self.name = package, name
        self.definitions, self.imports = {LOOSE: []}, {}
        for node in tree.body:
            self._leave_out(node)
            if isinstance(
                node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
            ):
                self.definitions[node.name] = [node]
            elif isinstance(node, ast.Assign | ast.AnnAssign | ast.AugAssign):
                for target in getattr(node, "targets", None) or [node.target]:
                    for part in ast.walk(target):
                        if isinstance(part, ast.Name):
                            self.definitions.setdefault(part.id, []).append(
                                node
                            )
            elif not isinstance(
                node, ast.Import | ast.ImportFrom
            ) and not isinstance(getattr(node, "value", None), ast.Constant):
                self.definitions[LOOSE].append(node)
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                for alias in node.names:
                    whole = alias.name if alias.asname else PACKAGE
                    self._keep(alias.asname or whole, alias.name, whole)
            elif isinstance(node, ast.ImportFrom):
                for alias in node.names:
                    origin = f"{self._origin(node)}.{alias.name}"
                    self._keep(alias.asname or alias.name, origin, origin)

    def _leave_out(self, node):
        """Drop from a table the entries that are not to be read."""
        table = getattr(node, "value", None)
        for target in getattr(node, "targets", ()):
            name = f"{self.name}.{ast.unparse(target)}"
            if name in self.package.entries and isinstance(table, ast.Dict):
                read = self.package.entries[name]
                pairs = [
                    pair
                    for pair in zip(table.keys, table.values, strict=True)
                    if getattr(pair[0], "value", None) in read
                ]
                table.keys = [key for key, _ in pairs]
                table.values = [value for _, value in pairs]

    def _origin(self, node):
        """Name the module that something is imported from."""
        if not node.level:
            return node.module
        parts = self.name.split(".")
        inside = self.package.file(self.name).name == "__init__.py"
        parts = parts[: len(parts) - node.level + inside]
        return ".".join([*parts, *filter(None, [node.module])])

    def _keep(self, name, origin, meant):
        if origin.split(".")[0] == PACKAGE:
            self.imports[name] = meant

    def handed_on(self, name):
        """Say where a name comes from that the module imports; None if it defines it."""
        return None if name in self.definitions else self.imports.get(name)

    def named(self, tree):
        """Yield the definitions of the package that a part of the code names: (module, name)."""
        for node in ast.walk(tree):
            attributes = []
            while isinstance(node, ast.Attribute):
                attributes.insert(0, node.attr)
                node = node.value
            if not isinstance(node, ast.Name):
                continue
            if node.id in self.imports:
                dotted = ".".join([self.imports[node.id], *attributes])
                yield from self.package.split(dotted)
            elif self.name and node.id in self.definitions:
                yield self.name, node.id
