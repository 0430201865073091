/** Calls of `assembly/winograd`. */
import type { Conv2dSizes } from '../../ops/conv2d.js';
import type { Address, Place } from './buffer.js';
import type { Engine } from './engine.js';
import { type KernelArguments, WINOGRAD_GAP, WINOGRAD_SCRATCH, type WinogradSizes } from './signatures.js';
import { tasksForItems } from './taskCount.js';

/** With fewer tiles than this, transforming the weights costs more than the products that it saves. */
const MIN_TILES = 8;

/** Whether the kernel is 3x3 or 5x5 with stride, dilation and groups 1, and channels and tiles are so many that the products that
 *  are saved outweigh the transforms. */
export function suitsWinograd(s: Conv2dSizes): boolean {
  const { N, K_h, K_w, S_h, S_w, P_h, P_w, D_h, D_w, G } = s;
  return (
    (K_h === 3 || K_h === 5) &&
    K_w === K_h &&
    S_h * S_w * D_h * D_w * G === 1 &&
    P_h < K_h &&
    P_w < K_w &&
    Math.min(s.C_in, s.C_out) >= 10 &&
    N * Math.ceil(s.H_out / side(K_h)) * Math.ceil(s.W_out / side(K_h)) >= MIN_TILES
  );
}

/** The side of a tile of y. A tile of x is 6x6. */
function side(K: number): number {
  return K === 3 ? 4 : 2;
}

/** A convolution in tiles. */
interface Plan {
  /** Side of a tile of y. */
  readonly m: number;
  readonly C_in4: number;
  readonly C_out4: number;
  /** Tiles down and across an image. */
  readonly down: number;
  readonly across: number;
  /** The size of x as far as tiles reach, padding included. */
  readonly H_seen: number;
  readonly W_seen: number;
  /** Tiles that are transformed and multiplied at a time. */
  readonly T: number;
  /** Bytes of V, M and the transforms' scratch, for each thread. */
  readonly tileBytes: number;
  /** Bytes of U. */
  readonly weights: number;
}

/** The most bytes of V and M at a time. They should stay in a core's own cache. */
const cache = 400_000;
/** The gaps between the 36, in bytes: see `apart` in the kernels. */
const gaps = 36 * WINOGRAD_GAP;
/** Tasks that a call is split into, about, and tiles that are worth a task. */
const targetTasks = 16;
const enough = 16;

function plan({ N, C_in, C_out, H_out, W_out, K_h }: Conv2dSizes): Plan {
  const m = side(K_h);
  const [C_in4, C_out4] = [Math.ceil(C_in / 4), Math.ceil(C_out / 4)];
  const [down, across] = [Math.ceil(H_out / m), Math.ceil(W_out / m)];
  const bytes = 36 * 16 * (C_in4 + C_out4);
  const most = Math.min(64, Math.floor(cache / bytes), (N * down * across) / targetTasks);
  const T = Math.max(8, 4 * Math.ceil(most / 4));
  return {
    m,
    C_in4,
    C_out4,
    down,
    across,
    H_seen: m * down + 6 - m,
    W_seen: m * across + 6 - m,
    T,
    tileBytes: bytes * T + 2 * gaps + WINOGRAD_SCRATCH,
    weights: 36 * C_out4 * C_in4 * 64 + gaps,
  };
}

/** Images of a task: several where each has few tiles, but not so many that there are too few tasks. */
function together({ N }: Conv2dSizes, { down, across }: Plan, tasks: number): number {
  return Math.max(1, Math.min(Math.floor(enough / (down * across)), Math.floor(N / tasks)));
}

/** Rows of tiles of a task: fewer than an image has, where there would be too few tasks otherwise. */
function bandOf({ N }: Conv2dSizes, { down, across }: Plan): number {
  const bands = Math.min(Math.ceil(targetTasks / N), Math.ceil((down * across) / enough));
  return Math.ceil(down / bands);
}

interface Work {
  readonly images: number;
  readonly band: number;
  readonly perThread: number;
  readonly slices?: number;
  readonly parts?: number;
}

function sizesOf(s: Conv2dSizes, p: Plan, { images, band, perThread, slices = 1, parts = 1 }: Work): WinogradSizes {
  const { N, C_in, H, W, C_out, H_out, W_out, P_h, P_w } = s;
  const { m, C_in4, C_out4, down, across, T } = p;
  // Field by field: to spread objects would take longer than the call, which a training step makes a dozen times.
  return {
    N,
    C_in,
    H,
    W,
    C_out,
    H_out,
    W_out,
    P_h,
    P_w,
    m,
    C_in4,
    C_out4,
    down,
    across,
    images,
    band,
    T,
    perThread,
    slices,
    parts,
  };
}

/** Bytes of the sums that a task writes. */
const sumBytes = 16;

/** Whether all numbers that were made of tiles are finite, as their sums tell. If not, tiles have spoiled their neighbours, or
 *  were too large for f32 on the way. */
function areFinite(engine: Engine, sums: Address, tasks: number): boolean {
  for (const sum of new Float32Array(engine.bytes, sums, (tasks * sumBytes) / 4)) {
    if (!Number.isFinite(sum)) return false;
  }
  return true;
}

/** Each of the three says whether it could: where not all results are finite, they are to be computed directly. */
export function winogradForward(
  engine: Engine,
  y: Place,
  x: Place,
  weight: Place,
  bias: Place | null,
  s: Conv2dSizes,
): boolean {
  const { N, C_in, C_out, K_h: r } = s;
  const p = plan(s);
  const images = together(s, p, targetTasks);
  const band = bandOf(s, p);
  const perThread = p.tileBytes + images * p.C_in4 * (p.m * band + 6 - p.m) * p.W_seen * 16;
  const tasks = Math.ceil(N / images) * Math.ceil(p.down / band);
  const [U, sums, scratch] = engine.scratch(p.weights, tasks * sumBytes, engine.threads * perThread);
  const steps = { laneStep: C_in * r * r * 4, kStep: r * r * 4 };
  transformWeights(engine, { U, w: weight, scratch, r, lanes: C_out, K: C_in, ...steps });
  engine.run('winogradForward', tasks, { y, x, U, bias, sums, scratch, s: sizesOf(s, p, { images, band, perThread }) });
  return areFinite(engine, sums, tasks);
}

function transformWeights(engine: Engine, weights: KernelArguments['winogradTransformWeights']): void {
  const tasks = tasksForItems(Math.ceil(weights.lanes / 4) * Math.ceil(weights.K / 4) * 4, 36 * 4);
  engine.run('winogradTransformWeights', tasks, weights);
}

export function winogradInputGradient(engine: Engine, dx: Place, dy: Place, weight: Place, s: Conv2dSizes): boolean {
  const { N, C_in, C_out, K_h: r } = s;
  const p = plan(s);
  const images = together(s, p, 8);
  const groups = Math.ceil(N / images);
  const parts = Math.max(1, Math.min(Math.ceil(p.C_in4 / 2), Math.floor(8 / groups)));
  const perImage = p.C_out4 * p.m * p.down * p.m * p.across + p.C_in4 * p.H_seen * p.W_seen;
  const perThread = p.tileBytes + images * perImage * 16;
  const tasks = groups * parts;
  const [U, sums, scratch] = engine.scratch(p.weights, tasks * sumBytes, engine.threads * perThread);
  const steps = { laneStep: r * r * 4, kStep: C_in * r * r * 4 };
  transformWeights(engine, { U, w: weight, scratch, r, lanes: C_in, K: C_out, ...steps });
  const sizes = sizesOf(s, p, { images, band: p.down, perThread, parts });
  engine.run('winogradInputGradient', tasks, { dx, dy, U, sums, scratch, s: sizes });
  return areFinite(engine, sums, tasks);
}

/** Bytes that the sums of all slices of the work may take. */
const sliceBytes = 16e6;

export function winogradWeightGradient(engine: Engine, dweight: Place, dy: Place, x: Place, s: Conv2dSizes): boolean {
  const { N, C_in, C_out, K_h: r } = s;
  const p = plan(s);
  const images = together(s, p, 8);
  const band = bandOf(s, p);
  const work = Math.ceil(N / images) * Math.ceil(p.down / band);
  const slices = Math.max(1, Math.min(8, work, Math.floor(sliceBytes / p.weights)));
  const parts = Math.max(1, Math.min(Math.ceil(p.C_out4 / 2), Math.floor(8 / slices)));
  const seen = p.C_in4 * (p.m * band + 6 - p.m) * p.W_seen + p.C_out4 * p.m * band * p.m * p.across;
  const perThread = p.tileBytes + images * seen * 16;
  const tasks = tasksForItems(p.C_out4 * C_in, 36 * slices * 4);
  const [dU, sums, scratch] = engine.scratch(slices * p.weights, tasks * sumBytes, engine.threads * perThread);
  const sizes = sizesOf(s, p, { images, band, perThread, slices, parts });
  engine.run('winogradWeightGradient', slices * parts, { dU, x, dy, scratch, s: sizes });
  engine.run('winogradUnpackWeightGradient', tasks, { dw: dweight, dU, sums, scratch, r, slices, C_out, C_in });
  return areFinite(engine, sums, tasks);
}
