"""Labs: notebooks whose cells become the same live cells as a chapter's.

mkdocs-jupyter makes a notebook a page of the site; here it becomes that page's Markdown, so that maths, badges and cells are read by
the same extensions everywhere.
"""

import json
from pathlib import Path

import nbformat

from engineroom_site.cells.options import FLAGS


def markdown(path: Path) -> str:
    """The notebook at `path` as Markdown. Raises ValueError when it is no notebook of format 4."""
    try:
        notebook = nbformat.read(path, as_version=4)
    except (nbformat.reader.NotJSONError, json.JSONDecodeError, nbformat.ValidationError) as error:
        raise ValueError(f"{path.name} is not a notebook: {error}") from None
    return "\n\n".join(_cell(cell) for cell in notebook.cells if cell.source.strip()) + "\n"


def _cell(cell) -> str:
    if cell.cell_type != "code":
        return cell.source
    own = cell.metadata.get("engineroom", {})
    flags = [flag for flag in FLAGS if own.get(flag)]
    if "raises-exception" in cell.metadata.get("tags", ()) and "expect-error" not in flags:
        flags.append("expect-error")
    marks = "`" * max(3, _longest(cell.source) + 1)
    return f'{marks}{" ".join(["python", "live", f'id="{own.get("id", cell.id)}"', *flags])}\n{cell.source}\n{marks}'


def _longest(source: str) -> int:
    """The longest run of backticks at the start of a line."""
    return max((len(line) - len(line.lstrip("`")) for line in map(str.lstrip, source.splitlines())), default=0)
