"""Make smollm2.npz: what transformers computes with the weights of SmolLM2-135M-Instruct's GGUF file.

In a Python 3.11 environment of its own; the weights are read by llama.cpp's own package, `gguf`:

    pip install torch==2.13.0 transformers==5.24.0 gguf==0.19.0 numpy
    python tests/library/golden/make_smollm2.py FILE.gguf

Keys: prose/ and chat/ before ids, argmax, logsumexp, top_ids, top_logits, some_logits (at some_ids), hidden_states (layers + 1, at
positions, d_model), continuation; chat/attentions (at attended_layers: heads, n, n); rows/NAME, the first rows of three tensors.
"""

import sys
from pathlib import Path

import gguf
import numpy as np
import torch
import transformers
from gguf.quants import dequantize

HERE = Path(__file__).parent
PROSE = (
    "The lamp had burned low by the time she reached the last page. Outside, the harbour was quiet, and the boats that had left "
    "before dawn were only now coming back, one after another, with their nets still wet. She counted 17 of them. It was more than "
    "the year before, and fewer than her father would have believed. In the morning she would write to him, and tell him what the sea"
)
CHAT = (
    "<|im_start|>system\nYou are a helpful AI assistant named SmolLM, trained by Hugging Face<|im_end|>\n<|im_start|>user\n"
    "What is the capital of France?<|im_end|>\n<|im_start|>assistant\n"
)
ATTENDED = (0, 12, 29)
NAMES = {
    "attn_norm": "input_layernorm",
    "attn_q": "self_attn.q_proj",
    "attn_k": "self_attn.k_proj",
    "attn_v": "self_attn.v_proj",
    "attn_output": "self_attn.o_proj",
    "ffn_norm": "post_attention_layernorm",
    "ffn_gate": "mlp.gate_proj",
    "ffn_up": "mlp.up_proj",
    "ffn_down": "mlp.down_proj",
}


def named(name: str) -> str:
    whole = {"token_embd.weight": "model.embed_tokens.weight", "output_norm.weight": "model.norm.weight"}
    if name in whole:
        return whole[name]
    _, number, part, leaf = name.split(".")
    return f"model.layers.{number}.{NAMES[part]}.{leaf}"


def main(path: str) -> None:
    reader = gguf.GGUFReader(path)
    raw = {tensor.name: dequantize(tensor.data, tensor.tensor_type).astype(np.float32) for tensor in reader.tensors}
    state = {}
    for name, values in raw.items():
        w = torch.from_numpy(values.copy())
        if ".attn_q." in name or ".attn_k." in name:  # llama.cpp keeps neighbours as pairs, transformers the halves
            heads = w.shape[0] // 64
            w = w.view(heads, 32, 2, 576).transpose(1, 2).reshape(heads * 64, 576)
        state[named(name)] = w
    config = transformers.LlamaConfig(
        vocab_size=49152,
        hidden_size=576,
        intermediate_size=1536,
        num_hidden_layers=30,
        num_attention_heads=9,
        num_key_value_heads=3,
        max_position_embeddings=8192,
        rms_norm_eps=1e-5,
        tie_word_embeddings=True,
        attn_implementation="eager",
        rope_parameters={"rope_type": "default", "rope_theta": 100000.0},
        bos_token_id=1,
        eos_token_id=2,
    )
    model = transformers.LlamaForCausalLM(config).eval()
    state["lm_head.weight"] = state["model.embed_tokens.weight"]
    model.load_state_dict(state)
    tokens = [
        field.decode()
        for field in (bytes(reader.fields["tokenizer.ggml.tokens"].parts[i]) for i in reader.fields["tokenizer.ggml.tokens"].data)
    ]
    merges = [bytes(reader.fields["tokenizer.ggml.merges"].parts[i]).decode() for i in reader.fields["tokenizer.ggml.merges"].data]
    from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers

    tokenizer = Tokenizer(models.BPE({t: i for i, t in enumerate(tokens)}, [tuple(m.split(" ")) for m in merges]))
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(add_prefix_space=False)]
    )
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.add_special_tokens([AddedToken(t, special=True) for t in ("<|im_start|>", "<|im_end|>")])
    some = np.sort(np.random.default_rng(0).choice(49152, 200, replace=False))
    out = {"some_ids": some, "attended_layers": np.array(ATTENDED)}
    for name, text in (("prose", PROSE), ("chat", CHAT)):
        ids = tokenizer.encode(text).ids
        at = np.linspace(0, len(ids) - 1, 4).astype(int)
        with torch.no_grad():
            result = model(torch.tensor([ids]), output_hidden_states=True, output_attentions=True)
            found = []
            hooked = model.model.layers[-1].register_forward_hook(lambda m, i, o: found.append(o[0] if isinstance(o, tuple) else o))
            model(torch.tensor([ids]))
            hooked.remove()
            generated = model.generate(torch.tensor([ids]), max_new_tokens=24, do_sample=False, pad_token_id=2)[0, len(ids) :].tolist()
        logits = result.logits[0]
        top = logits.topk(16)
        states = [*result.hidden_states[:-1], found[0].reshape(1, len(ids), 576)]  # transformers' last has the final norm in it
        out |= {
            f"{name}/text": np.array(text),
            f"{name}/ids": np.array(ids),
            f"{name}/argmax": logits.argmax(-1).numpy(),
            f"{name}/logsumexp": logits.logsumexp(-1).numpy(),
            f"{name}/top_ids": top.indices.numpy(),
            f"{name}/top_logits": top.values.numpy(),
            f"{name}/some_logits": logits[:, some].numpy(),
            f"{name}/positions": at,
            f"{name}/hidden_states": np.stack([state[0, at].numpy() for state in states]),
            f"{name}/continuation": np.array(generated),
        }
        if name == "chat":
            out["chat/attentions"] = np.stack([result.attentions[layer][0].numpy() for layer in ATTENDED])
        print(name, len(ids), repr(tokenizer.decode(generated, skip_special_tokens=False)))
    for tensor in ("token_embd.weight", "blk.3.attn_k.weight", "blk.7.ffn_norm.weight"):
        out[f"rows/{tensor}"] = raw[tensor].reshape(-1, 576)[:8]
    against = f"transformers {transformers.__version__}, PyTorch {torch.__version__.split('+')[0]}"
    np.savez_compressed(HERE / "smollm2.npz", against=np.array(against), **out)


if __name__ == "__main__":
    main(sys.argv[1])
