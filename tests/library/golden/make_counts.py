"""Make counts.json: for each config of the library's published.json, the parameters of the model that transformers builds from it (on no device).

In a Python 3.11 environment of its own:

    pip install torch==2.13.0 transformers==5.24.0
    python tests/library/golden/make_counts.py
"""

import json
from pathlib import Path

import torch
import transformers

HERE = Path(__file__).parent
PUBLISHED = HERE.parents[2] / "pysrc" / "engineroom" / "count" / "published.json"
BASE = {"bert", "roberta"}  # without the heads of pretraining
PICTURES = {"llama4": "Llama4ForConditionalGeneration"}

if __name__ == "__main__":
    found = {}
    for name, config in json.loads((PUBLISHED).read_text()).items():
        kind = config["model_type"]
        with torch.device("meta"):
            made = transformers.AutoConfig.for_model(**config)
            if kind in PICTURES:
                model = getattr(transformers, PICTURES[kind])(made)
            elif kind in BASE:
                model = transformers.AutoModel.from_config(made)
            elif kind == "t5":
                model = transformers.T5ForConditionalGeneration(made)
            else:
                model = transformers.AutoModelForCausalLM.from_config(made)
        found[name] = sum(p.numel() for p in model.parameters())
        print(name, f"{found[name]:,}", flush=True)
    against = f"transformers {transformers.__version__}"
    (HERE / "counts.json").write_text(json.dumps({"against": against, "parameters": found}, indent=1) + "\n")
