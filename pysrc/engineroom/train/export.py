"""A trained model as the files that transformers loads."""

import json

from engineroom.models import checkpoint, convert, llama_config, safetensors
from engineroom.models.llama import Llama


def exported(model: Llama) -> dict[str, bytes]:
    """`config.json` and `model.safetensors`, by Hugging Face's names: a folder with both is loaded by `AutoModelForCausalLM.from_pretrained`.

    The parameters are NumPy's arrays, in their own dtype. Raises UnsupportedConfig for a model that transformers' Llama is not: with other
    positions than RoPE's, or a mixture.
    """
    config = llama_config.write(model.config)
    params = convert.repack(model, "half").params
    tensors = dict(checkpoint.flat(params))
    config["torch_dtype"] = str(tensors["model.embed_tokens.weight"].dtype)
    return {"config.json": json.dumps(config, indent=1).encode(), "model.safetensors": safetensors.write(tensors, {"format": "pt"})}
