"""What the names (ids) of one output begin with, so that no other output and nothing of the page has them."""

import hashlib
from collections import defaultdict
from collections.abc import Iterator
from itertools import count

_SAME: dict[tuple[str, str], Iterator[int]] = defaultdict(count)


def mark(kind: str, written: str) -> str:
    """Of what is written itself, so that a page drawn alone is the page of the whole build; the same once more has another."""
    return f"{kind}-{hashlib.sha256(written.encode()).hexdigest()[:8]}-{next(_SAME[kind, written])}-"
