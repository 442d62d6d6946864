"""The pages whose text has changed, drawn into the site that stands, long before the whole is built again.

`python -m engineroom_site.preview` imports what that needs and waits: a line of JSON, {"site": FOLDER, "pages": ["chapters/rope.md", …]},
draws these pages and ends the process.
"""

import json
import logging
import sys
from collections.abc import Collection
from pathlib import Path

from jinja2 import Environment
from mkdocs.commands.build import _build_page, _populate_page
from mkdocs.config import load_config
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import MkDocsException
from mkdocs.structure.files import File, Files, get_files, set_exclusions
from mkdocs.structure.nav import Navigation, get_navigation
from mkdocs.structure.pages import Page

from engineroom_site import csp, labs
from engineroom_site.paths import ROOT

CONFIG = str(ROOT / "mkdocs.yml")


def draw(site: Path, names: Collection[str], config_file: str = CONFIG) -> bool:
    """Draw the pages `names`, as docs/ has them, over those in `site`. False when one of them cannot be: the build that follows says why.

    What the other pages say of them (the navigation's titles, the search index, the list of what there is to do) stays as it was until then.
    """
    config = load_config(config_file, site_dir=str(site))
    config.plugins.on_startup(command="build", dirty=True)
    try:
        _draw(config, names)
    except (MkDocsException, OSError):
        return False
    finally:
        config.plugins.on_shutdown()
    return True


def _draw(config: MkDocsConfig, names: Collection[str]) -> None:
    config = config.plugins.on_config(config)
    config.plugins.on_pre_build(config=config)
    files, env = get_files(config), config.theme.get_env()
    files.add_files_from_theme(env, config)
    files = config.plugins.on_files(files, config=config)
    set_exclusions(files, config)
    nav = config.plugins.on_nav(get_navigation(files, config), config=config, files=files)
    chosen = [_page(file, config) for file in files.documentation_pages() if file.src_uri in names]
    for page in nav.pages:
        if page not in chosen:
            _titled(page, config)
    for page in chosen:
        _populate_page(page, config, files)
    env = config.plugins.on_env(env, config=config, files=files)
    for page in chosen:
        _written(page, config, files, nav, env)


def _page(file: File, config: MkDocsConfig) -> Page:
    return file.page or Page(None, file, config)


def _titled(page: Page, config: MkDocsConfig) -> None:
    """As much of a page as the navigation of the others shows."""
    page.read_source(config)
    if page.file.src_uri.endswith(".ipynb"):
        page.markdown = labs.markdown(Path(config.docs_dir, page.file.src_uri))


def _written(page: Page, config: MkDocsConfig, files: Files, nav: Navigation, env: Environment) -> None:
    place = Path(page.file.abs_dest_path)
    before = place.read_text(encoding="utf-8")
    _build_page(page, config, files.documentation_pages(), nav, env)
    place.write_text(csp.restated(place.read_text(encoding="utf-8"), before), encoding="utf-8")


def main() -> int:
    """Get ready, wait for what to draw, and draw it; 0 when it is drawn."""
    logging.disable(logging.CRITICAL)
    load_config(CONFIG, site_dir=str(ROOT / "site"))  # what it imports is there when it counts
    wanted = json.loads(sys.stdin.readline() or "{}")
    return 0 if wanted and draw(Path(wanted["site"]), wanted["pages"]) else 1


if __name__ == "__main__":
    sys.exit(main())
