"""The page's own kernels against NumPy's double precision: every remainder that their loops leave, and nothing written beside the result."""

from __future__ import annotations

import pytest

import kernel_site

SETUP = """
import itertools
import numpy as np
from engineroom import simd
from engineroom.linear import linear
from engineroom.quantise import QuantisedMatrix, dequantise

rng = np.random.default_rng(0)
normal = lambda *shape: rng.standard_normal(shape, dtype=np.float32)


def near(y, x, w):
    "Whether y is x Wᵀ as exactly as float32 can add that many products (Higham 2002, section 3.1)."
    x, w = np.asarray(x, np.float64), np.asarray(w, np.float64)
    bound = (w.shape[1] + 1) * 2.0**-24 * (abs(x) @ abs(w).T)
    return y.dtype == np.float32 and y.flags.c_contiguous and y.shape == (*x.shape[:-1], len(w)) and bool((abs(y - x @ w.T) <= bound).all())
"""


@pytest.fixture(scope="module")
def tab(chromium, tmp_path_factory):
    folder = kernel_site.make(tmp_path_factory.mktemp("products"))
    with kernel_site.serve(folder) as server:
        context = chromium.new_context()
        tab = context.new_page()
        tab.goto(server.origin + "/index.html")
        tab.wait_for_function("typeof run === 'function'")
        assert printed(tab, SETUP + "print(simd.serves(normal(1), normal(1)))") == "True"
        yield tab
        context.close()


def printed(tab, code):
    """What the code prints in the page."""
    done = tab.evaluate("code => run(code)", code)
    assert done["status"] == "ok", done["outputs"]
    return "".join(o["text"] for o in done["outputs"] if o["output_type"] == "stream").strip()


def test_a_product_of_every_size_is_the_product(tab):
    assert (
        printed(
            tab,
            """
sizes = itertools.product(((), (0,), (1,), (2,), (3,), (2, 2), (5, 1)), (1, 2, 3, 4, 5, 6, 7, 8, 9, 31), (1, 2, 3, 4, 5, 7, 16, 63, 64))
wrong = []
for batch, rows, columns in sizes:
    x, w = normal(*batch, columns), normal(rows, columns)
    if not near(linear(x, w), x, w):
        wrong.append((batch, rows, columns))
print(wrong)
""",
        )
        == "[]"
    )


def test_a_quantised_product_of_every_size_is_the_product(tab):
    assert (
        printed(
            tab,
            """
sizes = itertools.product((1, 2, 3, 5), (1, 2, 3, 4, 5, 6, 7, 9, 1025), ((1, 1), (8, 8), (12, 4), (24, 12), (33, 11), (64, 64), (128, 32)))
wrong = []
for n, rows, (columns, block) in sizes:
    x, w = normal(n, columns), QuantisedMatrix(normal(rows, columns), block=block)
    if not near(linear(x, w), x, dequantise(w.q, w.scale)):
        wrong.append((n, rows, columns, block))
print(wrong)
""",
        )
        == "[]"
    )


def test_matrices_multiply_head_by_head(tab):
    """As queries meet keys: heads beside heads, and heads that share keys."""
    assert (
        printed(
            tab,
            """
from engineroom.products import matmul

batches = [((), ()), ((3,), (3,)), ((2, 3), (2, 3)), ((2, 3), (2, 1)), ((2, 3), ()), ((), (4,)), ((1, 3), (2, 1)), ((2, 1), (1, 3)), ((0, 2), (0, 1)), ((2,), (1,)), ((4, 2, 3), (4, 2, 1))]
wrong = []
for (left, right), n, k, m in itertools.product(batches, (1, 2, 5), (1, 4, 7), (1, 4, 6)):
    a, b = normal(*left, n, k), normal(*right, k, m)
    exact, size = a.astype(float) @ b, abs(a).astype(float) @ abs(b)
    for y in (matmul(a, b), matmul(a, normal(*right, m, k).mT * 0 + b), matmul(np.swapaxes(np.swapaxes(a, 0, -1).copy(), 0, -1), b)):
        if y.shape != exact.shape or y.dtype != np.float32 or not (abs(y - exact) <= (k + 1) * 2.0**-24 * size).all():
            wrong.append((left, right, n, k, m))
print(wrong)
""",
        )
        == "[]"
    )


def test_an_array_may_lie_in_memory_as_it_likes(tab):
    assert (
        printed(
            tab,
            """
x, w = normal(3, 8), normal(5, 8)
views = [(normal(8, 3).T, w), (normal(3, 16)[:, ::2], w), (x, normal(8, 5).T), (x[::-1], w[::-1]), (normal(9, 8)[4:6], normal(9, 8)[3:])]
unaligned = np.frombuffer(b"." + w.tobytes(), np.float32, offset=1).reshape(w.shape)  # and not to be written
views.append((x, unaligned))
print([i for i, (x, w) in enumerate(views) if not near(linear(x, w), x, w)])
""",
        )
        == "[]"
    )


def test_nothing_is_written_beside_the_result(tab):
    assert (
        printed(
            tab,
            """
kernels = simd._kernels()
for n, rows in itertools.product((1, 2, 3), (1, 2, 3, 5, 7)):
    x, w = normal(n, 6), normal(rows, 6)
    q, scale = np.ones((rows, 6), np.int8), np.ones((rows, 2), np.float32)
    paper = np.full(n * rows + 8, np.nan, np.float32)
    near_paper = np.full(4 * 6 + 8, np.nan, np.float32)
    kernels.product(paper[4:-4].reshape(n, rows), x, w)
    assert np.isnan(paper).tolist() == [True] * 4 + [False] * (n * rows) + [True] * 4
    kernels.quantisedProduct(paper[4:-4].reshape(n, rows), x, q, scale, near_paper[4:-4].reshape(4, 6))
    assert np.isnan(paper).sum() == 8 and np.isnan(near_paper).tolist() == [True] * 4 + [False] * 24 + [True] * 4
print("clean")
""",
        )
        == "clean"
    )


def test_what_does_not_fit_is_an_error_and_no_other_memory(tab):
    assert (
        printed(
            tab,
            """
from engineroom.errors import ShapeError
from engineroom.products import matmul, product

q, scale = np.ones((4, 6), np.int8), np.ones((4, 1), np.float32)
attempts = {
    "columns": lambda: product(normal(2, 5), normal(3, 6)),
    "axes": lambda: product(normal(2, 6), normal(2, 3, 6)),
    "one number": lambda: product(np.asarray(np.float32(1)), normal(3, 1)),
    "q": lambda: simd.quantised_product(normal(2, 5), q, scale),
    "scales": lambda: simd.quantised_product(normal(2, 6), q, scale[:3]),
    "heads": lambda: matmul(normal(2, 3, 4), normal(3, 4, 5)),
    "keys": lambda: matmul(normal(3, 4), normal(3, 5)),
    "vectors": lambda: matmul(normal(4), normal(4, 5)),
    "blocks": lambda: simd.quantised_product(normal(2, 6), q, np.ones((4, 4), np.float32)),
}
for name, attempt in attempts.items():
    try:
        attempt()
        print(name, "was let through")
    except ShapeError:
        pass
""",
        )
        == ""
    )


def test_double_precision_stays_double(tab):
    assert (
        printed(
            tab,
            """
x, w = rng.normal(size=(3, 9)), rng.normal(size=(5, 9))
print(simd.serves(x, w), abs(linear(x, w) - x @ w.T).max() < 1e-14)
""",
        )
        == "False True"
    )
