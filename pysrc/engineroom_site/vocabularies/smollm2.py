"""SmolLM2's vocabulary, from the head of its GGUF file: byte-level BPE with GPT-2's letters for bytes."""

from engineroom.models import gguf
from engineroom.tokenize.bpe import BYTES, ByteBPE
from engineroom_site.assets import AssetError, fetch

HEAD = 8_000_000  # bytes of the file that surely hold its metadata
CONTROL = 3  # the type of a special token
LETTERS = {chr(byte if place < 188 else 256 + place - 188): byte for place, byte in enumerate(BYTES)}  # how GPT-2 writes bytes


def convert(name: str) -> bytes:
    """The vocabulary file of "smollm2". Raises AssetError when merging by id would not be merging by the file's own merges."""
    path = fetch.file("smollm2")
    with path.open("rb") as file:
        about = gguf.metadata(file.read(HEAD), path.name)
    spelt = [token.decode() for token in about["tokenizer.ggml.tokens"]]
    control = [kind == CONTROL for kind in about["tokenizer.ggml.token_type"]]
    ids = {token: id for id, token in enumerate(spelt)}
    made = [ids["".join(merge.decode().split(" "))] for merge in about["tokenizer.ggml.merges"]]
    if made != sorted(set(made)) or about["tokenizer.ggml.pre"] != b"smollm":
        raise AssetError(f"{path.name}: its merges are not in the order of their ids, or its text is split another way than “smollm”")
    pieces = [None if special else bytes(LETTERS[letter] for letter in token) for token, special in zip(spelt, control)]
    return ByteBPE(name, pieces, "smollm", {token: ids[token] for token, special in zip(spelt, control) if special}).save()
