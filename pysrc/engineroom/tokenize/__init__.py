"""Tokenizers: text in, numbers out. One algorithm per module.

gpt4 = await tokenize.load("cl100k_base")
own = tokenize.bpe.train(text, n_merges=512)
"""

from engineroom import store
from engineroom.errors import VocabularyError
from engineroom.tokenize import bpe, character_bpe, sentencepiece_bpe, unigram, vocab_file, wordpiece
from engineroom.tokenize.base import Token, Tokenizer

__all__ = ["Token", "Tokenizer", "bpe", "character_bpe", "from_bytes", "load", "sentencepiece_bpe", "unigram", "wordpiece"]

KINDS = {
    kind.kind: kind
    for kind in (bpe.ByteBPE, character_bpe.CharacterBPE, wordpiece.WordPiece, sentencepiece_bpe.SentencePieceBPE, unigram.Unigram)
}


async def load(name: str) -> Tokenizer:
    """The published vocabulary called `name`, fetched on first use: gpt2, cl100k_base, o200k_base, smollm2, mistral, bert,
    botchan-unigram or botchan-bpe.

    Raises UnknownAsset for another name (it lists the known), CorruptAsset or VocabularyError for a damaged file, DownloadError.
    """
    entry = await store.vocabulary(name)
    return from_bytes(await store.read(entry["files"][0]["path"]))


def from_bytes(data: bytes) -> Tokenizer:
    """The tokenizer that a vocabulary file holds, as `save` wrote it. Raises VocabularyError."""
    vocabulary = vocab_file.read(data)
    if vocabulary.kind not in KINDS:
        raise VocabularyError(f"no tokenizer here reads a vocabulary of kind {vocabulary.kind!r}; known: {', '.join(KINDS)}")
    return KINDS[vocabulary.kind].from_vocabulary(vocabulary)
