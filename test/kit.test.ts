/** The equivalence kit seen from outside: right kernels pass, and wrong ones are told what is wrong. */
import { describe, expect, test } from 'vitest';
import { ReferenceBackend } from '../src/backends/reference/index.js';
import { adamFactors } from '../src/ops/adam.js';
import type { Conv2dSizes } from '../src/ops/conv2d.js';
import { type Kernels, ops } from '../src/ops/index.js';
import type { LinearSizes } from '../src/ops/linear.js';
import type { SoftmaxSizes } from '../src/ops/softmax.js';
import type { PoolSizes } from '../src/ops/windows.js';
import type { DeviceBuffer } from '../src/tensor/tensorBackend.js';
import { type ArrayKernel, checkBackend, checkKernel, LawError } from '../src/testing/index.js';
import { WasmRoom } from '../src/testing/wasmMemory.js';

const f = Math.fround;
const options = { runs: 200, seed: 1 };

/** The message of the error that the kit throws. */
async function complaint(checked: Promise<void>): Promise<string> {
  const error = await checked.then(
    () => null,
    (reason) => reason,
  );
  expect(error).toBeInstanceOf(LawError);
  return error.message;
}

interface Twist {
  strideW?: (s: Conv2dSizes) => number;
  rows?: (s: Conv2dSizes) => number;
  /** Of the row's outputs, how many are computed. */
  columns?: (s: Conv2dSizes) => number;
  round?: (value: number) => number;
  start?: (bias: number, y: number) => number;
}

/** A convolution as somebody might write it: one output after the other, in f32 all along. With a twist, a wrong one. */
function conv2d({
  strideW = (s) => s.S_w,
  rows = (s) => s.H_out,
  columns = (s) => s.W_out,
  round = f,
  start = (bias) => bias,
}: Twist = {}): NonNullable<ArrayKernel<'conv2d'>['forward']> {
  return (y, x, weight, bias, s) => {
    const [C_group, C_out_group] = [s.C_in / s.G, s.C_out / s.G];
    for (let n = 0; n < s.N; n++) {
      for (let co = 0; co < s.C_out; co++) {
        for (let ho = 0; ho < rows(s); ho++) {
          for (let wo = 0; wo < columns(s); wo++) {
            const yi = ((n * s.C_out + co) * s.H_out + ho) * s.W_out + wo;
            let sum = start(bias ? bias[co] : 0, y[yi]);
            for (let ci = 0; ci < C_group; ci++) {
              const channel = Math.floor(co / C_out_group) * C_group + ci;
              for (let kh = 0; kh < s.K_h; kh++) {
                for (let kw = 0; kw < s.K_w; kw++) {
                  const h = ho * s.S_h + kh * s.D_h - s.P_h;
                  const w = wo * strideW(s) + kw * s.D_w - s.P_w;
                  if (h < 0 || h >= s.H || w < 0 || w >= s.W) continue;
                  const product = f(
                    weight[((co * C_group + ci) * s.K_h + kh) * s.K_w + kw] *
                      x[((n * s.C_in + channel) * s.H + h) * s.W + w],
                  );
                  sum = round(sum + product);
                }
              }
            }
            y[yi] = sum;
          }
        }
      }
    }
  };
}

/** Rounds to 11 bits, as fp16 does. */
function half(value: number): number {
  if (value === 0) return 0;
  const ulp = 2 ** (Math.floor(Math.log2(Math.abs(value))) - 10);
  return Math.round(value / ulp) * ulp;
}

describe('conv2d', () => {
  const check = (twist: Twist) => checkKernel('conv2d', { forward: conv2d(twist) }, options);

  test('in f32, passes', () => check({}));

  test.each<[string, Twist]>([
    ['skips the last lane', { columns: (s) => (s.W_out % 4 === 3 ? s.W_out - 1 : s.W_out) }],
    ['skips the last row', { rows: (s) => Math.max(s.H_out - 1, 1) }],
    ['ignores the stride', { strideW: () => 1 }],
    ['adds to garbage', { start: (bias, y) => y + bias }],
    ['leaves the bias out', { start: () => 0 }],
    ['rounds like fp16', { round: half }],
  ])('that %s is caught', async (_, twist) => {
    expect(await complaint(check(twist))).toMatch(/^conv2d \(your kernel\) breaks the law 'forward':\ny\[\d+\] is /);
  });

  test('that writes past the end is caught', async () => {
    const forward: ArrayKernel<'conv2d'>['forward'] = (y, x, weight, bias, s) => {
      conv2d()(y, x, weight, bias, s);
      new Float32Array(y.buffer)[y.byteOffset / 4 + y.length] = 0;
    };
    expect(await complaint(checkKernel('conv2d', { forward }, options))).toContain(
      'y: written 1 elements past its end',
    );
  });

  test('that changes its input is caught', async () => {
    const forward: ArrayKernel<'conv2d'>['forward'] = (y, x, weight, bias, s) => {
      conv2d()(y, x, weight, bias, s);
      x.fill(0);
    };
    expect(await complaint(checkKernel('conv2d', { forward }, options))).toContain('x is only to be read');
  });

  test('whose backward is right passes, and one with a sign wrong is caught', async () => {
    const { backward } = ops.conv2d;
    await checkKernel('conv2d', { backward }, options);
    const wrong: ArrayKernel<'conv2d'>['backward'] = (dx, dweight, dbias, dy, x, weight, s) => {
      backward(dx, dweight, dbias, dy, x, weight, s);
      dbias?.forEach((value, i) => {
        dbias[i] = -value;
      });
    };
    expect(await complaint(checkKernel('conv2d', { backward: wrong }, options))).toMatch(/'backward':\ndbias\[\d\]/);
  });

  test('the message has all that is needed to repeat it, and the problem is small', async () => {
    const message = await complaint(check({ strideW: () => 1 }));
    expect(message.split('\n')).toEqual([
      "conv2d (your kernel) breaks the law 'forward':",
      expect.stringMatching(
        /^y\[\d+\] is .+, but .+ expected( exactly|: off by .+, where the budget is .+) \(worst of \d+ wrong elements of \d+\)$/,
      ),
      expect.stringMatching(/^arrays {2}x \(.+\), weight \(.+\), bias /),
      expect.stringMatching(/^sizes {3}N \d+, C_in \d+, /),
      expect.stringMatching(/^numbers '.+' of seed \d+$/),
      expect.stringMatching(/^found in run \d+ of 200, shrunk \d+ times, seed 1$/),
    ]);
    expect(message).toMatch(/ wrong elements of \d\)/);
    expect(message).toBe(await complaint(check({ strideW: () => 1 })));
  });
});

describe('maxPool2d', () => {
  /** `beats`: whether a tap takes the place of the maximum so far. */
  const pool =
    (beats: (value: number, max: number) => boolean): NonNullable<ArrayKernel<'maxPool2d'>['forward']> =>
    (y, indices, x, s: PoolSizes) => {
      for (let yi = 0; yi < y.length; yi++) {
        const wo = yi % s.W_out;
        const ho = Math.floor(yi / s.W_out) % s.H_out;
        const plane = Math.floor(yi / (s.W_out * s.H_out)) * s.H * s.W;
        let best = -1;
        for (let kh = 0; kh < s.K_h; kh++) {
          for (let kw = 0; kw < s.K_w; kw++) {
            const h = ho * s.S_h + kh * s.D_h - s.P_h;
            const w = wo * s.S_w + kw * s.D_w - s.P_w;
            if (h < 0 || h >= s.H || w < 0 || w >= s.W) continue;
            if (best < 0 || beats(x[plane + h * s.W + w], x[plane + best])) best = h * s.W + w;
          }
        }
        y[yi] = x[plane + best];
        indices[yi] = best;
      }
    };

  test('with the first of equals and NaN winning, passes', () =>
    checkKernel('maxPool2d', { forward: pool((value, max) => value > max || Number.isNaN(value)) }, options));

  test('with the last of equals is caught', async () => {
    const forward = pool((value, max) => value >= max || Number.isNaN(value));
    expect(await complaint(checkKernel('maxPool2d', { forward }, options))).toContain('indices[');
  });

  test('that loses NaN is caught', async () => {
    const forward = pool((value, max) => value > max);
    expect(await complaint(checkKernel('maxPool2d', { forward }, options))).toContain('NaN expected exactly');
  });
});

describe('linear', () => {
  const linear =
    (end: (s: LinearSizes) => number): NonNullable<ArrayKernel<'linear'>['forward']> =>
    (y, x, weight, bias, s) => {
      for (let n = 0; n < s.N; n++) {
        for (let o = 0; o < s.O; o++) {
          let sum = bias ? bias[o] : 0;
          for (let i = 0; i < end(s); i++) sum = f(sum + f(weight[o * s.I + i] * x[n * s.I + i]));
          y[n * s.O + o] = sum;
        }
      }
    };

  test('in f32, passes', () => checkKernel('linear', { forward: linear((s) => s.I) }, options));

  test('without what is left over of four lanes is caught', async () => {
    const forward = linear((s) => s.I - (s.I % 4));
    expect(await complaint(checkKernel('linear', { forward }, options))).toContain('breaks the law');
  });
});

/** Kernels in f32 at every step, as plainly as one would write them: the budgets leave them room. */
describe('plain f32 kernels pass', () => {
  const softmaxRows = (s: SoftmaxSizes, visit: (at: (c: number) => number) => void) => {
    for (let o = 0; o < s.outer; o++) {
      for (let i = 0; i < s.inner; i++) visit((c) => (o * s.C + c) * s.inner + i);
    }
  };
  /** The maximum, and the sum of e^(x − max). */
  const maxAndSum = (x: ArrayLike<number>, C: number, at: (c: number) => number) => {
    let max = x[at(0)];
    for (let c = 1; c < C; c++) max = Math.max(max, x[at(c)]);
    let sum = 0;
    for (let c = 0; c < C; c++) sum = f(sum + f(Math.exp(f(x[at(c)] - max))));
    return [max, sum];
  };

  test('softmax', () =>
    checkKernel(
      'softmax',
      {
        forward: (y, x, s) =>
          softmaxRows(s, (at) => {
            const [max, sum] = maxAndSum(x, s.C, at);
            for (let c = 0; c < s.C; c++) y[at(c)] = f(f(Math.exp(f(x[at(c)] - max))) / sum);
          }),
        backward: (dx, dy, y, s) =>
          softmaxRows(s, (at) => {
            let dot = 0;
            for (let c = 0; c < s.C; c++) dot = f(dot + f(y[at(c)] * dy[at(c)]));
            for (let c = 0; c < s.C; c++) dx[at(c)] = f(y[at(c)] * f(dy[at(c)] - dot));
          }),
      },
      options,
    ));

  test('logSoftmax', () =>
    checkKernel(
      'logSoftmax',
      {
        forward: (y, x, s) =>
          softmaxRows(s, (at) => {
            const [max, sum] = maxAndSum(x, s.C, at);
            const logSum = f(Math.log(sum));
            for (let c = 0; c < s.C; c++) y[at(c)] = f(f(x[at(c)] - max) - logSum);
          }),
      },
      options,
    ));

  test('crossEntropy', () =>
    checkKernel(
      'crossEntropy',
      {
        forward: (loss, x, target, weight, s) => {
          let [all, weights] = [0, 0];
          if (s.reduction === 'none') loss.fill(0);
          for (let ti = 0; ti < target.length; ti++) {
            const t = target[ti];
            if (t === s.ignoreIndex) continue;
            const at = (c: number) => (Math.floor(ti / s.inner) * s.C + c) * s.inner + (ti % s.inner);
            const [max, sum] = maxAndSum(x, s.C, at);
            const log = f(Math.log(sum));
            let cost = 0;
            for (let c = 0; c < s.C; c++) {
              const q = f((c === t ? 1 - s.labelSmoothing : 0) + s.labelSmoothing / s.C);
              cost = f(cost + f(f(q * (weight?.[c] ?? 1)) * f(log - f(x[at(c)] - max))));
            }
            if (s.reduction === 'none') loss[ti] = cost;
            all = f(all + cost);
            weights = f(weights + (weight?.[t] ?? 1));
          }
          if (s.reduction === 'sum') loss[0] = all;
          if (s.reduction === 'mean') loss[0] = f(all / weights);
        },
      },
      options,
    ));

  test('tanh and sigmoid', async () => {
    const tanh = (x: number) => {
      const e = f(Math.exp(-2 * Math.abs(x)));
      return f(Math.sign(x) * f(f(1 - e) / f(1 + e)));
    };
    await checkKernel('tanh', { forward: (y, x) => y.set(x.map(tanh)) }, options);
    await checkKernel('sigmoid', { forward: (y, x) => y.set(x.map((v) => f(1 / f(1 + f(Math.exp(-v)))))) }, options);
  });

  test('batchNorm2d, whose mean has two parts, so that a large one loses nothing', () =>
    checkKernel(
      'batchNorm2d',
      {
        forward: (y, mean, invStd, runningMean, runningVar, x, weight, bias, s) => {
          const M = s.N * s.pixels;
          for (let c = 0; c < s.C; c++) {
            const places = [...x.keys()].filter((i) => Math.floor(i / s.pixels) % s.C === c);
            let [mu, rest, variance] = [runningMean?.[c] ?? 0, 0, runningVar?.[c] ?? 0];
            if (s.training) {
              mu = f(places.reduce((sum, i) => f(sum + x[i]), 0) / M);
              rest = f(places.reduce((sum, i) => f(sum + f(x[i] - mu)), 0) / M);
              const deviation = (i: number) => f(f(x[i] - mu) - rest);
              const squares = places.reduce((sum, i) => f(sum + f(deviation(i) * deviation(i))), 0);
              variance = f(squares / M);
              if (runningMean && runningVar) {
                runningMean[c] = f(f((1 - s.momentum) * runningMean[c]) + f(s.momentum * f(mu + rest)));
                runningVar[c] = f(f((1 - s.momentum) * runningVar[c]) + f(s.momentum * f(squares / (M - 1))));
              }
            }
            mean[c] = f(mu + rest);
            invStd[c] = f(1 / f(Math.sqrt(f(variance + s.eps))));
            const scale = f((weight?.[c] ?? 1) * invStd[c]);
            for (const i of places) y[i] = f(f(f(f(x[i] - mu) - rest) * scale) + (bias?.[c] ?? 0));
          }
        },
      },
      options,
    ));

  test('adam', () =>
    checkKernel(
      'adam',
      {
        forward: (param, expAvg, expAvgSq, dparam, s) => {
          const [c1, root2] = [f(s.lr / (1 - s.beta1 ** s.step)), f(Math.sqrt(1 - s.beta2 ** s.step))];
          const { leastMean, leastSquare, leastParam } = adamFactors(s);
          const kept = (value: number, least: number) => (Math.abs(value) < least ? 0 : value);
          for (let i = 0; i < param.length; i++) {
            if (s.decoupled) param[i] = f(param[i] * f(1 - s.lr * s.weightDecay));
            const g = s.decoupled ? dparam[i] : f(dparam[i] + f(s.weightDecay * param[i]));
            const m = f(f(s.beta1 * expAvg[i]) + f(f(1 - s.beta1) * g));
            const v = f(f(s.beta2 * expAvgSq[i]) + f(f(1 - s.beta2) * f(g * g)));
            expAvg[i] = kept(m, leastMean);
            expAvgSq[i] = kept(v, leastSquare);
            param[i] = kept(f(param[i] - f(f(c1 * m) / f(f(f(Math.sqrt(v)) / root2) + s.eps))), leastParam);
          }
        },
      },
      options,
    ));
});

test('a kernel that leaves part of its output unwritten is caught', async () => {
  const forward: ArrayKernel<'relu'>['forward'] = (y, x) => {
    for (let i = 0; i < y.length; i++) if (x[i] > 0) y[i] = x[i];
  };
  expect(await complaint(checkKernel('relu', { forward }, options))).toContain('is NaN, but 0 expected exactly');
});

test('nothing to check is an error', async () => {
  await expect(checkKernel('relu', {}, options)).rejects.toThrow('neither forward nor backward');
});

describe('a backend', () => {
  class Broken extends ReferenceBackend {
    override readonly kernels: Kernels<DeviceBuffer>;
    constructor(relu: typeof ops.relu.forward) {
      super();
      this.kernels = { ...ops, relu: { ...ops.relu, forward: relu } };
    }
  }
  const few = { runs: 20, seed: 1 };

  test('that is right passes', () => checkBackend(new ReferenceBackend(), { runs: 2 }));

  test('with a wrong kernel is caught', async () => {
    const backend = new Broken((y, x) => y.set(x));
    expect(await complaint(checkBackend(backend, few))).toMatch(/^relu \(reference\) breaks the law 'forward'/);
  });

  test('that writes past the end of a buffer is caught by its guards', async () => {
    const backend = new Broken((y, x) => {
      ops.relu.forward(y, x);
      new Float32Array(y.buffer)[y.byteOffset / 4 + y.length] = 0;
    });
    expect(await complaint(checkBackend(backend, few))).toContain('y: written 1 elements past its end');
  });

  test('that has no kernel for an operation is caught, and not left out', async () => {
    const incomplete = new ReferenceBackend();
    Object.assign(incomplete, { kernels: { ...ops, relu: { forward: ops.relu.forward } } });
    expect(await complaint(checkBackend(incomplete, few))).toMatch(
      /^relu \(reference\) breaks the law 'backward':\nbackend 'reference' has no kernel relu.backward/,
    );
  });

  test('gets every buffer back', async () => {
    const backend = new ReferenceBackend();
    await checkBackend(backend, { runs: 2 });
    expect(backend.memory().allocated).toBe(0);
  });
});

test('a kernel that throws is reported with its problem', async () => {
  const forward = () => {
    throw new Error('no such shader');
  };
  expect(await complaint(checkKernel('relu', { forward }, options))).toMatch(/no such shader\narrays {2}x/);
});

describe('a kernel in a memory of its own', () => {
  type Forward = NonNullable<ArrayKernel<'relu'>['forward']>;
  const check = (memory: WebAssembly.Memory, forward: Forward) =>
    checkKernel('relu', { forward }, { ...options, memory });

  test('is given arrays that lie there, aligned, and keeps what lay there before', async () => {
    const memory = new WebAssembly.Memory({ initial: 1 });
    new Uint8Array(memory.buffer).fill(7);
    await check(memory, (y, x) => {
      expect([y.buffer, x.buffer]).toEqual([memory.buffer, memory.buffer]);
      expect([y.byteOffset % 16, x.byteOffset % 16]).toEqual([0, 0]);
      ops.relu.forward(y, x);
    });
    expect(new Uint8Array(memory.buffer, 0, 65536).every((byte) => byte === 7)).toBe(true);
  });

  test('may have the memory grow under it', async () => {
    const memory = new WebAssembly.Memory({ initial: 0 });
    await check(memory, (y, x) => {
      const { byteOffset, length } = y;
      const input = x.slice();
      memory.grow(1); // from here on, y and x have no elements
      ops.relu.forward(new Float32Array(memory.buffer, byteOffset, length), input);
    });
  });

  test('has as much of it as its arrays need', () => {
    const room = new WasmRoom(new WebAssembly.Memory({ initial: 1 }));
    const few = [Float32Array.of(1, 2, 3), Int32Array.of(-1)];
    const many = [new Float32Array(50_000).fill(4), ...few];
    for (const arrays of [few, many, few]) expect(room.place(arrays)()).toEqual(arrays);
  });

  test('that writes beside its arrays is caught', async () => {
    const memory = new WebAssembly.Memory({ initial: 1 });
    const wrong = check(memory, (y, x) => {
      ops.relu.forward(y, x);
      new Float32Array(memory.buffer, y.byteOffset - 4, 1)[0] = 0;
    });
    expect(await complaint(wrong)).toContain('y: written 1 elements before its beginning');
  });

  test('that leaves the results of the call before is caught', async () => {
    const memory = new WebAssembly.Memory({ initial: 1 });
    let calls = 0;
    const wrong = check(memory, (y, x) => {
      if (calls++ === 0) ops.relu.forward(y, x);
    });
    expect(await complaint(wrong)).toContain("breaks the law 'forward'");
  });
});

describe('a kernel over the buffers of a backend', () => {
  const backend = new ReferenceBackend();
  const { relu, tanh } = backend.kernels;

  test('is held to the laws by itself', async () => {
    await checkKernel('relu', relu, { ...options, backend });
    const wrong = checkKernel('relu', { forward: (y, x) => tanh.forward(y, x) }, { backend });
    expect(await complaint(wrong)).toContain("relu (your kernel) breaks the law 'forward'");
  });

  test('that has neither pass, or two places to be in, is an error', async () => {
    await expect(checkKernel('relu', {}, { backend })).rejects.toThrow('has neither forward nor backward to check');
    const memory = new WebAssembly.Memory({ initial: 1 });
    const both = { backend, memory } as { backend: typeof backend };
    await expect(checkKernel('relu', relu, both)).rejects.toThrow('in a memory or on a backend, not both');
  });
});
