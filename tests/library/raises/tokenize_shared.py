"""tokenize: what all tokenizers share."""

from functools import partial

from engineroom import tokenize
from engineroom.errors import DTypeError, TextError, UnknownToken, VocabularyError
from engineroom.tokenize import base, charsmap, special, split, split_pattern, vocab_file
from engineroom.tokenize.unicode16 import ranges
from raises.samples import file, likely, own, pieces, texts, words

TABLE = {
    tokenize.from_bytes: [(VocabularyError, "kind 'none'", lambda: tokenize.from_bytes(vocab_file.write("none", {}, {})))],
    base.Tokenizer.tokens: [entry for one in (own, words, pieces, likely) for entry in texts(one.tokens)],
    base.Tokenizer.encode: [entry for one in (own, words, pieces, likely) for entry in texts(one.encode)],
    base.Tokenizer.decode: [
        entry
        for one in (own, words, pieces, likely)
        for entry in [
            (DTypeError, "ids must be", partial(one.decode, [0.5])),
            (UnknownToken, "has no id 99, at place 1", partial(one.decode, [0, 99])),
            (UnknownToken, "has no id -1", partial(one.decode, [-1])),
        ]
    ],
    base.Tokenizer.spelling: [
        (UnknownToken, "has no id 99, at place 7", partial(one.spelling, 99, 7)) for one in (own, words, pieces, likely)
    ],
    base.checked: texts(base.checked),
    base.numbers: [(DTypeError, "ids must be", lambda: base.numbers("12"))],
    base.numbered: [(VocabularyError, "ids 0 and 1 alike", lambda: base.numbered("own", ["a", "a"]))],
    charsmap.Table: [(VocabularyError, "ab", lambda: charsmap.Table({"ab": "c"}))],
    charsmap.CharacterMap: [
        (VocabularyError, "the character map is empty", lambda: charsmap.CharacterMap(bytes(4))),
        (VocabularyError, "breaks off after 1 bytes", lambda: charsmap.CharacterMap(b"\xff")),
    ],
    special.split: [
        (TextError, "special token 's' at character 1", lambda: [*special.split("as", {"s": 1}, (), "all", "own")]),
        (UnknownToken, "'none'", lambda: [*special.split("as", {"s": 1}, {"none"}, (), "own")]),
    ],
    split.splitter: [
        (VocabularyError, "compiled", lambda: split.splitter("(")),
        (VocabularyError, "'gpt-2'", lambda: split.splitter("gpt-2")),
    ],
    split_pattern.compiled: [(VocabularyError, "captures", lambda: split_pattern.compiled("(a)"))],
    ranges: [(KeyError, "'Z'", lambda: ranges("Z"))],
    vocab_file.read: [(VocabularyError, "no vocabulary file: it starts with b'none'", lambda: vocab_file.read(b"none"))],
    vocab_file.column: [(VocabularyError, "'none'", lambda: vocab_file.column(file(), "none"))],
    vocab_file.unpack_numbers: [(VocabularyError, "none", lambda: vocab_file.unpack_numbers(b"\x80", "none"))],
    vocab_file.unpack_strings: [(VocabularyError, "lengths", lambda: vocab_file.unpack_strings(file()))],
    vocab_file.unpack_texts: [
        (
            VocabularyError,
            r"id 0 is spelt b'\\xff', which is not UTF-8",
            lambda: vocab_file.unpack_texts(file(columns=vocab_file.pack_strings([b"\xff"]))),
        )
    ],
    vocab_file.unpack_floats: [(VocabularyError, "none", lambda: vocab_file.unpack_floats(file(), "none"))],
}
