/** Winograd's backward pass: dU and from it dw, and dx. The maths: transforms.ts; the layouts: tiles.ts. */
import { rowFromLanes } from '../lanes4';
import { firstItem } from '../split';
import { pixelsTile, pixelsTile4 } from '../tiles';
import {
  apart,
  gradientToLanes,
  inputToLanes,
  product,
  ROW,
  TILE,
  transformGradient,
  transformInput,
  WINOGRAD_SCRATCH,
  WinogradSizes,
} from './tiles';
import { inputGradientTransform, weightGradientTransform } from './transforms';

/**
 * dU (slices, 36, C_out / 4, C_in, 4): for each slice of the work, the sum over its tiles. A task is one slice and one part of
 * the output channels.
 */
export function winogradWeightGradient(
  dU: usize,
  x: usize,
  dy: usize,
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
  const dy4 = x4 + ((<usize>(s.images * C_in4 * (s.m * s.band + 6 - s.m) * s.W_seen)) << 4);
  const slice = task / s.parts;
  const part = task % s.parts;
  // A part is a number of eights: two blocks of four channels, which one register tile takes together.
  const eights = (C_out4 + 1) >> 1;
  const first4 = firstItem(eights, part, s.parts) << 1;
  const end4 = min(C_out4, firstItem(eights, part + 1, s.parts) << 1);
  const blocks = end4 - first4;

  const vStep = (<usize>T) << 4;
  const wStep = (<usize>C_in4) << 6;
  const uStep = apart(C_out4 * C_in4 * 4);
  const sums = dU + <usize>(slice * 36) * uStep + <usize>first4 * wStep;
  for (let f: usize = 0; f < 36; f++) memory.fill(sums + f * uStep, 0, <usize>blocks * wStep);

  const work = ((s.N + s.images - 1) / s.images) * s.bands;
  const end = firstItem(work, slice + 1, s.slices);
  for (let at = firstItem(work, slice, s.slices); at < end; at++) {
    const n0 = (at / s.bands) * s.images;
    const n1 = min(s.N, n0 + s.images);
    const r0 = (at % s.bands) * s.band;
    const rows = min(s.band, s.down - r0);
    inputToLanes(x4, x, n0, n1, r0, rows, s);
    gradientToLanes(dy4, dy, n0, n1, r0, rows, first4, end4, s);
    const tiles = (n1 - n0) * rows * s.across;
    for (let t0 = 0; t0 < tiles; t0 += T) {
      const count = min(T, tiles - t0);
      transformInput(V, x4, half, t0, count, rows, s);
      transformGradient(M, dy4, half, t0, count, rows, blocks, s);
      for (let j: usize = 0; j < 36; j++) {
        for (let c = 0; c < blocks; c += 2) {
          const d = M + j * apart(C_out4 * T) + <usize>c * vStep;
          const to = sums + j * uStep + <usize>c * wStep;
          for (let k = 0; k < C_in4; k++) {
            const v = V + j * apart(C_in4 * T) + <usize>k * vStep;
            const dw = to + ((<usize>k) << 6);
            if (c + 1 < blocks) pixelsTile<v128>(dw, wStep, 16, v, v + 4, v + 8, v + 12, d, vStep, 1, 0, count);
            else pixelsTile4<v128>(dw, 16, v, v + 4, v + 8, v + 12, d, 1, 0, count);
          }
        }
      }
    }
  }
}

/**
 * dx = B · dV · Bᵀ, the tiles added up where they overlap. A task is some images (all rows of them) and one part of the input
 * channels. U has the input channels in lanes: (36, C_in / 4, C_out, 4). `sums`: see tiles.ts.
 */
export function winogradInputGradient(
  dx: usize,
  dy: usize,
  U: usize,
  sums: usize,
  scratch: usize,
  s: WinogradSizes,
  task: i32,
  tasks: i32,
  thread: i32,
): void {
  const C_out4 = s.C_out4;
  const T = s.T;
  const half = scratch + <usize>thread * s.perThread;
  const tile = half + TILE;
  const M = half + WINOGRAD_SCRATCH;
  const dV = M + 36 * apart(C_out4 * T);
  const dy4 = dV + 36 * apart(s.C_in4 * T);
  const dx4 = dy4 + ((<usize>(s.images * C_out4 * s.m * s.down * s.m * s.across)) << 4);
  const n0 = (task / s.parts) * s.images;
  const n1 = min(s.N, n0 + s.images);
  const part = task % s.parts;
  const eights = (s.C_in4 + 1) >> 1;
  const first4 = firstItem(eights, part, s.parts) << 1;
  const end4 = min(s.C_in4, firstItem(eights, part + 1, s.parts) << 1);
  const blocks = end4 - first4;

  const H = s.m * s.down + 6 - s.m;
  const W = s.W_seen;
  const row = (<usize>W) << 4;
  gradientToLanes(dy4, dy, n0, n1, 0, s.down, 0, C_out4, s);
  memory.fill(dx4, 0, <usize>((n1 - n0) * blocks * H) * row);
  const vStep = (<usize>T) << 4;
  const wStep = (<usize>C_out4) << 6;
  const f = apart(s.C_in4 * T);
  const tilesOfImage = s.down * s.across;
  let sum = f32x4.splat(0);
  for (let t0 = 0; t0 < (n1 - n0) * tilesOfImage; t0 += T) {
    const count = min(T, (n1 - n0) * tilesOfImage - t0);
    transformGradient(M, dy4, half, t0, count, s.down, C_out4, s);
    for (let j: usize = 0; j < 36; j++) {
      const d = M + j * apart(C_out4 * T);
      for (let c = 0; c < blocks; c += 2) {
        const u = U + j * apart(s.C_in4 * C_out4 * 4) + <usize>(first4 + c) * wStep;
        product(dV + j * f + <usize>c * vStep, d, vStep, C_out4, u, wStep, count, c + 1 < blocks);
      }
    }
    for (let i = 0; i < count; i++) {
      const n = (t0 + i) / tilesOfImage;
      const place = (t0 + i) % tilesOfImage;
      const h = (place / s.across) * s.m;
      const w = (place % s.across) * s.m;
      for (let c = 0; c < blocks; c++) {
        const v = dV + <usize>c * vStep + ((<usize>i) << 4);
        const to = dx4 + ((<usize>(((n * blocks + c) * H + h) * W + w)) << 4);
        for (let j: usize = 0; j < 6; j++) inputGradientTransform(half + (j << 4), ROW, v + j * f, 6 * f);
        for (let j: usize = 0; j < 6; j++) {
          inputGradientTransform(tile, 16, half + j * ROW, 16);
          // All six that went in are in these three, with their largest factors.
          sum = f32x4.add(f32x4.add(sum, v128.load(tile)), f32x4.add(v128.load(tile, 16), v128.load(tile, 32)));
          const line = to + j * row;
          for (let l: usize = 0; l < ROW; l += 16) v128.store(line + l, f32x4.add(v128.load(line + l), v128.load(tile + l)));
        }
      }
    }
  }

  v128.store(sums + ((<usize>task) << 4), sum);

  const plane = (<usize>(s.H * s.W)) << 2;
  for (let n = n0; n < n1; n++) {
    for (let c = 0; c < blocks; c++) {
      const ci = (first4 + c) << 2;
      let from = dx4 + ((<usize>((((n - n0) * blocks + c) * H + s.P_h) * W + s.P_w)) << 4);
      let to = dx + <usize>(n * s.C_in + ci) * plane;
      for (let h = 0; h < s.H; h++) {
        rowFromLanes(to, plane, 4, from, min(4, s.C_in - ci), s.W, f32x4.splat(0));
        from += row;
        to += (<usize>s.W) << 2;
      }
    }
  }
}

/** dw (C_out, C_in, r, r) = Gᵀ · (Σ of dU over the slices) · G. Tasks share blocks of four output channels x C_in. `sums`: see
 *  tiles.ts. */
export function winogradUnpackWeightGradient(
  dw: usize,
  dU: usize,
  sums: usize,
  scratch: usize,
  r: i32,
  slices: i32,
  C_out: i32,
  C_in: i32,
  task: i32,
  tasks: i32,
  thread: i32,
): void {
  const blocks = (C_out + 3) >> 2;
  const K4 = (C_in + 3) & ~3;
  const f = apart(blocks * K4);
  const sum = scratch + <usize>(thread * WINOGRAD_SCRATCH);
  const half = sum + TILE;
  const out = half + TILE;
  let total = f32x4.splat(0);
  const end = firstItem(blocks * C_in, task + 1, tasks);
  for (let i = firstItem(blocks * C_in, task, tasks); i < end; i++) {
    const co = (i / C_in) << 2;
    const ci = i % C_in;
    const from = dU + ((<usize>((co >> 2) * K4 + ci)) << 4);
    for (let j: usize = 0; j < 36; j++) {
      let v = v128.load(from + j * f);
      for (let slice = 1; slice < slices; slice++) v = f32x4.add(v, v128.load(from + (j + <usize>(slice * 36)) * f));
      v128.store(sum + (j << 4), v);
    }
    // Down the columns, then along the rows. A row of w is r vectors: 48 or 80 bytes.
    if (r == 3) {
      for (let j: usize = 0; j < 6; j++) weightGradientTransform(3, half + (j << 4), ROW, sum + (j << 4), ROW);
      for (let j: usize = 0; j < 3; j++) weightGradientTransform(3, out + j * 48, 16, half + j * ROW, 16);
    } else {
      for (let j: usize = 0; j < 6; j++) weightGradientTransform(5, half + (j << 4), ROW, sum + (j << 4), ROW);
      for (let j: usize = 0; j < 5; j++) weightGradientTransform(5, out + j * 80, 16, half + j * ROW, 16);
    }
    const taps = r * r;
    for (let tap = 0; tap < taps; tap++) total = f32x4.add(total, v128.load(out + ((<usize>tap) << 4)));
    const kernel = (<usize>(C_in * taps)) << 2; // from one output channel to the next
    rowFromLanes(
      dw + (<usize>co) * kernel + ((<usize>(ci * taps)) << 2),
      kernel,
      4,
      out,
      min(4, C_out - co),
      taps,
      f32x4.splat(0),
    );
  }
  v128.store(sums + ((<usize>task) << 4), total);
}
