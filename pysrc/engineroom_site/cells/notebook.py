"""A page as a notebook to take away: its prose as Markdown cells, its code with the build's outputs."""

import nbformat

from engineroom_site.cells.cache import Result
from engineroom_site.cells.options import Cell


def write(text: str, cells: list[Cell], results: list[Result]) -> str:
    """The notebook's JSON. `text` is the page's Markdown, without front matter; `cells` are those found in it."""
    lines, at, notebook = text.split("\n"), 0, nbformat.v4.new_notebook(metadata={
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    })  # fmt: skip
    for number, (cell, result) in enumerate(zip(cells, results), 1):
        _prose(notebook, lines[at : cell.fence.start])
        notebook.cells.append(nbformat.v4.new_code_cell(
            cell.code, id=cell.id[:64], execution_count=number, outputs=[_output(output, number) for output in result.outputs],
            metadata=_metadata(cell),
        ))  # fmt: skip
        at = cell.fence.end
    _prose(notebook, lines[at:])
    return nbformat.writes(notebook) + "\n"


def _metadata(cell: Cell) -> dict:
    """What a lab's cell says about itself; Jupyter goes on after an error that the tag expects."""
    own = {"engineroom": {"id": cell.id} | dict.fromkeys(sorted(cell.flags), True)}
    return own | ({"tags": ["raises-exception"]} if "expect-error" in cell.flags else {})


def _prose(notebook: nbformat.NotebookNode, lines: list[str]) -> None:
    if prose := "\n".join(lines).strip():
        notebook.cells.append(nbformat.v4.new_markdown_cell(prose, id=f"text-{len(notebook.cells)}"))


def _output(output: dict, number: int) -> nbformat.NotebookNode:
    known = {
        "stream": ("name", "text"),
        "error": ("ename", "evalue", "traceback"),
        "display_data": ("data", "metadata"),
        "execute_result": ("data", "metadata"),
    }
    kind = output["output_type"]
    count = {"execution_count": number} if kind == "execute_result" else {}
    return nbformat.v4.new_output(kind, **{name: output[name] for name in known[kind]}, **count)
