"""models: one made from another."""

from engineroom.errors import DTypeError, MissingTensor, ShapeError, UnsupportedConfig
from engineroom.models import checkpoint, convert, fit, key_heads, llama, llama_config
from engineroom.quantise import QuantisedMatrix
from raises.models import llama_tensors, of_llama, writer
from raises.samples import decoder, own, without

quantised = llama.from_tensors(decoder, {name: QuantisedMatrix(w) if w.ndim == 2 else w for name, w in llama_tensors.items()}, own)
no_up = checkpoint.nested(llama_tensors, without(llama_config.shapes(writer.config), "model.layers.0.mlp.up_proj.weight"))

TABLE = {
    convert.repack: [(UnsupportedConfig, "layout must be .* not 'other'", lambda: convert.repack(writer, "other"))],
    convert.fold_norms: [
        (MissingTensor, "has no 'layers'", lambda: convert.fold_norms(writer._replace(params={"model": {}}))),
        (MissingTensor, "mlp.up_proj: mlp has no 'up_proj'", lambda: convert.fold_norms(writer._replace(params=no_up))),
        (DTypeError, "q_proj is quantised", lambda: convert.fold_norms(quantised)),
    ],
    fit.fit_heads: [
        (ShapeError, "2 key heads can be fitted by 1, 2, not 3", lambda: fit.fit_heads(writer, 3, [[1, 1]])),
        (ShapeError, "1 tokens cannot show 2 directions", lambda: fit.fit_heads(writer, 1, [[1]])),
        (
            UnsupportedConfig,
            "attention_bias of the model is True",
            lambda: fit.fit_heads(writer._replace(config=writer.config._replace(attention_bias=True)), 1, [[1, 1]]),
        ),
        *of_llama(lambda ids: fit.fit_heads(writer, 1, [ids])),
    ],
    fit.attention_inputs: of_llama(lambda ids: fit.attention_inputs(writer, [ids])),
    key_heads.pool_heads: [(ShapeError, "2 key heads can be pooled to 1, 2, not 4", lambda: key_heads.pool_heads(writer, 4))],
    key_heads.expand_heads: [
        (ShapeError, "2 key heads for 4 query heads can be expanded to 2, 4, not 3", lambda: key_heads.expand_heads(writer, 3))
    ],
    key_heads.reorder_heads: [
        (ShapeError, "orders must be 1 permutations of 0 to 1", lambda: key_heads.reorder_heads(writer, [[0, 0]])),
        (ShapeError, "one for each layer", lambda: key_heads.reorder_heads(writer, [])),
    ],
    key_heads.possible: [(ShapeError, "heads can be 1, 2, not 3", lambda: key_heads.possible(3, [1, 2], "heads can be"))],
}
