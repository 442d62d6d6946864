"""BERT, the encoder: every position sees every other.

Devlin et al. 2019, arXiv 1810.04805. The model at hand is all-MiniLM-L6-v2: a 6-layer BERT (Wang et al. 2020, MiniLM,
arXiv 2002.10957) trained by the Sentence-Transformers project (Reimers & Gurevych 2019, arXiv 1908.10084) to turn
sentences into vectors.

    model = await load("all-MiniLM-L6-v2")
    pieces = tokens(model, "The bank by the river was steep.")
    trace = forward(model, [piece.id for piece in pieces])
    trace.attentions[0, 4]  # (n, n): what head 4 of layer 0 looks at
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from engineroom import store
from engineroom.arrays import Array, Params, namespace, parameter
from engineroom.errors import CorruptAsset, ShapeError, VocabularyError
from engineroom.linear import embedding
from engineroom.models import bert_config, checkpoint
from engineroom.models.bert_config import Config
from engineroom.norm import layer_norm
from engineroom.position import learned
from engineroom.tokenize.base import Token
from engineroom.tokenize.wordpiece import WordPiece, load_vocab
from engineroom.transformer import BERT_EPS, encoder_block


class Bert(NamedTuple):
    """A model: sizes, nested parameters with the checkpoint's own names, and the tokenizer."""

    config: Config
    params: Params
    tokenizer: WordPiece

    def __repr__(self) -> str:
        return f"Bert({self.config}, params {', '.join(self.params)}, {len(self.tokenizer.vocab)} pieces)"


class Trace(NamedTuple):
    """What a forward pass computed.

    hidden_states (n_layers + 1, n, d_model): the embeddings, then the output of each layer.
    attentions (n_layers, n_heads, n, n): the weights; the row is the position that looks.
    """

    hidden_states: Array
    attentions: Array


async def load(name: str = "all-MiniLM-L6-v2") -> Bert:
    """The model called `name`, fetched on first use; its weights are stored as int8 and used as float32.

    Raises UnknownAsset for another name (it lists the known), CorruptAsset when a file is damaged, DownloadError when
    one cannot be fetched.
    """
    entry = await store.model(name)
    vocab = next((file["path"] for file in entry["files"] if file["path"].endswith(".txt")), None)
    if vocab is None:
        raise CorruptAsset(f"the index gives {name} no vocabulary (.txt)")
    return from_tensors(entry["config"], await checkpoint.tensors(entry), load_vocab(await store.read(vocab)))


def from_tensors(config: Mapping[str, Any], tensors: Mapping[str, Array], vocab: Mapping[str, int]) -> Bert:
    """A model from a checkpoint's config.json, its tensors by name, and its vocabulary {piece: id}.

    Raises UnsupportedConfig for an architecture that is not BERT's, MissingTensor or ShapeError naming the tensor,
    VocabularyError when an id has no embedding, or as WordPiece. Tensors the encoder does not use are left out.
    """
    sizes = bert_config.read(config)
    params = checkpoint.nested(tensors, bert_config.shapes(sizes))
    tokenizer = WordPiece("bert", vocab)
    if tokenizer.vocab_size > sizes.vocab_size:
        raise VocabularyError(f"{tokenizer.vocab_size} pieces, but the model has embeddings for {sizes.vocab_size}")
    return Bert(sizes, params, tokenizer)


def tokens(model: Bert, text: str) -> list[Token]:
    """The tokens the model reads: [CLS], the pieces of `text`, [SEP]. The two stand for no characters.

    Raises DTypeError when text is no string, TextError for a lone surrogate, ShapeError when there are more tokens than positions.
    """
    pieces = model.tokenizer.tokens(text)
    n, limit = len(pieces) + 2, model.config.n_positions
    if n > limit:
        raise ShapeError(f"the text is {n} tokens long with [CLS] and [SEP]; the model reads {limit}: shorten it")
    cls, sep = (parameter(model.tokenizer.vocab, piece) for piece in ("[CLS]", "[SEP]"))
    return [Token(cls, b"[CLS]", 0, 0), *pieces, Token(sep, b"[SEP]", len(text), len(text))]


def forward(model: Bert, ids: Sequence[int], block: Callable | Sequence[Callable] = encoder_block, mask: Array | None = None) -> Trace:
    r"""$x_0 = \mathrm{LayerNorm}(E_{id} + P + S_0)$, then $x_{l+1} = \mathrm{block}_l(x_l)$: the whole encoder.

    ids (n,) integers; mask as in attention.scaled_dot_product. `block` replaces encoder_block, with the same arguments
    and results: one function for all layers, or a sequence with one for each. See Trace for what comes back.
    Raises ShapeError for no ids, too many, or one outside the vocabulary; DTypeError for ids that are not integers.

    Differs from the paper: one sentence, so the segment embedding $S$ is always the first.
    """
    params, config = model.params, model.config
    blocks = [block] * config.n_layers if callable(block) else list(block)
    if len(blocks) != config.n_layers:
        raise ShapeError(f"{len(blocks)} blocks for {config.n_layers} layers")
    x = _embeddings(model, ids)  # (n, d_model)
    xp = namespace(x)
    hidden_states, attentions = [x], []
    for number, layer_block in enumerate(blocks):
        x, weights = layer_block(x, parameter(params, f"encoder.layer.{number}"), config.n_heads, mask)
        hidden_states.append(x)  # (n, d_model)
        attentions.append(weights)  # (n_heads, n, n)
    return Trace(xp.stack(hidden_states), xp.stack(attentions))


def embed(model: Bert, text: str) -> Array:
    r"""$v / \lVert v \rVert$ with $v = \frac1n \sum_i x_i$ over the last hidden states: one vector for a text, (d_model,).

    Reimers & Gurevych 2019, section 3, mean pooling. The dot product of two such vectors is their cosine similarity.
    Raises as `tokens`.

    Differs from Sentence-Transformers: nothing is cut off silently at 256 tokens; all 512 positions can be used.
    """
    last = forward(model, [token.id for token in tokens(model, text)]).hidden_states[-1, ...]  # (n, d_model)
    xp = namespace(last)
    pooled = xp.mean(last, axis=0)  # (d_model,)
    return pooled / xp.sqrt(xp.sum(pooled * pooled))


def _embeddings(model: Bert, ids: Sequence[int]) -> Array:
    table = parameter(model.params, "embeddings")
    words = parameter(table, "word_embeddings.weight")  # (vocab_size, d_model)
    x = embedding(words, ids, ndim=1)  # (n, d_model)
    x = learned(x, parameter(table, "position_embeddings.weight"))
    x = x + parameter(table, "token_type_embeddings.weight")[0, :]
    return layer_norm(x, parameter(table, "LayerNorm.weight"), parameter(table, "LayerNorm.bias"), eps=BERT_EPS)
