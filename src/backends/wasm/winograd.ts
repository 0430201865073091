/** Calls of `assembly/winograd.ts`. */
import type { Conv2dSizes } from '../../ops/conv2d.js';
import type { Engine } from './engine.js';
import { pieces } from './shares.js';
import { toLanes } from './taps.js';

/** 3x3 and 5x5, all steps 1, and so many channels that the products outweigh the transforms. */
export function suitsWinograd(s: Conv2dSizes): boolean {
  const { N, K_h, K_w, S_h, S_w, P_h, P_w, D_h, D_w, G } = s;
  return (
    (K_h === 3 || K_h === 5) &&
    K_w === K_h &&
    S_h * S_w * D_h * D_w * G === 1 &&
    P_h < K_h &&
    P_w < K_w &&
    Math.min(s.C_in, s.C_out) >= 10 &&
    N > 0
  );
}

/** A convolution in tiles. */
interface Plan {
  /** Side of a tile of y. */
  readonly m: number;
  readonly C_in4: number;
  readonly C_out4: number;
  /** Tiles down and across an image, and in all. */
  readonly down: number;
  readonly across: number;
  readonly tiles: number;
  /** Size of x with its zeros, as far as tiles reach. */
  readonly H_seen: number;
  readonly W_seen: number;
  /** Tiles at a time. */
  readonly T: number;
  /** Bytes of V and M, for each thread. */
  readonly perThread: number;
  /** Bytes of U. */
  readonly weights: number;
}

/** Bytes of V and M of the tiles that are worked on at a time: they should stay in a core's own cache. */
const cache = 400_000;
/** The gaps between the 36, in bytes: see `apart` in the kernels. */
const gaps = 36 * 64;
/** Tasks that a call is split into, about. */
const wanted = 16;

function plan({ N, C_in, C_out, H_out, W_out, K_h }: Conv2dSizes): Plan {
  const m = K_h === 3 ? 4 : 2;
  const [C_in4, C_out4] = [Math.ceil(C_in / 4), Math.ceil(C_out / 4)];
  const [down, across] = [Math.ceil(H_out / m), Math.ceil(W_out / m)];
  const tiles = N * down * across;
  const bytes = 36 * 16 * (C_in4 + C_out4);
  const most = Math.min(64, Math.floor(cache / bytes), tiles / wanted);
  const T = Math.max(8, 4 * Math.ceil(most / 4));
  return {
    m,
    C_in4,
    C_out4,
    down,
    across,
    tiles,
    H_seen: m * down + 6 - m,
    W_seen: m * across + 6 - m,
    T,
    perThread: bytes * T + 2 * gaps + 1024,
    weights: 36 * C_out4 * C_in4 * 64 + gaps,
  };
}

/** The fields of `WinogradSizes` in `assembly/winograd.ts`, in their order. */
function sizesOf(s: Conv2dSizes, p: Plan, T: number, perThread: number, slices = 1, parts = 1, images = 1): number[] {
  return [
    ...[p.m, p.C_in4, p.C_out4, s.C_out, s.H_out, s.W_out],
    ...[p.down, p.across, p.tiles, T, perThread, slices, parts],
    ...[images, s.C_in, s.H, s.W, s.P_h, s.P_w],
  ];
}
const sizesBytes = 19 * 4;

export function winogradForward(
  engine: Engine,
  y: number,
  x: number,
  weight: number,
  bias: number,
  s: Conv2dSizes,
): void {
  const { N, C_in, C_out, H, W, K_h: r } = s;
  const p = plan(s);
  const [x4, U, scratch, sizes] = engine.scratch(
    N * p.C_in4 * p.H_seen * p.W_seen * 16,
    p.weights,
    engine.threads * p.perThread,
    sizesBytes,
  );
  toLanes(engine, x4, x, N, C_in, H, W, p.H_seen, p.W_seen, [s.P_h, s.P_w]);
  transformWeights(engine, U, weight, scratch, r, C_out, C_in, C_in * r * r * 4, r * r * 4);
  engine.writeIntegers(sizes, sizesOf(s, p, p.T, p.perThread));
  engine.run('winogradForward', Math.ceil(p.tiles / p.T), y, x4, U, bias, scratch, sizes);
}

function transformWeights(
  engine: Engine,
  U: number,
  weight: number,
  scratch: number,
  r: number,
  lanes: number,
  K: number,
  laneStep: number,
  kStep: number,
): void {
  const tasks = pieces(Math.ceil(lanes / 4) * Math.ceil(K / 4) * 4, 36 * 4);
  engine.run('winogradWeights', tasks, U, weight, scratch, r, lanes, K, laneStep, kStep);
}

export function winogradInputGradient(engine: Engine, dx: number, dy: number, weight: number, s: Conv2dSizes): void {
  const { N, C_in, C_out, K_h: r } = s;
  const p = plan(s);
  const tilesOfImage = p.down * p.across;
  // Small images go together, so that a task has tiles enough for the product.
  const images = Math.max(1, Math.min(Math.floor(p.T / tilesOfImage), Math.ceil(N / 8)));
  const groups = Math.ceil(N / images);
  const parts = Math.max(1, Math.min(Math.ceil(p.C_in4 / 2), Math.floor(8 / groups)));
  const T = Math.min(p.T, Math.ceil((images * tilesOfImage) / 4) * 4);
  const perThread = p.perThread + 2048 + images * p.C_in4 * p.H_seen * p.W_seen * 16;
  const [dy4, U, scratch, sizes] = engine.scratch(
    N * p.C_out4 * p.m * p.down * p.m * p.across * 16,
    p.weights,
    engine.threads * perThread,
    sizesBytes,
  );
  toLanes(engine, dy4, dy, N, C_out, s.H_out, s.W_out, p.m * p.down, p.m * p.across, 0);
  transformWeights(engine, U, weight, scratch, r, C_in, C_out, r * r * 4, C_in * r * r * 4);
  engine.writeIntegers(sizes, sizesOf(s, p, T, perThread, 1, parts, images));
  engine.run('winogradInputGradient', groups * parts, dx, dy4, U, scratch, sizes);
}

/** Bytes of sums that are kept for slices of the tiles. */
const sliceBytes = 16e6;

export function winogradWeightGradient(engine: Engine, dweight: number, dy: number, x: number, s: Conv2dSizes): void {
  const { N, C_in, C_out, H, W, H_out, W_out, K_h: r } = s;
  const p = plan(s);
  const slices = Math.max(1, Math.min(8, Math.floor(sliceBytes / p.weights), Math.floor(p.tiles / 16)));
  const parts = Math.max(1, Math.min(Math.ceil(p.C_out4 / 2), Math.floor(8 / slices)));
  const [x4, dy4, dU, scratch, sizes] = engine.scratch(
    N * p.C_in4 * p.H_seen * p.W_seen * 16,
    N * p.C_out4 * p.m * p.down * p.m * p.across * 16,
    slices * p.weights,
    engine.threads * Math.max(p.perThread, 2048),
    sizesBytes,
  );
  toLanes(engine, x4, x, N, C_in, H, W, p.H_seen, p.W_seen, [s.P_h, s.P_w]);
  toLanes(engine, dy4, dy, N, C_out, H_out, W_out, p.m * p.down, p.m * p.across, 0);
  engine.writeIntegers(sizes, sizesOf(s, p, p.T, p.perThread, slices, parts));
  engine.run('winogradGradient', slices * parts, dU, x4, dy4, scratch, sizes);
  const tasks = pieces(p.C_out4 * C_in, 36 * slices * 4);
  engine.run('winogradGradientWeights', tasks, dweight, dU, scratch, r, slices, C_out, C_in);
}
