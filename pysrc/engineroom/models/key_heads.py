"""Key and value heads of a trained Llama: pooled into fewer, repeated into more, or in another order.

expand_heads(model, 9)  # of SmolLM2: multi-head attention, three times the cache, the same predictions
pool_heads(model, 1)  # multi-query attention: a third of the cache, and predictions that show it
"""

from collections.abc import Callable, Sequence

from engineroom.arrays import Array, Params, device, namespace
from engineroom.errors import ShapeError
from engineroom.linear import dense
from engineroom.models.convert import with_attention
from engineroom.models.llama import Llama


def mean(heads: Array) -> Array:
    """The average of each group's heads: (groups, heads, d_head, …) → (groups, d_head, …)."""
    start = heads[:, 0, ...]
    return start + namespace(heads).mean(heads - start[:, None, ...], axis=1)  # equal heads stay what they are, to the last bit


def first(heads: Array) -> Array:
    """The first of each group's heads, the others dropped: (groups, heads, d_head, …) → (groups, d_head, …)."""
    return heads[:, 0, ...]


def pool_heads(model: Llama, n_kv_heads: int, pool: Callable[[Array], Array] = mean) -> Llama:
    r"""$W^K_j = \frac{1}{r} \sum_{i=rj}^{rj+r-1} W^K_i$, and $W^V_j$ alike: r neighbouring key and value heads become one.

    Ainslie et al. 2023, arXiv 2305.13245, sections 2.1 and 2.2. n_kv_heads divides the model's; 1 is multi-query attention. `pool` takes
    (n_kv_heads, r, d_head, d_model) and returns (n_kv_heads, d_head, d_model): `mean`, `first`, or one of your own (section 3.3 compares
    three). Keys and values that are quantised come out floating. Raises ShapeError saying which numbers are possible.

    Differs from the paper: there the model is then trained for another 5 % of its steps.
    """
    have, d_head = model.config.n_kv_heads, model.config.d_head
    possible(n_kv_heads, divisors(have), f"{have} key heads can be pooled to")

    def pooled(weight: Array) -> Array:
        xp, weight = namespace(weight), dense(weight)
        heads = xp.reshape(weight, (n_kv_heads, have // n_kv_heads, d_head, *weight.shape[1:]))
        return xp.reshape(pool(heads), (n_kv_heads * d_head, *weight.shape[1:]))

    return _with_key_heads(model, n_kv_heads, pooled)


def expand_heads(model: Llama, n_kv_heads: int) -> Llama:
    """The same model with each key and value head there several times: its logits stay, its cache grows. `pool_heads` undoes it.

    n_kv_heads is a multiple of the model's and divides its query heads; as many as those is multi-head attention. Raises ShapeError
    saying which numbers are possible.
    """
    have, h, d_head = model.config.n_kv_heads, model.config.n_heads, model.config.d_head
    possible(n_kv_heads, [n for n in divisors(h) if n % have == 0], f"{have} key heads for {h} query heads can be expanded to")

    def expanded(weight: Array) -> Array:
        return _taken(weight, _blocks([head for head in range(have) for _ in range(n_kv_heads // have)], d_head, weight))

    return _with_key_heads(model, n_kv_heads, expanded)


def reorder_heads(model: Llama, orders: Sequence[Sequence[int]]) -> Llama:
    """The same model with each layer's key heads in another order, and with them their query heads: its logits stay.

    orders: for each layer a permutation of its key and value heads. What pool_heads then makes one are other heads, since it takes neighbours.
    A quantised output matrix comes out floating. Raises ShapeError for what is no permutation, or not one for each layer.
    """
    g, d_head, n_layers = model.config.n_kv_heads, model.config.d_head, model.config.n_layers
    if len(orders) != n_layers or any(sorted(order) != list(range(g)) for order in orders):
        raise ShapeError(f"orders must be {n_layers} permutations of 0 to {g - 1}, one for each layer")
    left = iter(orders)

    def reordered(attention: Params) -> Params:
        order, found = next(left), {}
        for name, size in (("q_proj", model.config.n_heads // g * d_head), ("k_proj", d_head), ("v_proj", d_head)):
            found[name] = {leaf: _taken(array, _blocks(order, size, array)) for leaf, array in attention[name].items()}
        output = dense(attention["o_proj"]["weight"])
        columns = _blocks(order, output.shape[1] // g, output)
        return {**attention, **found, "o_proj": {**attention["o_proj"], "weight": namespace(output).take(output, columns, axis=1)}}

    return with_attention(model, reordered)


def divisors(n: int) -> list[int]:
    return [d for d in range(1, n + 1) if n % d == 0]


def possible(n: int, numbers: Sequence[int], what: str) -> None:
    """Raises ShapeError, saying the numbers, when n is not among them."""
    if n not in numbers:
        raise ShapeError(f"{what} {', '.join(map(str, numbers))}, not {n}")


def _blocks(order: Sequence[int], size: int, like: Array) -> Array:
    """The indices of blocks of `size` neighbours, in this order, where `like` is."""
    return namespace(like).asarray([block * size + place for block in order for place in range(size)], device=device(like))


def _taken(weight: Array, order: Array) -> Array:
    return weight.take(order) if hasattr(weight, "rows") else namespace(weight).take(weight, order, axis=0)


def _with_key_heads(model: Llama, n_kv_heads: int, change: Callable[[Array], Array]) -> Llama:
    def changed(attention: Params) -> Params:
        found = {name: {leaf: change(array) for leaf, array in attention[name].items()} for name in ("k_proj", "v_proj")}
        return {**attention, **found}

    return with_attention(model, changed)._replace(config=model.config._replace(n_kv_heads=n_kv_heads))
