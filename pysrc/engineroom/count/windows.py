"""How many positions each layer of a decoder sees: a number for each layer, None for all of them."""

from engineroom.errors import UnsupportedConfig
from engineroom.hf_config import Reader

type Windows = list[int | None]

SIZES = {"full_attention": None, "sliding_attention": "sliding_window", "chunked_attention": "attention_chunk_size"}


def listed(f: Reader, n_layers: int) -> Windows | None:
    """As `layer_types` says, if it is there."""
    kinds = f.names("layer_types")
    if kinds is None:
        return None
    if len(kinds) != n_layers:
        raise UnsupportedConfig(f"layer_types of the config names {len(kinds)} layers; num_hidden_layers is {n_layers}")
    if unknown := next((kind for kind in kinds if kind not in SIZES), None):
        raise UnsupportedConfig(f"layer_types of the config names {unknown!r}; known are {', '.join(SIZES)}")
    return [f.whole(SIZES[kind]) if SIZES[kind] else None for kind in kinds]


def nowhere(f: Reader, n_layers: int) -> Windows:
    """No layer has a window. Raises UnsupportedConfig when `layer_types` says otherwise."""
    if kind := next((kind for kind in f.names("layer_types") or [] if kind != "full_attention"), None):
        raise UnsupportedConfig(f"layer_types of the config names {kind!r}; here every layer sees all")
    listed(f, n_layers)
    return [None] * n_layers


def everywhere(f: Reader, n_layers: int) -> Windows:
    """Every layer has the window `sliding_window`, unless that is null or `layer_types` says otherwise."""
    window = f.optional("sliding_window")
    return listed(f, n_layers) or [window] * n_layers


def if_used(f: Reader, n_layers: int) -> Windows:
    """`everywhere` where `use_sliding_window` says so."""
    return everywhere(f, n_layers) if f.flag("use_sliding_window") else nowhere(f, n_layers)


def late_if_used(f: Reader, n_layers: int) -> Windows:
    """Where `use_sliding_window` says so, every layer from number `max_window_layers` on, the first being 0."""
    if not f.flag("use_sliding_window"):
        return nowhere(f, n_layers)
    first, window = f.whole("max_window_layers", least=0), f.optional("sliding_window")
    return listed(f, n_layers) or [window if number >= first else None for number in range(n_layers)]


def but_every(f: Reader, n_layers: int, step: int) -> Windows:
    """Every layer but each `step`th has the window `sliding_window`, unless `layer_types` says otherwise."""
    f.optional("sliding_window")  # a number, even where no layer has it
    return listed(f, n_layers) or [None if number % step == step - 1 else f.whole("sliding_window") for number in range(n_layers)]


def but_every_second(f: Reader, n_layers: int) -> Windows:
    return but_every(f, n_layers, 2)


def gemma3(f: Reader, n_layers: int) -> Windows:
    """All but every sixth, or as `sliding_window_pattern` says; half as wide on each side where text is read in both directions."""
    windows = but_every(f, n_layers, f.whole("sliding_window_pattern"))
    return [window and window // 2 + 1 for window in windows] if f.flag("use_bidirectional_attention") else windows


def llama4(f: Reader, n_layers: int) -> Windows:
    """Chunks where positions are turned: not in every fourth layer, or as `no_rope_layers` says; 1 is for turned, 0 for not."""
    step, turned, chunk = f.whole("no_rope_layer_interval"), f.numbers("no_rope_layers"), f.optional("attention_chunk_size")
    if turned and len(turned) < n_layers:
        raise UnsupportedConfig(f"no_rope_layers of the config lists {len(turned)} layers of {n_layers}")
    chunked = turned or [number % step != step - 1 for number in range(n_layers)]
    return listed(f, n_layers) or [chunk if chunked[number] else None for number in range(n_layers)]
