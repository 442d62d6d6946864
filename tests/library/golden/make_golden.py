"""Make the golden files: what PyTorch and transformers compute, for the library to be compared with.

Run again only to change the cases. In a Python 3.11 environment of its own:

    pip install torch==2.13.0 transformers==4.57.1 numpy safetensors
    python tests/library/golden/make_golden.py CHECKPOINT

CHECKPOINT is a folder with all-MiniLM-L6-v2's model.safetensors, config.json and vocab.txt.
"""

import sys
from pathlib import Path

import numpy as np
import torch
import transformers
from torch.nn import functional

HERE = Path(__file__).parent
PYTORCH, TRANSFORMERS = f"PyTorch {torch.__version__.split('+')[0]}", f"transformers {transformers.__version__}"

SENTENCES = [  # all hidden states and attentions
    "The bank by the river was steep.",
    "The bank by the vault was closed.",
    "A naïve café in 東京 — unhappiness, tokenization & 😀!",
]
TEXTS = [  # pooled embeddings only
    *SENTENCES,
    "",
    "hello",
    "yes",
    "ok",
    "!",
    "42",
    "A man is playing a guitar.",
    "Someone plays music on a guitar.",
    "The stock market fell sharply on Monday.",
    "The animal did not cross the street because it was too tired.",
    "Every claim in this book runs in the reader's own browser tab.",
    "ΑΒΓ привет नमस्ते",
    "a" * 120,
    "one two three four five six seven eight nine ten " * 20,
]


def save(name: str, against: str, arrays: dict) -> None:
    arrays = {key: value.detach().numpy() if isinstance(value, torch.Tensor) else value for key, value in arrays.items()}
    np.savez_compressed(HERE / f"{name}.npz", against=np.array(against), **arrays)


def normal(*shape: int) -> torch.Tensor:
    return torch.randn(*shape, dtype=torch.float64)


def attention(cases: int = 48) -> dict:
    """Random shapes; masks: none, boolean, additive, causal, boolean with rows that may look nowhere."""
    arrays: dict = {"cases": np.array(cases)}
    rng = np.random.default_rng(2)
    for i in range(cases):
        batch = tuple(rng.integers(1, 4, size=rng.integers(0, 3)).tolist())
        n_q, n_k, d_k, d_v = rng.integers(1, 9, size=4).tolist()
        kind = ["none", "boolean", "additive", "causal", "blind", "shared"][i % 6]
        if kind == "causal":
            n_k = n_q
        size = 30.0 if i % 7 == 0 else 1.0  # saturated softmax now and then
        query, key, value = size * normal(*batch, n_q, d_k), normal(*batch, n_k, d_k), normal(*batch, n_k, d_v)
        scale = 0.3 if i % 5 == 0 else None
        mask = {
            "none": None,
            "boolean": torch.rand(*batch, n_q, n_k) < 0.7,
            "additive": normal(*batch, n_q, n_k),
            "causal": torch.ones(n_q, n_k, dtype=torch.bool).tril(),
            "blind": torch.rand(*batch, n_q, n_k) < 0.15,
            "shared": torch.rand(n_k) < 0.8,  # one row for all queries
        }[kind]
        whole = mask if mask is None or mask.ndim > 1 else mask.expand(n_q, n_k)
        attend = lambda v: functional.scaled_dot_product_attention(query, key, v, attn_mask=whole, scale=scale)
        case = {"query": query, "key": key, "value": value, "output": attend(value)}
        case["weights"] = attend(torch.eye(n_k, dtype=torch.float64).expand(*batch, n_k, n_k))
        case |= {} if mask is None else {"mask": mask}
        case |= {} if scale is None else {"scale": np.array(scale)}
        arrays |= {f"{i}/{name}": value for name, value in case.items()}
    return arrays


def multi_head(cases: int = 12) -> dict:
    arrays: dict = {"cases": np.array(cases)}
    for i in range(cases):
        n_heads, d_head, n = [1, 2, 3, 4][i % 4], [1, 3, 4][i % 3], i % 6 + 1
        d_model = n_heads * d_head
        layer = torch.nn.MultiheadAttention(d_model, n_heads, bias=i % 2 == 0, batch_first=True, dtype=torch.float64)
        with torch.no_grad():
            for p in layer.parameters():
                p.copy_(normal(*p.shape))
        x = normal(2, n, d_model)
        seen = torch.ones(n, n, dtype=torch.bool).tril() if i % 3 == 0 else None
        hidden = None if seen is None else ~seen  # MultiheadAttention's masks say what is hidden
        output, weights = layer(x, x, x, attn_mask=hidden, average_attn_weights=False)
        case = {"x": x, "output": output, "weights": weights, "n_heads": np.array(n_heads)}
        case |= {f"params.{name}": value for name, value in layer.state_dict().items()}
        case |= {} if seen is None else {"mask": seen}
        arrays |= {f"{i}/{name}": value for name, value in case.items()}
    return arrays


def elementary() -> dict:
    """LayerNorm, GELU and softmax on rows of every size of number."""
    x = torch.cat([normal(6, 16) * 10.0**power for power in (-3, 0, 1, 2)])
    weight, bias = normal(16), normal(16)
    return {
        "x": x,
        "weight": weight,
        "bias": bias,
        "layer_norm": functional.layer_norm(x, (16,), weight, bias, 1e-5),
        "plain_norm": functional.layer_norm(x, (16,), eps=1e-12),
        "gelu": functional.gelu(x),
        "gelu_tanh": functional.gelu(x, approximate="tanh"),
        "erf": torch.erf(x),
        "softmax": torch.softmax(x, -1),
        "softmax_columns": torch.softmax(x, 0),
    }


def bert_block() -> dict:
    config = transformers.BertConfig(hidden_size=12, num_attention_heads=3, intermediate_size=20, attn_implementation="eager")
    layer = transformers.models.bert.modeling_bert.BertLayer(config).double().eval()
    with torch.no_grad():
        for p in layer.parameters():
            p.copy_(normal(*p.shape))
    x, seen = normal(2, 5, 12), torch.tensor([True, True, False, True, False])
    additive = torch.where(seen, 0.0, -torch.inf).double()[None, None, None, :]
    output, weights = layer(x, attention_mask=additive, output_attentions=True)
    params = {f"params.{name}": value for name, value in layer.state_dict().items()}
    return {"x": x, "mask": seen, "n_heads": np.array(3), "output": output, "weights": weights, **params}


def minilm(checkpoint: str) -> dict:
    model = transformers.BertModel.from_pretrained(checkpoint, attn_implementation="eager").eval()
    tokenizer = transformers.BertTokenizerFast(f"{checkpoint}/vocab.txt", do_lower_case=True)
    arrays: dict = {"sentences": np.array(SENTENCES), "texts": np.array(TEXTS)}
    pooled = []
    for i, text in enumerate(TEXTS):
        ids = tokenizer(text, return_tensors="pt")
        with torch.no_grad():
            out = model(**ids, output_hidden_states=True, output_attentions=True)
        pooled.append(functional.normalize(out.last_hidden_state[0].mean(0), dim=0))
        if i < len(SENTENCES):
            arrays[f"{i}/ids"] = ids["input_ids"][0]
            arrays[f"{i}/hidden_states"] = torch.cat(out.hidden_states)
            arrays[f"{i}/attentions"] = torch.cat(out.attentions)
    return arrays | {"pooled": torch.stack(pooled)}


if __name__ == "__main__":
    torch.manual_seed(2)
    torch.set_num_threads(1)
    save("attention", PYTORCH, attention())
    save("multi_head", PYTORCH, multi_head())
    save("elementary", PYTORCH, elementary())
    save("bert_block", TRANSFORMERS, bert_block())
    save("minilm", TRANSFORMERS, minilm(sys.argv[1]))
