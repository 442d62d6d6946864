"""Tokenizers: training against a plain rescan and Hugging Face's trainer, encoding against tiktoken and Hugging Face, one thread each."""

import base64
import json
import os
import sysconfig
import time
import tracemalloc
from pathlib import Path

os.environ["RAYON_NUM_THREADS"] = "1"  # Hugging Face's and tiktoken's own threads

import itertools

import tiktoken
import tokenizers
from tokenizers import models, pre_tokenizers, trainers

from engineroom import tokenize
from engineroom.tokenize import bpe
from engineroom.tokenize.merge import merge
from engineroom_site import texts
from engineroom_site.assets import fetch
from engineroom_site.vocabularies import CONVERTERS
from measure import median, report

MB = 1_000_000
BIBLE = texts.king_james()


def code() -> str:
    """Two megabytes of Python's own standard library."""
    found, size = [], 0
    for path in sorted(Path(sysconfig.get_path("stdlib")).glob("*.py")):
        found.append(path.read_text(encoding="utf-8"))
        size += len(found[-1])
        if size > 2 * MB:
            break
    return "".join(found)[: 2 * MB]


def chinese() -> str:
    plays = json.loads(fetch.file("yuan-drama").read_text(encoding="utf-8"))
    return "\n".join(line for play in plays for line in play["paragraphs"])[: MB // 2]  # three bytes a character


def seconds(work, repeat: int = 1) -> float:
    times = []
    for _ in range(repeat):
        started = time.perf_counter()
        work()
        times.append(time.perf_counter() - started)
    return median(times)


def by_rescan(text: str, n_merges: int) -> float:
    """Seconds for the plain algorithm: count every pair of the text, merge the most frequent, begin again."""
    started = time.perf_counter()
    ids = list(text.encode())
    for new in range(256, 256 + n_merges):
        counts: dict[tuple[int, int], int] = {}
        for pair in itertools.pairwise(ids):
            counts[pair] = counts.get(pair, 0) + 1
        pair = max(counts, key=counts.get)
        merged, at = [], 0
        while at < len(ids):
            if at < len(ids) - 1 and ids[at] == pair[0] and ids[at + 1] == pair[1]:
                merged.append(new)
                at += 2
            else:
                merged.append(ids[at])
                at += 1
        ids = merged
    return time.perf_counter() - started


def hugging_face(text: str, n_merges: int) -> None:
    tokenizer = tokenizers.Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    tokenizer.train_from_iterator(
        text.splitlines(keepends=True), trainers.BpeTrainer(vocab_size=256 + n_merges, initial_alphabet=alphabet, show_progress=False)
    )


def peak(text: str) -> int:
    """Bytes of Python objects at the height of training 512 merges."""
    tracemalloc.start()
    bpe.train(text, 512)
    _, height = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return height


def openai(name: str) -> tiktoken.Encoding:
    about = json.loads(fetch.file(f"tiktoken-{name}").read_text())
    ranks = {base64.b64decode(piece): id for id, piece in enumerate(about["bpe_ranks"].split(" ")[2:])}
    return tiktoken.Encoding(name, pat_str=about["pat_str"], mergeable_ranks=ranks, special_tokens=about["special_tokens"])


def hugging_face_gpt2() -> tokenizers.Tokenizer:
    """GPT-2 in Hugging Face's encoder, its merges derived from the ranks."""
    own = tokenize.from_bytes(CONVERTERS["gpt2"][0]("gpt2"))
    letter = {byte: chr(byte if place < 188 else 256 + place - 188) for place, byte in enumerate(bpe.BYTES)}
    pieces = [own.spelling(id) for id in range(50_256)]
    spelt = ["".join(letter[byte] for byte in piece) for piece in pieces]
    ranks, merges = {piece: id for id, piece in enumerate(pieces[:256])}, []
    for id, piece in enumerate(pieces[256:], 256):
        merges.append(tuple(spelt[ranks[part]] for part in merge([bytes([byte]) for byte in piece], ranks)))  # the two it was made of
        ranks[piece] = id
    tokenizer = tokenizers.Tokenizer(models.BPE({piece: id for id, piece in enumerate(spelt)}, merges))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    return tokenizer


prose = BIBLE[:MB]
ours, theirs = seconds(lambda: bpe.train(prose, 512), 3), seconds(lambda: hugging_face(prose, 512), 3)
naive = by_rescan(prose, 512)
ours_long, theirs_long = seconds(lambda: bpe.train(BIBLE, 4096)), seconds(lambda: hugging_face(BIBLE, 4096))
figures = {
    "train_1_MB_512_merges_s": ours,
    "train_1_MB_rescan_over_ours": naive / ours,
    "train_1_MB_ours_over_hugging_face": ours / theirs,
    f"train_{len(BIBLE) / MB:.0f}_MB_4096_merges_s": ours_long,
    f"train_{len(BIBLE) / MB:.0f}_MB_ours_over_hugging_face": ours_long / theirs_long,
    "train_1_MB_peak_bytes": peak(prose),
    f"train_{len(BIBLE) / MB:.0f}_MB_peak_bytes": peak(BIBLE),
}
for kind, text in {"prose": prose, "code": code(), "chinese": chinese()}.items():
    for name in ("gpt2", "cl100k_base", "o200k_base"):
        reference, data = openai(name), CONVERTERS[name][0](name)
        fresh = tokenize.from_bytes(data)
        compiled = seconds(lambda: reference.encode_ordinary(text), 3)
        cold = seconds(lambda: fresh.encode(text, disallowed_special=()))
        warm = seconds(lambda: fresh.encode(text, disallowed_special=()), 3)
        assert fresh.encode(text, disallowed_special=()) == reference.encode_ordinary(text)
        figures[f"{kind}_{name}_speed_against_tiktoken_cold"] = compiled / cold
        figures[f"{kind}_{name}_speed_against_tiktoken_warm"] = compiled / warm
        if name == "gpt2":
            other = hugging_face_gpt2()
            figures[f"{kind}_{name}_speed_against_hugging_face_cold"] = seconds(lambda: other.encode(text), 3) / cold
report("tokenize", **figures)
