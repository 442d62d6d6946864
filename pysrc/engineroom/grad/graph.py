"""The tape of a small expression as a figure: leaves on the left, the result on the right, an arrow for each use."""

from collections.abc import Mapping

from engineroom.errors import ShapeError, TapeError
from engineroom.grad.tensor import Tensor
from engineroom.markup import Html, filled

MOST = 60  # Tensors in one figure
WIDE, TALL, ACROSS, DOWN, TOP = 104, 44, 152, 76, 34  # pixels: a box; from one to the next; above the first

FIGURE = (
    '<figure class="er-graph" tabindex="0"><svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" role="img" aria-label="{said}">'
    "<title>{title}</title>{arrows}{boxes}</svg><figcaption>{title}</figcaption>"
    "<details><summary>The numbers</summary><table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></details></figure>"
)
OVER = (  # past other boxes: above them
    '<path d="M{x1} {y1}C{near} {y1} {near} {top} {up} {top}L{down} {top}C{far} {top} {far} {y2} {x2} {y2}" fill="none" '
    'stroke="var(--er-muted, currentColor)" stroke-width="1.5"></path>'
)
ARROW = '<path d="M{x1} {y1}C{xm} {y1} {xm} {y2} {x2} {y2}" fill="none" stroke="var(--er-muted, currentColor)" stroke-width="1.5"></path>'
BOX = (
    '<g><rect x="{x}" y="{y}" width="{wide}" height="{tall}" rx="5" fill="{fill}" fill-opacity="0.12" stroke="{fill}"></rect>'
    '<text x="{middle}" y="{first}" text-anchor="middle" font-size="13" font-weight="600" fill="var(--er-ink, currentColor)">{name}</text>'
    '<text x="{middle}" y="{second}" text-anchor="middle" font-size="12" fill="var(--er-ink, currentColor)">{value}</text></g>'
)
HEAD, CELL, ROW = '<th scope="col">{name}</th>', "<td>{text}</td>", "<tr>{cells}</tr>"
COLUMNS = ("name", "from", "of", "shape", "value")


class Graph:
    """What `graph` gives: a drawing with its table in a page or a notebook, the table in a terminal."""

    def __init__(self, rows: list[tuple[str, ...]], drawing: str, title: str):
        self.rows, self.title, self._drawing = rows, title, drawing

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        return {"text/html": self._drawing, "text/plain": repr(self)}

    def __repr__(self) -> str:
        cells = [COLUMNS, *self.rows]
        widths = [max(len(row[i]) for row in cells) for i in range(len(COLUMNS))]
        lines = ("  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip() for row in cells)
        return "\n".join([self.title, *lines])


def graph(y: Tensor, names: Mapping[str, Tensor] | None = None, title: str = "What was recorded") -> Graph:
    """Every Tensor that y came from, as a box with its value or shape, and an arrow from each to what used it.

    `names` gives Tensors names of their own; others are numbered as they were made. Raises TapeError when the record is used up by
    backward, ShapeError for more than 60 Tensors.
    """
    order = sorted(_found(y), key=lambda tensor: tensor.number)
    if len(order) > MOST:
        raise ShapeError(f"{len(order)} Tensors are too many for a figure of at most {MOST}: draw a smaller expression")
    called = {tensor.number: name for name, tensor in (names or {}).items()}
    for i, tensor in enumerate(order, 1):
        called.setdefault(tensor.number, f"t{i}")
    rows = [
        (
            called[t.number],
            t.origin,
            ", ".join(called[p.number] for p in _parents(t)) or "–",
            " × ".join(map(str, t.shape)) or "one number",
            _value(t),
        )
        for t in order
    ]
    return Graph(rows, _drawn(order, called, rows, title), title)


def _parents(tensor: Tensor) -> list[Tensor]:
    if tensor.step is None:
        return []
    if tensor.step.spent:
        raise TapeError("the record is used up: draw the graph before backward")
    return [parent for parent, _, _ in tensor.step.wanted]


def _found(y: Tensor) -> list[Tensor]:
    found, stack = {y.number: y}, [y]
    while stack:
        for parent in _parents(stack.pop()):
            if parent.number not in found:
                found[parent.number] = parent
                stack.append(parent)
    return list(found.values())


def _value(tensor: Tensor) -> str:
    return f"{float(tensor.data):.4g}" if tensor.size == 1 and tensor.ndim == 0 else f"{tensor.size} numbers"


def _drawn(order: list[Tensor], called: dict[int, str], rows: list[tuple[str, ...]], title: str) -> str:
    depth: dict[int, int] = {}
    for tensor in order:
        depth[tensor.number] = 1 + max((depth[parent.number] for parent in _parents(tensor)), default=-1)
    filled_to: dict[int, int] = {}
    at: dict[int, tuple[int, int]] = {}
    for tensor in order:
        column = depth[tensor.number]
        row = filled_to[column] = filled_to.get(column, -1) + 1
        at[tensor.number] = (8 + column * ACROSS, TOP + row * DOWN)
    arrows, boxes, lanes = [], [], 0
    for tensor, (name, origin, _, shape, value) in zip(order, rows):
        x, y = at[tensor.number]
        for parent in _parents(tensor):
            x1, y1 = at[parent.number][0] + WIDE, at[parent.number][1] + TALL // 2
            y2, over = y + TALL // 2, depth[tensor.number] - depth[parent.number] > 1
            if over:
                top = min(y1, y2) - TALL // 2 - 8 - 6 * (lanes % 4)
                lanes += 1
                arrows.append(filled(OVER, x1=x1, y1=y1, near=x1 + 24, up=x1 + 46, down=x - 46, far=x - 24, x2=x, y2=y2, top=top))
            else:
                arrows.append(filled(ARROW, x1=x1, y1=y1, xm=(x1 + x) // 2, x2=x, y2=y2))
        fill = "var(--er-accent, currentColor)" if tensor.step is None else "var(--er-series-1, currentColor)"
        label = name if tensor.step is None else f"{name} = {origin}"
        size = {"x": x, "y": y, "wide": WIDE, "tall": TALL, "middle": x + WIDE // 2, "first": y + 18, "second": y + 35}
        boxes.append(filled(BOX, **size, fill=fill, name=label[:16], value=value if tensor.ndim == 0 else shape))
    said = f"{title}: " + "; ".join(f"{n} {'is a leaf' if o == 'leaf' else f'is {o} of {of}'}, {v}" for n, o, of, _, v in rows)
    table = Html("".join(filled(ROW, cells=Html("".join(filled(CELL, text=cell) for cell in row))) for row in rows))
    head = Html("".join(filled(HEAD, name=name) for name in COLUMNS))
    width, height = 16 + max(x for x, _ in at.values()) + WIDE, 16 + max(y for _, y in at.values()) + TALL
    return filled(
        FIGURE,
        width=width,
        height=height,
        said=said,
        title=title,
        arrows=Html("".join(arrows)),
        boxes=Html("".join(boxes)),
        head=head,
        rows=table,
    )
