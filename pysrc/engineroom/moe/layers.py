"""The mixtures of published models, each on the names of its own checkpoint: what decoder_block takes as `feed`.

`room` is the tokens that an expert takes, as in experts.mixture; without it, all that come.
"""

from engineroom.arrays import Array, Params, namespace, parameter
from engineroom.errors import ShapeError
from engineroom.feedforward import gated_feed_forward
from engineroom.linear import linear
from engineroom.moe.experts import mixture, outputs_of
from engineroom.moe.routing import Routing, biased_top_k, sigmoid_top_1, softmax_top_k


def mixtral(x: Array, params: Params, k: int = 2, room: int | None = None) -> Array:
    r"""$\sum_j g_j\,\mathrm{SwiGLU}_{e_j}(x)$ over the k experts with the largest logits, gates a softmax over those.

    Jiang et al. 2024, arXiv 2401.04088, section 2.1. x (..., n, d_model); params a layer's, with "block_sparse_moe.gate.weight" (E, d_model)
    and "block_sparse_moe.experts.0.w1.weight" (gate), w2 (down), w3 (up), …. Returns x's shape. Raises MissingTensor, ShapeError, DTypeError.
    """
    params, rows = parameter(params, "block_sparse_moe"), _rows(x)
    routing = route(rows, params, k)
    names = ("w1", "w3", "w2")
    y = mixture(rows, routing, routing.scores.shape[-1], lambda e, some: _gated(some, parameter(params, f"experts.{e}"), names), room)
    return _like(y, x)


def route(x: Array, params: Params, k: int = 2) -> Routing:
    """Where `mixtral` sends each of the tokens x (..., n, d_model), by params["gate"]["weight"] (E, d_model), a mixture's.

    Raises MissingTensor, ShapeError, DTypeError.
    """
    return softmax_top_k(linear(_rows(x), parameter(params, "gate.weight")), k)


def llama4(x: Array, params: Params, room: int | None = None) -> Array:
    r"""$\mathrm{SwiGLU}_\text{shared}(x) + \mathrm{SwiGLU}_e(\sigma(z_e)\,x)$ with the one routed expert $e$ of the largest logit.

    meta-llama/llama-models, `llama4/moe.py`: the gate scales what goes *into* the expert. x (..., n, d_model); params a layer's, with
    "feed_forward.router.weight" (E, d_model), "feed_forward.experts.gate_up_proj" (E, d_model, 2·d_ff), "….down_proj" (E, d_ff, d_model) and
    "feed_forward.shared_expert.gate_proj.weight", …. Returns x's shape. Raises MissingTensor, ShapeError, DTypeError.
    """
    params, xp, rows = parameter(params, "feed_forward"), namespace(x), _rows(x)
    routing = sigmoid_top_1(linear(rows, parameter(params, "router.weight")))
    both, down = parameter(params, "experts.gate_up_proj"), parameter(params, "experts.down_proj")
    n_experts, d_model, d_ff = routing.scores.shape[-1], x.shape[-1], both.shape[-1] // 2
    if tuple(both.shape) != (n_experts, d_model, 2 * d_ff) or tuple(down.shape) != (n_experts, d_ff, d_model):
        raise ShapeError(
            f"experts' gate_up_proj {tuple(both.shape)} and down_proj {tuple(down.shape)} should be "
            f"(E, d_model, 2·d_ff) and (E, d_ff, d_model), with the router's {n_experts} experts and d_model {d_model}"
        )

    def expert(e: int, some: Array) -> Array:
        gate, up = both[e, :, :d_ff], both[e, :, d_ff:]
        weights = {name: {"weight": xp.matrix_transpose(w)} for name, w in (("gate", gate), ("up", up), ("down", down[e, :, :]))}
        return gated_feed_forward(some, weights)

    routed = outputs_of(rows * routing.gates, routing.experts, n_experts, expert, room)[:, 0, :]
    return _like(_gated(rows, parameter(params, "shared_expert")) + routed, x)


def deepseek(
    x: Array, params: Params, k: int, n_groups: int = 1, n_groups_kept: int = 1, scale: float = 1.0, room: int | None = None
) -> Array:
    r"""$\mathrm{SwiGLU}_\text{shared}(x) + \sum_j g_j\,\mathrm{SwiGLU}_{e_j}(x)$, routed by routing.biased_top_k.

    DeepSeek-AI 2024, arXiv 2412.19437, section 2.1.2. x (..., n, d_model); params a layer's, with "mlp.gate.weight" (E, d_model),
    "mlp.gate.e_score_correction_bias" (E,), "mlp.experts.0.gate_proj.weight", … and "mlp.shared_experts.gate_proj.weight", …; the numbers
    are a config's num_experts_per_tok, n_group, topk_group, routed_scaling_factor. Returns x's shape. Raises MissingTensor, ShapeError,
    DTypeError.
    """
    params, rows = parameter(params, "mlp"), _rows(x)
    logits, bias = linear(rows, parameter(params, "gate.weight")), parameter(params, "gate.e_score_correction_bias")
    routing = biased_top_k(logits, bias, k, n_groups, n_groups_kept, scale)
    routed = mixture(rows, routing, bias.shape[0], lambda e, some: _gated(some, parameter(params, f"experts.{e}")), room)
    return _like(_gated(rows, parameter(params, "shared_experts")) + routed, x)


def _gated(x: Array, params: Params, names: tuple[str, str, str] = ("gate_proj", "up_proj", "down_proj")) -> Array:
    return gated_feed_forward(x, {part: parameter(params, name) for part, name in zip(("gate", "up", "down"), names)})


def _rows(x: Array) -> Array:
    return namespace(x).reshape(x, (-1, x.shape[-1]))


def _like(y: Array, x: Array) -> Array:
    return namespace(y).reshape(y, x.shape)
