/** Calls of the kernels that only move elements: pad and cat. */
import type { CatSizes } from '../../ops/cat.js';
import type { Kernels } from '../../ops/index.js';
import type { PadMode, PadSizes } from '../../ops/pad.js';
import type { WebGPUBuffer } from './buffer.js';
import type { Dispatch, Engine } from './engine.js';

/** In the order of their numbers in `pad.wgsl`. */
const modes: readonly PadMode[] = ['constant', 'reflect', 'replicate', 'circular'];

export function moving(engine: Engine) {
  function cat(entry: string, buffers: Dispatch['buffers'], s: CatSizes) {
    engine.run({ shader: 'cat', entry, buffers, sizes: { ...s }, threads: s.outer * s.length });
  }

  function pad(entry: string, buffers: Dispatch['buffers'], { mode, ...sizes }: PadSizes, threads: number) {
    engine.run({ shader: 'pad', entry, buffers, sizes, constants: { MODE: modes.indexOf(mode) }, threads });
  }

  return {
    cat: {
      forward: (y, x, s) => cat('forward', { y, x }, s),
      backward: (dx, dy, s) => cat('backward', { dx, dy }, s),
    },
    pad: {
      forward: (y, x, s) => pad('forward', { y, x }, s, y.length),
      backward: (dx, dy, s) => pad('backward', { dx, dy }, s, dx.length),
    },
  } satisfies Partial<Kernels<WebGPUBuffer>>;
}
