"""Where the book lives: the addresses in ``[project.urls]`` of pyproject.toml, and none elsewhere.

``Repository`` gives the pages their buttons and the line to clone, ``Site`` canonical links, the
sitemap and the social preview, ``Data`` the place of the data and the recorded runs, ``Wheel`` what
downloaded chapters install, ``JupyterHub`` a launch button for one's own hub. What is not set is
absent from the book, and its build says so.
"""

import tomllib
from pathlib import Path
from urllib.parse import urlsplit

NAMES = {
    "Repository": "repository, edit, issue and launch buttons, no line to clone",
    "Site": "canonical links, sitemap and social preview",
    "Data": "place of the data",
    "Wheel": "cell in downloaded chapters that installs the package",
}
HOSTS = ("github.com", "gitlab.com", "bitbucket.org")  # whose pages the buttons can name


def read(folder):
    """Read the addresses from the pyproject.toml of a folder, by name, without a last slash.

    Raises
    ------
    ValueError
        If one is no https address, or the repository is at a host that the buttons do not know.
    """
    project = tomllib.loads(Path(folder, "pyproject.toml").read_text(encoding="utf-8"))
    found = project["project"].get("urls", {})
    for name, address in found.items():
        parts = urlsplit(address)
        if parts.scheme != "https" or not parts.hostname:
            raise ValueError(f"the address {name} is {address!r}; expected one with https://")
        if name == "Repository" and parts.hostname not in HOSTS:
            raise ValueError(
                f"the repository is at {parts.hostname}; expected one of {', '.join(HOSTS)}"
            )
    return {name: address.rstrip("/") for name, address in found.items()}


def missing(found):
    """Say in one sentence what the book lacks because an address is not set, or nothing.

    Examples
    --------
    >>> found = ("Repository", "Site", "Wheel")
    >>> missing(dict.fromkeys(found, "https://github.com/a/b"))
    'No Data is set in pyproject.toml: the book has no place of the data.'
    """
    absent = {name: what for name, what in NAMES.items() if name not in found}
    if not absent:
        return ""
    return (
        f"No {', '.join(absent)} is set in pyproject.toml: the book has no "
        f"{'; no '.join(absent.values())}."
    )
