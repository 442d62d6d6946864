"""HTML from text, by the standard library alone, which is all that the page's Python has."""

from html import escape


class Html(str):
    """HTML: in a template it stands as it is."""


def filled(template: str, **fields: object) -> Html:
    """The template with its fields filled in; what is not Html is text, and is escaped."""
    return Html(template.format(**{name: value if isinstance(value, Html) else escape(str(value)) for name, value in fields.items()}))
