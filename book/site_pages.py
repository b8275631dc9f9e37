"""What every page of the site carries besides its text: what it says of itself to other sites.

Titles, descriptions, social previews, canonical links, the buttons that lead to the repository, a
sitemap and a page for what is not found; and the theme's file of icons, without those that no page
shows.
"""

import html
import re
from pathlib import Path
from urllib.parse import urlsplit

import addresses
import lone_chapters
import page_policy
import translate
from docutils import nodes
from sphinx.errors import ConfigError
from sphinx.util import logging

TITLE = "A tutorial book on MNIST that answers its own questions"
MATHS = (nodes.math, nodes.math_block)
COLAB = re.compile(r"(https://colab\.research\.google\.com/github/[^\"]+?/blob/)main/")
SEARCH = re.compile(
    r'\s*<script src="[./]*(?:_static/searchtools|_static/language_data|searchindex)\.js"></script>'
)
LENGTH = 200  # of a description, at most
ICON = re.compile(  # its names first
    r'((?:"[\w-]+"|[a-z]\w*):\[\d+,\d+,\[[^\]]*\]),"[0-9a-f]+",'
    r'(?:"[^"]*"|\["[^"]*","[^"]*"\])\],?'
)
ICON_STYLE = re.compile(r'((?:\.fa-[\w-]+:before,?)+)\{content:"[^"]*"\}')
NOT_FOUND = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>Not found · Ten Digits</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex"><link rel="icon" href="{root}_static/favicon.svg">
<style>
  :root {{ color-scheme: light dark; }}
  body {{ font: 1.1rem/1.5 system-ui, sans-serif; max-width: 34rem;
    margin: 15vh auto; padding: 0 1rem; }}
</style></head>
<body><main><h1>This page is a blank sheet</h1>
<p>There is nothing at this address; perhaps a chapter was renamed. (A network of ten digits would
read something in it all the same:
<a href="{root}notebooks/17_last_errors.html">chapter 17</a>.)</p>
<p><a href="{root}index.html">To the first page</a> · <a href="{root}search.html">Search</a></p>
</main></body></html>
"""


def configure(app, config):
    """Derive the theme's settings from the addresses."""
    try:
        found = addresses.read(app.confdir)
    except ValueError as error:
        raise ConfigError(str(error)) from error
    config.addresses = found
    within = "" if config.language == "en" else f"{config.language}/"
    config.html_baseurl = f"{found['Site']}/{within}" if "Site" in found else ""
    scorer = Path(app.confdir, "book", "site", "search_scorer.js")
    config.html_search_scorer = str(scorer) if scorer.exists() else ""
    options = config.html_theme_options
    words = translate.site(app.confdir, config.language)
    options["extra_footer"] = f"<p>{words['licence']}</p>"
    options["search_bar_text"] = words["search"]
    if config.language != "en":
        config.author = words["author"]
    if repository := found.get("Repository"):
        options |= {
            "repository_url": repository,
            "repository_branch": "main",
            "path_to_docs": "",
            "use_repository_button": True,
            "use_edit_page_button": True,
            "use_issues_button": True,
            "launch_buttons": {
                "notebook_interface": "jupyterlab",
                "binderhub_url": "https://mybinder.org",
                "colab_url": "https://colab.research.google.com" if "github" in repository else "",
                "jupyterhub_url": found.get("JupyterHub", ""),
            },
        }
    if lacking := addresses.missing(found):
        logging.getLogger(__name__).info(lacking)
    served = Path(app.confdir, "book", "site").glob("*")
    config.epub_exclude_files = [f"_static/{file.name}" for file in served if file.suffix != ".css"]


def without_pads(app, document, _name):
    """Leave out of an EPUB what is drawn by scripts."""
    if app.builder.name == "epub":
        for raw in list(document.findall(nodes.raw)):
            if re.search('class="pad-area"|<script', raw.astext()):
                raw.replace_self(nodes.paragraph("", "(On the site there is a pad here.)"))


def description(document):
    """Return the first paragraph of a page that says something, cut at a sentence or a word."""
    for paragraph in document.findall(nodes.paragraph):
        text = " ".join(paragraph.astext().split())
        if len(text) < 40 or paragraph.next_node(nodes.raw):
            continue
        if len(text) <= LENGTH:
            return text
        cut = text[:LENGTH]
        end = max(cut.rfind(". "), cut.rfind("? "))
        return cut[: end + 1] if end > LENGTH / 3 else cut.rsplit(" ", 1)[0] + " …"
    return ""


def describe(app, pagename, templatename, context, doctree):
    """Give a page its title, its description and what other sites show of it."""
    first = pagename == app.config.root_doc
    if first:
        context["title"] = TITLE  # behind which the theme writes the book's name
        if app.builder.name != "epub":
            context["body"] = narrow(context.get("body", ""))
    if app.config.language != "en" and "translate" in context:
        known, theirs = translate.site(app.confdir, app.config.language), context["translate"]
        context["translate"] = lambda text: known["by"] if text == "By" else theirs(text)
    if doctree is None:
        return
    if app.builder.name == "html":
        context["body"] = speaking(app, pagename, context.get("body", ""))
    if first and not any(doctree.findall(lambda node: isinstance(node, MATHS))):
        # Sphinx gives the first page MathJax because of the pages below it.
        context["script_files"] = [
            script for script in context["script_files"] if "mathjax" not in str(script.filename)
        ]
    title = (
        f"Ten Digits: {TITLE[0].lower()}{TITLE[1:]}"
        if first
        else re.sub("<[^>]+>", "", context["title"])
    )
    said = description(doctree)
    tags = {"og:type": "website", "og:site_name": "Ten Digits", "og:title": title}
    tags |= {"og:description": said} if said else {}
    if site := app.config.html_baseurl:
        tags["og:url"] = context["pageurl"]
        tags["og:image"] = f"{site}_static/preview.png"
        tags["og:image:alt"] = "Handwritten digits that fifteen networks get wrong"
    lines = [f'<meta name="description" content="{html.escape(said)}" />'] if said else []
    lines += [
        f'<meta property="{name}" content="{html.escape(html.unescape(text))}" />'
        for name, text in tags.items()
    ]
    lines.append('<meta name="twitter:card" content="summary_large_image" />')
    context["metatags"] = context.get("metatags", "") + "\n".join(lines)


def narrow(body):
    """Give a phone the narrow form of the first page's figure."""
    picture = re.compile(r'<img ([^>]*src="_images/errors\.png"[^>]*)>')
    source = '<source media="(max-width: 34rem)" srcset="_static/errors_narrow.png">'
    return picture.sub(rf"<picture>{source}<img \1></picture>", body)


def speaking(app, name, body):
    """Say above a page that it is not translated, or where it stands in another language.

    ``other_languages`` says where the roots of the other languages' sites are, from this one's.
    """
    root, language = app.confdir, app.config.language
    above, up = [], "../" * name.count("/")
    if translate.language_of(root, language, name) != language:
        sentence = html.escape(translate.site(root, language)["untranslated"])
        above, body = [sentence], f'<div lang="en">{body}</div>'
    for other, place in sorted(app.config.other_languages.items()):
        if translate.language_of(root, other, name) == other:
            words = html.escape(translate.site(root, other)["switch"])
            there = f"{up}{place}/{name}.html"
            above.append(f'<a href="{there}" hreflang="{other}" lang="{other}">{words}</a>')
    return f'<p class="languages">{" ".join(above)}</p>{body}' if above else body


def finish(app, error):
    """Write the sitemap, the page for what is not found, and what pages may run; drop icons."""
    if error or app.builder.name != "html":
        return
    place, site = Path(app.outdir), app.config.html_baseurl
    root = urlsplit(site).path or "/"
    if app.config.language == "en":  # a host has one such page
        (place / "404.html").write_text(NOT_FOUND.format(root=root), encoding="utf-8")
    if site:
        pages = sorted(app.env.found_docs)
        lines = "\n".join(f"<url><loc>{site}{page}.html</loc></url>" for page in pages)
        (place / "sitemap.xml").write_text(
            '<?xml version="1.0" encoding="UTF-8"?>\n'
            f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n{lines}\n</urlset>\n',
            encoding="utf-8",
        )
    if wheel := app.config.addresses.get("Wheel"):
        for path in (place / "_sources" / "notebooks").glob("*.ipynb"):
            lone_chapters.rewrite(path, path, wheel)
    page_policy.without_evaluation(place / "_static")
    icons = place / "_static" / "scripts" / "fontawesome.js"
    if icons.exists():
        texts = [*place.rglob("*.html"), *icons.parent.glob("*-theme.js")]
        used = {
            name
            for path in texts
            for name in re.findall(r"fa-([a-z0-9-]+)", path.read_text(encoding="utf-8"))
        }
        styles = place / "_static" / "styles" / "pydata-sphinx-theme.css"
        for path, pattern in ((icons, ICON), (styles, ICON_STYLE)):
            path.write_text(
                without(path.read_text(encoding="utf-8"), used, pattern), encoding="utf-8"
            )
    paths = [path for path in place.rglob("*.html") if path.parent.name != "_static"]
    known = translate.catalogue(app.confdir, app.config.language, "site")
    read = [translate.attributes(path.read_text(encoding="utf-8"), known) for path in paths]
    read = [  # the theme has all pages wait for what only its search-as-you-type reads
        page if path.name == "search.html" else SEARCH.sub("", page)
        for path, page in zip(paths, read, strict=True)
    ]
    if wheel:  # Colab opens what the site's workflow puts there
        read = [COLAB.sub(r"\1colab/", page) for page in read]
    for path, page in zip(paths, page_policy.policies(read), strict=True):
        path.write_text(page, encoding="utf-8")


def without(text, used, pattern):
    """Drop the icons from Font Awesome's script, or its styles, whose names are not used.

    Examples
    --------
    >>> script = '{bars:[448,512,["navicon"],"f0c9","M0 96"],"a-b":[1,2,[],"f1","M1"]}'
    >>> without(script, {"a-b"}, ICON)
    '{"a-b":[1,2,[],"f1","M1"]}'
    >>> style = ICON_STYLE
    >>> without('.fa-a:before,.fa-b:before{content:"1"}.fa-c:before{content:"2"}', {"b"}, style)
    '.fa-a:before,.fa-b:before{content:"1"}'
    """

    def keep(match):
        names = {name.removeprefix("fa-") for name in re.findall(r"[\w-]+", match[1])}
        return match[0] if names & used else ""

    return pattern.sub(keep, text)


def setup(app):
    """Register with Sphinx."""
    app.add_config_value("addresses", {}, "html")
    app.add_config_value("other_languages", {}, "html")
    app.connect("config-inited", configure)
    app.connect("doctree-resolved", without_pads)
    app.connect("html-page-context", describe, priority=900)
    app.connect("build-finished", finish, priority=900)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
