"""tokenize: BPE, WordPiece, SentencePiece."""

from random import Random

from engineroom.errors import DTypeError, TextError, UnknownToken, VocabularyError
from engineroom.tokenize import bpe, character_bpe, sentencepiece, unigram, vocab_file, wordpiece
from raises.samples import file, likely, own, pieces, texts, words

TABLE = {
    bpe.ByteBPE: [
        (VocabularyError, "ids 0 and 1 alike", lambda: bpe.ByteBPE("own", [b"a", b"a"], "gpt2")),
        (VocabularyError, "id 0 to '<s>'", lambda: bpe.ByteBPE("own", [b"a"], "gpt2", {"<s>": 0})),
        (VocabularyError, "split pattern", lambda: bpe.ByteBPE("own", [b"a"], "(")),
        (TextError, "byte 63", lambda: own.encode("c")),
    ],
    bpe.ByteBPE.encode: [*texts(own.encode), (TextError, "special token '<end>'", lambda: own.encode("a<end>"))],
    bpe.ByteBPE.decode: [(TextError, "byte 0", lambda: bpe.ByteBPE("own", [b"\xff"], "gpt2").decode([0], errors="strict"))],
    bpe.ByteBPE.decode_bytes: [
        (DTypeError, "ids must", lambda: own.decode_bytes([0.5])),
        (UnknownToken, "id 99", lambda: own.decode_bytes([99])),
    ],
    bpe.ByteBPE.from_vocabulary: [(VocabularyError, "split", lambda: bpe.ByteBPE.from_vocabulary(file()))],
    bpe.Stream.push: [(DTypeError, "ids must", lambda: own.stream().push(0.5)), (UnknownToken, "id 99", lambda: own.stream().push(99))],
    character_bpe.CharacterBPE: [
        (VocabularyError, "ids 0 and 2 alike", lambda: character_bpe.CharacterBPE("own", ["a", " ", "a"])),
        (VocabularyError, "mark", lambda: character_bpe.CharacterBPE("own", ["a"])),
        (TextError, "'b', character 1", lambda: words.encode("ab")),
    ],
    character_bpe.CharacterBPE.from_vocabulary: [
        (
            VocabularyError,
            "name",
            lambda: character_bpe.CharacterBPE.from_vocabulary(file(about={}, columns=vocab_file.pack_strings([b"a"]))),
        )
    ],
    sentencepiece.SentencePiece: [
        (VocabularyError, "2 pieces, 1 scores", lambda: unigram.Unigram("own", ["a", "b"], [0.0], [1, 2], likely.normaliser)),
        (VocabularyError, "unknown", lambda: unigram.Unigram("own", ["a"], [0.0], [1], likely.normaliser)),
    ],
    sentencepiece.SentencePiece.spelling: [(UnknownToken, "has no id 99, at place 7", lambda: likely.spelling(99, 7))],
    sentencepiece.SentencePiece.encode: texts(likely.encode),
    sentencepiece.SentencePiece.from_vocabulary: [
        (VocabularyError, "what SentencePiece needs: KeyError", lambda: unigram.Unigram.from_vocabulary(file()))
    ],
    **{
        getattr(unigram.Unigram, name): texts(lambda text, name=name, more=more: getattr(likely, name)(text, *more))
        for name, more in (("n_best", [2]), ("sample", [1.0, Random(0)]), ("log_likelihood", []))
    },
    wordpiece.WordPiece: [
        (VocabularyError, r"\[UNK\]", lambda: wordpiece.WordPiece("own", {"a": 0})),
        (VocabularyError, "gives 'a' the id -1, which is negative", lambda: wordpiece.WordPiece("own", {"[UNK]": 0, "a": -1})),
        (VocabularyError, r"gives 'a' the id 0, which is that of '\[UNK\]'", lambda: wordpiece.WordPiece("own", {"[UNK]": 0, "a": 0})),
    ],
    wordpiece.WordPiece.encode: texts(pieces.encode),
    wordpiece.WordPiece.from_vocabulary: [
        (VocabularyError, "what a WordPiece needs: KeyError", lambda: wordpiece.WordPiece.from_vocabulary(file()))
    ],
    wordpiece.load_vocab: [
        (VocabularyError, "line 2", lambda: wordpiece.load_vocab(b"[UNK]\n\xff\n")),
        (VocabularyError, "line 2", lambda: wordpiece.load_vocab(b"[UNK]\n\na\n")),
        (VocabularyError, "line 2", lambda: wordpiece.load_vocab(b"[UNK]\n[UNK]\n")),
        (VocabularyError, r"\[UNK\]", lambda: wordpiece.load_vocab(b"a\n")),
    ],
}
