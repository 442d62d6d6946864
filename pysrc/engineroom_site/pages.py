"""`python -m engineroom_site.pages MKDOCS_YML FOLDER`: MkDocs, strict, saying only what is wrong.

The same as `mkdocs build --strict`; its `--quiet` would hide the warnings from `--strict` too.
"""

import logging
import sys

from mkdocs.commands.build import build
from mkdocs.config import load_config
from mkdocs.exceptions import MkDocsException


def main(config_file: str, folder: str) -> int:
    """Write the site into `folder`; 0 when nothing was wrong."""
    logging.basicConfig(format="%(levelname)s: %(message)s", level=logging.WARNING)
    try:
        config = load_config(config_file, strict=True, site_dir=folder)
        config.plugins.on_startup(command="build", dirty=False)
        try:
            build(config)
        finally:
            config.plugins.on_shutdown()
    except MkDocsException as error:
        print(error.format_message(), file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
