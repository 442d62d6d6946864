"""The encoder through which Llama 4 sees pictures, counted only."""

from engineroom.config import Fields
from engineroom.count.layout import Tensor


def llama4_vision(f: Fields, d_text: int) -> list[Tensor]:
    """A vision transformer, the adapter that joins its patches, and the projector to the text model's d_text numbers.

    As `Llama4VisionModel` of Hugging Face's transformers has it.
    """
    d, n_layers, wide = f.whole("hidden_size", 1408), f.whole("num_hidden_layers", 34), f.whole("intermediate_size", 5632)
    patch, size, joined = f.whole("patch_size", 14), f.whole("image_size", 448), f.whole("projector_input_dim", 4096)
    out = f.whole("projector_output_dim", 4096)
    shapes = {"patch_embedding": (d, f.whole("num_channels", 3) * patch**2), "class_embedding": (d,), "positions": ((size // patch) ** 2 + 1, d)}
    found = [Tensor("vision", f"vision_model.{name}", shape) for name, shape in shapes.items()]
    for name, shape in {"q": (d, d), "k": (d, d), "v": (d, d), "o": (d, d), "fc1": (wide, d), "fc2": (d, wide)}.items():
        found.append(Tensor("vision", f"vision_model.layers.{name}.weight", shape, n_layers))
        found.append(Tensor("vision", f"vision_model.layers.{name}.bias", shape[:1], n_layers))
    found.append(Tensor("vision", "vision_model: weight and bias of its norms", (2, d), 2 * n_layers + 2))
    found.append(Tensor("vision", "vision_model.vision_adapter.mlp.fc1.weight", (joined, wide)))
    found.append(Tensor("vision", "vision_model.vision_adapter.mlp.fc2.weight", (out, joined)))
    return [*found, Tensor("vision", "multi_modal_projector.linear_1.weight", (d_text, f.whole("vision_output_dim", 4096)))]
