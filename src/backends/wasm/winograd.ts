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

/** A convolution in tiles: `K` input and `lanes` output channels, `H_out` x `W_out` output pixels, P zeros around the input. */
interface Tiling {
  readonly N: number;
  readonly K: number;
  readonly lanes: number;
  readonly H: number;
  readonly W: number;
  readonly H_out: number;
  readonly W_out: number;
  readonly padding: readonly [number, number];
  readonly r: number;
}

interface Plan {
  readonly K4: number;
  readonly lanes4: number;
  /** Size of the padded input. */
  readonly H_to: number;
  readonly W_to: number;
  readonly down: number;
  readonly across: number;
  readonly m: number;
  readonly tiles: number;
  readonly T: number;
  readonly perThread: number;
  /** Bytes of U. */
  readonly weights: number;
}

/** Bytes of V and M of the tiles that are worked on at a time: they should stay in a core's own cache. */
const cache = 400_000;
/** Tasks that a call is split into, about. */
const wanted = 16;

function plan({ N, K, lanes, H_out, W_out, r }: Tiling): Plan {
  const m = 7 - r === 4 ? 4 : 2;
  const [K4, lanes4] = [Math.ceil(K / 4), Math.ceil(lanes / 4)];
  const [down, across] = [Math.ceil(H_out / m), Math.ceil(W_out / m)];
  const tiles = N * down * across;
  const bytes = 36 * 16 * (K4 + lanes4);
  const most = Math.min(64, Math.floor(cache / bytes), tiles / wanted);
  const T = Math.max(8, 4 * Math.ceil(most / 4));
  return {
    K4,
    lanes4,
    H_to: m * down + 6 - m,
    W_to: m * across + 6 - m,
    down,
    across,
    m,
    tiles,
    T,
    perThread: bytes * T + 1024,
    weights: 36 * lanes4 * K4 * 64,
  };
}

/** The fields of `WinogradSizes` in `assembly/winograd.ts`, in their order. */
function sizesOf(t: Tiling, p: Plan, slices: number, parts: number): number[] {
  const { down, across, tiles, T, perThread } = p;
  return [p.m, p.K4, p.lanes4, t.lanes, t.H_out, t.W_out, down, across, tiles, T, perThread, slices, parts];
}
const sizesBytes = 13 * 4;

export function winogradForward(
  engine: Engine,
  y: number,
  x: number,
  weight: number,
  bias: number,
  s: Conv2dSizes,
): void {
  const { N, C_in, C_out, H, W, H_out, W_out, P_h, P_w, K_h } = s;
  const kernel = K_h * K_h * 4;
  correlate(
    engine,
    y,
    x,
    weight,
    bias,
    { N, K: C_in, lanes: C_out, H, W, H_out, W_out, padding: [P_h, P_w], r: K_h },
    { laneStep: C_in * kernel, kStep: kernel, turn: 0 },
  );
}

/** dx is a convolution of dy, with the weights turned and their channels swapped. */
export function winogradInputGradient(engine: Engine, dx: number, dy: number, weight: number, s: Conv2dSizes): void {
  const { N, C_in, C_out, H, W, H_out, W_out, P_h, P_w, K_h } = s;
  const kernel = K_h * K_h * 4;
  correlate(
    engine,
    dx,
    dy,
    weight,
    0,
    {
      N,
      K: C_out,
      lanes: C_in,
      H: H_out,
      W: W_out,
      H_out: H,
      W_out: W,
      padding: [K_h - 1 - P_h, K_h - 1 - P_w],
      r: K_h,
    },
    { laneStep: kernel, kStep: C_in * kernel, turn: 1 },
  );
}

function correlate(
  engine: Engine,
  y: number,
  x: number,
  weight: number,
  bias: number,
  t: Tiling,
  w: { laneStep: number; kStep: number; turn: number },
): void {
  const p = plan(t);
  const [x4, U, scratch, sizes] = engine.scratch(
    t.N * p.K4 * p.H_to * p.W_to * 16,
    p.weights,
    engine.threads * p.perThread,
    sizesBytes,
  );
  toLanes(engine, x4, x, t.N, t.K, t.H, t.W, p.H_to, p.W_to, t.padding);
  const blocks = p.lanes4 * p.K4 * 4;
  const { laneStep, kStep, turn } = w;
  engine.run('winogradWeights', pieces(blocks, 144), U, weight, scratch, t.r, t.lanes, t.K, laneStep, kStep, turn);
  engine.writeIntegers(sizes, sizesOf(t, p, 1, 1));
  engine.run('winogradForward', Math.ceil(p.tiles / p.T), y, x4, U, bias, scratch, sizes);
}

/** Bytes of sums that are kept for slices of the tiles. */
const sliceBytes = 16e6;

export function winogradWeightGradient(engine: Engine, dweight: number, dy: number, x: number, s: Conv2dSizes): void {
  const { N, C_in, C_out, H, W, H_out, W_out, P_h, P_w, K_h: r } = s;
  const t: Tiling = { N, K: C_in, lanes: C_out, H, W, H_out, W_out, padding: [P_h, P_w], r };
  const p = plan(t);
  const slices = Math.max(1, Math.min(8, Math.floor(sliceBytes / p.weights), Math.floor(p.tiles / 16)));
  const parts = Math.max(1, Math.min(Math.ceil(p.lanes4 / 2), Math.floor(8 / slices)));
  const [x4, dy4, dU, scratch, sizes] = engine.scratch(
    N * p.K4 * p.H_to * p.W_to * 16,
    N * p.lanes4 * p.m * p.down * p.m * p.across * 16,
    slices * p.weights,
    engine.threads * Math.max(p.perThread, 2048),
    sizesBytes,
  );
  toLanes(engine, x4, x, N, C_in, H, W, p.H_to, p.W_to, t.padding);
  toLanes(engine, dy4, dy, N, C_out, H_out, W_out, p.m * p.down, p.m * p.across, 0);
  engine.writeIntegers(sizes, sizesOf(t, p, slices, parts));
  engine.run('winogradGradient', slices * parts, dU, x4, dy4, scratch, sizes);
  const blocks = p.lanes4 * C_in;
  engine.run('winogradGradientWeights', pieces(blocks, 36 * slices * 4), dweight, dU, scratch, r, slices, C_out, C_in);
}
