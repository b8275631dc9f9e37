"""Find the words in a cell's code that a reader sees, and replace them.

Those are its comments and docstrings, the strings that it prints or draws, and every string of
several words.
"""

import ast
import io
import re
import tokenize
from typing import NamedTuple

# Arguments that are drawn, and functions that show their arguments.
DRAWN = {
    "alt", "caption", "label", "labels", "suptitle", "supxlabel", "supylabel", "title", "titles",
    "xlabel", "xticklabels", "ylabel", "yticklabels",
}  # fmt: skip
SHOWING = {
    "annotate", "join", "print", "set_label", "set_title", "set_xlabel", "set_ylabel", "suptitle",
    "text",
}  # fmt: skip
FIELD = re.compile(r"(\{\{|\}\}|\{[^{}]*(?:\{[^{}]*\}[^{}]*)*\})")
BRACES = ("{{", "}}")  # that are shown, and hold no field
FOR_TOOLS = re.compile(r"#\s*(noqa|fmt:|ruff:|type:)")
SEVERAL = re.compile(r"\w\S* +\S*\w")  # words
LENGTH = 60  # of a piece of a string in a line


class Shown(NamedTuple):
    """A string or comment: its place in the source's bytes, what it says, and what it is."""

    start: int
    end: int
    text: str
    kind: str


def shown(source):
    """List what a reader sees of a cell's code, in its order.

    The fields of an f-string stand in its text as they do in the code.

    Examples
    --------
    >>> [each.text for each in shown('print(f"mean {x.mean():.2f}", "ok")  # see below')]
    ['mean {x.mean():.2f}', 'ok', 'see below']
    """
    found = [each for each, said, is_shown in strings(source)
             if re.search(r"[^\W\d_]{2}", said) and (is_shown or SEVERAL.search(said))]  # fmt: skip
    begins = line_begins(source)
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT and not FOR_TOOLS.match(token.string):
            line, column = token.start
            start = begins[line - 1] + len(token.line[:column].encode())
            end = start + len(token.string.encode())
            found.append(Shown(start, end, token.string.lstrip("# "), "comment"))
    return sorted(found)


def line_begins(source):
    """List where the lines of a source begin, in bytes."""
    lines = source.encode().splitlines(keepends=True)
    return [sum(map(len, lines[:number])) for number in range(len(lines) + 1)]


def strings(source):
    """Yield each string of a source, what it says without fields, and whether it is shown."""
    begins = line_begins(source)
    for node, is_shown in literals(ast.parse(source), False):
        text, said = message(node)
        start = begins[node.lineno - 1] + node.col_offset
        end = begins[node.end_lineno - 1] + node.end_col_offset
        kind = "f-string" if isinstance(node, ast.JoinedStr) else "string"
        docstring = source.encode()[start:end].startswith(b'"""')
        yield Shown(start, end, text, "docstring" if docstring else kind), said, is_shown


def literals(node, is_shown):
    """Yield the strings below a node, each with whether it is printed or drawn."""
    if isinstance(node, ast.JoinedStr) or (
        isinstance(node, ast.Constant) and isinstance(node.value, str)
    ):
        yield node, is_shown
    elif isinstance(node, ast.Call):
        name = getattr(node.func, "attr", getattr(node.func, "id", ""))
        yield from literals(node.func, is_shown and name == "join")
        for argument in node.args:
            yield from literals(argument, name in SHOWING)
        for keyword in node.keywords:
            yield from literals(keyword.value, keyword.arg in DRAWN)
    elif isinstance(node, ast.Subscript):
        yield from literals(node.value, is_shown)
        yield from literals(node.slice, False)
    else:
        for child in ast.iter_child_nodes(node):
            yield from literals(child, is_shown)


def message(node):
    """Write a string as a message, and what it says without its fields."""
    if isinstance(node, ast.Constant):
        return node.value, node.value
    text = said = ""
    for part in node.values:
        if isinstance(part, ast.Constant):
            text += part.value.replace("{", "{{").replace("}", "}}")
            said += part.value
        else:
            text += field(part)
            said += " "
    return text, said


def field(node):
    """Write a field of an f-string as code."""
    conversion = f"!{chr(node.conversion)}" if node.conversion != -1 else ""
    form = f":{message(node.format_spec)[0]}" if node.format_spec else ""
    return f"{{{ast.unparse(node.value)}{conversion}{form}}}"


def replaced(source, known):
    """Replace what a reader sees of a cell's code by its translation, where there is one.

    Raises
    ------
    ValueError
        If a translated f-string has other fields than its original.

    Examples
    --------
    >>> replaced('print("label:", y[0])  # of one', {"label:": "Klasse:", "of one": "von einem"})
    'print("Klasse:", y[0])  # von einem'
    """
    found = {each for each in shown(source) if known.get(each.text, each.text) != each.text}
    found |= {  # for the keys in its fields
        each
        for each, _, _ in strings(source)
        if each.kind == "f-string" and in_fields(each.text, known) != each.text
    }
    for broken in (True, False):  # over several lines where brackets allow it
        code = source.encode()
        for each in sorted(found, reverse=True):
            column = each.start - (code.rfind(b"\n", 0, each.start) + 1)
            text = written(each, known, column if broken else None)
            code = code[: each.start] + text.encode() + code[each.end :]
        try:
            ast.parse(code)
        except SyntaxError:
            continue
        return code.decode()
    raise ValueError(f"the translated cell is no Python: {code.decode()}")


class Keys(ast.NodeTransformer):
    """Translate strings of several words within a field, such as keys."""

    def __init__(self, known):
        self.known = known

    def visit_Constant(self, node):
        """Translate a string."""
        several = isinstance(node.value, str) and SEVERAL.search(node.value)
        return ast.Constant(self.known.get(node.value, node.value)) if several else node


def fields_of(text):
    """List the fields of an f-string."""
    return sorted(part for part in FIELD.findall(text) if part not in BRACES)


def in_fields(text, known):
    """Translate the strings within the fields of an f-string, as outside of them.

    Examples
    --------
    >>> in_fields("Anteil: {share['two words']:.0%}", {"two words": "zwei Wörter"})
    "Anteil: {share['zwei Wörter']:.0%}"
    """

    def translated(match):
        if match[0] in BRACES:
            return match[0]
        (node,) = ast.parse(f'f"{match[0]}"', mode="eval").body.values
        return field(Keys(known).visit(node))

    return FIELD.sub(translated, text)


def written(each, known, column):
    """Write a translation as the comment or the literal that it stands for."""
    text, formatted = known.get(each.text, each.text), each.kind == "f-string"
    if each.kind == "comment":
        return f"# {text}"
    if each.kind == "docstring":
        return f'"""{text}"""'
    if formatted:
        fields, expected = map(fields_of, (text, each.text))
        if fields != expected:
            raise ValueError(f"{text!r} has the fields {fields}; expected {expected}")
        text = in_fields(text, known)
    lines = [""]
    for part in atoms(text, formatted):
        full = len(lines[-1]) + len(part) > LENGTH
        if column is not None and lines[-1] and part.strip() and full:
            lines.append("")
        lines[-1] += part
    literals = [f'{"f" * bool(formatted and re.search("[{}]", line))}"{line}"' for line in lines]
    return f"\n{' ' * (column or 0)}".join(literals)


def atoms(text, formatted):
    r"""Split a text where it may be broken, and escape what double quotes cannot hold.

    Examples
    --------
    >>> atoms('the "x" is {x:.0f} %', True)
    ['the ', '\\"x\\" ', 'is ', '{x:.0f}', ' ', '%']
    """
    parts = FIELD.split(text) if formatted else [text]
    result = []
    for number, part in enumerate(parts):
        if number % 2:
            result.append(part)
            continue
        for word in re.findall(r"\S*[ \t]+|\S*\n|\S+", part):
            escaped = word.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
            result.append(escaped)
    return result
