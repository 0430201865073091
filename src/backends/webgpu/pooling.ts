/** Calls of the kernels that compute an element from its neighbours: a window of its image, or the channels beside its own. */
import type { AvgPool2dSizes } from '../../ops/avgPool2d.js';
import type { Kernels } from '../../ops/index.js';
import type { LocalResponseNormSizes } from '../../ops/localResponseNorm.js';
import type { PoolSizes } from '../../ops/windows.js';
import type { WebGPUBuffer } from './buffer.js';
import { type Dispatch, type Engine, groupThreads } from './engine.js';

export function pooling(engine: Engine) {
  /** A pass of `windowMeans.wgsl`: every element of `result` is a sum over a rectangle of `given`, `width` columns wide. */
  function means(pass: Omit<Dispatch, 'threads'>, result: WebGPUBuffer, given: WebGPUBuffer, width: number) {
    const share = given.length / Math.max(1, result.length);
    const team = engine.sharesMemory ? teamFor(share, width) : { ROWS: 1, COLUMNS: 1 };
    engine.run({ ...pass, constants: team, threads: result.length * team.ROWS * team.COLUMNS });
  }

  function maxPool2d(entry: string, buffers: Dispatch['buffers'], s: PoolSizes, threads: number) {
    engine.run({ shader: 'maxPool2d', entry, buffers, sizes: { ...s }, threads });
  }

  function localResponseNorm(entry: string, buffers: Dispatch['buffers'], s: LocalResponseNormSizes) {
    const { N, C, pixels, size, alpha, beta, k } = s;
    const sizes = { N, C, pixels, size, ratio: alpha / size, beta, k };
    engine.run({ shader: 'localResponseNorm', entry, buffers, sizes, threads: N * C * pixels });
  }

  return {
    maxPool2d: {
      forward: (y, indices, x, s) => maxPool2d('forward', { y, indices, x }, s, y.length),
      backward(dx, dy, indices, s) {
        const apart = (s.K_h - 1) * s.D_h < s.S_h && (s.K_w - 1) * s.D_w < s.S_w;
        maxPool2d(apart ? 'backwardApart' : 'backward', { dx, dy, maxima: indices }, s, dx.length);
      },
    },

    avgPool2d: {
      forward(y, x, s) {
        means({ shader: 'avgPool2d', entry: 'forward', buffers: { y, x }, sizes: average(s) }, y, x, s.K_w);
      },
      backward(dx, dy, s) {
        const pass = { shader: 'avgPool2d', entry: 'backward', buffers: { dx, dy }, sizes: average(s) };
        means(pass, dx, dy, Math.ceil(s.K_w / s.S_w));
      },
    },

    adaptiveAvgPool2d: {
      forward(y, x, s) {
        const pass = { shader: 'adaptiveAvgPool2d', entry: 'forward', buffers: { y, x }, sizes: { ...s } };
        means(pass, y, x, Math.ceil(s.W / s.W_out));
      },
      backward(dx, dy, s) {
        const pass = { shader: 'adaptiveAvgPool2d', entry: 'backward', buffers: { dx, dy }, sizes: { ...s } };
        means(pass, dx, dy, Math.ceil(s.W_out / s.W));
      },
    },

    localResponseNorm: {
      forward: (y, x, s) => localResponseNorm('forward', { y, x }, s),
      backward(dx, dy, x, s) {
        engine.temporary(dx.length, (through) => {
          localResponseNorm('backwardDirect', { dx, dy, x, through }, s);
          localResponseNorm('backwardThrough', { dx, x, paid: through }, s);
        });
      },
    },
  } satisfies Partial<Kernels<WebGPUBuffer>>;
}

function average(s: AvgPool2dSizes) {
  return { ...s, divisorOverride: s.divisorOverride ?? 0 };
}

/**
 * The team of threads that adds up a rectangle of `width` columns, where `given` has `share` elements for each sum. With fewer
 * than 16, one thread does a sum: then sums are many, or they overlap, so that caches have what two of them read. Otherwise the
 * team has about as many threads as the sum has terms.
 */
function teamFor(share: number, width: number): { ROWS: number; COLUMNS: number } {
  const threads = share < 16 ? 1 : Math.min(groupThreads, powerOfTwo(share));
  const COLUMNS = Math.min(threads, powerOfTwo(2 * width - 1));
  return { ROWS: threads / COLUMNS, COLUMNS };
}

/** The largest power of 2 that isn't above n. */
function powerOfTwo(n: number): number {
  return 2 ** (31 - Math.clz32(n));
}
