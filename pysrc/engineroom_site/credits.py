"""The work of others that the site ships: a table for the credits page, and the licence texts beside it."""

import json
from importlib.metadata import distribution
from pathlib import Path
from typing import NamedTuple

from markupsafe import Markup

from engineroom_site.assets import manifest
from engineroom_site.client import CLIENT
from engineroom_site.kept import kept
from engineroom_site.steps import Built

LICENCES = Path(manifest.__file__).with_name("licences")
FOLDER = "licences"
# Python packages whose files end up in the site: the theme's scripts and styles, and the printer of Python values.
INSTALLED = {"mkdocs-material": ("MIT", "the theme"), "ipython": ("BSD-3-Clause", "its pretty printer")}
ICONS = "material/templates/.icons/material/LICENSE"  # the theme's buttons are drawn with these


class Credit(NamedTuple):
    """One thing the site ships. `text` is its licence."""

    name: str
    version: str
    licence: str
    attribution: str
    text: str


class CreditError(Exception):
    """Something ships without its licence text. The message names it."""


def credits(built: Built) -> list[Credit]:
    """Everything that ships, by name. Raises CreditError."""
    return [*_assets(), _python(built), *_packages(built), *_installed()]


def table(built: Built, root: str) -> Markup:
    """The credits as an HTML table; `root` leads from the page to the site's root."""
    rows = Markup().join(_ROW.format(c=c, file=root + _file(c)) for c in credits(built))
    head = Markup().join(map(Markup("<th scope='col'>{}</th>").format, ("Work", "Version", "By", "Licence")))
    return Markup("<table class='credits'><thead><tr>{}</tr></thead><tbody>{}</tbody></table>").format(head, rows)


_ROW = Markup("<tr><th scope='row'>{c.name}</th><td>{c.version}</td><td>{c.attribution}</td><td><a href='{file}'>{c.licence}</a></td></tr>")


def texts(built: Built) -> dict[str, str]:
    """Every licence text by its path in the site."""
    return {_file(credit): credit.text for credit in credits(built)}


def _file(credit: Credit) -> str:
    return f"{FOLDER}/{credit.name.replace('/', '-').replace('@', '').replace(' ', '-').replace(',', '').lower()}.txt"


def _assets() -> list[Credit]:
    shipped = {}
    for entry in manifest.entries().values():
        path = LICENCES / f"{entry.name}.txt"
        if entry.ships and path.exists():
            shipped[entry.sources[-1]._replace(member="")] = Credit(
                entry.title, entry.version, entry.licence, entry.attribution, path.read_text(encoding="utf-8")
            )
        elif entry.ships and entry.sources[-1]._replace(member="") not in shipped:
            raise CreditError(f"asset {entry.name} ships, and {path.name} is not in {LICENCES.name}/")
    return list(shipped.values())


def _python(built: Built) -> Credit:
    """The interpreter and its standard library, which Pyodide brings along."""
    version = json.loads((built.runtime_dir / "boot.json").read_text(encoding="utf-8"))["python"]
    return Credit("Python", version, "PSF-2.0", "Python Software Foundation", (LICENCES / "python.txt").read_text(encoding="utf-8"))


def _packages(built: Built) -> list[Credit]:
    bundled = json.loads((built.client_dir / "manifest.json").read_text(encoding="utf-8"))["packages"]
    return [_package(name) for name in sorted(bundled)]


def _package(name: str) -> Credit:
    folder = CLIENT / "node_modules" / name
    about = json.loads((folder / "package.json").read_text(encoding="utf-8"))
    text = _text(folder) or next(filter(None, map(_text, _siblings(about))), None)
    if text is None:
        raise CreditError(f"{name} ships, and neither it nor another package of its repository has a licence text")
    return Credit(name, about["version"], about["license"], _people(about), text)


def _text(folder: Path) -> str | None:
    files = (
        path for path in sorted(folder.iterdir()) if path.is_file() and path.name.lower().startswith(("license", "licence", "copying"))
    )
    return next((path.read_text(encoding="utf-8") for path in files), None)


def _siblings(about: dict) -> list[Path]:
    """The folders of packages from the same repository under the same licence: some leave the text to one of them."""
    found = []
    for path in sorted((CLIENT / "node_modules").glob("*/package.json")):
        other = json.loads(path.read_text(encoding="utf-8"))
        if about.get("repository") and all(other.get(key) == about.get(key) for key in ("repository", "license")):
            found.append(path.parent)
    return found


def _people(about: dict) -> str:
    author = about.get("author") or about.get("maintainers") or about.get("contributors") or ""
    author = author[0] if isinstance(author, list) and author else author
    name = author.get("name", "") if isinstance(author, dict) else str(author)
    return name.split("<")[0].split("(")[0].strip() or f"the authors of {about['name']}"


@kept
def _installed() -> list[Credit]:
    theme = distribution("mkdocs-material")
    icons = Credit(
        "Material Design Icons",
        theme.version,
        "Apache-2.0",
        "Pictogrammers and Google",
        Path(str(theme.locate_file(ICONS))).read_text(encoding="utf-8"),
    )
    return [*(_distribution(name, licence, part) for name, (licence, part) in INSTALLED.items()), icons]


def _distribution(name: str, licence: str, part: str) -> Credit:
    about = distribution(name)
    # What its metadata calls its licence; packages carry those of others too.
    stated = about.metadata.get_all("License-File") or []
    found = next(
        (
            file
            for name in stated
            for file in about.files or ()
            if str(file).endswith((f".dist-info/licenses/{name}", f".dist-info/{name}"))
        ),
        None,
    )
    if found is None:
        raise CreditError(f"{name} ships, and its licence text is not installed with it")
    return Credit(name, about.version, licence, f"the authors of {name} ({part})", found.read_text(encoding="utf-8"))
