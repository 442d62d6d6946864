"""BERT's WordPiece vocabulary, as all-MiniLM-L6-v2 brings it: Google's vocab.txt of the uncased models."""

from engineroom.tokenize.wordpiece import WordPiece, load_vocab
from engineroom_site.assets import fetch


def convert(name: str) -> bytes:
    """The vocabulary file of "bert". Raises VocabularyError."""
    return WordPiece(name, load_vocab(fetch.file("minilm-vocab").read_bytes())).save()
