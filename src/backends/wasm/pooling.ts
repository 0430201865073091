/** Calls of the kernels that pool, pad and join images. Their tasks are planes (one channel of one image), or runs. */
import type { AvgPool2dSizes } from '../../ops/avgPool2d.js';
import type { Kernels } from '../../ops/index.js';
import type { PadSizes } from '../../ops/pad.js';
import type { WasmBuffer } from './buffer.js';
import type { Engine } from './engine.js';
import { PAD_CIRCULAR, PAD_CONSTANT, PAD_REFLECT, PAD_REPLICATE } from './signatures.js';
import { tasksFor } from './taskCount.js';

export function pooling(engine: Engine) {
  /** What both passes of avgPool2d take besides their arrays; `floats`: how much scratch memory a thread needs. */
  const average = (s: AvgPool2dSizes, floats: number) => {
    const perThread = 4 * floats;
    const [scratch] = engine.scratch(perThread * engine.threads);
    return { s, countIncludePad: s.countIncludePad, divisorOverride: s.divisorOverride ?? 0, scratch, perThread };
  };

  return {
    maxPool2d: {
      forward(y, indices, x, s) {
        engine.run('maxPool2dForward', tasksFor(x.length, s.N * s.C), { y, indices, x, s });
      },
      backward(dx, dy, indices, s) {
        engine.run('maxPool2dBackward', tasksFor(dx.length, s.N * s.C), { dx, dy, indices, s });
      },
    },

    avgPool2d: {
      forward(y, x, s) {
        const columns = s.H_out * ((s.W_out - 1) * s.S_w + s.K_w);
        const tasks = tasksFor(x.length, s.N * s.C);
        engine.run('avgPool2dForward', tasks, { y, x, ...average(s, s.W_out + columns) });
      },
      backward(dx, dy, s) {
        const rows = (s.H_out + s.H) * (s.W_out + 2 * (s.K_w - 1));
        const tasks = tasksFor(dx.length, s.N * s.C);
        engine.run('avgPool2dBackward', tasks, { dx, dy, ...average(s, s.W_out + rows) });
      },
    },

    adaptiveAvgPool2d: {
      forward(y, x, s) {
        const tasks = tasksFor(Math.max(x.length, y.length), s.N * s.C);
        engine.run('adaptiveAvgPool2dForward', tasks, { y, x, planes: s.N * s.C, ...s });
      },
      backward(dx, dy, s) {
        const tasks = tasksFor(Math.max(dx.length, dy.length), s.N * s.C);
        engine.run('adaptiveAvgPool2dBackward', tasks, { dx, dy, planes: s.N * s.C, ...s });
      },
    },

    pad: {
      forward(y, x, s) {
        const tasks = tasksFor(y.length, s.N);
        engine.run('padForward', tasks, { y, x, ...border(s) });
      },
      backward(dx, dy, s) {
        const tasks = tasksFor(dy.length, s.N);
        engine.run('padBackward', tasks, { dx, dy, ...border(s) });
      },
    },

    cat: {
      forward: (y, x, s) => engine.run('catForward', tasksFor(x.length, s.outer), { y, x, ...s }),
      backward: (dx, dy, s) => engine.run('catBackward', tasksFor(dx.length, s.outer), { dx, dy, ...s }),
    },
  } satisfies Partial<Kernels<WasmBuffer>>;
}

/** What both passes of pad take besides their arrays. */
function border({ N, H, W, H_out, W_out, top, left, mode, value }: PadSizes) {
  return { N, H, W, H_out, W_out, top, left, mode: modes[mode], value };
}

const modes: Readonly<Record<PadSizes['mode'], number>> = {
  constant: PAD_CONSTANT,
  reflect: PAD_REFLECT,
  replicate: PAD_REPLICATE,
  circular: PAD_CIRCULAR,
};
