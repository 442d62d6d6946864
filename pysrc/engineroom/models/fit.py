"""Fewer key and value heads without averaging: the shared head that loses least, and a map from it for each head that is given up.

    fewer = fit_heads(model, 1, [model.tokenizer.encode(text)])

Two heads may compute alike and have no number in common: a value head's coordinates can be turned any way, if the output matrix turns them
back, and the model stays what it is. So coordinates are not averaged here. Heads are aligned before they are merged, as Jin et al. 2024 do
(arXiv 2412.20677), by principal components (Eckart & Young 1936) of what they compute on a text.
"""

from collections.abc import Sequence
from functools import partial
from typing import Any

from engineroom.arrays import Array, Params, namespace, parameter
from engineroom.attention import multi_head
from engineroom.errors import ShapeError, UnsupportedConfig
from engineroom.linear import dense, linear
from engineroom.models import convert, key_heads, llama
from engineroom.models.llama import Llama
from engineroom.models.llama_config import Config

TRACE = 1e-6  # of a text's inputs, in every direction alike: where it shows nothing, the matrices decide, and not the rounding


def fit_heads(model: Llama, n_kv_heads: int, windows: Sequence[Sequence[int]]) -> Llama:
    r"""Key and value heads shared by r neighbours, fitted to what the model computes on `windows`, lists of ids; nothing is trained.

    Values: $v_j \approx B_j s$ for the heads j of a group, with $s = \sum_j B_j^\top v_j$ of d_head numbers and the least squared error;
    $W^V = \sum_j B_j^\top W^V_j$, and the output matrix takes $W^O_i B_j$. Keys: alike for each pair of RoPE, one complex number
    $k_j \approx c_j s$, because a complex factor and a rotation can change places; the query becomes $\bar c_j\, q_i$.
    Directions that the windows never take are ranked by the matrices alone. The attention matrices come out floating, of the dtype they
    had. Raises ShapeError for a number of heads that is not possible, or fewer ids than d_head, UnsupportedConfig for a model with
    attention_bias; what llama.forward raises.

    Differs from Jin et al.: their maps are orthogonal and followed by a mean, and their models are then trained.
    """
    key_heads.possible(n_kv_heads, key_heads.divisors(model.config.n_kv_heads), f"{model.config.n_kv_heads} key heads can be fitted by")
    sizes, halved = model.config, convert.repack(model, "half")
    if sizes.attention_bias:
        raise UnsupportedConfig("attention_bias of the model is True: what is fitted here are matrices, and its biases would be lost")
    seen = attention_inputs(halved, windows)
    if seen[0].shape[0] < sizes.d_head:
        raise ShapeError(f"{seen[0].shape[0]} tokens cannot show {sizes.d_head} directions: the windows need as many at least")
    left = iter(seen)

    def fitted(attention: Params) -> Params:
        x = next(left)
        q, k, v, o = (dense(attention[f"{name}_proj"]["weight"]) for name in "qkvo")
        k, q = _keys(x, q, k, n_kv_heads, sizes)
        v, o = _values(x, v, o, n_kv_heads, sizes)
        dtype = attention["q_proj"]["weight"].dtype
        return {f"{name}_proj": {"weight": namespace(x).astype(weight, dtype)} for name, weight in zip("qkvo", (q, k, v, o))}

    found = convert.with_attention(halved, fitted)._replace(config=sizes._replace(n_kv_heads=n_kv_heads))
    return convert.repack(found, model.layout)


def attention_inputs(model: Llama, windows: Sequence[Sequence[int]]) -> list[Array]:
    """What each layer's attention is given on these windows, normed: n_layers of (tokens, d_model) float64. Raises as llama.forward."""
    xp = namespace(parameter(model.params, "model.norm.weight"))
    exact = convert.computing_in(model, xp.float64)  # a head's weakest directions are a matter of rounding in float32
    seen: list[list[Array]] = [[] for _ in range(model.config.n_layers)]

    def watched(here: list[Array], x: Array, *rest: Any, **options: Any) -> tuple[Array, Array]:
        here.append(x)
        return multi_head(x, *rest, **options)

    blocks = [partial(model.block, attend=partial(watched, here)) for here in seen]
    for ids in windows:
        llama.forward(exact, ids, block=blocks)
    return [xp.concat(parts, axis=0) for parts in seen]


def _values(x: Array, value: Array, output: Array, g: int, sizes: Config) -> tuple[Array, Array]:
    xp, kv, d_head = namespace(x), sizes.n_kv_heads, sizes.d_head
    wide = kv // g * d_head  # r·d_head: the values of a group's heads, one below the other
    w = xp.reshape(xp.astype(value, xp.float64), (g, wide, -1))  # (g, wide, d_model)
    v = w @ x.mT  # (g, wide, n)
    _, vectors = xp.linalg.eigh(v @ v.mT + TRACE * xp.sum(x * x) / x.shape[-1] * (w @ w.mT))  # ascending
    basis = vectors[..., -d_head:]  # (g, wide, d_head): the B of the group's heads
    shared = xp.matrix_transpose(basis) @ w  # (g, d_head, d_model)
    o = xp.reshape(xp.astype(output, xp.float64), (output.shape[0], kv, -1, d_head))
    o = xp.moveaxis(o, 0, 2) @ xp.reshape(basis, (kv, 1, d_head, d_head))  # (kv, h/kv, d_model, d_head)
    return xp.reshape(shared, (g * d_head, -1)), xp.reshape(xp.moveaxis(o, 2, 0), tuple(output.shape))


def _keys(x: Array, query: Array, key: Array, g: int, sizes: Config) -> tuple[Array, Array]:
    xp, half = namespace(x), sizes.d_head // 2
    group = (g, sizes.n_kv_heads // g)
    k = _complex(xp.matrix_transpose(linear(x, key)), (*group, 2, half))  # (g, r, half, n)
    k = xp.moveaxis(k, 2, 1)  # (g, half, r, n)
    _, vectors = xp.linalg.eigh(k @ xp.conj(xp.matrix_transpose(k)))
    undo = xp.conj(xp.moveaxis(vectors[..., -1], 1, 2))[..., None]  # (g, r, half, 1): the conjugate of c
    shared = xp.sum(undo * _complex(key, (*group, 2, half)), axis=1)  # (g, half, d_model)
    q = undo[:, :, None, ...] * _complex(query, (*group, -1, 2, half))  # (g, r, h/kv, half, d_model)
    return _real(shared, key.shape[-1]), _real(q, key.shape[-1])


def _complex(rows: Array, heads: tuple[int, ...]) -> Array:
    """Rows in the layout "half" as complex numbers: (h·d_head, n) → (…, d_head/2, n), where heads is (…, 2, d_head/2)."""
    xp = namespace(rows)
    rows = xp.reshape(xp.astype(rows, xp.float64), (*heads, rows.shape[-1]))
    return rows[..., 0, :, :] + 1j * rows[..., 1, :, :]


def _real(rows: Array, width: int) -> Array:
    xp = namespace(rows)
    return xp.reshape(xp.concat([xp.real(rows), xp.imag(rows)], axis=-2), (-1, width))
