"""The baseline: a Llama step as one plain NumPy loop over the same weights, one token at a time, nothing checked."""

import numpy as np


def plain(model, room):
    """`step(id, at)`: the scores of what comes after `id`, read at position `at`; for texts of up to `room` tokens."""
    c, layers, body = model.config, [], model.params["model"]
    for number in range(c.n_layers):
        p = body["layers"][str(number)]
        a, m = p["self_attn"], p["mlp"]
        layers.append(
            [
                p["input_layernorm"]["weight"],
                *(a[f"{x}_proj"]["weight"] for x in "qkvo"),
                p["post_attention_layernorm"]["weight"],
                *(m[f"{x}_proj"]["weight"] for x in ("gate", "up", "down")),
            ]
        )
    table, last, d, group = body["embed_tokens"]["weight"], body["norm"]["weight"], c.d_head, c.n_heads // c.n_kv_heads
    theta = c.rope_base ** (-np.arange(0, d, 2) / d)
    keys, values = np.zeros((2, c.n_layers, c.n_kv_heads, room, d), np.float32)
    times = lambda w, x: np.einsum("ij,j->i", w, x)
    norm = lambda x, g: x / np.sqrt((x * x).mean() + c.eps) * g

    def turn(x, cos, sin):
        y = np.empty_like(x)
        y[:, 0::2], y[:, 1::2] = x[:, 0::2] * cos - x[:, 1::2] * sin, x[:, 0::2] * sin + x[:, 1::2] * cos
        return y

    def step(id, at):
        x, cos, sin = table[id], np.cos(at * theta).astype(np.float32), np.sin(at * theta).astype(np.float32)
        for i, (g1, wq, wk, wv, wo, g2, gate, up, down) in enumerate(layers):
            h = norm(x, g1)
            q = turn(times(wq, h).reshape(-1, d), cos, sin).reshape(c.n_kv_heads, group, d)
            keys[i, :, at], values[i, :, at] = turn(times(wk, h).reshape(-1, d), cos, sin), times(wv, h).reshape(-1, d)
            scores = np.einsum("gqd,gnd->gqn", q, keys[i, :, : at + 1]) / np.sqrt(np.float32(d))
            e = np.exp(scores - scores.max(-1, keepdims=True))
            x = x + times(wo, np.einsum("gqn,gnd->gqd", e / e.sum(-1, keepdims=True), values[i, :, : at + 1]).reshape(-1))
            h = norm(x, g2)
            z = times(gate, h)
            x = x + times(down, z / (1 + np.exp(-z)) * times(up, h))
        return times(table, norm(x, last))

    return step
