"""The built runtime: what is in it, that it is what it says, and that it can be built again to the byte."""

import gzip
import hashlib
import io
import json
import marshal
import subprocess
import sys
import tarfile
import zipfile

import numpy
import pytest

from engineroom_site import client, pipeline, runtime, steps
from engineroom_site.assets import fetch
from engineroom_site.paths import ROOT
from engineroom_site.runtime import archive, kernels, plain
from engineroom_site.toolchain import node


@pytest.fixture(scope="module")
def built():
    return pipeline.folder(steps.RUNTIME)


@pytest.fixture(scope="module")
def boot(built):
    return json.loads((built / "boot.json").read_text())


@pytest.fixture(scope="module")
def lock(built):
    return json.loads((built / "pyodide-lock.json").read_text())


def modules(path):
    """Names of the modules in a zip or tar."""
    names = archive.read(path) if path.suffix == ".zip" else tar(path)
    return {name.rsplit(".", 1)[0].removesuffix(".cpython-312") for name in names if name.endswith((".pyc", ".py"))}


def tar(path):
    with tarfile.open(fileobj=io.BytesIO(gzip.decompress(path.read_bytes()))) as packed:
        return {member.name: packed.extractfile(member).read() for member in packed}


def test_every_file_is_listed_with_its_size_and_hash(built, boot):
    on_disk = {str(path.relative_to(built)) for path in built.rglob("*") if path.is_file()} - {"boot.json"}
    assert set(boot["files"]) == on_disk
    for name, entry in boot["files"].items():
        data = (built / name).read_bytes()
        assert (entry["bytes"], entry["sha256"]) == (len(data), hashlib.sha256(data).hexdigest()), name


def test_what_the_page_fetches_is_there(boot):
    wanted = [*boot["fast"]["core"], *boot["fast"]["archives"], *boot["fast"]["shared"]]
    assert set(wanted) <= set(boot["files"])


def test_the_lock_is_trimmed_and_its_hashes_are_right(built, lock):
    assert set(lock["packages"]) == {"engineroom", "numpy"}
    for entry in lock["packages"].values():
        assert hashlib.sha256((built / entry["file_name"]).read_bytes()).hexdigest() == entry["sha256"]
    assert lock["packages"]["engineroom"]["depends"] == ["numpy"]
    assert lock["info"]["version"] == "0.27.7" and lock["info"]["python"] == "3.12.7"


def test_the_page_and_the_build_compute_with_the_same_numpy(boot):
    assert boot["packages"]["numpy"] == numpy.__version__
    assert boot["python"].split(".")[:2] == [str(part) for part in sys.version_info[:2]]


def test_wheels_and_archives_are_compiled(built):
    for path in (*built.glob("*.whl"), built / "python_stdlib.zip", built / "fast" / "stdlib.zip"):
        names = zipfile.ZipFile(path).namelist()
        assert not [name for name in names if name.endswith(".py")], path
        assert [name for name in names if name.endswith(".pyc")], path


def test_compiled_code_names_the_place_it_will_have(built):
    code = marshal.loads(tar(built / "fast" / "numpy.tar.gz")["numpy/__init__.pyc"][16:])
    assert code.co_filename == "/lib/python3.12/site-packages/numpy/__init__.py"


def test_the_standard_library_keeps_what_cells_import(built):
    there = modules(built / "fast" / "stdlib.zip")
    for name in [
        "ast",
        "asyncio/__init__",
        "inspect",
        "json/__init__",
        "dataclasses",
        "random",
        "statistics",
        "pydoc",
        "unittest/__init__",
        "doctest",
        "timeit",
        "pathlib",
        "csv",
    ]:
        assert name in there, name
    for name in ["smtplib", "telnetlib", "imaplib", "wsgiref/__init__", "ftplib"]:
        assert name not in there, name


def test_numpy_keeps_every_public_part(built, boot):
    there = modules(built / "fast" / "numpy.tar.gz")
    for name in ["random", "linalg", "fft", "polynomial", "ma", "testing", "lib", "matrixlib"]:
        assert f"numpy/{name}/__init__" in there, name
    assert not [name for name in there if "/tests/" in name or name.startswith("numpy/f2py/")]
    objects = " ".join([*boot["fast"]["shared"].values(), *tar(built / "fast" / "numpy-more.tar.gz")])
    for name in ["_multiarray_umath", "_umath_linalg", "_pocketfft_umath", "mtrand", "_generator", "_pcg64"]:
        assert name in objects, name


def test_shared_objects_are_the_wheels_own(built, boot):
    wheel = archive.read(fetch.file("numpy-wheel"))
    for file, path in boot["fast"]["shared"].items():
        assert (built / file).read_bytes() == wheel[path], path
    for path, data in tar(built / "fast" / "numpy-more.tar.gz").items():
        assert data == wheel[path], path


def test_the_library_comes_with_its_source(built):
    files = tar(built / "fast" / "engineroom.tar.gz")
    assert files["engineroom/attention.py"] == (ROOT / "pysrc/engineroom/attention.py").read_bytes()
    assert "engineroom/__pycache__/attention.cpython-312.pyc" in files and "ipython_pretty.py" in files


def test_the_library_comes_with_its_kernels(built):
    """Compiled, and with nothing that they ask of the page but Python's memory."""
    files = tar(built / "fast" / "engineroom.tar.gz")
    assert kernels.SOURCE not in files
    described = subprocess.run([*node.node(), "-e", DESCRIBE], input=files[kernels.COMPILED], capture_output=True)
    assert json.loads(described.stdout) == {
        "imports": ["env.memory"],
        "exports": ["product", "quantisedProduct"],
        "needs": [1, 4, 0, 0, 0, 0],
    }


DESCRIBE = """
const module = new WebAssembly.Module(require("fs").readFileSync(0));
console.log(JSON.stringify({
  imports: WebAssembly.Module.imports(module).map(({ module, name }) => `${module}.${name}`),
  exports: WebAssembly.Module.exports(module).map(({ name }) => name).sort(),
  needs: [...new Uint8Array(WebAssembly.Module.customSections(module, "dylink.0")[0])],
}))
"""


def test_kernels_that_do_not_compile_are_an_error_that_says_where(tmp_path, monkeypatch):
    (tmp_path / "pysrc").mkdir()
    (tmp_path / "pysrc" / "wrong.ts").write_text("export function product(): f32 {\n  return nothing;\n}\n")
    monkeypatch.setattr(kernels, "ROOT", tmp_path)
    monkeypatch.setattr(kernels, "SOURCE", "wrong.ts")
    with pytest.raises(client.ClientError, match=r"(?s)asc.js wrong.ts failed:.*Cannot find name 'nothing'.*wrong.ts\(2,10\)"):
        kernels.compiled()


def test_building_again_gives_the_same_bytes(built, boot, tmp_path):
    runtime.build(tmp_path / "again")
    again = json.loads((tmp_path / "again" / "boot.json").read_text())
    different = [name for name in boot["files"] if boot["files"][name] != again["files"].get(name)]
    assert different == []


def test_another_wheel_than_the_locks_is_refused(tmp_path):
    wheel = tmp_path / fetch.file("numpy-wheel").name
    wheel.write_bytes(b"not it")
    (tmp_path / "out").mkdir()
    with pytest.raises(plain.RuntimeBuildError, match="not the file Pyodide's lock names"):
        plain.write(tmp_path / "out", fetch.directory("pyodide"), [wheel])
