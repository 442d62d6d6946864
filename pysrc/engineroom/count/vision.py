"""The encoder through which Llama 4 sees pictures, counted only."""

from engineroom.count.layout import Tensor
from engineroom.hf_config import Reader
from engineroom.unread import COUNTED

ABSENT = {
    "hidden_size": 768,
    "num_hidden_layers": 34,
    "intermediate_size": 5632,
    "patch_size": 14,
    "image_size": 448,
    "num_channels": 3,
    "projector_input_dim": 4096,
    "projector_output_dim": 4096,
    "vision_output_dim": 7680,
}
STRAY = (
    "num_attention_heads",
    "pixel_shuffle_ratio",
    "vision_feature_layer",
    "vision_feature_select_strategy",
    "multi_modal_projector_bias",
)


def llama4_vision(f: Reader, d_text: int) -> list[Tensor]:
    """A vision transformer, the adapter that joins its patches, and the projector to the text model's d_text numbers.

    As `Llama4VisionModel` of Hugging Face's transformers has it.
    """
    f = f.given(ABSENT)
    d, n_layers, wide = f.whole("hidden_size"), f.whole("num_hidden_layers"), f.whole("intermediate_size")
    patch, size, joined, out = (f.whole(name) for name in ("patch_size", "image_size", "projector_input_dim", "projector_output_dim"))
    shapes = {
        "patch_embedding": (d, f.whole("num_channels") * patch**2),
        "class_embedding": (d,),
        "positions": ((size // patch) ** 2 + 1, d),
    }
    found = [Tensor("vision", f"vision_model.{name}", shape) for name, shape in shapes.items()]
    for name, shape in {"q": (d, d), "k": (d, d), "v": (d, d), "o": (d, d), "fc1": (wide, d), "fc2": (d, wide)}.items():
        found.append(Tensor("vision", f"vision_model.layers.{name}.weight", shape, n_layers))
        found.append(Tensor("vision", f"vision_model.layers.{name}.bias", shape[:1], n_layers))
    found.append(Tensor("vision", "vision_model: weight and bias of its norms", (2, d), 2 * n_layers + 2))
    found.append(Tensor("vision", "vision_model.vision_adapter.mlp.fc1.weight", (joined, wide)))
    found.append(Tensor("vision", "vision_model.vision_adapter.mlp.fc2.weight", (out, out)))
    found.append(Tensor("vision", "multi_modal_projector.linear_1.weight", (d_text, f.whole("vision_output_dim"))))
    f.done(COUNTED, STRAY)
    return found
