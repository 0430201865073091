/**
 * Register tiles: the innermost loops of convolution and of the matrix product. A tile keeps its sums in registers,
 *
 *               lanes: 8 output channels
 *             | v v v v | v v v v |
 *   4 pixels  | v v v v | v v v v |     8 sums of 4 lanes, 2 weights, 1 pixel: 11 of the machine's 16 registers.
 *             | v v v v | v v v v |     (With 12 sums it would be 15, and the compiler would spill some.)
 *             | v v v v | v v v v |
 *
 * and for each product of the sum it loads two vectors of weights and four single pixels, each spread over all lanes:
 * 6 loads for 16 multiplications and additions. A last block of four channels or fewer takes 6 pixels x 4 lanes instead.
 *
 * Instruction by instruction, with the numbers in the registers: docs/learn/15-lanes-tiles.en.md
 *
 * Arrays with "channels in lanes" have four channels of a pixel side by side: (C / 4, pixels, 4), filled up with zeros.
 */
import { madd } from './madd';

/**
 * y[r] = Σ_k x[taps[k] + r] · w[k] for `rows` ≤ 4 pixels r, 8 lanes wide.
 *
 * Neighbouring pixels are sizeof<Step>() bytes apart: f32 for stride 1, f64 for stride 2, v128 for stride 4.
 * `taps`: K distances from x, in bytes. `w`, `w + wv`: K vectors of weights each. `y`, `y + yv`: a vector for each pixel.
 */
@inline
export function tapsTile<Step>(
  y: usize,
  yv: usize,
  x: usize,
  taps: usize,
  K: i32,
  w: usize,
  wv: usize,
  rows: i32,
): void {
  const zero = f32x4.splat(0);
  let a0 = zero,
    a1 = zero,
    b0 = zero,
    b1 = zero,
    c0 = zero,
    c1 = zero,
    d0 = zero,
    d1 = zero;
  const end = taps + ((<usize>K) << 2);
  for (; taps < end; taps += 4) {
    const p = x + load<i32>(taps);
    const w0 = v128.load(w);
    const w1 = v128.load(w + wv);
    w += 16;
    let s = v128.load32_splat(p);
    a0 = madd(s, w0, a0);
    a1 = madd(s, w1, a1);
    if (rows > 1) {
      s = v128.load32_splat(p, sizeof<Step>());
      b0 = madd(s, w0, b0);
      b1 = madd(s, w1, b1);
    }
    if (rows > 2) {
      s = v128.load32_splat(p, 2 * sizeof<Step>());
      c0 = madd(s, w0, c0);
      c1 = madd(s, w1, c1);
    }
    if (rows > 3) {
      s = v128.load32_splat(p, 3 * sizeof<Step>());
      d0 = madd(s, w0, d0);
      d1 = madd(s, w1, d1);
    }
  }
  const z = y + yv;
  v128.store(y, a0);
  v128.store(z, a1);
  if (rows > 1) {
    v128.store(y, b0, 16);
    v128.store(z, b1, 16);
  }
  if (rows > 2) {
    v128.store(y, c0, 32);
    v128.store(z, c1, 32);
  }
  if (rows > 3) {
    v128.store(y, d0, 48);
    v128.store(z, d1, 48);
  }
}

/** The same for `rows` ≤ 6 pixels, 4 lanes wide. */
@inline
export function tapsTile4<Step>(y: usize, x: usize, taps: usize, K: i32, w: usize, rows: i32): void {
  const zero = f32x4.splat(0);
  let a = zero,
    b = zero,
    c = zero,
    d = zero,
    e = zero,
    f = zero;
  const end = taps + ((<usize>K) << 2);
  for (; taps < end; taps += 4) {
    const p = x + load<i32>(taps);
    const v = v128.load(w);
    w += 16;
    a = madd(v128.load32_splat(p), v, a);
    if (rows > 1) b = madd(v128.load32_splat(p, sizeof<Step>()), v, b);
    if (rows > 2) c = madd(v128.load32_splat(p, 2 * sizeof<Step>()), v, c);
    if (rows > 3) d = madd(v128.load32_splat(p, 3 * sizeof<Step>()), v, d);
    if (rows > 4) e = madd(v128.load32_splat(p, 4 * sizeof<Step>()), v, e);
    if (rows > 5) f = madd(v128.load32_splat(p, 5 * sizeof<Step>()), v, f);
  }
  v128.store(y, a);
  if (rows > 1) v128.store(y, b, 16);
  if (rows > 2) v128.store(y, c, 32);
  if (rows > 3) v128.store(y, d, 48);
  if (rows > 4) v128.store(y, e, 64);
  if (rows > 5) v128.store(y, f, 80);
}

/**
 * A matrix product with channels in lanes on both sides: y[r] = Σ_k x[k, r] · w[k] for `rows` ≤ 4 rows, 8 lanes wide.
 *
 *   x (K / 4, …, 4), `xk` bytes from one block of four k to the next     w, w + wv (K, 4)     y, y + yv (…, 4)
 *
 * `K4` = K / 4.
 */
@inline
export function productTile(
  y: usize,
  yv: usize,
  x: usize,
  xk: usize,
  K4: i32,
  w: usize,
  wv: usize,
  rows: i32,
): void {
  const zero = f32x4.splat(0);
  let a0 = zero,
    a1 = zero,
    b0 = zero,
    b1 = zero,
    c0 = zero,
    c1 = zero,
    d0 = zero,
    d1 = zero;
  for (let k = 0; k < K4; k++) {
    const z = w + wv;
    for (let lane: usize = 0; lane < 4; lane++) {
      const p = x + (lane << 2);
      const w0 = v128.load(w + (lane << 4));
      const w1 = v128.load(z + (lane << 4));
      let s = v128.load32_splat(p);
      a0 = madd(s, w0, a0);
      a1 = madd(s, w1, a1);
      if (rows > 1) {
        s = v128.load32_splat(p, 16);
        b0 = madd(s, w0, b0);
        b1 = madd(s, w1, b1);
      }
      if (rows > 2) {
        s = v128.load32_splat(p, 32);
        c0 = madd(s, w0, c0);
        c1 = madd(s, w1, c1);
      }
      if (rows > 3) {
        s = v128.load32_splat(p, 48);
        d0 = madd(s, w0, d0);
        d1 = madd(s, w1, d1);
      }
    }
    x += xk;
    w += 64;
  }
  const z = y + yv;
  v128.store(y, a0);
  v128.store(z, a1);
  if (rows > 1) {
    v128.store(y, b0, 16);
    v128.store(z, b1, 16);
  }
  if (rows > 2) {
    v128.store(y, c0, 32);
    v128.store(z, c1, 32);
  }
  if (rows > 3) {
    v128.store(y, d0, 48);
    v128.store(z, d1, 48);
  }
}

/** The same, 4 lanes wide. */
@inline
export function productTile4(y: usize, x: usize, xk: usize, K4: i32, w: usize, rows: i32): void {
  const zero = f32x4.splat(0);
  let a = zero,
    b = zero,
    c = zero,
    d = zero;
  for (let k = 0; k < K4; k++) {
    for (let lane: usize = 0; lane < 4; lane++) {
      const p = x + (lane << 2);
      const v = v128.load(w + (lane << 4));
      a = madd(v128.load32_splat(p), v, a);
      if (rows > 1) b = madd(v128.load32_splat(p, 16), v, b);
      if (rows > 2) c = madd(v128.load32_splat(p, 32), v, c);
      if (rows > 3) d = madd(v128.load32_splat(p, 48), v, d);
    }
    x += xk;
    w += 64;
  }
  v128.store(y, a);
  if (rows > 1) v128.store(y, b, 16);
  if (rows > 2) v128.store(y, c, 32);
  if (rows > 3) v128.store(y, d, 48);
}

/**
 * Sums over pixels, for the gradient of weights: dw[r] += Σ_p x[r, p] · dy[p] for four rows r, 8 lanes wide. The sums begin with
 * what is in dw.
 *
 *   x0 … x3: where each row's pixels begin, sizeof<Step>() bytes apart     dy, dy + dyv: a vector for each pixel
 *   dw, dw + dwv: a vector for each row, `dwr` bytes apart
 */
@inline
export function pixelsTile<Step>(
  dw: usize,
  dwv: usize,
  dwr: usize,
  x0: usize,
  x1: usize,
  x2: usize,
  x3: usize,
  dy: usize,
  dyv: usize,
  rows: i32,
  xRow: usize,
  columns: i32,
): void {
  const z = dw + dwv;
  let a0 = v128.load(dw),
    a1 = v128.load(z),
    b0 = v128.load(dw + dwr),
    b1 = v128.load(z + dwr),
    c0 = v128.load(dw + 2 * dwr),
    c1 = v128.load(z + 2 * dwr),
    d0 = v128.load(dw + 3 * dwr),
    d1 = v128.load(z + 3 * dwr);
  for (let row = 0; row < rows; row++) {
    let at: usize = 0;
    for (let p = 0; p < columns; p++) {
      const w0 = v128.load(dy);
      const w1 = v128.load(dy + dyv);
      dy += 16;
      let s = v128.load32_splat(x0 + at);
      a0 = madd(s, w0, a0);
      a1 = madd(s, w1, a1);
      s = v128.load32_splat(x1 + at);
      b0 = madd(s, w0, b0);
      b1 = madd(s, w1, b1);
      s = v128.load32_splat(x2 + at);
      c0 = madd(s, w0, c0);
      c1 = madd(s, w1, c1);
      s = v128.load32_splat(x3 + at);
      d0 = madd(s, w0, d0);
      d1 = madd(s, w1, d1);
      at += sizeof<Step>();
    }
    x0 += xRow;
    x1 += xRow;
    x2 += xRow;
    x3 += xRow;
  }
  v128.store(dw, a0);
  v128.store(z, a1);
  v128.store(dw + dwr, b0);
  v128.store(z + dwr, b1);
  v128.store(dw + 2 * dwr, c0);
  v128.store(z + 2 * dwr, c1);
  v128.store(dw + 3 * dwr, d0);
  v128.store(z + 3 * dwr, d1);
}

/** The same, 4 lanes wide. */
@inline
export function pixelsTile4<Step>(
  dw: usize,
  dwr: usize,
  x0: usize,
  x1: usize,
  x2: usize,
  x3: usize,
  dy: usize,
  rows: i32,
  xRow: usize,
  columns: i32,
): void {
  let a = v128.load(dw),
    b = v128.load(dw + dwr),
    c = v128.load(dw + 2 * dwr),
    d = v128.load(dw + 3 * dwr);
  for (let row = 0; row < rows; row++) {
    let at: usize = 0;
    for (let p = 0; p < columns; p++) {
      const v = v128.load(dy);
      dy += 16;
      a = madd(v128.load32_splat(x0 + at), v, a);
      b = madd(v128.load32_splat(x1 + at), v, b);
      c = madd(v128.load32_splat(x2 + at), v, c);
      d = madd(v128.load32_splat(x3 + at), v, d);
      at += sizeof<Step>();
    }
    x0 += xRow;
    x1 += xRow;
    x2 += xRow;
    x3 += xRow;
  }
  v128.store(dw, a);
  v128.store(dw + dwr, b);
  v128.store(dw + 2 * dwr, c);
  v128.store(dw + 3 * dwr, d);
}
