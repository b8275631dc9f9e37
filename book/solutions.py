"""Close each solution of a chapter on the page: one click, labelled, opens its text and its code.

In a notebook a solution is a heading, ``### Solution 2``, and the cells below it, which JupyterLab
folds. On the site it becomes a ``details`` element; in print and in EPUB it stays a heading.
"""

import re

import translate
from docutils import nodes


class solution(nodes.General, nodes.Element):
    """What can be opened."""


def fold(app, document):
    """Replace the sections that hold a solution."""
    word = translate.site(app.confdir, app.config.language)["solution"]
    for section in list(document.findall(nodes.section)):
        title = section.next_node(nodes.title)
        if title is None or title.parent is not section:
            continue
        if re.fullmatch(rf"({re.escape(word)}|Solution) \d+", title.astext()):
            folded = solution("", *section.children[1:], label=title.astext(), ids=section["ids"])
            for cell in folded.findall(nodes.container):
                cell.attributes.pop("hide_mode", None)  # one click opens all
            section.replace_self(folded)


def opens(self, node):
    """Write the beginning for the site, or for EPUB, where everything is open."""
    ids = "".join(f' id="{each}"' for each in node["ids"][:1])
    if self.builder.name == "epub":
        self.body.append(f'<div class="solution"{ids}><p><strong>{node["label"]}</strong></p>\n')
    else:
        self.body.append(f'<details class="solution"{ids}><summary>{node["label"]}</summary>\n')


def closes(self, node):
    """Write the end for the site, or for EPUB."""
    self.body.append("</div>\n" if self.builder.name == "epub" else "</details>\n")


def label(self, node):
    """Write the beginning for LaTeX."""
    self.body.append(f"\n\\subsubsection*{{{node['label']}}}\n")


def nothing(self, node):
    """Write nothing."""


def setup(app):
    """Register with Sphinx."""
    # None for epub by name: with one, EPUB would lose all that others register for HTML.
    app.add_node(solution, html=(opens, closes), latex=(label, nothing))
    app.connect("doctree-read", fold, priority=400)  # before the table of contents is taken
    return {"parallel_read_safe": True, "parallel_write_safe": True}
