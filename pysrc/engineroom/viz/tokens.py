"""A text as tokenizers cut it: one row for each vocabulary, one tinted span for each token."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from engineroom.errors import ShapeError
from engineroom.markup import Html, filled

if TYPE_CHECKING:
    from engineroom.tokenize.base import Token

SHOWN = 1000  # tokens of a row; more are counted, not drawn
LISTED = 40  # ids below it
ROW = (
    '<div class="er-row"><p class="er-name"><b>{name}</b> {count}</p><ol class="er-tokens" role="list" aria-label="{name}: {count}">{items}</ol>'
    '{more}<p class="er-ids" aria-hidden="true">{ids}</p></div>'
)
# One element a token, its description an attribute: a reader types, and hundreds are laid out anew with each letter.
ITEM = '<li tabindex="{tabindex}" aria-label="{label}">{text}</li>'
SIGNS = {code: chr(0x2400 + code) for code in range(32)} | {0x09: "⇥", 0x0A: "⏎", 0x7F: "␡"}


class TokenRows:
    """What `tokens` gives: HTML in a page or a notebook, a table in a terminal."""

    def __init__(self, text: str, rows: "Mapping[str, Sequence[Token]]", title: str):
        self.text, self.rows, self.title = text, rows, title

    def _repr_mimebundle_(self, include: object = None, exclude: object = None):
        caption = filled("<figcaption>{title}</figcaption>", title=self.title) if self.title else ""
        rows = Html("".join(map(row, self.rows, self.rows.values())))
        return {
            "text/html": filled('<figure class="er-cut">{rows}{caption}</figure>', rows=rows, caption=caption),
            "text/plain": repr(self),
        }

    def __repr__(self):
        lines = [
            f"{name}: {count(tokens)}\n  {' '.join(f'{shown(token)!r}={token.id}' for token in tokens[:SHOWN])}"
            for name, tokens in self.rows.items()
        ]
        return "\n".join([*([self.title] if self.title else []), *lines])


def tokens(text: str, rows: "Mapping[str, Sequence[Token]]", title: str = "") -> TokenRows:
    """The text once per vocabulary, cut into its tokens; hover, focus or tap one for its id, bytes and characters.

    rows: {name: list of engineroom.tokenize.Token}, as a tokenizer's `tokens(text)` gives them.
    Raises ShapeError when a token stands outside the text.
    """
    for name, found in rows.items():
        wrong = next((token for token in found if not 0 <= token.start <= token.end <= len(text)), None)
        if wrong is not None:
            raise ShapeError(
                f"{name}: token {wrong.id} stands for characters {wrong.start} to {wrong.end} of a text of {len(text)}; cut this very text"
            )
    return TokenRows(text, dict(rows), title)


def row(name: str, found: "Sequence[Token]") -> str:
    """One vocabulary's row. Only its first token is a stop for Tab; the page's arrow keys go on from there."""
    more = filled('<p class="er-more">and {n} more</p>', n=f"{len(found) - SHOWN:,}") if len(found) > SHOWN else ""
    items = Html("".join(item(token, 0 if place == 0 else -1) for place, token in enumerate(found[:SHOWN])))
    ids = " ".join(str(token.id) for token in found[:LISTED]) + " …" * (len(found) > LISTED)
    return filled(ROW, name=name, count=count(found), items=items, more=more, ids=ids)


def item(token: "Token", tabindex: int) -> str:
    data = " ".join(f"{byte:02x}" for byte in token.bytes[:24]) + (" …" if len(token.bytes) > 24 else "")
    where = f"characters {token.start}–{token.end}" if token.end > token.start else "no characters"
    text = shown(token)
    said = text if text.strip(" ") else f"{len(text)} space{'s' * (len(text) > 1)}"
    return filled(ITEM, tabindex=tabindex, label=f"{said} · id {token.id} · bytes {data} · {where}", text=text)


def shown(token: "Token") -> str:
    """The token as text, with signs for controls; as Python writes it where nothing could be seen; as bytes where they are no text."""
    try:
        text = token.bytes.decode().translate(SIGNS)
    except UnicodeDecodeError:
        return "".join(f"\\x{byte:02x}" for byte in token.bytes)
    return text if any(map(str.isprintable, text)) else text.encode("unicode_escape").decode()


def count(found: "Sequence[Token]") -> str:
    return f"{len(found):,} token{'s' * (len(found) != 1)}"
