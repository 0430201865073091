/** What the figures of chapters 14, 15 and 17 compute, held to `src/ops` and to the kernels that they tell of. Needs `npm run build`. */
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Address } from '../src/backends/wasm/buffer.js';
import { loadBuild } from '../src/backends/wasm/builds.js';
import { Engine } from '../src/backends/wasm/engine.js';
import { WINOGRAD_GAP } from '../src/backends/wasm/signatures.js';
import { partsOfRows } from '../src/backends/wasm/taps.js';
import { tasksForItems } from '../src/backends/wasm/taskCount.js';
import { Tasks } from '../src/backends/wasm/tasks.js';
import { winogradForward } from '../src/backends/wasm/winograd.js';
import type { Engine as GPUEngine } from '../src/backends/webgpu/engine.js';
import { tilingFor } from '../src/backends/webgpu/tile.js';
import { evaluate } from '../src/figures/expression.js';
import {
  gemmFigure,
  lanesFigure,
  parallelShareOf,
  schedule,
  speedUp,
  tileRegisters,
  type WinogradTile,
  winogradFigure,
  winogradProducts,
  winogradRounding,
} from '../src/figures/index.js';
import { mnistNet } from '../src/models/index.js';
import { createBackend } from '../src/node/index.js';
import { nodeWasm } from '../src/node/wasm.js';
import { conv2dForward, conv2dSizes } from '../src/ops/conv2d.js';
import { inputMatrix, outputMatrix, pointsFor, weightMatrix } from '../src/ops/winograd.js';
import { SGD } from '../src/optim/index.js';
import { trainingStep } from '../src/training/index.js';
import { openWebGPU } from './openWebGPU.js';

const sourceOf = (file: string) => readFileSync(new URL(`../${file}`, import.meta.url), 'utf8');
const numbers = (length: number) =>
  fc.array(fc.integer({ min: -9, max: 9 }), { minLength: length, maxLength: length }).map((n) => Float64Array.from(n));

const tiles: readonly (WinogradTile & { readonly name: string })[] = [
  { name: 'F(2, 3)', m: 2, r: 3, isPlane: false },
  { name: 'F(2x2, 3x3)', m: 2, r: 3, isPlane: true },
  { name: 'F(4x4, 3x3)', m: 4, r: 3, isPlane: true },
  { name: 'F(2x2, 5x5)', m: 2, r: 5, isPlane: true },
];

describe.each(tiles)('$name', (tile) => {
  const figure = winogradFigure(tile);
  const inputs = fc
    .tuple(...figure.inputs.map(({ shape }) => numbers(shape[0] * shape[1])))
    .map((all) => Object.fromEntries(all.map((values, i) => [figure.inputs[i].name, values])));

  test('is the convolution, and each number is the sum that explains it', () => {
    fc.assert(
      fc.property(inputs, (given) => {
        const grids = figure.compute(given);
        const values = (name: string) => grids.find((grid) => grid.name === name)!.values;
        values('y').forEach((y, i) => {
          expect(y).toBeCloseTo(values('conv2d')[i], 9);
        });
        for (const { name, values } of grids) {
          values.forEach((value, index) => {
            const explanation = figure.explain({ grid: name, index }, given);
            if (!explanation) return;
            const sum = evaluate(explanation.expression, grids);
            expect(sum, `${name}[${index}]`).toBeCloseTo(value, 9);
          });
        }
        const without = ['V', 'U', 'M', 'y', 'conv2d'].map((name) => figure.explain({ grid: name, index: 0 }, given));
        expect(without).not.toContain(null);
      }),
      { numRuns: 200 / tiles.length + 150 * Number(!tile.isPlane) },
    );
  });

  test('rounds within its magnitude, which is larger than that of the plain sums', () => {
    fc.assert(
      fc.property(inputs, (given) => {
        const { winograd, direct } = winogradRounding(tile, given);
        const absolute = Object.entries(given).map(([name, values]) => [name, values.map(Math.abs)]);
        const plainly = figure.compute(Object.fromEntries(absolute)).find(({ name }) => name === 'conv2d')!;
        expect(direct.magnitude).toEqual(plainly.values);
        direct.magnitude.forEach((plain, i) => {
          expect(winograd.magnitude[i]).toBeGreaterThanOrEqual(plain * (1 - 1e-12));
          expect(winograd.error[i]).toBeLessThanOrEqual(20 * 2 ** -24 * winograd.magnitude[i]);
          expect(direct.error[i]).toBeLessThanOrEqual(2 ** -24 * plain);
        });
      }),
      { numRuns: 30 },
    );
  });
});

test('products are counted as the chapter has them', () => {
  expect(tiles.map((tile) => winogradProducts(tile))).toEqual([
    { winograd: 4, direct: 6 },
    { winograd: 16, direct: 36 },
    { winograd: 36, direct: 144 },
    { winograd: 36, direct: 100 },
  ]);
});

describe('the matrices of Winograd’s kernels, asked of the kernels, are those of the figure', () => {
  let engine: Engine;
  beforeAll(async () => {
    const module = await WebAssembly.compile(await loadBuild('simd'));
    engine = await Engine.start(module, { threads: 1, shared: false }, nodeWasm);
  });
  afterAll(() => engine.stop());
  const floats = (address: number, length: number) => new Float32Array(engine.bytes, address, length);
  const place = (length: number) => engine.allocate(4 * length);

  test.each([
    { m: 4, r: 3 },
    { m: 2, r: 5 },
  ])('F($m, $r)', ({ m, r }) => {
    const points = pointsFor(6);
    const [Bt, G, A] = [inputMatrix(points), weightMatrix(points, r), outputMatrix(points, m)];
    const part = (index: number) => [Math.floor(index / 6), index % 6];

    // Weights: an input channel for each tap, whose kernel is 1 there and 0 elsewhere.
    const taps = r * r;
    const w = place(taps * taps);
    floats(w, taps * taps).forEach((_, i, all) => {
      all[i] = Number(Math.floor(i / taps) === i % taps);
    });
    const K4 = 4 * Math.ceil(taps / 4);
    const U = place(36 * (K4 * 4 + WINOGRAD_GAP / 4));
    const scratch = place(36 * 4 * 3);
    const steps = { laneStep: taps * taps * 4, kStep: taps * 4 };
    engine.run('winogradTransformWeights', 1, { U, w, scratch, r, lanes: 1, K: taps, ...steps });
    for (let f = 0; f < 36; f++) {
      const [i, j] = part(f);
      for (let k = 0; k < taps; k++) {
        const at = U + f * (K4 * 16 + WINOGRAD_GAP) + k * 16;
        expect(floats(at, 1)[0]).toBeCloseTo(G[i][Math.floor(k / r)] * G[j][k % r], 7);
      }
    }

    // x and y: an image for each pixel of a tile, and an output channel for each of the 36 products, which lets that one through.
    const s = conv2dSizes([36, 1, 6, 6], [36, 1, r, r], null);
    const [x, y] = [place(36 * 36), place(36 * 36 * m * m)];
    floats(x, 36 * 36).forEach((_, i, all) => {
      all[i] = Number(Math.floor(i / 36) === i % 36);
    });
    const letsThrough = {
      threads: 1,
      get bytes() {
        return engine.bytes;
      },
      scratch: (...sizes: number[]) => engine.scratch(...sizes),
      run(kernel: string, tasks: number, given: { U: Address }) {
        if (kernel !== 'winogradTransformWeights')
          return engine.run(kernel as 'winogradForward', tasks, given as never);
        const step = (9 * 4 * 4 + WINOGRAD_GAP / 4) * 4; // nine blocks of four output channels, and the one input channel filled up to four
        for (let f = 0; f < 36; f++) {
          const one = floats(given.U + f * step, 9 * 4 * 4);
          one.fill(0);
          one[Math.floor(f / 4) * 16 + (f % 4)] = 1;
        }
      },
    };
    expect(winogradForward(letsThrough as unknown as Engine, y, x, w, null, s)).toBe(true);
    const made = floats(y, 36 * 36 * m * m);
    const expected = made.map((_, at) => {
      const [image, f, output] = [Math.floor(at / (36 * m * m)), Math.floor(at / (m * m)) % 36, at % (m * m)];
      const [[h, wide], [i, j]] = [part(image), part(f)];
      const [a, b] = [Math.floor(output / m), output % m];
      return A[i][a] * A[j][b] * Bt[i][h] * Bt[j][wide] + 0;
    });
    expect(made.map((value) => value + 0)).toEqual(expected);
  });
});

describe('lanes', () => {
  const figure = lanesFigure([1, 1, 2, 5], [8, 1, 2, 2]);
  const inputs = fc.record({ x: numbers(10), weight: numbers(32) });

  test('the registers hold conv2d’s sums in the end, and what was loaded on the way', () => {
    fc.assert(
      fc.property(inputs, ({ x, weight }) => {
        const steps = figure.steps({ x, weight });
        const y = new Float64Array(32);
        conv2dForward(y, x, weight, null, conv2dSizes(figure.x, figure.weight, null));
        const last = steps.at(-1)!;
        expect(Object.keys(last.registers).sort()).toEqual([...tileRegisters].sort());
        [...'abcd'].forEach((name, pixel) => {
          const sums = [...last.registers[`${name}0`], ...last.registers[`${name}1`]];
          expect(sums).toEqual(Array.from({ length: 8 }, (_, channel) => y[channel * 4 + pixel]));
        });
        steps.forEach(({ writes, reads, loads, registers }, i) => {
          const value = registers[writes];
          if (loads.length > 0) {
            const loaded = loads.map(({ grid, index }) => (grid === 'x' ? x : weight)[index]);
            expect(value).toEqual(loaded.length === 1 ? Array(4).fill(loaded[0]) : loaded);
          } else {
            const before = steps[i - 1].registers;
            const [s, w, sum] = reads.map((name) => before[name]);
            value.forEach((v, lane) => {
              expect(v).toBe(s[lane] * w[lane] + sum[lane]);
            });
          }
        });
      }),
      { numRuns: 200 },
    );
  });

  test('instructions are those of tapsTile, in its order', () => {
    const source = sourceOf('assembly/tiles.ts');
    const begin = source.indexOf('export function tapsTile<');
    const loop = source.slice(source.indexOf('for (', begin), source.indexOf('const z =', begin));
    const ofCode = [...loop.matchAll(/\b(?:w[01]|s|[a-d][01]) = (?:v128|madd)[^;]*/g)].map(([code]) => code);
    const steps = figure.steps({ x: new Float64Array(10), weight: new Float64Array(32) });
    const ofTap = steps.filter(({ tap }) => tap === 1).map(({ code }) => code);
    expect(ofTap).toEqual(ofCode);
    expect(ofTap).toHaveLength(14);
    expect(steps.at(-1)).toMatchObject({ loaded: 4 * 6, multiplyAdds: 4 * 32 });
  });
});

describe('implicit GEMM', () => {
  const tiling = { QUADS_M: 1, TILES_M: 1, TILES_N: 4, DEPTH: 16 };

  test('the product of the matrices is the convolution', () => {
    const shape = fc.record({
      N: fc.integer({ min: 1, max: 2 }),
      C_in: fc.integer({ min: 1, max: 3 }),
      H: fc.integer({ min: 3, max: 5 }),
      K: fc.integer({ min: 1, max: 3 }),
      C_out: fc.integer({ min: 1, max: 5 }),
      stride: fc.integer({ min: 1, max: 2 }),
      padding: fc.integer({ min: 0, max: 1 }),
      seed: fc.integer(),
    });
    fc.assert(
      fc.property(shape, ({ N, C_in, H, K, C_out, stride, padding, seed }) => {
        const [xShape, wShape] = [
          [N, C_in, H, H],
          [C_out, C_in, K, K],
        ];
        const figure = gemmFigure(xShape, wShape, { stride, padding }, tiling);
        const x = Float64Array.from({ length: N * C_in * H * H }, (_, i) => Math.sin(seed + i));
        const weight = Float64Array.from({ length: C_out * figure.K }, (_, i) => Math.cos(seed + i));
        const s = conv2dSizes(xShape, wShape, null, { stride, padding });
        const y = new Float64Array(N * C_out * s.H_out * s.W_out);
        conv2dForward(y, x, weight, null, s);
        for (let m = 0; m < figure.M; m++) {
          for (let n = 0; n < figure.N; n++) {
            let sum = 0;
            for (let k = 0; k < figure.K; k++) {
              const pixel = figure.pixel(k, n);
              sum += pixel === null ? 0 : weight[m * figure.K + k] * x[pixel];
            }
            expect(sum).toBeCloseTo(y[figure.output(m, n)], 9);
          }
        }
      }),
      { numRuns: 100 },
    );
  });

  test('the tiles are those that the rule of the shaders picks for these sizes', () => {
    const figures = [...sourceOf('docs/learn/15-lanes-tiles.en.md').matchAll(/^gemm (.*)$/gm)];
    expect(figures.length).toBeGreaterThan(0);
    for (const [, text] of figures) {
      const option = (name: string) => new RegExp(`${name}=([\\d,]+)`).exec(text)![1].split(',').map(Number);
      const { M, N, K } = gemmFigure(option('x'), option('weight'), { padding: option('padding')[0] }, tiling);
      const { constants } = tilingFor({ sharesMemory: true } as GPUEngine, M, N, K);
      for (const name of ['QUADS_M', 'TILES_M', 'TILES_N', 'DEPTH']) {
        expect(option(name.toLowerCase().replace('_', ''))[0], name).toBe(constants[name]);
      }
    }
  });
});

describe('tasks', () => {
  test('a thread takes them in the order in which Tasks takes them', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 8 }), fc.integer({ min: 1, max: 40 }), fc.nat(7), (threads, tasks, nth) => {
        const thread = nth % threads;
        const taken: number[] = [];
        const memory = new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true });
        const kernel = (task: number) => taken.push(task);
        // All other threads sleep, and this one is the caller.
        const all = new Tasks(memory, { kernel }, thread, threads);
        all.run('kernel', tasks, 0, false);
        const wakes = Array.from({ length: threads }, (_, one) => (one === thread ? 0 : Number.POSITIVE_INFINITY));
        expect(schedule(Array(tasks).fill(1), threads, wakes).map(({ task }) => task)).toEqual(taken);
      }),
      { numRuns: 100 },
    );
  });

  test('each task is done once, threads do one at a time, and none is idle while there is work', () => {
    const durations = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 40 });
    fc.assert(
      fc.property(durations, fc.integer({ min: 1, max: 8 }), (given, threads) => {
        const spans = schedule(given, threads);
        expect(spans.map(({ task }) => task).sort((a, b) => a - b)).toEqual(given.map((_, i) => i));
        const lastStart = Math.max(...spans.map(({ from }) => from));
        for (let thread = 0; thread < threads; thread++) {
          const own = spans.filter((span) => span.thread === thread);
          let free = 0;
          for (const { from, to, task } of own) {
            expect([from, to]).toEqual([free, free + given[task]]);
            free = to;
          }
          if (own.length > 0) expect(free).toBeGreaterThanOrEqual(lastStart);
        }
      }),
      { numRuns: 200 },
    );
  });

  test('Amdahl’s law, and its inverse', () => {
    expect(speedUp(0.9, 2)).toBeCloseTo(1 / 0.55, 12);
    expect(speedUp(1, 8)).toBe(8);
    expect(parallelShareOf(speedUp(0.83, 3), 3)).toBeCloseTo(0.83, 12);
  });

  test('the chapter’s example has as many tasks as the backend makes of it', () => {
    // conv1 of the lecture's network, a batch of 64: blocks of eight channels, which aren't cut into parts.
    const blocks = 64 * Math.ceil(10 / 8);
    expect(partsOfRows(blocks, 24)).toBe(1);
    const tasks = tasksForItems(blocks, (24 * 24 * (25 + 1) * 8) / 4);
    expect(sourceOf('docs/learn/15-lanes-tiles.en.md')).toContain(`\nthreads tasks=${tasks} `);
  });
});

describe('on WebGPU', () => {
  test('tile.wgsl has the threads compute what the figure says', async () => {
    const backend = await createBackend('webgpu', { shareMemory: true });
    for (const tiling of [
      { QUADS_M: 1, TILES_M: 1, TILES_N: 4, DEPTH: 16 },
      { QUADS_M: 2, TILES_M: 2, TILES_N: 4, DEPTH: 16 },
    ]) {
      const figure = gemmFigure([2, 1, 5, 5], [36, 1, 2, 2], {}, tiling);
      const { M, N } = figure;
      const code = `
        struct Sizes { count: u32 }
        @group(0) @binding(0) var<uniform> s: Sizes;
        @group(0) @binding(1) var<storage, read_write> by: array<f32>;
        ${Object.entries({ ...tiling, A_ALONG_K: 0, B_ALONG_K: 0, B_VECTORS: 0 })
          .map(([name, value]) => `const ${name} = ${value}u;`)
          .join('\n')}
        var<private> me: u32;
        struct Row { k: u32 }
        struct Column { n: u32 }
        fn rowOf(k: u32) -> Row { return Row(k); }
        fn next(row: Row) -> Row { return Row(row.k + 1u); }
        fn columnOf(n: u32) -> Column { return Column(n); }
        fn placeInA(row: Row) -> u32 { return row.k; }
        fn a4(m: u32, place: u32) -> vec4f { return vec4f(); }
        fn b(row: Row, column: Column) -> f32 { return 0.0; }
        fn b4(row: Row, column: Column) -> vec4f { return vec4f(); }
        fn write(m: u32, column: Column, value: f32) {
          if (m < ${M}u && column.n < ${N}u) { by[m * ${N}u + column.n] = f32(me); }
        }
        ${sourceOf('src/backends/webgpu/tile.wgsl')}
        @compute @workgroup_size(THREADS)
        fn forward(@builtin(workgroup_id) id: vec3u, @builtin(local_invocation_index) thread: u32) {
          me = (id.y * 100u + id.x) * 1000u + thread;
          product(id.y * ROWS, id.x * COLUMNS, 0u, 4u, thread);
        }`;
      const by = backend.tensor(new Float32Array(M * N), [M, N]);
      const groups: [number, number, number] = [Math.ceil(N / figure.blockColumns), Math.ceil(M / figure.blockRows), 1];
      const buffers = { by: by.buffer };
      backend.shader(code).run('forward', { buffers, sizes: { count: M * N }, groups });
      const said = await by.data();
      for (let m = 0; m < M; m++) {
        for (let n = 0; n < N; n++) {
          const { group, thread } = figure.computedBy(m, n);
          expect(said[m * N + n], `${m}, ${n}`).toBe((group[0] * 100 + group[1]) * 1000 + thread);
        }
      }
    }
    await backend.close();
  });

  test('a step of the lecture’s network asks of the device what chapter 17 says', async () => {
    // All is counted when it is asked for. So no shader is compiled, and nothing is done: without a GPU that would take a minute.
    const backend = await openWebGPU({ shareMemory: true });
    backend.device.createComputePipelineAsync = () => new Promise(() => {});
    const model = mnistNet().to(backend);
    const optimizer = new SGD(model.parameters(), { lr: 0.01, momentum: 0 }); // momentum would begin with zeros that are uploaded
    const images = Float32Array.from({ length: 64 * 784 }, (_, i) => Math.sin(i));
    const labels = Int32Array.from({ length: 64 }, (_, i) => i % 10);
    expect(backend.stats().bytesUploaded).toBe(8490 * 4);
    backend.resetStats();
    const step = trainingStep(model, optimizer, [backend.tensor(images, [64, 1, 28, 28]), labels]);
    const loss = step.loss.item().catch(() => {});
    const { dispatches, bytesUploaded, bytesRead, kernels } = backend.stats();
    backend.device.destroy();
    await loss;
    await backend.close();
    const chapter = sourceOf('docs/learn/17-gpu.en.md');
    const row = (name: string) =>
      Number(new RegExp(`\\| ${name} \\| ([\\d,]+) \\|`).exec(chapter)![1].replace(/,/g, ''));
    expect(dispatches).toBe(row('dispatches'));
    expect(bytesUploaded).toBe(row('bytes that go to the GPU'));
    expect(bytesRead).toBe(row('bytes that come back'));
    const largest = Math.max(...Object.values(kernels).map(({ flops }) => flops));
    expect(largest).toBe(row('multiplications and additions of the largest kernel'));
  });
});
