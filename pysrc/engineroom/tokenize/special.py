"""Special tokens: ids that stand for no text, such as the end of a document. Which of them may be typed is the caller's say.

As tiktoken: by default a text that spells one is refused, because text from strangers should not end documents.
"""

import re
from collections.abc import Collection, Iterator, Mapping

from engineroom.errors import TextError, UnknownToken


def split(
    text: str, special: Mapping[str, int], allowed: Collection[str] | str, disallowed: Collection[str] | str, name: str
) -> Iterator[tuple[int, str, bool]]:
    """The stretches of `text`: (start, stretch, whether it is a special token).

    allowed, disallowed: special tokens, or "all": all there are, or all that are not allowed. What is in neither is plain text.
    Raises TextError naming the place of a disallowed one, UnknownToken for a name that is no special token.
    """
    for given in (allowed, disallowed):
        for wrong in () if given == "all" else set(given) - set(special):
            raise UnknownToken(f"{name} has no special token {wrong!r}; it has {', '.join(special) or 'none'}")
    wanted = set(special) if allowed == "all" else set(allowed)
    refused = set(special) - wanted if disallowed == "all" else set(disallowed)
    if refused and (found := _any_of(refused).search(text)):
        raise TextError(
            f"the text spells the special token {found[0]!r} at character {found.start()}: allow it with allowed_special={{{found[0]!r}}},"
            " or read it as plain text with disallowed_special=()"
        )
    at = 0
    for match in _any_of(wanted).finditer(text) if wanted else ():
        if match.start() > at:
            yield at, text[at : match.start()], False
        yield match.start(), match[0], True
        at = match.end()
    if at < len(text):
        yield at, text[at:], False


def _any_of(names: Collection[str]) -> re.Pattern[str]:
    return re.compile("|".join(re.escape(name) for name in sorted(names, key=len, reverse=True)))
