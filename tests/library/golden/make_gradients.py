"""Make gradients.npz: values and gradients by PyTorch of every expression of tests/library/grad_cases.py, in float64.

In a Python 3.12 environment of its own:

    pip install torch==2.14.1 numpy==2.0.2
    python tests/library/golden/make_gradients.py
"""

import sys
from pathlib import Path
from typing import Any

import numpy as np
import torch

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent))
from grad_cases import EXPRESSIONS, counted, drawn  # noqa: E402

NAMES = {"permute_dims": "permute", "concat": "cat"}


class Torch:
    """The Array API's names, by PyTorch."""

    def __getattr__(self, name: str) -> Any:
        return getattr(torch, NAMES.get(name, name))

    asarray = staticmethod(lambda values, dtype=None, device=None: torch.as_tensor(values, dtype=dtype, device=device))
    sum = staticmethod(lambda x, axis=None, keepdims=False: torch.sum(x, dim=axis, keepdim=keepdims) if axis is not None else torch.sum(x))
    mean = staticmethod(lambda x, axis, keepdims: torch.mean(x, dim=axis, keepdim=keepdims))
    max = staticmethod(lambda x, axis, keepdims=False: torch.amax(x, dim=axis, keepdim=keepdims))
    min = staticmethod(lambda x, axis, keepdims=False: torch.amin(x, dim=axis, keepdim=keepdims))
    sort = staticmethod(lambda x, axis: torch.sort(x, dim=axis, stable=True).values)
    concat = staticmethod(lambda arrays, axis: torch.cat(arrays, dim=axis))
    stack = staticmethod(lambda arrays, axis: torch.stack(arrays, dim=axis))
    take = staticmethod(lambda x, ids, axis: torch.index_select(x, axis, ids))
    take_along_axis = staticmethod(lambda x, ids, axis: torch.gather(x, axis, ids))
    flip = staticmethod(lambda x, axis: torch.flip(x, axis))
    roll = staticmethod(lambda x, shift, axis: torch.roll(x, shift, axis))
    expand_dims = staticmethod(lambda x, axis: torch.unsqueeze(x, axis))
    squeeze = staticmethod(lambda x, axis: torch.squeeze(x, axis))
    matrix_transpose = staticmethod(lambda x: x.mT)
    triu = staticmethod(lambda x, k=0: torch.triu(x, k))
    vecdot = staticmethod(lambda a, b: torch.linalg.vecdot(a, b))


if __name__ == "__main__":
    found: dict[str, Any] = {"against": f"PyTorch {torch.__version__.partition('+')[0]}"}
    for name, expression in EXPRESSIONS.items():
        inputs = [torch.tensor(values, requires_grad=True) for values in drawn(name)]
        y = expression.write(Torch(), *inputs)
        (y * torch.from_numpy(counted(y.detach().numpy()))).sum().backward()
        found[f"{name}/y"] = y.detach().numpy()
        found |= {f"{name}/{i}": np.zeros(x.shape) if x.grad is None else x.grad.numpy() for i, x in enumerate(inputs)}
    np.savez_compressed(HERE / "gradients.npz", **found)
    print(len(EXPRESSIONS), "expressions")
