/** Calls of the kernels that pool, pad and join images. Their tasks are planes (one channel of one image), or runs. */
import type { AdaptivePoolSizes } from '../../ops/adaptiveAvgPool2d.js';
import type { AvgPool2dSizes } from '../../ops/avgPool2d.js';
import type { Kernels } from '../../ops/index.js';
import type { PadSizes } from '../../ops/pad.js';
import type { PoolSizes } from '../../ops/windows.js';
import type { WasmBuffer } from './buffer.js';
import type { Engine } from './engine.js';
import { shares } from './shares.js';

export function pooling(engine: Engine) {
  /** What both passes of avgPool2d take besides their arrays; `floats`: how much scratch memory a thread needs. */
  const average = (s: AvgPool2dSizes, floats: number): number[] => {
    const bytes = 4 * floats;
    const [sizes, scratch] = engine.scratch(poolSizesBytes, bytes * engine.threads);
    engine.writeIntegers(sizes, poolSizes(s));
    return [sizes, Number(s.countIncludePad), s.divisorOverride ?? 0, scratch, bytes];
  };

  return {
    maxPool2d: {
      forward(y, indices, x, s) {
        const [sizes] = engine.scratch(poolSizesBytes);
        engine.writeIntegers(sizes, poolSizes(s));
        const tasks = shares(x.length, s.N * s.C);
        engine.run('maxPool2dForward', tasks, y.address, indices.address, x.address, sizes);
      },
      backward(dx, dy, indices, s) {
        const [sizes] = engine.scratch(poolSizesBytes);
        engine.writeIntegers(sizes, poolSizes(s));
        const tasks = shares(dx.length, s.N * s.C);
        engine.run('maxPool2dBackward', tasks, dx.address, dy.address, indices.address, sizes);
      },
    },

    avgPool2d: {
      forward(y, x, s) {
        const columns = s.H_out * ((s.W_out - 1) * s.S_w + s.K_w);
        const tasks = shares(x.length, s.N * s.C);
        engine.run('avgPool2dForward', tasks, y.address, x.address, ...average(s, s.W_out + columns));
      },
      backward(dx, dy, s) {
        const rows = (s.H_out + s.H) * (s.W_out + 2 * (s.K_w - 1));
        const tasks = shares(dx.length, s.N * s.C);
        engine.run('avgPool2dBackward', tasks, dx.address, dy.address, ...average(s, s.W_out + rows));
      },
    },

    adaptiveAvgPool2d: {
      forward(y, x, s) {
        const tasks = shares(Math.max(x.length, y.length), s.N * s.C);
        engine.run('adaptiveAvgPool2dForward', tasks, y.address, x.address, ...cells(s));
      },
      backward(dx, dy, s) {
        const tasks = shares(Math.max(dx.length, dy.length), s.N * s.C);
        engine.run('adaptiveAvgPool2dBackward', tasks, dx.address, dy.address, ...cells(s));
      },
    },

    pad: {
      forward(y, x, s) {
        const tasks = shares(y.length, s.N);
        engine.run('padForward', tasks, y.address, x.address, ...border(s), s.value);
      },
      backward(dx, dy, s) {
        const tasks = shares(dy.length, s.N);
        engine.run('padBackward', tasks, dx.address, dy.address, ...border(s));
      },
    },

    cat: {
      forward(y, x, { outer, length, total, offset }) {
        const tasks = shares(x.length, outer);
        engine.run('catForward', tasks, y.address, x.address, outer, length, total, offset);
      },
      backward(dx, dy, { outer, length, total, offset }) {
        const tasks = shares(dx.length, outer);
        engine.run('catBackward', tasks, dx.address, dy.address, outer, length, total, offset);
      },
    },
  } satisfies Partial<Kernels<WasmBuffer>>;
}

/** In the order of PoolSizes in `assembly/windows.ts`. */
function poolSizes(s: PoolSizes): number[] {
  const { N, C, H, W, K_h, K_w, H_out, W_out, S_h, S_w, P_h, P_w, D_h, D_w } = s;
  return [N, C, H, W, K_h, K_w, H_out, W_out, S_h, S_w, P_h, P_w, D_h, D_w];
}

const poolSizesBytes = 14 * 4;

function cells({ N, C, H, W, H_out, W_out }: AdaptivePoolSizes): number[] {
  return [N * C, H, W, H_out, W_out];
}

/** Modes are numbered as in `assembly/pad.ts`. */
function border({ N, H, W, H_out, W_out, top, left, mode }: PadSizes): number[] {
  return [N, H, W, H_out, W_out, top, left, ['constant', 'reflect', 'replicate', 'circular'].indexOf(mode)];
}
