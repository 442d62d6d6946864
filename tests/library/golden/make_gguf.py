"""Make small.gguf with llama.cpp's own writer, and small_gguf.npz, what its own package reads from it.

In a Python 3.11 environment of its own:

    pip install gguf==0.19.0 numpy
    python tests/library/golden/make_gguf.py
"""

from pathlib import Path

import gguf
import numpy as np
from gguf.quants import dequantize, quantize

HERE = Path(__file__).parent
KINDS = ("F32", "F16", "Q4_0", "Q4_1", "Q8_0")

if __name__ == "__main__":
    rng, path = np.random.default_rng(0), str(HERE / "small.gguf")
    writer = gguf.GGUFWriter(path, "llama")
    writer.add_custom_alignment(64)
    writer.add_block_count(3)
    writer.add_float32("test.float", 0.5)
    writer.add_bool("test.flag", True)
    writer.add_array("test.words", ["a", "", "naïve", "東京"])
    writer.add_array("test.numbers", [1, -2, 300])
    for kind in KINDS:
        values = rng.normal(size=(3, 96)).astype(np.float32)
        form = gguf.GGMLQuantizationType[kind]
        data = values if kind == "F32" else values.astype(np.float16) if kind == "F16" else quantize(values, form)
        writer.add_tensor(f"tensor.{kind}", data, raw_dtype=form)
    writer.add_tensor("tensor.vector", rng.normal(size=7).astype(np.float32))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    read = {tensor.name: dequantize(tensor.data, tensor.tensor_type).astype(np.float32) for tensor in gguf.GGUFReader(path).tensors}
    np.savez_compressed(HERE / "small_gguf.npz", against=np.array("gguf 0.19.0"), **read)
    print(Path(path).stat().st_size, "bytes,", ", ".join(read))
