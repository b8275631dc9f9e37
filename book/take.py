"""Make what a reader can take along: the book as PDF and EPUB, the site for offline use, the wheel.

python book/take.py pdf | epub | site | wheel ...     into _build/take

The PDF is the book as one page, printed by the browser that the tests use. In the EPUB formulas are
MathML, which the same browser makes with the MathJax that comes with the book.
"""

import functools
import html
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

import build
import preview

from mnist_helpers import alone

ROOT = Path(__file__).resolve().parents[1]
LEADS = '''"""The package of the book Ten Digits; it lies in ``book``, beside what it reads."""

from pathlib import Path

__path__ = [str(Path(__file__).with_name("book") / "src" / "mnist_helpers")]
'''
FORMULA = re.compile(
    r'<(span|div) class="math notranslate nohighlight"(?: id="([^"]*)")?>\s*'
    r"(?:\\\((.*?)\\\)|\\\[(.*?)\\\])\s*</\1>",
    re.S,
)
MARGIN = {side: "16mm" for side in ("top", "bottom", "left", "right")}
FOOT = (
    '<div style="font-size: 8px; width: 100%; text-align: center; color: #555">'
    '<span class="pageNumber"></span></div>'
)


def sources(make):
    """Hand a function the copied sources of the book, and a place for what it makes."""

    @functools.wraps(make)
    def made(place):
        with tempfile.TemporaryDirectory(prefix="taking-", dir=place.parent) as folder:
            build.copy_sources(Path(folder))
            return make(place, Path(folder))

    return made


def opened_page(browser, address):
    """Open a page and wait until its formulas are set."""
    page = browser.new_page()
    page.goto(address, wait_until="networkidle", timeout=120_000)
    page.evaluate("window.MathJax?.startup?.promise")
    return page


@sources
def pdf(place, source):
    """Print the whole book, light and with its solutions open."""
    if not build.jupyter_book(source, "--builder", "singlehtml", "--quiet"):
        raise RuntimeError("the book as one page was not built")
    folder = source / "_build" / "singlehtml"
    with preview.serve(folder) as address, preview.browser() as browser:
        page = opened_page(browser, f"{address}/index.html")
        page.evaluate(
            "document.querySelectorAll('img').forEach(each => { each.loading = 'eager'; })"
        )
        page.emulate_media(media="print")
        page.evaluate("dispatchEvent(new Event('beforeprint'))")
        page.pdf(
            path=place / "ten-digits.pdf", format="A4", margin=MARGIN, outline=True, tagged=True,
            display_header_footer=True, header_template="<span></span>", footer_template=FOOT,
        )  # fmt: skip
    return place / "ten-digits.pdf"


@sources
def epub(place, source):
    """Let Sphinx write the EPUB, and turn its formulas into MathML."""
    if not build.jupyter_book(source, "--builder", "custom", "--custom-builder", "epub", "--quiet"):
        raise RuntimeError("the EPUB was not built")
    (packed,) = source.glob("_build/**/*.epub")
    with zipfile.ZipFile(packed) as book:
        files = {item: book.read(item) for item in book.infolist()}
    pages = {item.filename: files[item].decode() for item in files if "html" in item.filename[-6:]}
    formulas = {match[3] or match[4] for text in pages.values() for match in FORMULA.finditer(text)}
    made = mathml(sorted(formulas), build_static(source))
    with zipfile.ZipFile(place / "ten-digits.epub", "w") as book:
        for item, content in files.items():  # the mimetype comes first, and uncompressed
            if item.filename in pages:
                text = FORMULA.sub(lambda match: one(match, made), pages[item.filename])
                content = valid(text, {each.filename for each in files}).encode()
            elif item.filename.endswith(".opf"):
                content = declared(content.decode(), pages).encode()
            book.writestr(item, content, compress_type=item.compress_type)
    return place / "ten-digits.epub"


def build_static(source):
    """Find the folder that holds MathJax."""
    return next(source.glob("_build/**/_static/mathjax/tex-chtml.js")).parent


def mathml(formulas, mathjax):
    """Turn formulas into MathML, each as text in a line and as one displayed."""
    with preview.serve(mathjax) as address, preview.browser() as browser:
        page = browser.new_page()
        page.goto(f"{address}/")
        page.add_script_tag(url=f"{address}/tex-chtml.js")
        page.evaluate("MathJax.startup.promise")
        texts = [html.unescape(formula) for formula in formulas]
        script = (
            "texts => texts.map(t => [false, true].map(display => MathJax.tex2mml(t, {display})))"
        )
        return dict(zip(formulas, page.evaluate(script, texts), strict=True))


def one(match, made):
    """Write one formula, with its anchor if it has a number."""
    tag, anchor, within, displayed = match.groups()
    text = re.sub(r"\s*\n\s*", "", made[within or displayed][tag == "div"])
    text = text.replace("&nbsp;", "&#160;")
    anchor = f' id="{anchor}"' if anchor else ""
    return f'<{tag} class="math"{anchor}>{text}</{tag}>'


def valid(page, names):
    """Leave out styles that are not in the book, and paragraphs around lists, as EPUB asks."""

    def kept(match):
        return match[0] if re.sub(r"^(\.\./)+", "", match[1]) in names else ""

    page = re.sub(r'<link rel="stylesheet"[^>]* href="([^"?]+)[^>]*>', kept, page)
    return re.sub(r"<p>(<ul\b(?:(?!<ul\b).)*?</ul>)\s*</p>", r"\1", page, flags=re.S)


def declared(manifest, pages):
    """Say in the manifest which pages hold MathML, as EPUB 3 asks."""

    def item(match):
        text = pages.get(match[1], "")
        formula = FORMULA.search(text) and "properties=" not in match[0]
        return match[0].replace("<item ", '<item properties="mathml" ') if formula else match[0]

    return re.sub(r'<item [^>]*href="([^"]+)"[^>]*>', item, manifest)


def site(place):
    """Pack the built site; it is opened by a small server, and asks no other host for anything."""
    html_folder = place.parent / "html"
    if not (html_folder / "index.html").exists():
        build.build(place.parent)
    packed = place / "ten-digits-site.zip"
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(html_folder.rglob("*")):
            if path.is_file() and path.suffix != ".map":
                archive.write(path, Path("ten-digits", path.relative_to(html_folder)))
    return packed


def wheel(place):
    """Build the package's wheel, with the networks and recorded runs that chapters read.

    The package lies in the wheel as in the repository, beside them, so that its modules find them
    by the same paths; what is imported as ``mnist_helpers`` leads there.
    """
    with tempfile.TemporaryDirectory(prefix="taking-", dir=place.parent) as folder:
        inner = Path(folder, "src", "mnist_helpers", "book")
        unwanted = shutil.ignore_patterns("__pycache__", ".*", "weights", "*.lock")
        for name in ("src/mnist_helpers", "models", "experiments"):
            shutil.copytree(ROOT / name, inner / name, ignore=unwanted)
        for name in alone.BESIDE:
            (inner / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, inner / name)
        (inner.parent / "__init__.py").write_text(LEADS, encoding="utf-8")
        for name in ("README.md", "LICENSE"):
            shutil.copy(ROOT / name, folder)
        shutil.copy(ROOT / "src" / "mnist_helpers" / "MNIST-LICENSE.md", inner.parent)
        settings = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
        found, carried = '["mnist.npz", "MNIST-LICENSE.md"]', '["book/**"]'
        if found not in settings:
            raise RuntimeError("pyproject.toml does not say what the package carries")
        settings = settings.replace(found, carried)
        Path(folder, "pyproject.toml").write_text(settings, encoding="utf-8")
        command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps"]
        options = ["--no-build-isolation", "--wheel-dir", place, folder]
        subprocess.run([*command, *options], check=True)
    return next(place.glob("*.whl"))


def main():
    """Make what the command line names; say in one sentence why something was not made."""
    kinds = {"pdf": pdf, "epub": epub, "site": site, "wheel": wheel}
    wanted = sys.argv[1:]
    if not wanted or not set(wanted) <= set(kinds):
        sys.exit(__doc__)
    place = ROOT / "_build" / "take"
    place.mkdir(parents=True, exist_ok=True)
    for kind in wanted:
        try:
            made = kinds[kind](place)
        except (RuntimeError, OSError) as error:
            sys.exit(f"The {kind} was not made: {error}.")
        print(f"{made.relative_to(ROOT)}, {made.stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
