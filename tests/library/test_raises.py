"""Each error that a public docstring promises is raised, and says of what: a table, and no docstring without its entries."""

import ast
import re
from functools import partial
from pathlib import Path
from random import Random

import numpy as np
import pytest

import engineroom
from engineroom import attention, count, errors, linear, loss, masks, norm, position, rope, rope_angles, sample, speculative, tokenize
from engineroom.errors import DTypeError, MissingTensor, ShapeError, TextError, UnknownToken, UnsupportedConfig, VocabularyError
from engineroom.tokenize import base, bpe, character_bpe, charsmap, special, split, split_pattern, unigram, vocab_file, wordpiece
from engineroom.tokenize.unicode16 import ranges

ROOT = Path(engineroom.__file__).parent
ROOMS = ["attention", "count", "linear", "loss", "masks", "norm", "position", "rope", "rope_angles", "sample", "speculative", "tokenize"]

x, ids = np.ones((2, 4)), np.array([[1, 2]])
q, weights = np.ones((1, 2, 4)), {name: {"weight": np.ones((4, 4))} for name in ("query", "key", "value", "output")}
gpt2 = {"model_type": "gpt2", "n_layer": 1, "n_embd": 8, "n_head": 2, "n_positions": 16, "vocab_size": 32}
encoder = {"model_type": "bert", "num_hidden_layers": 1, "hidden_size": 8, "num_attention_heads": 2, "intermediate_size": 16, "vocab_size": 32,
           "max_position_embeddings": 16, "type_vocab_size": 2}  # fmt: skip
own = bpe.ByteBPE("own", [b"a", b"b"], "gpt2", {"<end>": 2})
words = character_bpe.CharacterBPE("own", ["a", " "])
pieces = wordpiece.WordPiece("own", {"[UNK]": 0, "a": 1})
likely = unigram.train("aab aab", 5)


def file(kind="byte-bpe", about=None, columns=None):
    return vocab_file.read(vocab_file.write(kind, {"name": "own"} if about is None else about, columns or {}))


def whole(trainer):
    return [(DTypeError, "text must be a string", lambda: trainer([1])), (TextError, "lone surrogate", lambda: trainer("a\ud800"))]


TIES = (VocabularyError, "ties are settled by", lambda: bpe.Trainer("a", ties="random"))
TEXTS = lambda encode: [
    (DTypeError, "text must be a string, not int", lambda: encode(5)),
    (TextError, "character 1 is half", lambda: encode("a\ud800")),
]
TABLE = {
    "attention.softmax": [(DTypeError, "x must hold", lambda: attention.softmax(ids)), (ShapeError, "axis 3", lambda: attention.softmax(x, axis=3))],
    "attention.scaled_dot_product": [(ShapeError, "key", lambda: attention.scaled_dot_product(x, np.ones((2, 3)), x)), (DTypeError, "mask", lambda: attention.scaled_dot_product(x, x, x, np.ones((2, 2), int)))],
    "attention.check_projections": [(ShapeError, "value", lambda: attention.check_projections(x, x, np.ones((3, 4)))), (DTypeError, "key", lambda: attention.check_projections(x, ids, x))],
    "attention.masked": [(ShapeError, "mask", lambda: attention.masked(x, np.ones((3, 3), bool))), (DTypeError, "mask", lambda: attention.masked(x, np.ones((2, 4), int)))],
    "attention.check_mask": [(ShapeError, "mask", lambda: attention.check_mask(np.ones((3, 3), bool), (2, 4))), (DTypeError, "mask", lambda: attention.check_mask([1], (2, 4)))],
    "attention.split_heads": [(ShapeError, "3 equal heads", lambda: attention.split_heads(x, 3))],
    "attention.heads": [(MissingTensor, "query", lambda: attention.heads(x, {}, 2)), (ShapeError, "3 equal heads", lambda: attention.heads(x, weights, 3)), (DTypeError, "x must", lambda: attention.heads(ids, weights, 2))],
    "attention.grouped": [(ShapeError, "3 query heads", lambda: attention.grouped(np.ones((3, 2, 4)), np.ones((2, 2, 4)), np.ones((2, 2, 4))))],
    "attention.multi_head": [(MissingTensor, "output", lambda: attention.multi_head(x, {k: v for k, v in weights.items() if k != "output"}, 2)), (ShapeError, "3 equal heads", lambda: attention.multi_head(x, weights, 3)), (DTypeError, "x must", lambda: attention.multi_head(ids, weights, 2))],
    "count.parameters": [(UnsupportedConfig, "n_embd 8 .* n_head 3", lambda: count.parameters(gpt2 | {"n_head": 3})), (UnsupportedConfig, "n_embd", lambda: count.parameters(gpt2 | {"n_embd": "eight"}))],
    "count.flops_per_token": [(UnsupportedConfig, "n is 0", lambda: count.flops_per_token(gpt2, 0))],
    "count.kv_bytes_per_token": [(UnsupportedConfig, "encoder", lambda: count.kv_bytes_per_token(encoder)), (UnsupportedConfig, "bytes", lambda: count.kv_bytes_per_token(gpt2, 0)), (UnsupportedConfig, "bytes", lambda: count.kv_bytes_per_token(gpt2, float("nan")))],
    "count.kv_bytes": [(UnsupportedConfig, "encoder", lambda: count.kv_bytes(encoder, 5)), (UnsupportedConfig, "n is -1", lambda: count.kv_bytes(gpt2, -1)), (UnsupportedConfig, "bytes", lambda: count.kv_bytes(gpt2, 5, -2))],
    "count.layout": [(UnsupportedConfig, "known are", lambda: count.layout({"model_type": "none"}))],
    "count.layout.Family.read": [(UnsupportedConfig, "n_embd", lambda: count.layout(gpt2 | {"n_embd": "eight"}))],
    "count.windows.nowhere": [(UnsupportedConfig, "layer_types", lambda: count.parameters(count.published()["Llama 2 7B"] | {"layer_types": ["sliding_attention"] * 32}))],
    "linear.linear": [(ShapeError, "weight", lambda: linear.linear(x, np.ones((2, 3)))), (DTypeError, "x must", lambda: linear.linear(ids, x))],
    "linear.embedding": [(ShapeError, "9", lambda: linear.embedding(x, [9])), (DTypeError, "ids", lambda: linear.embedding(x, [0.5]))],
    "linear.project": [(MissingTensor, "query", lambda: linear.project(x, {}, "query"))],
    "loss.cross_entropy": [(ShapeError, "ids|logits", lambda: loss.cross_entropy(x, [0])), (DTypeError, "logits", lambda: loss.cross_entropy(ids, [0]))],
    "loss.log_probs": [(ShapeError, "ids|logits", lambda: loss.log_probs(x, [0])), (ShapeError, "id 4", lambda: loss.log_probs(x, [0, 4])), (DTypeError, "logits", lambda: loss.log_probs(ids, [0])), (DTypeError, "ids", lambda: loss.log_probs(x, [0.5, 1]))],
    "masks.sliding_mask": [(ShapeError, "window", lambda: masks.sliding_mask(3, 0, np))],
    "masks.chunked_mask": [(ShapeError, "chunk", lambda: masks.chunked_mask(3, 0, np))],
    "norm.layer_norm": [(ShapeError, "weight", lambda: norm.layer_norm(x, np.ones(3))), (DTypeError, "x must", lambda: norm.layer_norm(ids))],
    "norm.rms_norm": [(ShapeError, "weight", lambda: norm.rms_norm(x, np.ones(3))), (DTypeError, "x must", lambda: norm.rms_norm(ids))],
    "position.learned": [(ShapeError, "position", lambda: position.learned(np.ones((5, 4)), x))],
    "position.sinusoidal": [(ShapeError, "d_model|3", lambda: position.sinusoidal(2, 3, np))],
    "rope_angles.checked": [(UnsupportedConfig, "factor", lambda: rope_angles.checked({"rope_type": "linear"}, 2, 1e4)), (UnsupportedConfig, "'other'", lambda: rope_angles.checked({"rope_type": "other"}, 2, 1e4))],
    "rope_angles.frequencies": [(ShapeError, "3 numbers", lambda: rope.frequencies(3, 1e4, np))],
    "rope.rotation": [(UnsupportedConfig, "layout", lambda: rope.rotation(np.ones(2), 3, layout="other"))],
    "rope.rotate": [(ShapeError, "pairs", lambda: rope.rotate(x, np.ones(3))), (DTypeError, "x must", lambda: rope.rotate(ids, np.ones(1))), (UnsupportedConfig, "layout", lambda: rope.rotate(x, np.ones(2), layout="other"))],
    "rope.repack": [(ShapeError, "4 rows", lambda: rope.repack(x.T, 4, "half")), (UnsupportedConfig, "layout", lambda: rope.repack(x, 1, "other"))],
    "rope_angles.scaled": [(UnsupportedConfig, "factor", lambda: rope.scaled(np.ones(2), 1e4, {"rope_type": "linear"})), (UnsupportedConfig, "'other'", lambda: rope.scaled(np.ones(2), 1e4, {"rope_type": "other", "factor": 2.0, "original_max_position_embeddings": 4}))],
    "sample.temperature": [(UnsupportedConfig, "temperature t", lambda t=t: sample.temperature(x, t)) for t in (-1, float("nan"), float("inf"))],
    "sample.top_k": [(UnsupportedConfig, "top-k", lambda: sample.top_k(x, 0))],
    "sample.top_p": [(UnsupportedConfig, "top-p", lambda p=p: sample.top_p(x, p)) for p in (0, 1.5, float("nan"))],
    "sample.min_p": [(UnsupportedConfig, "min-p", lambda p=p: sample.min_p(x, p)) for p in (-0.1, 1.5, float("nan"))],
    "sample.repetition_penalty": [(UnsupportedConfig, "penalty", lambda p=p: sample.repetition_penalty(x[0], [], p)) for p in (0, float("inf"), float("nan"))],
    "sample.draw": [(ShapeError, "chances", lambda: sample.draw(x, Random(0))), (UnsupportedConfig, "chances", lambda: sample.draw(np.zeros(3), Random(0)))],
    **{f"speculative.{f.__name__}": [(ShapeError, "p .* and q", partial(f, x, x[:1])), (DTypeError, "p must", partial(f, ids, ids))] for f in (speculative.accepted, speculative.residual)},
    "speculative.verify": [(ShapeError, "draft", lambda: speculative.verify([0], x[:1], x[:1], Random(0))), (DTypeError, "must hold", lambda: speculative.verify([0], np.ones((2, 3), int), np.ones((1, 3), int), Random(0)))],
    "tokenize.from_bytes": [(VocabularyError, "kind 'none'", lambda: tokenize.from_bytes(vocab_file.write("none", {}, {})))],
    "tokenize.base.Tokenizer.tokens": [entry for one in (own, words, pieces, likely) for entry in TEXTS(one.tokens)],
    "tokenize.base.Tokenizer.encode": [entry for one in (own, words, pieces, likely) for entry in TEXTS(one.encode)],
    "tokenize.base.Tokenizer.decode": [entry for one in (own, words, pieces, likely) for entry in [(DTypeError, "ids must be", partial(one.decode, [0.5])), (UnknownToken, "has no id 99, at place 1", partial(one.decode, [0, 99])), (UnknownToken, "has no id -1", partial(one.decode, [-1]))]],
    "tokenize.base.Tokenizer.spelling": [(UnknownToken, "has no id 99, at place 7", partial(one.spelling, 99, 7)) for one in (own, words, pieces, likely)],
    "tokenize.base.checked": TEXTS(base.checked),
    "tokenize.base.numbers": [(DTypeError, "ids must be", lambda: base.numbers("12"))],
    "tokenize.base.numbered": [(VocabularyError, "ids 0 and 1 alike", lambda: base.numbered("own", ["a", "a"]))],
    "tokenize.bpe.tokenizer.ByteBPE": [(VocabularyError, "ids 0 and 1 alike", lambda: bpe.ByteBPE("own", [b"a", b"a"], "gpt2")), (VocabularyError, "id 0 to '<s>'", lambda: bpe.ByteBPE("own", [b"a"], "gpt2", {"<s>": 0})), (VocabularyError, "split pattern", lambda: bpe.ByteBPE("own", [b"a"], "(")), (TextError, "byte 63", lambda: own.encode("c"))],
    "tokenize.bpe.tokenizer.ByteBPE.encode": [*TEXTS(own.encode), (TextError, "special token '<end>'", lambda: own.encode("a<end>"))],
    "tokenize.bpe.tokenizer.ByteBPE.decode": [(TextError, "byte 0", lambda: bpe.ByteBPE("own", [b"\xff"], "gpt2").decode([0], errors="strict"))],
    "tokenize.bpe.tokenizer.ByteBPE.decode_bytes": [(DTypeError, "ids must", lambda: own.decode_bytes([0.5])), (UnknownToken, "id 99", lambda: own.decode_bytes([99]))],
    "tokenize.bpe.tokenizer.ByteBPE.from_vocabulary": [(VocabularyError, "split", lambda: bpe.ByteBPE.from_vocabulary(file()))],
    "tokenize.bpe.tokenizer.Stream.push": [(DTypeError, "ids must", lambda: own.stream().push(0.5)), (UnknownToken, "id 99", lambda: own.stream().push(99))],
    "tokenize.bpe.training.Trainer": [*whole(bpe.Trainer), TIES, (VocabularyError, "split pattern", lambda: bpe.Trainer("a", pattern="("))],
    "tokenize.bpe.training.train": [(VocabularyError, "n_merges is -1", lambda: bpe.train("a", -1)), (VocabularyError, "9 were asked", lambda: bpe.train("ab", 9))],
    "tokenize.character_bpe.CharacterBPE": [(VocabularyError, "ids 0 and 2 alike", lambda: character_bpe.CharacterBPE("own", ["a", " ", "a"])), (VocabularyError, "mark", lambda: character_bpe.CharacterBPE("own", ["a"])), (TextError, "'b', character 1", lambda: words.encode("ab"))],
    "tokenize.character_bpe.CharacterBPE.from_vocabulary": [(VocabularyError, "name", lambda: character_bpe.CharacterBPE.from_vocabulary(file(about={}, columns=vocab_file.pack_strings([b"a"]))))],
    "tokenize.character_bpe.Trainer": [*whole(character_bpe.Trainer), (VocabularyError, "ties", lambda: character_bpe.Trainer("a", ties="random"))],
    "tokenize.character_bpe.train": [(VocabularyError, "n_merges is -1", lambda: character_bpe.train("a", -1)), (VocabularyError, "9 were asked", lambda: character_bpe.train("ab", 9))],
    "tokenize.charsmap.Table": [(VocabularyError, "ab", lambda: charsmap.Table({"ab": "c"}))],
    "tokenize.charsmap.CharacterMap": [(VocabularyError, "", lambda: charsmap.CharacterMap(b"\xff"))],
    "tokenize.learner.Learner.known": [(VocabularyError, "9 merges asked for", lambda: bpe.Trainer("ab").known(9))],
    "tokenize.sentencepiece.SentencePiece": [(VocabularyError, "2 pieces, 1 scores", lambda: unigram.Unigram("own", ["a", "b"], [0.0], [1, 2], likely.normaliser)), (VocabularyError, "unknown", lambda: unigram.Unigram("own", ["a"], [0.0], [1], likely.normaliser))],
    "tokenize.sentencepiece.SentencePiece.encode": TEXTS(likely.encode),
    "tokenize.sentencepiece.SentencePiece.from_vocabulary": [(VocabularyError, "", lambda: unigram.Unigram.from_vocabulary(file()))],
    "tokenize.special.split": [(TextError, "special token 's' at character 1", lambda: [*special.split("as", {"s": 1}, (), "all", "own")]), (UnknownToken, "'none'", lambda: [*special.split("as", {"s": 1}, {"none"}, (), "own")])],
    "tokenize.split.splitter": [(VocabularyError, "compiled", lambda: split.splitter("(")), (VocabularyError, "'gpt-2'", lambda: split.splitter("gpt-2"))],
    "tokenize.split_pattern.compiled": [(VocabularyError, "captures", lambda: split_pattern.compiled("(a)"))],
    "tokenize.unicode16.ranges": [(KeyError, "'Z'", lambda: ranges("Z"))],
    **{f"tokenize.unigram.tokenizer.Unigram.{name}": TEXTS(lambda text, name=name, more=more: getattr(likely, name)(text, *more)) for name, more in (("n_best", [2]), ("sample", [1.0, Random(0)]), ("log_likelihood", []))},
    "tokenize.unigram.training.Trainer": [*whole(partial(unigram.Trainer, vocab_size=5)), (VocabularyError, "", lambda: unigram.Trainer("", 5))],
    "tokenize.unigram.training.train": [(VocabularyError, "", lambda: unigram.train("aab aab", 1)), (VocabularyError, "", lambda: unigram.train("aab aab", 9999))],
    "tokenize.vocab_file.read": [(VocabularyError, "", lambda: vocab_file.read(b"none"))],
    "tokenize.vocab_file.column": [(VocabularyError, "'none'", lambda: vocab_file.column(file(), "none"))],
    "tokenize.vocab_file.unpack_numbers": [(VocabularyError, "none", lambda: vocab_file.unpack_numbers(b"\x80", "none"))],
    "tokenize.vocab_file.unpack_strings": [(VocabularyError, "lengths", lambda: vocab_file.unpack_strings(file()))],
    "tokenize.vocab_file.unpack_texts": [(VocabularyError, "", lambda: vocab_file.unpack_texts(file(columns=vocab_file.pack_strings([b"\xff"]))))],
    "tokenize.vocab_file.unpack_floats": [(VocabularyError, "none", lambda: vocab_file.unpack_floats(file(), "none"))],
    "tokenize.wordpiece.tokenizer.WordPiece": [(VocabularyError, r"\[UNK\]", lambda: wordpiece.WordPiece("own", {"a": 0})), (VocabularyError, "-1", lambda: wordpiece.WordPiece("own", {"[UNK]": 0, "a": -1})), (VocabularyError, "0", lambda: wordpiece.WordPiece("own", {"[UNK]": 0, "a": 0}))],
    "tokenize.wordpiece.tokenizer.WordPiece.encode": TEXTS(pieces.encode),
    "tokenize.wordpiece.tokenizer.WordPiece.from_vocabulary": [(VocabularyError, "", lambda: wordpiece.WordPiece.from_vocabulary(file()))],
    "tokenize.wordpiece.tokenizer.load_vocab": [(VocabularyError, "line 2", lambda: wordpiece.load_vocab(b"[UNK]\n\xff\n")), (VocabularyError, "line 2", lambda: wordpiece.load_vocab(b"[UNK]\n\na\n")), (VocabularyError, "line 2", lambda: wordpiece.load_vocab(b"[UNK]\n[UNK]\n")), (VocabularyError, r"\[UNK\]", lambda: wordpiece.load_vocab(b"a\n"))],
    "tokenize.wordpiece.training.Trainer": [*whole(wordpiece.Trainer), (VocabularyError, "", lambda: wordpiece.Trainer("a", ties="random"))],
    "tokenize.wordpiece.training.train": [(VocabularyError, "", lambda: wordpiece.train("ab ab", 1)), (VocabularyError, "", lambda: wordpiece.train("ab ab", 9999))],
}  # fmt: skip
ELSEWHERE = {"tokenize.load": "downloads and damaged files: test_store.py, test_every_tokenizer.py"}


def promises():
    """{"rope.rotate": {"ShapeError", …}} for what is public in ROOMS and says that it raises."""
    found = {}

    def walk(node, prefix):
        for inner in ast.iter_child_nodes(node):
            if isinstance(inner, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)) and not inner.name.startswith("_"):
                said = " ".join(re.findall(r"[Rr]aises?\b((?:[^.]|\.(?=\w))*)", ast.get_docstring(inner) or ""))
                if said:
                    found[f"{prefix}.{inner.name}"] = {
                        name for name in re.findall(r"\w+", said) if hasattr(errors, name) or name.endswith("Error")
                    }
                if isinstance(inner, ast.ClassDef):
                    walk(inner, f"{prefix}.{inner.name}")

    for path in sorted(ROOT.rglob("*.py")):
        module = path.relative_to(ROOT).with_suffix("").as_posix().replace("/", ".").removesuffix(".__init__")
        if module.split(".")[0] in ROOMS:
            walk(ast.parse(path.read_text(encoding="utf-8")), module)
    return found


PROMISES = promises()


def test_every_promise_has_its_entries():
    assert len(PROMISES) > 70
    missing = {
        name: kinds - {error.__name__ for error, _, _ in TABLE.get(name, [])} for name, kinds in PROMISES.items() if name not in ELSEWHERE
    }
    assert {name: kinds for name, kinds in missing.items() if kinds or name not in TABLE} == {}
    assert set(TABLE) <= set(PROMISES)


@pytest.mark.parametrize("name", TABLE)
def test_it_is_raised(name):
    for error, message, call in TABLE[name]:
        with pytest.raises(error, match=message) as caught:
            call()
        assert type(caught.value) is error
