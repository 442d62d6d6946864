"""What an object looks like: the MIME bundle that Jupyter would make of it.

Text goes through IPython's own pretty printer where it is there (the page's runtime carries that one file as `ipython_pretty`), so
that a long list breaks into the same lines in the page, in the build and in a notebook.
"""

import io
import sys
import traceback
from binascii import b2a_base64
from collections.abc import Callable, Collection
from typing import Any

try:
    import ipython_pretty as pretty
except ImportError:
    try:
        from IPython.lib import pretty
    except ImportError:
        pretty = None

type Bundle = dict[str, Any]  # an object's looks by their MIME types

_METHODS = {
    "text/html": ("_repr_html_", str),
    "text/markdown": ("_repr_markdown_", str),
    "image/svg+xml": ("_repr_svg_", str),
    "image/png": ("_repr_png_", (bytes, str)),
    "application/pdf": ("_repr_pdf_", (bytes, str)),
    "image/jpeg": ("_repr_jpeg_", (bytes, str)),
    "text/latex": ("_repr_latex_", str),
    "application/json": ("_repr_json_", (list, dict)),
    "application/javascript": ("_repr_javascript_", str),
}


def bundle(object_: Any, include: Collection[str] | None = None, exclude: Collection[str] | None = None) -> tuple[Bundle, dict[str, Any]]:
    """The object's MIME bundle and its metadata; both empty when the object displays itself.

    A method that raises prints its traceback and is passed over, as in Jupyter.
    """
    own = _method(object_, "_ipython_display_")
    if own is not None:
        _guarded(own)
        return {}, {}
    data, metadata = _mimebundle(object_, include, exclude)
    wanted = [mime for mime in ("text/plain", *_METHODS) if (not include or mime in include) and mime not in (exclude or ())]
    for mime in wanted:
        if mime in data:
            continue
        shown, about = _plain(object_) if mime == "text/plain" else _from_method(object_, *_METHODS[mime])
        if shown is not None:
            data[mime] = b2a_base64(shown).decode("ascii") if isinstance(shown, bytes) else shown
        if about is not None:
            metadata[mime] = about
    return data, metadata


def text(object_: Any) -> str:
    """The object as IPython would print it: `repr`, with long containers broken into lines and cut after 1,000 elements."""
    if pretty is None:
        return repr(object_)
    stream = io.StringIO()
    printers = dict(pretty._type_pprinters)
    plain = {float: _float}
    if numpy := sys.modules.get("numpy"):
        plain[numpy.float64] = _float
    printer = pretty.RepresentationPrinter(stream, False, 79, "\n", max_seq_length=1000, type_pprinters={**printers, **plain})
    printer.pretty(object_)
    printer.flush()
    return stream.getvalue()


def _float(number: float, printer: Any, cycle: bool):
    printer.text(repr(number))


def _plain(object_: Any):
    return _guarded(text, object_), None


def _mimebundle(object_: Any, include: Collection[str] | None, exclude: Collection[str] | None):
    method = _method(object_, "_repr_mimebundle_")
    made = _guarded(method, include=include, exclude=exclude) if method else None
    if made is None:
        return {}, {}
    data, metadata = made if isinstance(made, tuple) else (made, {})

    def kept(items: Bundle) -> Bundle:
        return {
            mime: b2a_base64(value).decode("ascii") if isinstance(value, bytes) else value
            for mime, value in items.items()
            if (not include or mime in include) and mime not in (exclude or ())
        }

    return kept(data), kept(metadata)


def _from_method(object_: Any, name: str, type_: type | tuple[type, ...]):
    method = _method(object_, name)
    made = _guarded(method) if method else None
    shown, about = made if isinstance(made, tuple) and len(made) == 2 else (made, None)
    return (shown, about) if isinstance(shown, type_) else (None, None)


def _method(object_: Any, name: str):
    """The method, unless the object is a class (whose methods wait for an instance) or answers to any name at all."""
    if isinstance(object_, type):
        return None
    try:
        if getattr(object_, "_ipython_canary_method_should_not_exist_", None) is not None:
            return None
        method = getattr(object_, name, None)
    except Exception:
        return None
    return method if callable(method) else None


def _guarded(method: Callable[..., Any], *arguments: Any, **options: Any):
    try:
        return method(*arguments, **options)
    except NotImplementedError:
        return None
    except Exception:
        traceback.print_exc()
        return None
