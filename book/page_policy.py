"""What a page may load and run: what comes with the site, and its own inline scripts as built.

And what it does where the browser's storage is switched off: the theme and the search ask for it.
"""

import base64
import hashlib
import html
import re

INLINE = re.compile(r"<script\b(?![^>]*\bsrc=)[^>]*>(.*?)</script>", re.DOTALL)
HANDLER = re.compile(r"<[a-z][^<>]*?\son[a-z]+=\"([^\"]*)\"", re.DOTALL)
SITE = "'self' file:"  # Firefox takes no file for a page's own that is opened as one
STORAGE = """<script>
for (const name of ["localStorage", "sessionStorage"]) try { window[name].length; } catch {
  const kept = new Map();
  Object.defineProperty(window, name, { value: {
    getItem: (key) => kept.get(key) ?? null,
    removeItem: (key) => kept.delete(key),
    setItem(key, value) {
      if (key.startsWith("ten-digits")) throw new Error("switched off"); // which the book says
      kept.set(key, value);
    },
  } });
}
</script>"""


def policies(pages):
    """Put into each page what it may load and run: no other host, no plugin, no script put into it.

    Styles may stand anywhere, as formulas and icons bring theirs. What the buttons of one page do,
    any page may, as the search looks into all.

    Parameters
    ----------
    pages : iterable of str
        The HTML of all pages.

    Yields
    ------
    str
        Each with its policy, and with `STORAGE`, behind its encoding and before all that it loads;
        what says no encoding, such as a page that only leads to another, as it was.

    Examples
    --------
    >>> page = '<meta charset="utf-8"><script src="a.js"></script><script>b()</script>'
    >>> "'sha256-cf242PFc/kb7xD0Qzhsmd9vvRkc+cWFmbi+k+YvtdKc='" in next(policies([page]))
    True
    """
    pages = list(pages)
    handlers = {html.unescape(handler) for page in pages for handler in HANDLER.findall(page)}
    for page in pages:
        tag = f'<meta http-equiv="Content-Security-Policy" content="{_policy(page, handlers)}">'
        before, encoding, after = re.split('(<meta charset="utf-8"[^>]*>|$)', page, maxsplit=1)
        yield before + encoding + (tag + STORAGE if encoding else "") + after


def without_evaluation(static):
    """Write into a script of Sphinx how a language counts, which it would evaluate as text.

    Parameters
    ----------
    static : Path
        The folder of the site's scripts; a site in English has nothing to evaluate.
    """
    catalogue, script = static / "translations.js", static / "doctools.js"
    if not catalogue.exists():
        return
    rule = re.search('"plural_expr": "([^"]*)"', catalogue.read_text(encoding="utf-8"))[1]
    text, count = re.subn(
        r'new Function\(\s*"n",\s*`return \(\$\{catalog\.plural_expr\}\)`\s*\)',
        f"(n) => {rule}",
        script.read_text(encoding="utf-8"),
    )
    if count != 1:
        raise RuntimeError(f"{script.name} does not evaluate its rule as expected")
    script.write_text(text, encoding="utf-8")


def _policy(page, handlers):
    scripts = sorted(map(_hash, handlers | set(INLINE.findall(STORAGE + page))))
    allowed = [*scripts, *(["'unsafe-hashes'"] if handlers else [])]
    return "; ".join([
        f"default-src {SITE}",
        " ".join([f"script-src {SITE}", *allowed]),
        f"style-src {SITE} 'unsafe-inline'",
        f"img-src {SITE} data: blob:",
        f"font-src {SITE} data:",
        "object-src 'none'",
        "base-uri 'none'",
        f"form-action {SITE}",
    ])  # fmt: skip


def _hash(script):
    digest = hashlib.sha256(script.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"
