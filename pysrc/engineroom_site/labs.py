"""Labs: notebooks whose cells become the same live cells as a chapter's.

mkdocs-jupyter makes a notebook a page of the site; here it becomes that page's Markdown, so that maths, badges and cells are read by
the same extensions everywhere.
"""

import re
from pathlib import Path

import nbformat

from engineroom_site.cells.options import FLAGS

_ATTACHED = re.compile(r"\battachment:(?P<name>[^)\s\"'>]+)")


def markdown(path: Path) -> str:
    """The notebook at `path` as Markdown. Raises ValueError when it is no notebook of format 4, or a cell of it is wrong."""
    try:
        notebook = nbformat.read(path, as_version=4)
        nbformat.validate(notebook)
    except Exception as error:  # nbformat raises what it stumbles over: a missing key is an AttributeError
        raise ValueError(f"{path.name} is not a notebook: {str(error).splitlines()[0]}") from None
    return "\n\n".join(_cell(cell) for cell in notebook.cells if cell.source.strip() and cell.cell_type != "raw") + "\n"


def _cell(cell: nbformat.NotebookNode) -> str:
    if cell.cell_type == "markdown":
        return _ATTACHED.sub(lambda found: _image(cell, found["name"]), cell.source)
    own = cell.metadata.get("engineroom", {})
    if unknown := sorted(set(own) - {"id", *FLAGS}):
        raise ValueError(f'cell "{cell.id}" has no option “{unknown[0]}”; there are id, {", ".join(FLAGS)}')
    flags = [flag for flag in FLAGS if own.get(flag)]
    if "raises-exception" in cell.metadata.get("tags", ()) and "expect-error" not in flags:
        flags.append("expect-error")
    marks = "`" * max(3, _longest(cell.source) + 1)
    return f"{marks}{' '.join(['python', 'live', f'id="{own.get("id", cell.id)}"', *flags])}\n{cell.source}\n{marks}"


def _image(cell: nbformat.NotebookNode, name: str) -> str:
    """An image that the cell carries with it, as an address that holds it."""
    forms = cell.get("attachments", {}).get(name)
    if not forms:
        raise ValueError(f'cell "{cell.id}" shows the attachment “{name}”, which it does not hold')
    mime, data = next(iter(forms.items()))
    return f"data:{mime};base64,{''.join(data).replace(chr(10), '')}"


def _longest(source: str) -> int:
    """The longest run of backticks at the start of a line."""
    return max((len(line) - len(line.lstrip("`")) for line in map(str.lstrip, source.splitlines())), default=0)
