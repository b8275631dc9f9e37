"""Make each figure of a notebook one of the book's, with caption and alt text, in every format.

MyST-NB takes one form of an output: HTML for the site and for EPUB, the bare picture for LaTeX.
What `mnist_helpers.plots.show` shows becomes a figure that each of Sphinx's builders writes in its
own way.
"""

from xml.etree import ElementTree

import translate
from docutils import nodes


def outputs(document):
    """List the outputs of a document's notebook, as MyST-NB keeps them: a child for each form."""
    return [
        node
        for node in document.findall(nodes.container)
        if node.get("nb_element") == "mime_bundle"
    ]


def draw(app, document):
    """Replace outputs that hold a figure's HTML and picture."""
    language = translate.language_of(app.confdir, app.config.language, app.env.docname)
    number = 0
    for output in outputs(document):
        forms = {form["mime_type"]: form.children[0] for form in output.children}
        text = forms["text/html"].astext() if {"text/html", "image/png"} <= forms.keys() else ""
        if not text.startswith('<figure class="ten-digits">'):
            continue
        html = ElementTree.fromstring(text)
        picture = forms["image/png"]
        picture["alt"] = translate.numbers(html.find("img").get("alt"), language)
        picture["width"] = f"{html.find('img').get('width')}px"
        said = translate.numbers(html.find("figcaption").text, language)
        caption = nodes.caption("", said)
        number += 1
        ids = [f"figure-{number}"]
        output.replace_self(nodes.figure("", picture, caption, ids=ids, classes=["ten-digits"]))


def setup(app):
    """Register with Sphinx."""
    app.connect("doctree-read", draw)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
