"""`boot.json`: what the page fetches, how large it is, and the hash that names this runtime."""

import hashlib
import json
from pathlib import Path

CORE = ("pyodide.mjs", "pyodide.asm.js", "pyodide.asm.wasm")


def write(out: Path) -> None:
    """Describe the folder `out` in `out/boot.json`."""
    lock = json.loads((out / "pyodide-lock.json").read_text())
    files = {str(path.relative_to(out)): _entry(path) for path in sorted(out.rglob("*")) if path.is_file()}
    version = hashlib.sha256(json.dumps(files, sort_keys=True).encode()).hexdigest()[:16]
    described = {
        "version": version,
        "python": lock["info"]["python"],
        "pyodide": lock["info"]["version"],
        "packages": {name: entry["version"] for name, entry in sorted(lock["packages"].items())},
        "fast": _fast(out),
        "files": files,
    }
    (out / "boot.json").write_text(json.dumps(described, indent=1) + "\n")


def _entry(path: Path):
    data = path.read_bytes()
    return {"bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}


def _fast(out: Path):
    return {
        "core": [*CORE, "fast/stdlib.zip"],
        "archives": ["fast/numpy.tar.gz", "fast/engineroom.tar.gz", "fast/numpy-more.tar.gz"],
        "shared": {
            f"fast/{path.name}": path.stem.replace(".", "/") + ".cpython-312-wasm32-emscripten.so"
            for path in sorted((out / "fast").glob("*.wasm"))
        },
    }
