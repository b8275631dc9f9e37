"""Build one page of the book on its own, within seconds, serve it, and open it in a browser.

    python book/preview.py draw            builds book/draw.md and serves it until Ctrl+C

Links to other pages lead nowhere; all else is as in the whole book. The tests of the site and the
benchmarks of the digit pad use it too.
"""

import contextlib
import functools
import gzip
import http.server
import shutil
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
COMMAND = "from jupyter_book.cli.main import main; main()"  # the module cannot be run by -m
TEXT = {".html", ".css", ".js", ".json", ".safetensors"}
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip


def build(page, folder):
    """Build ``book/PAGE.md`` with the book's own settings; return the folder of the HTML."""
    folder = Path(folder)
    (folder / "book").mkdir(parents=True)
    for name in ("_config.yml", "pyproject.toml"):
        shutil.copy(ROOT / name, folder)
    extensions = (path.name for path in (ROOT / "book").glob("*.py"))
    for name in (f"{page}.md", *extensions):
        shutil.copy(ROOT / "book" / name, folder / "book")
    shutil.copytree(ROOT / "book" / "site", folder / "book" / "site")
    (folder / "_toc.yml").write_text(f"format: jb-book\nroot: book/{page}\n", encoding="utf-8")
    built = subprocess.run(
        [sys.executable, "-c", COMMAND, "build", folder, "--quiet"],
        capture_output=True, text=True, encoding="utf-8", check=False,
    )  # fmt: skip
    html = folder / "_build" / "html"
    if not (html / "book" / f"{page}.html").exists():
        raise RuntimeError(f"the page {page} was not built:\n{built.stdout}{built.stderr}")
    return html


class Handler(http.server.SimpleHTTPRequestHandler):
    """Serve files silently, text compressed if the browser takes it, as web hosts do."""

    protocol_version = "HTTP/1.1"  # one connection for many files

    def log_message(self, *arguments):
        """Say nothing."""

    def do_GET(self):
        """Send a file."""
        path = Path(self.translate_path(self.path))
        accepted = "gzip" in self.headers.get("Accept-Encoding", "")
        if not (self.server.compress and accepted and path.suffix in TEXT and path.is_file()):
            super().do_GET()
            return
        body = compressed(path)
        self.send_response(200)
        self.send_header("Content-Type", self.guess_type(str(path)))
        self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@functools.cache
def compressed(path):
    """Compress a file once."""
    return gzip.compress(path.read_bytes(), 6)


@contextlib.contextmanager
def serve(folder, port=0, compress=False, handler=Handler):
    """Serve a folder on this machine from a thread; yields its address."""
    server = http.server.ThreadingHTTPServer(
        ("127.0.0.1", port), functools.partial(handler, directory=str(folder))
    )
    server.compress = compress
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@contextlib.contextmanager
def browser():
    """Start the browser of this machine, without a window; yields Playwright's.

    Raises
    ------
    FileNotFoundError
        If there is none.
    """
    executable = next(filter(None, map(shutil.which, BROWSERS)), None)
    if executable is None:
        raise FileNotFoundError(f"there is no browser; expected one of {', '.join(BROWSERS)}")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=executable, args=ARGUMENTS)
        yield started
        started.close()


def main():
    """Build and serve until interrupted."""
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    with tempfile.TemporaryDirectory() as folder:
        html = build(sys.argv[1], Path(folder, "preview"))
        with serve(html, port=8000) as address, contextlib.suppress(KeyboardInterrupt):
            print(f"{address}/book/{sys.argv[1]}.html; Ctrl+C ends it")
            threading.Event().wait()


if __name__ == "__main__":
    main()
