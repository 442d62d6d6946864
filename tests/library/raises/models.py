"""models: what does not fit a model, and what a model does not fit."""

from functools import partial

import numpy as np

from engineroom.errors import DTypeError, MissingTensor, ShapeError, TextError, UnsupportedConfig, VocabularyError
from engineroom.hf_config import Reader
from engineroom.models import bert, bert_config, checkpoint, llama, llama_config, mixtral, seq2seq, seq2seq_config
from raises.samples import decoder, encoder, filled, mixed, own, pieces, translator, without

bert_tensors = filled(bert_config.shapes(bert_config.read(encoder)))
llama_tensors = filled(llama_config.shapes(llama_config.read(decoder)))
mixtral_tensors = filled(mixtral.shapes(*mixtral.read(mixed)))
seq2seq_tensors = filled(seq2seq_config.shapes(seq2seq_config.read(translator)))
reader = bert.from_tensors(encoder, bert_tensors, pieces.vocab)
writer = llama.from_tensors(decoder, llama_tensors, own)
experts = mixtral.from_tensors(mixed, mixtral_tensors, own)
speller = seq2seq.from_tensors(translator, seq2seq_tensors)
states = seq2seq.encode(speller, [3, 2]).states

MAKERS = {
    bert.from_tensors: (lambda config, tensors: bert.from_tensors(config, tensors, pieces.vocab), encoder, bert_tensors),
    llama.from_tensors: (lambda config, tensors: llama.from_tensors(config, tensors, own), decoder, llama_tensors),
    mixtral.from_tensors: (lambda config, tensors: mixtral.from_tensors(config, tensors, own), mixed, mixtral_tensors),
    seq2seq.from_tensors: (seq2seq.from_tensors, translator, seq2seq_tensors),
}
READERS = {
    bert_config.read: (encoder, "num_hidden_layers"),
    llama_config.read: (decoder, "num_hidden_layers"),
    mixtral.read: (mixed, "num_experts_per_tok"),
    seq2seq_config.read: (translator, "encoder_layers"),
}
MORE = {
    bert.from_tensors: [
        (
            VocabularyError,
            "4 pieces, but the model has embeddings for 3",
            lambda: bert.from_tensors(
                encoder | {"vocab_size": 3}, bert_tensors | {"embeddings.word_embeddings.weight": np.ones((3, 8))}, pieces.vocab
            ),
        ),
        (VocabularyError, r"has no \[UNK\]", lambda: bert.from_tensors(encoder, bert_tensors, {"a": 0})),
    ],
    bert_config.read: [
        (UnsupportedConfig, "hidden_size 8 .* num_attention_heads 3", lambda: bert_config.read(encoder | {"num_attention_heads": 3}))
    ],
    llama_config.read: [
        (
            UnsupportedConfig,
            "num_key_value_heads 3 .* num_attention_heads 4",
            lambda: llama_config.read(decoder | {"num_key_value_heads": 3}),
        )
    ],
    mixtral.read: [
        (UnsupportedConfig, "num_experts_per_tok 5 is more than the 4", lambda: mixtral.read(mixed | {"num_experts_per_tok": 5})),
        (
            UnsupportedConfig,
            "sliding_window is 8, and position 'alibi'",
            lambda: mixtral.read(mixed | {"sliding_window": 8, "position": "alibi"}),
        ),
    ],
    seq2seq_config.read: [
        (UnsupportedConfig, "source_tokens and target_tokens", lambda: seq2seq_config.read(without(translator, "target_tokens"))),
        (UnsupportedConfig, "decoder_ffn_dim is 9", lambda: seq2seq_config.read(translator | {"decoder_ffn_dim": 9})),
    ],
}


def of_llama(call):
    """What whatever runs the decoder over ids raises."""
    return [
        (ShapeError, "at least one id", partial(call, [])),
        (ShapeError, "id 3 is outside the vocabulary of 3", partial(call, [1, 3, 1])),
        (ShapeError, "ids need at least 1 ax", partial(call, 1)),
        (DTypeError, "ids must be integers", partial(call, [0.5, 1])),
    ]


TABLE = {
    **{
        make: [
            (UnsupportedConfig, "model_type is 'other'", partial(make_, config | {"model_type": "other"}, tensors)),
            (MissingTensor, f"no tensor {next(iter(tensors))}", partial(make_, config, without(tensors, next(iter(tensors))))),
            (
                ShapeError,
                rf"tensor {next(iter(tensors))} has shape \(1,\); its config asks",
                partial(make_, config, tensors | {next(iter(tensors)): np.ones(1)}),
            ),
            *MORE.get(make, []),
        ]
        for make, (make_, config, tensors) in MAKERS.items()
    },
    **{
        read: [
            (UnsupportedConfig, "model_type is 'other'", partial(read, config | {"model_type": "other"})),
            (UnsupportedConfig, f"{size} of the config is missing", partial(read, without(config, size))),
            (UnsupportedConfig, "unheard_of of the config is not known", partial(read, config | {"unheard_of": 1})),
            *MORE.get(read, []),
        ]
        for read, (config, size) in READERS.items()
    },
    bert.tokens: [
        (DTypeError, "text must be a string", lambda: bert.tokens(reader, 5)),
        (TextError, "character 0 is half", lambda: bert.tokens(reader, "\ud800")),
        (ShapeError, "17 tokens long .* the model reads 16", lambda: bert.tokens(reader, "a " * 15)),
    ],
    bert.embed: [
        (DTypeError, "text must be a string", lambda: bert.embed(reader, 5)),
        (TextError, "character 0 is half", lambda: bert.embed(reader, "\ud800")),
        (ShapeError, "17 tokens long", lambda: bert.embed(reader, "a " * 15)),
    ],
    bert.forward: [
        (ShapeError, "at least one id", lambda: bert.forward(reader, [])),
        (ShapeError, "17 positions, but the table was trained with 16", lambda: bert.forward(reader, [1] * 17)),
        (ShapeError, "id 32 is outside the vocabulary of 32", lambda: bert.forward(reader, [32])),
        (ShapeError, "2 blocks for 1 layers", lambda: bert.forward(reader, [1], [None, None])),
        (ShapeError, "ids need at least 1 ax", lambda: bert.forward(reader, 1)),
        (DTypeError, "ids must be integers", lambda: bert.forward(reader, [0.5])),
    ],
    llama.forward: [
        *of_llama(lambda ids: llama.forward(writer, ids)),
        (ShapeError, "2 blocks for 1 layers", lambda: llama.forward(writer, [1], block=[None, None])),
    ],
    llama.next_logits: of_llama(lambda ids: llama.next_logits(writer, ids)),
    llama.step: of_llama(lambda ids: llama.step(writer, ids, llama.new_cache(writer))),
    llama.losses: of_llama(lambda ids: llama.losses(writer, ids)),
    mixtral.routes: of_llama(lambda ids: mixtral.routes(experts, ids)),
    llama_config.shared: [
        (
            UnsupportedConfig,
            "position is 'other'; known are rope",
            lambda: llama_config.shared(Reader(decoder | {"position": "other"}), "llama", 1e4),
        )
    ],
    llama_config.done: [
        (UnsupportedConfig, "layer_types is", lambda: llama_config.done(Reader(decoder | {"layer_types": ["sliding_attention"]})))
    ],
    checkpoint.nested: [
        (MissingTensor, r"no tensor a.b, of shape \(2,\)", lambda: checkpoint.nested({}, {"a.b": (2,)})),
        (
            ShapeError,
            r"tensor a.b has shape \(3,\); its config asks for \(2,\)",
            lambda: checkpoint.nested({"a.b": np.ones(3)}, {"a.b": (2,)}),
        ),
    ],
    seq2seq.encode: [
        (ShapeError, "id 5 is outside the vocabulary of 5", lambda: seq2seq.encode(speller, [5])),
        (ShapeError, "ids need at least 1 ax", lambda: seq2seq.encode(speller, 1)),
        (DTypeError, "ids must be integers", lambda: seq2seq.encode(speller, "ab")),
    ],
    seq2seq.decode: [
        (ShapeError, "id 4 is outside the vocabulary of 4", lambda: seq2seq.decode(speller, [4], states)),
        (ShapeError, r"x \(2, 3\) does not fit weight \(8, 8\)", lambda: seq2seq.decode(speller, [1], np.ones((2, 3)))),
        (ShapeError, "ids need at least 1 ax", lambda: seq2seq.decode(speller, 1, states)),
        (ShapeError, "2 masks for 1 layers", lambda: seq2seq.decode(speller, [1], states, [None, None])),
        (DTypeError, "ids must be integers", lambda: seq2seq.decode(speller, "ab", states)),
    ],
    seq2seq.letters: [
        (TextError, "'a1' has '1'; the model reads ab", lambda: seq2seq.letters(speller, "a1")),
        (TextError, "a word needs a letter", lambda: seq2seq.letters(speller, "")),
    ],
    seq2seq.phonemes: [(TextError, "'a1' has '1'", lambda: seq2seq.phonemes(speller, "a1"))],
}
