// x Wᵀ, four float32 at a time: for the page, where NumPy has no BLAS.
// AssemblyScript (TypeScript's syntax, WebAssembly's types). It is loaded into Python's own memory, owns none, and calls nothing.

/** An array of NumPy as its C interface lays it out (PyArrayObject_fields). */
@unmanaged class NDArray {
  references: isize;
  type: usize;
  data: usize;
  ndim: i32;
  shape: usize;
}

/** W is walked in bands of this many rows. */
const BAND: u32 = 4;

/** y = x Wᵀ: x (…, columns), weight (rows, columns), y (…, rows); or a weight (B, rows, columns) and x (B, n, columns). float32, row by row. */
export function product(y: NDArray, x: NDArray, weight: NDArray): void {
  const rows = axis(weight, -2), columns = axis(weight, -1), row = <usize>columns * 4, batch = lines(weight, 2), n = lines(x, 1) / max(batch, 1);
  for (let b: u32 = 0; b < batch; b++) {
    const w = weight.data + b * rows * row, from = x.data + b * n * row, to = y.data + b * n * rows * 4;
    for (let j: u32 = 0; j < spread(rows); j++) {
      const w1 = w + member(j, 1, rows) * row, w2 = w + member(j, 2, rows) * row, w3 = w + member(j, 3, rows) * row;
      band(to, from, w + <usize>j * row, w1, w2, w3, n, rows, columns, j);
    }
  }
}

/**
 * The same for a weight in whole numbers, q (rows, columns) int8, with their scales (rows, blocks) float32.
 * `near` (4, columns) float32 holds a band at a time.
 */
export function quantisedProduct(y: NDArray, x: NDArray, q: NDArray, scale: NDArray, near: NDArray): void {
  const rows = axis(q, -2), columns = axis(q, -1), row = <usize>columns * 4, n = lines(x, 1);
  const blocks = axis(scale, -1), block = columns / blocks, w = near.data;
  for (let j: u32 = 0; j < spread(rows); j++) {
    for (let k: u32 = 0; k < BAND; k++) {
      const from = member(j, k, rows);
      expand(w + <usize>k * row, q.data + from * columns, scale.data + from * blocks * 4, blocks, block);
    }
    band(y.data, x.data, w, w + row, w + 2 * row, w + 3 * row, n, rows, columns, j);
  }
}

/** The length of an axis, counted from the end: −1 is the last. */
function axis(array: NDArray, index: i32): u32 {
  return load<u32>(array.shape + <usize>(array.ndim + index) * sizeof<usize>());
}

/** The product of all axes but the last `inner`. */
function lines(array: NDArray, inner: i32): u32 {
  let n: u32 = 1;
  for (let index = -array.ndim; index < -inner; index++) n *= axis(array, index);
  return n;
}

/** The rows of a band lie this far apart: memory is read faster in four long runs than in one, or in four short ones. */
function spread(rows: u32): u32 {
  return (rows + BAND - 1) / BAND;
}

/** The `k`th row of the `j`th band. Where W ends early it is the last row again, whose numbers are then stored twice. */
function member(j: u32, k: u32, rows: u32): usize {
  return min(j + k * spread(rows), rows - 1);
}

/** w = s q for each of `blocks` blocks, which follow one another. */
function expand(w: usize, q: usize, scale: usize, blocks: u32, block: u32): void {
  for (let b: u32 = 0; b < blocks; b++, scale += 4) {
    const s = f32.load(scale), s4 = f32x4.splat(s), end = q + block;
    for (; q + 8 <= end; q += 8, w += 32) {
      const eight = v128.load_ext<i8>(q);
      v128.store(w, f32x4.mul(f32x4.convert_i32x4_s(i32x4.extend_low_i16x8_s(eight)), s4));
      v128.store(w, f32x4.mul(f32x4.convert_i32x4_s(i32x4.extend_high_i16x8_s(eight)), s4), 16);
    }
    for (; q < end; q++, w += 4) f32.store(w, <f32>load<i8>(q) * s);
  }
}

/** Four columns of y: all rows of x, two at a time, meet the `j`th band, whose rows are at `w0` to `w3`. */
function band(y: usize, x: usize, w0: usize, w1: usize, w2: usize, w3: usize, n: u32, rows: u32, columns: u32, j: u32): void {
  const row = <usize>columns * 4, line = <usize>rows * 4, whole = row & ~15;
  const j1 = member(j, 1, rows), j2 = member(j, 2, rows), j3 = member(j, 3, rows);
  let left = n;
  for (; left >= 2; left -= 2, x += 2 * row, y += 2 * line) {
    const v = x + row, z = y + line;
    let a0 = f32x4.splat(0), a1 = a0, a2 = a0, a3 = a0, b0 = a0, b1 = a0, b2 = a0, b3 = a0;
    for (let p: usize = 0; p < whole; p += 16) {
      const a = v128.load(x + p), b = v128.load(v + p);
      let w = v128.load(w0 + p);
      a0 = plus(a0, a, w), b0 = plus(b0, b, w);
      w = v128.load(w1 + p);
      a1 = plus(a1, a, w), b1 = plus(b1, b, w);
      w = v128.load(w2 + p);
      a2 = plus(a2, a, w), b2 = plus(b2, b, w);
      w = v128.load(w3 + p);
      a3 = plus(a3, a, w), b3 = plus(b3, b, w);
    }
    put(y, j, a0, x, w0, whole, row), put(z, j, b0, v, w0, whole, row);
    put(y, j1, a1, x, w1, whole, row), put(z, j1, b1, v, w1, whole, row);
    put(y, j2, a2, x, w2, whole, row), put(z, j2, b2, v, w2, whole, row);
    put(y, j3, a3, x, w3, whole, row), put(z, j3, b3, v, w3, whole, row);
  }
  if (left) {
    let a0 = f32x4.splat(0), a1 = a0, a2 = a0, a3 = a0;
    for (let p: usize = 0; p < whole; p += 16) {
      const a = v128.load(x + p);
      a0 = plus(a0, a, v128.load(w0 + p));
      a1 = plus(a1, a, v128.load(w1 + p));
      a2 = plus(a2, a, v128.load(w2 + p));
      a3 = plus(a3, a, v128.load(w3 + p));
    }
    put(y, j, a0, x, w0, whole, row);
    put(y, j1, a1, x, w1, whole, row);
    put(y, j2, a2, x, w2, whole, row);
    put(y, j3, a3, x, w3, whole, row);
  }
}

// @ts-ignore: AssemblyScript's
@inline function plus(total: v128, a: v128, b: v128): v128 {
  return f32x4.add(total, f32x4.mul(a, b));
}

/** y_j: the four lanes of `total`, and the products of the last columns, which are fewer than four. */
function put(y: usize, j: usize, total: v128, x: usize, w: usize, from: usize, to: usize): void {
  let s = f32x4.extract_lane(total, 0) + f32x4.extract_lane(total, 1) + f32x4.extract_lane(total, 2) + f32x4.extract_lane(total, 3);
  for (let p = from; p < to; p += 4) s += f32.load(x + p) * f32.load(w + p);
  f32.store(y + j * 4, s);
}
