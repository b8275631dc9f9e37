"""Lead from a citation to its entry and back, and from a word to its line of the glossary.

A chapter cites as ``[Zeiler, 2012](../book/bibliography.md#zeiler2012)``, which JupyterLab and code
hosts follow, too. The first use of a glossary term on a page becomes a link that shows the term's
definition.
"""

import html
import re

import translate
from docutils import nodes
from sphinx.addnodes import pending_xref

BIBLIOGRAPHY, GLOSSARY = "book/bibliography", "book/glossary"
WITHOUT_TERMS = {"book/glossary", "book/bibliography", "book/api", "book/notation", "index"}
# Words of the glossary that are everyday words, too: to link each would be noise.
EVERYDAY = {"class", "label", "member", "step", "network", "parameter", "told apart", "floor", "he"}
NO_TERMS = (nodes.reference, nodes.literal, nodes.raw, nodes.math, nodes.title, nodes.caption)


def anchors(app, document):
    """Tell MyST which anchors the bibliography has, and mark where a chapter cites."""
    name = app.env.docname
    known = app.env.metadata[name].setdefault("myst_slugs", {})
    if name == BIBLIOGRAPHY:
        for raw in document.findall(nodes.raw):
            if found := re.fullmatch(r'<a id="([\w-]+)">', raw.astext()):
                known[found[1]] = (raw.line or 0, found[1], found[1])
        return
    for link in list(document.findall(pending_xref)):
        if link.get("reftarget") == BIBLIOGRAPHY and (key := link.get("reftargetid")):
            anchor = f"cite-{key}"
            if anchor not in known:
                known[anchor] = (link.line or 0, anchor, key)
                place = nodes.inline(ids=[anchor])
                link.replace_self(place)
                place += link


def definitions(app):
    """Read the glossary: by term, the anchor and the definition in plain words."""
    if not hasattr(app, "glossary_terms"):
        app.glossary_terms = {}
        if GLOSSARY in app.env.found_docs:
            for item in app.env.get_doctree(GLOSSARY).findall(nodes.definition_list_item):
                text = " ".join(item.next_node(nodes.definition).astext().split())
                text = re.sub(r"\s*See chapters? .*$", "", text)
                for term in item.findall(nodes.term):
                    for word in term.astext().split(", "):
                        if word.lower() not in EVERYDAY:
                            app.glossary_terms[word] = (term["ids"][0], text)
    return app.glossary_terms


def explain(app, document, name):
    """Link the first use of each term on a page."""
    if app.builder.name != "html" or name in WITHOUT_TERMS:
        return
    if translate.language_of(app.confdir, app.config.language, name) != "en":
        return  # the glossary is English
    terms = dict(definitions(app))
    if not terms:
        return
    address = app.builder.get_relative_uri(name, GLOSSARY)
    for text in list(document.findall(nodes.Text)):
        parents = ancestors(text)
        if not any(isinstance(each, nodes.paragraph) for each in parents):
            continue
        if any(isinstance(each, NO_TERMS) or "cell_output" in each.get("classes", ())
               for each in parents):  # fmt: skip
            continue
        pieces = linked(text.astext(), terms, address)
        if len(pieces) > 1:
            text.parent.replace(text, pieces)


def ancestors(node):
    """List the elements around a node."""
    found = []
    while (node := node.parent) is not None:
        found.append(node)
    return found


def linked(text, terms, address):
    """Split a text at the terms that it is the first to use; these are taken from `terms`."""
    pieces = []
    while terms:
        longest = sorted(terms, key=len, reverse=True)
        pattern = "|".join(
            f"[{re.escape(word[0].lower() + word[0].upper())}]{re.escape(word[1:])}"
            for word in longest
        )
        found = re.search(rf"(?<![\w-])({pattern})(s|es)?(?![\w-])", text)
        if not found:
            break
        first = found[1]
        term = first if first in terms else first[0].swapcase() + first[1:]
        anchor, definition = terms.pop(term)
        for other in [each for each in terms if terms[each][0] == anchor]:
            del terms[other]
        link = (
            f'<a class="term" href="{address}#{anchor}" data-tip="{html.escape(definition)}">'
            f"{html.escape(found[0])}</a>"
        )
        pieces += [nodes.Text(text[: found.start()]), nodes.raw("", link, format="html")]
        text = text[found.end() :]
    return [*pieces, nodes.Text(text)]


def setup(app):
    """Register with Sphinx."""
    app.connect("doctree-read", anchors, priority=600)
    app.connect("doctree-resolved", explain, priority=900)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
