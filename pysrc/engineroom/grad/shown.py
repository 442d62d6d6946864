"""How a Tensor shows itself in a cell or a terminal."""

from typing import Any

from engineroom.markup import filled

FIGURE = '<div class="er-tensor"><p><b>Tensor</b> {about}</p><pre>{values}</pre></div>'


def about(tensor: Any) -> str:
    """Shape, dtype, and where it came from."""
    shape = " × ".join(map(str, tensor.shape)) or "one number"
    return f"{shape}, {str(tensor.dtype).rpartition('.')[2]}, {'a leaf' if tensor.origin == 'leaf' else f'from {tensor.origin}'}"


def text(self: Any) -> str:
    """For a terminal."""
    return f"Tensor {about(self)}\n{self.data}"


def bundle(self: Any, include: object = None, exclude: object = None) -> dict[str, str]:
    """For a cell."""
    return {"text/html": filled(FIGURE, about=about(self), values=str(self.data)), "text/plain": text(self)}
