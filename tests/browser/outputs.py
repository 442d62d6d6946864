"""What a cell shows, read from HTML: the same reader for the built file and for the page after a run."""

from __future__ import annotations

import json
import re
from typing import NamedTuple

from bs4 import BeautifulSoup, Tag

from clocks import timing
from comparing import same_table, same_text

TIMED = re.compile(r"[\d.,]+(?= (?:s|ms)\b)")  # a duration is another each time
TIMED_FIGURE = re.compile(r"(milliseconds against [^:]+:).*")
ADDRESS = re.compile(r"0x[0-9a-f]{6,}")


class Output(NamedTuple):
    kind: str
    text: str
    table: list | None
    logarithmic: bool = False


class Cell(NamedTuple):
    id: str
    state: str
    source: str
    outputs: list[Output]


def squeeze(text: str) -> str:
    return re.sub(r"\s+", " ", ADDRESS.sub("0x…", text)).strip()


def untimed(output: Output) -> Output:
    """What is left of a timed cell's output in every run."""
    if timed := TIMED_FIGURE.match(output.text):
        return output._replace(text=timed[1], table=[row[:1] for row in output.table])
    return output._replace(text=TIMED.sub("…", output.text))


def read_output(element: Tag) -> Output:
    kind = element["data-kind"]
    spec = element.find(class_="live-spec")
    if spec is not None:
        spec = json.loads(spec.string)
        meta = spec.get("usermeta", {}).get("engineroom", {})
        said, rows = meta.get("description", ""), meta.get("table", {}).get("rows")
        return Output(kind, squeeze(said), rows, logarithmic(spec))
    if kind == "error":
        return Output(kind, squeeze(element.find(class_="live-error").get_text()), None)
    if kind == "latex":
        annotation = element.find("annotation")
        return Output(kind, squeeze(annotation.get_text() if annotation else element.get_text()), None)
    return Output(kind, squeeze(element.get_text()), None)


def logarithmic(spec: object) -> bool:
    """Whether a figure, or a layer of it, has a logarithmic y axis."""
    if isinstance(spec, list):
        return any(map(logarithmic, spec))
    if not isinstance(spec, dict):
        return False
    y = spec.get("encoding", {}).get("y", {})
    return (y.get("scale") or {}).get("type") == "log" or any(logarithmic(value) for key, value in spec.items() if key != "encoding")


def read_cells(html: str) -> dict[str, Cell]:
    elements = BeautifulSoup(html, "html.parser").find_all("live-cell")
    codes = [source.get_text() if (source := element.find("pre", class_="live-source")) else "" for element in elements]
    cells = {}
    for element, code, times in zip(elements, codes, timing(codes)):
        shown = element.find(class_="live-output").find_all(class_="live-out")
        outputs = lasting([read_output(o) for o in shown if o.find_parent(class_="live-out") is None])
        cells[element["id"]] = Cell(element["id"], element["data-state"], code, [untimed(o) for o in outputs] if times else outputs)
    return cells


def lasting(outputs: list[Output]) -> list[Output]:
    """Without what a finished progress bar leaves, an empty place that a stream goes on after."""
    kept: list[Output] = []
    for output in outputs:
        if output.kind == "html" and not output.text:
            continue
        if kept and output.kind == kept[-1].kind == "stream":
            kept[-1] = output._replace(text=f"{kept[-1].text} {output.text}")
        else:
            kept.append(output)
    return kept


def differences(built: Cell, run: Cell) -> list[str]:
    """What a reader would see differ: outputs of other kinds, other words, or numbers that differ by more than noise."""
    found = []
    kinds = [o.kind for o in built.outputs], [o.kind for o in run.outputs]
    if kinds[0] != kinds[1]:
        return [f"{built.id}: outputs {kinds[0]} at build, {kinds[1]} in the page: {[o.text[:300] for o in run.outputs]}"]
    for at, (a, b) in enumerate(zip(built.outputs, run.outputs)):
        if not same_text(a.text, b.text, a.logarithmic):
            found.append(f"{built.id}[{at}] {a.kind}:\n  build: {a.text[:500]}\n  page:  {b.text[:500]}")
        if (a.table is None) != (b.table is None) or not same_table(a.table or [], b.table or [], a.logarithmic):
            rows = [(x, y) for x, y in zip(a.table or [], b.table or []) if x != y]
            found.append(f"{built.id}[{at}]: the tables differ, among others in (build, page) {rows[:2]}")
    return found
