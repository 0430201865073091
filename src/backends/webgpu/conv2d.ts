/**
 * Calls of the convolution's shaders, and the rule that picks one:
 *
 *   1. `conv2d.wgsl`   the sums as they stand: where a group has fewer than four output (input) channels, so that tiles would
 *                      be mostly empty; and for the gradient of x where both stride and dilation are above 1
 *   2. `conv2dForward.wgsl`, `conv2dBackwardInput.wgsl`, `conv2dBackwardWeight.wgsl`   everything else: products of matrices, in tiles
 */
import type { Conv2dSizes } from '../../ops/conv2d.js';
import type { Kernels } from '../../ops/index.js';
import { isPointwise, seesPadding } from '../convolution.js';
import type { WebGPUBuffer } from './buffer.js';
import type { Engine } from './engine.js';
import { gridOf } from './parts.js';
import { sumOfChannels, sumOfRows } from './reductions.js';
import { grid, tilingFor } from './tile.js';

const fewest = 4;

export function conv2d(engine: Engine) {
  return {
    conv2d: {
      forward(y, x, weight, bias, s) {
        const run = s.C_out / s.G < fewest ? forwardDirectly : forwardInTiles;
        run(engine, y, x, weight, bias, s);
      },
      backward(dx, dweight, dbias, dy, x, weight, s) {
        if (dx) {
          const skips = s.S_h * s.S_w > 1 && s.D_h * s.D_w > 1;
          const run = s.C_in / s.G < fewest || skips ? inputGradientDirectly : inputGradientInTiles;
          run(engine, dx, dy, weight, s);
        }
        if (dweight) {
          const run = s.C_out / s.G < fewest ? weightGradientDirectly : weightGradientInTiles;
          run(engine, dweight, dy, x, s);
        }
        if (dbias) sumOfChannels(engine, dbias, dy, s.N, s.H_out * s.W_out);
      },
    },
  } satisfies Partial<Kernels<WebGPUBuffer>>;
}

type Buffer = WebGPUBuffer;

function forwardDirectly(
  engine: Engine,
  y: Buffer,
  x: Buffer,
  weight: Buffer,
  bias: Buffer | null,
  s: Conv2dSizes,
): void {
  engine.run({
    shader: 'conv2d',
    entry: 'forward',
    buffers: { y, x, weight, bias },
    sizes: { ...s, hasBias: bias !== null, count: y.length },
    threads: y.length,
  });
}

function inputGradientDirectly(engine: Engine, dx: Buffer, dy: Buffer, weight: Buffer, s: Conv2dSizes): void {
  engine.run({
    shader: 'conv2d',
    entry: 'backwardInput',
    buffers: { dx, dy, weight },
    sizes: { ...s, hasBias: false, count: dx.length },
    threads: dx.length,
  });
}

function weightGradientDirectly(engine: Engine, dweight: Buffer, dy: Buffer, x: Buffer, s: Conv2dSizes): void {
  engine.run({
    shader: 'conv2d',
    entry: 'backwardWeight',
    buffers: { dweight, dy, x },
    sizes: { ...s, hasBias: false, count: dweight.length },
    groups: gridOf(dweight.length, 1, engine.groupsAcross),
  });
}

const tapsOf = (s: Conv2dSizes) => (s.C_in / s.G) * s.K_h * s.K_w;

function forwardInTiles(
  engine: Engine,
  y: Buffer,
  x: Buffer,
  weight: Buffer,
  bias: Buffer | null,
  s: Conv2dSizes,
): void {
  const [M, N, K] = [s.C_out / s.G, s.N * s.H_out * s.W_out, tapsOf(s)];
  const bVectors = isPointwise(s) && (s.H * s.W) % 4 === 0;
  const tiling = tilingFor(engine, M, N, K, { aAlongK: true, bVectors });
  engine.run({
    shader: 'conv2dForward',
    entry: 'forward',
    uses: tiling.uses,
    buffers: { y, x, weight, bias, x4: x },
    sizes: { ...s, hasBias: bias !== null },
    constants: { ...tiling.constants, PADDED: Number(seesPadding(s)) },
    groups: grid(engine, tiling.columns, tiling.rows, s.G),
    work: tiling.work(s.G),
  });
}

function inputGradientInTiles(engine: Engine, dx: Buffer, dy: Buffer, weight: Buffer, s: Conv2dSizes): void {
  const classes = s.S_h * s.S_w;
  const [M, N] = [s.C_in / s.G, s.N * Math.ceil(s.H / s.S_h) * Math.ceil(s.W / s.S_w)];
  const K = ((s.C_out / s.G) * s.K_h * s.K_w) / classes; // on average
  const pointwise = isPointwise(s);
  const tiling = tilingFor(engine, M, N, K, { bVectors: pointwise && (s.H * s.W) % 4 === 0 });
  engine.run({
    shader: 'conv2dBackwardInput',
    entry: 'backwardInput',
    uses: tiling.uses,
    buffers: { dx, dy, weight, dy4: dy },
    sizes: { ...s },
    constants: { ...tiling.constants, PADDED: Number(!pointwise) },
    groups: grid(engine, tiling.columns, tiling.rows, s.G * classes),
    work: tiling.work(s.G * classes),
  });
}

/** Workgroups that keep a GPU busy, and pixels that are worth a part of their own. */
const wanted = 256;
const leastShare = 256;

function weightGradientInTiles(engine: Engine, dweight: Buffer, dy: Buffer, x: Buffer, s: Conv2dSizes): void {
  const [M, N, K] = [s.C_out / s.G, tapsOf(s), s.N * s.H_out * s.W_out];
  const tiling = tilingFor(engine, M, N, K, { aAlongK: true, bAlongK: true });
  const { rows, columns, depth } = tiling;
  const most = Math.max(1, Math.floor(engine.limits.maxComputeWorkgroupsPerDimension / s.G));
  const parts = Math.max(1, Math.min(Math.ceil(wanted / (rows * columns * s.G)), Math.floor(K / leastShare), most));
  const share = Math.ceil(K / parts / depth) * depth;
  const run = (sums: Buffer) =>
    engine.run({
      shader: 'conv2dBackwardWeight',
      entry: 'backwardWeight',
      uses: tiling.uses,
      buffers: { sums, dy, x },
      sizes: { ...s, parts, share },
      constants: { ...tiling.constants, PADDED: Number(seesPadding(s)) },
      groups: [columns, rows, s.G * parts],
      work: tiling.work(s.G, parts),
    });
  if (parts === 1) {
    run(dweight);
    return;
  }
  engine.temporary(parts * dweight.length, (sums) => {
    run(sums);
    sumOfRows(engine, dweight, sums, parts);
  });
}
