/** Winograd's forward pass: U = G · w · Gᵀ, and y from U and x. The maths: transforms.ts; the layouts: tiles.ts. */
import { biasLanes, pairFromLanes, rowFromLanes } from '../lanes4';
import { Optional } from '../optional';
import { firstItem } from '../split';
import { apart, inputToLanes, product, ROW, TILE, transformInput, WINOGRAD_SCRATCH, WinogradSizes } from './tiles';
import { outputTransform, weightTransform } from './transforms';

/**
 * U = G · w · Gᵀ. `lanes` output channels and `K` input channels, `laneStep` and `kStep` bytes apart in w; for the gradient
 * of x the two change places. Tasks share blocks of four lanes x K. `scratch`: WINOGRAD_SCRATCH bytes for each thread.
 */
export function winogradTransformWeights(
  U: usize,
  w: usize,
  scratch: usize,
  r: i32,
  lanes: i32,
  K: i32,
  laneStep: i32,
  kStep: i32,
  task: i32,
  tasks: i32,
  thread: i32,
): void {
  const blocks = (lanes + 3) >> 2;
  const K4 = (K + 3) & ~3;
  const f = apart(blocks * K4);
  const taps = r * r;
  const kernel = scratch + <usize>(thread * WINOGRAD_SCRATCH);
  const half = kernel + TILE;
  const end = firstItem(blocks * K4, task + 1, tasks);
  for (let i = firstItem(blocks * K4, task, tasks); i < end; i++) {
    const lane = (i / K4) << 2;
    const k = i % K4;
    for (let tap = 0; tap < taps; tap++) {
      const from = w + <usize>(lane * laneStep + k * kStep) + ((<usize>tap) << 2);
      const to = kernel + ((<usize>tap) << 4);
      for (let l = 0; l < 4; l++) {
        store<f32>(
          to + ((<usize>l) << 2),
          k < K && lane + l < lanes ? load<f32>(from + <usize>(l * laneStep)) : 0,
        );
      }
    }
    const to = U + ((<usize>i) << 4);
    // Down the columns, then along the rows. A row of w is r vectors: 48 or 80 bytes.
    if (r == 3) {
      for (let j: usize = 0; j < 3; j++) weightTransform(3, half + (j << 4), 48, kernel + (j << 4), 48);
      for (let j: usize = 0; j < 6; j++) weightTransform(3, to + j * 6 * f, f, half + j * 48, 16);
    } else {
      for (let j: usize = 0; j < 5; j++) weightTransform(5, half + (j << 4), 80, kernel + (j << 4), 80);
      for (let j: usize = 0; j < 6; j++) weightTransform(5, to + j * 6 * f, f, half + j * 80, 16);
    }
  }
}

/** Y = Aᵀ · M · A of one tile and four output channels, to where it belongs in y. Gives the sum of the numbers. */
@inline
function storeOutput(
  m: i32,
  y: usize,
  plane: usize,
  W_out: i32,
  M: usize,
  f: usize,
  half: usize,
  channels: i32,
  rows: i32,
  columns: i32,
  bias: v128,
): v128 {
  const out = half + TILE;
  let sum = f32x4.splat(0);
  for (let j: usize = 0; j < 6; j++) outputTransform(m, half + (j << 4), ROW, M + j * f, 6 * f);
  for (let j = 0; j < rows; j++) {
    outputTransform(m, out, 16, half + <usize>j * ROW, 16);
    sum = f32x4.add(sum, f32x4.add(v128.load(out), v128.load(out, 16)));
    if (m == 4) sum = f32x4.add(sum, f32x4.add(v128.load(out, 32), v128.load(out, 48)));
    if (m == 2 && columns == 2) pairFromLanes(y, plane, v128.load(out), v128.load(out, 16), channels, bias);
    else rowFromLanes(y, plane, 4, out, channels, columns, bias);
    y += (<usize>W_out) << 2;
  }
  return sum;
}

/** y = conv2d(x, w). A task is some images, or a band of one. `sums`: see tiles.ts. */
export function winogradForward(
  y: usize,
  x: usize,
  U: usize,
  bias: Optional,
  sums: usize,
  scratch: usize,
  s: WinogradSizes,
  task: i32,
  tasks: i32,
  thread: i32,
): void {
  const C_in4 = s.C_in4;
  const C_out4 = s.C_out4;
  const T = s.T;
  const half = scratch + <usize>thread * s.perThread;
  const V = half + WINOGRAD_SCRATCH;
  const M = V + 36 * apart(C_in4 * T);
  const x4 = M + 36 * apart(C_out4 * T);

  const n0 = (task / s.bands) * s.images;
  const n1 = min(s.N, n0 + s.images);
  const r0 = (task % s.bands) * s.band;
  const rows = min(s.band, s.down - r0);
  const tilesOfImage = rows * s.across;
  inputToLanes(x4, x, n0, n1, r0, rows, s);

  const vStep = (<usize>T) << 4; // from one block of four channels to the next
  const wStep = (<usize>C_in4) << 6;
  const f = apart(C_out4 * T);
  const plane = (<usize>(s.H_out * s.W_out)) << 2;
  let sum = f32x4.splat(0);
  for (let t0 = 0; t0 < (n1 - n0) * tilesOfImage; t0 += T) {
    const count = min(T, (n1 - n0) * tilesOfImage - t0);
    transformInput(V, x4, half, t0, count, rows, s);
    for (let j: usize = 0; j < 36; j++) {
      const v = V + j * apart(C_in4 * T);
      for (let c = 0; c < C_out4; c += 2) {
        const u = U + j * apart(C_out4 * C_in4 * 4) + <usize>c * wStep;
        product(M + j * f + <usize>c * vStep, v, vStep, C_in4, u, wStep, count, c + 1 < C_out4);
      }
    }
    for (let i = 0; i < count; i++) {
      const n = n0 + (t0 + i) / tilesOfImage;
      const tile = (t0 + i) % tilesOfImage;
      const h = (r0 + tile / s.across) * s.m;
      const w = (tile % s.across) * s.m;
      const rowsOfTile = min(s.m, s.H_out - h);
      const columns = min(s.m, s.W_out - w);
      for (let c = 0; c < C_out4; c++) {
        const co = c << 2;
        const to = y + <usize>(n * s.C_out + co) * plane + ((<usize>(h * s.W_out + w)) << 2);
        const from = M + <usize>c * vStep + ((<usize>i) << 4);
        const b = biasLanes(bias ? bias + ((<usize>co) << 2) : 0, s.C_out - co);
        const channels = min(4, s.C_out - co);
        const ofTile =
          s.m == 4
            ? storeOutput(4, to, plane, s.W_out, from, f, half, channels, rowsOfTile, columns, b)
            : storeOutput(2, to, plane, s.W_out, from, f, half, channels, rowsOfTile, columns, b);
        sum = f32x4.add(sum, ofTile);
      }
    }
  }
  v128.store(sums + ((<usize>task) << 4), sum);
}
