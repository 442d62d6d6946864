"""MiniLM, as published and as shipped, against transformers; and what the chapter says about it."""

import functools
import re

import array_api_strict
import numpy as np
import pytest

from engineroom.attention import causal_mask, heads, merge_heads, multi_head
from engineroom.errors import DTypeError, MissingTensor, ShapeError, UnsupportedConfig, VocabularyError
from engineroom.linear import project
from engineroom.models import bert
from engineroom.models.bert import Bert
from engineroom.transformer import encoder_block
from nearness import worst

RIVER, VAULT = "The bank by the river was steep.", "The bank by the vault was closed."


def ids(model: Bert, text: str) -> list[int]:
    return [token.id for token in bert.tokens(model, text)]


def words(model: Bert, text: str) -> list[str]:
    return [token.text for token in bert.tokens(model, text)]


def flat(params, prefix=""):
    for name, value in params.items():
        yield from flat(value, f"{prefix}{name}.") if isinstance(value, dict) else [(prefix + name, value)]


def test_hidden_states_and_attentions_equal_transformers(exact_minilm, golden, measured):
    arrays = golden("minilm")
    error, cases = 0.0, len(arrays["sentences"])
    for i, sentence in enumerate(arrays["sentences"].tolist()):
        assert ids(exact_minilm, sentence) == arrays[f"{i}/ids"].tolist()
        trace = bert.forward(exact_minilm, arrays[f"{i}/ids"])
        assert trace.hidden_states.dtype == np.float32
        error = max(error, worst(trace.hidden_states, arrays[f"{i}/hidden_states"]))
        error = max(error, worst(trace.attentions, arrays[f"{i}/attentions"]))
    assert error <= 1e-5
    measured("MiniLM", against=arrays["against"], error=error, metric="max abs. error", cases=cases)


def test_embeddings_equal_transformers(exact_minilm, golden):
    arrays = golden("minilm")
    ours = np.stack([bert.embed(exact_minilm, text) for text in arrays["texts"].tolist()])
    assert worst(ours, arrays["pooled"]) <= 1e-6


def test_one_byte_a_weight_keeps_the_embeddings(minilm, golden, measured):
    arrays = golden("minilm")
    ours = np.stack([bert.embed(minilm, text) for text in arrays["texts"].tolist()])
    cosine = (ours * arrays["pooled"]).sum(axis=-1)
    assert cosine.min() >= 0.999
    measured("MiniLM in int8", against=arrays["against"], error=1 - cosine.min(), metric="1 − cosine of embeddings", cases=len(ours))


def test_one_byte_a_weight_keeps_the_attentions(minilm, golden, measured):
    arrays = golden("minilm")
    traces = [bert.forward(minilm, arrays[f"{i}/ids"]) for i in range(len(arrays["sentences"]))]
    error = max(worst(trace.attentions, arrays[f"{i}/attentions"]) for i, trace in enumerate(traces))
    assert error <= 0.05
    measured("MiniLM attention in int8", against=arrays["against"], error=error, metric="max abs. error", cases=len(traces))


def test_every_row_of_every_head_sums_to_one(minilm):
    trace = bert.forward(minilm, ids(minilm, RIVER))
    assert trace.hidden_states.shape == (7, 10, 384) and trace.attentions.shape == (6, 12, 10, 10)
    assert np.allclose(trace.attentions.sum(axis=-1), 1, atol=1e-6)


def test_a_reader_can_change_every_parameter(minilm):
    assert all(array.flags.writeable and array.dtype == np.float32 for _, array in flat(minilm.params))


def test_parameters_are_the_published_number(minilm):
    assert sum(array.size for _, array in flat(minilm.params)) == 22_713_216


def test_an_encoders_bank_depends_on_what_follows(exact_minilm):
    texts = RIVER.removesuffix("."), VAULT.removesuffix(".")
    river, vault = (bert.forward(exact_minilm, ids(exact_minilm, text)).hidden_states[-1, 2] for text in texts)
    assert words(exact_minilm, RIVER)[2] == "bank"
    assert abs(np.abs(river - vault).max() - 0.978) < 5e-4
    assert abs(river @ vault / np.linalg.norm(river) / np.linalg.norm(vault) - 0.866) < 5e-4


def test_under_a_causal_mask_bank_cannot_see_river(minilm):
    mask = causal_mask(10, np)
    river, vault = (bert.forward(minilm, ids(minilm, text), mask=mask) for text in (RIVER, VAULT))
    assert (river.hidden_states[:, :5] == vault.hidden_states[:, :5]).all()  # [CLS] the bank by the
    assert (river.hidden_states[-1, 5:] != vault.hidden_states[-1, 5:]).any()
    assert (np.triu(river.attentions, 1) == 0).all()


def test_where_bank_looks(minilm):
    attentions = bert.forward(minilm, ids(minilm, RIVER)).attentions
    bank, river = 2, 5
    assert abs(attentions[0, 4, bank, river] - 0.718) < 0.01 and abs(attentions[0, 10, bank, river] - 0.405) < 0.01
    previous = attentions[0, 2, range(1, 10), range(9)]
    assert previous.min() > 0.99  # head 2 of layer 0 looks at the token before


def test_a_reader_can_replace_a_block(minilm):
    """Silencing no head changes nothing, silencing one does; dropping W_O does."""
    keep = np.ones((12, 1, 1), np.float32)

    def silenced(x, params, n_heads, mask=None):
        outputs, weights = heads(x, params, n_heads, mask)
        return project(merge_heads(outputs * keep), params, "output"), weights

    def without_output_projection(x, params, n_heads, mask=None):
        outputs, weights = heads(x, params, n_heads, mask)
        return merge_heads(outputs), weights

    numbers = ids(minilm, RIVER)
    whole = bert.forward(minilm, numbers).hidden_states
    block = functools.partial(encoder_block, attend=silenced)
    assert (bert.forward(minilm, numbers, block).hidden_states == whole).all()
    keep[4] = 0
    blocks = [block] + [encoder_block] * 5
    changed = bert.forward(minilm, numbers, blocks).hidden_states
    assert (changed[0] == whole[0]).all() and np.abs(changed[1:] - whole[1:]).max(axis=(1, 2)).min() > 0.01
    dropped = bert.forward(minilm, numbers, functools.partial(encoder_block, attend=without_output_projection))
    assert dropped.hidden_states.shape == whole.shape and np.abs(dropped.hidden_states - whole).max() > 0.1


def test_on_another_array_library(exact_minilm, golden):
    """Two layers' worth: the strict library is slow to convert."""
    arrays = golden("minilm")
    config = dict(CONFIG, **CHECKPOINT, num_hidden_layers=2)
    tensors = {name: array_api_strict.asarray(array) for name, array in flat(exact_minilm.params)}
    trace = bert.forward(bert.from_tensors(config, tensors, exact_minilm.tokenizer.vocab), arrays["0/ids"].tolist())
    assert worst(trace.hidden_states, arrays["0/hidden_states"][:3]) <= 1e-5
    assert worst(trace.attentions, arrays["0/attentions"][:2]) <= 1e-5


def test_close_meanings_are_close(minilm):
    guitar, music, market = (
        bert.embed(minilm, text)
        for text in ("A man is playing a guitar.", "Someone plays music on a guitar.", "The stock market fell sharply on Monday.")
    )
    assert guitar @ music > 0.7 > 0.2 > guitar @ market
    assert abs(np.linalg.norm(guitar) - 1) < 1e-6


def test_special_tokens_frame_the_text(minilm):
    first, *inside, last = bert.tokens(minilm, RIVER)
    assert first == (101, b"[CLS]", 0, 0) and last == (102, b"[SEP]", len(RIVER), len(RIVER))
    assert [RIVER[t.start : t.end] for t in inside] == ["The", "bank", "by", "the", "river", "was", "steep", "."]


# A BERT small enough to break in many ways.
CONFIG = {"vocab_size": 5, "hidden_size": 4, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 6,
          "max_position_embeddings": 6, "type_vocab_size": 2, "hidden_act": "gelu", "layer_norm_eps": 1e-12}  # fmt: skip
CHECKPOINT = {"vocab_size": 30522, "hidden_size": 384, "num_attention_heads": 12, "intermediate_size": 1536,
              "max_position_embeddings": 512}  # fmt: skip
VOCAB = {piece: i for i, piece in enumerate(["[CLS]", "[SEP]", "[UNK]", "a", "b"])}


def tiny_tensors() -> dict[str, np.ndarray]:
    rng = np.random.default_rng(0)
    tensors = {f"embeddings.{name}.weight": rng.normal(size=(n, 4)) for name, n in
               (("word_embeddings", 5), ("position_embeddings", 6), ("token_type_embeddings", 2))}  # fmt: skip
    layer = "encoder.layer.0."
    sizes = {layer + f"attention.self.{name}": (4, 4) for name in ("query", "key", "value")}
    sizes |= {layer + "attention.output.dense": (4, 4), layer + "intermediate.dense": (6, 4), layer + "output.dense": (4, 6)}
    for name, (d_out, d_in) in (sizes | {"pooler.dense": (4, 4)}).items():
        tensors |= {f"{name}.weight": rng.normal(size=(d_out, d_in)), f"{name}.bias": rng.normal(size=d_out)}
    for name in ("embeddings", layer + "attention.output", layer + "output"):
        tensors |= {f"{name}.LayerNorm.weight": np.ones(4), f"{name}.LayerNorm.bias": np.zeros(4)}
    return tensors


def tiny(config=None, tensors=None, vocab=None) -> Bert:
    return bert.from_tensors(CONFIG | (config or {}), tiny_tensors() | (tensors or {}), vocab or VOCAB)


def without(name: str) -> Bert:
    tensors = tiny_tensors()
    del tensors[name]
    return bert.from_tensors(CONFIG, tensors, VOCAB)


WRONG = {
    "activation": (lambda: tiny({"hidden_act": "relu"}), UnsupportedConfig, "hidden_act is 'relu'; this encoder is BERT's"),
    "positions": (lambda: tiny({"position_embedding_type": "relative_key"}), UnsupportedConfig, "'relative_key'"),
    "a decoder": (lambda: tiny({"is_decoder": True}), UnsupportedConfig, "is_decoder is True; known is only False"),
    "another family": (lambda: tiny({"model_type": "roberta"}), UnsupportedConfig, "model_type is 'roberta'"),
    "an entry not known": (lambda: tiny({"embedding_size": 3}), UnsupportedConfig, "embedding_size of the config is not known here"),
    "no size": (lambda: tiny({"hidden_size": None}), UnsupportedConfig, "hidden_size of the config is None; it must be a whole number"),
    "a tensor gone": (
        lambda: without("encoder.layer.0.output.dense.bias"),
        MissingTensor, "no tensor encoder.layer.0.output.dense.bias, of shape (4,)",
    ),
    "a tensor's shape": (
        lambda: tiny(tensors={"pooler.dense.weight": np.ones((4, 3))}),
        ShapeError, "pooler.dense.weight has shape (4, 3); its config asks for (4, 4)",
    ),
    "a vocabulary too large": (lambda: tiny(vocab=VOCAB | {"c": 5}), VocabularyError, "6 pieces, but the model has embeddings for 5"),
    "too many tokens": (lambda: bert.tokens(tiny(), "a b a b a"), ShapeError, "7 tokens long with [CLS] and [SEP]; the model reads 6"),
    "too many ids": (lambda: bert.forward(tiny(), [3] * 7), ShapeError, "7 positions, but the table was trained with 6"),
    "no ids": (lambda: bert.forward(tiny(), []), ShapeError, "at least one id"),
    "an id too large": (lambda: bert.forward(tiny(), [0, 5]), ShapeError, "id 5 is outside the vocabulary of 5"),
    "a negative id": (lambda: bert.forward(tiny(), [-1]), ShapeError, "id -1 is outside"),
    "tokens for ids": (lambda: bert.forward(tiny(), bert.tokens(tiny(), "a")), DTypeError, "ids must be integers: [token.id"),
    "a block too few": (lambda: bert.forward(tiny(), [3], []), ShapeError, "0 blocks for 1 layers"),
    "no text": (lambda: bert.embed(tiny(), None), DTypeError, "text must be a string, not NoneType"),
}  # fmt: skip


@pytest.mark.parametrize("call, kind, text", WRONG.values(), ids=WRONG)
def test_what_does_not_fit_is_named(call, kind, text):
    with pytest.raises(kind, match=re.escape(text)):
        call()


def test_a_tiny_bert_runs():
    model = tiny()
    trace = bert.forward(model, ids(model, "a b"), block=functools.partial(encoder_block, attend=multi_head))
    assert trace.attentions.shape == (1, 2, 4, 4)
