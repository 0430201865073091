/** The engine of the WASM backend: memory, threads, and what goes wrong with them. The kernels themselves: test/laws. */
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Worker } from 'node:worker_threads';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { Heap } from '../src/backends/wasm/heap.js';
import type { WasmBackend, WasmOptions } from '../src/backends/wasm/index.js';
import { inceptionNet, mnistNet, residualNet } from '../src/models/index.js';
import * as F from '../src/nn/functional/index.js';
import { createBackend, Tensor } from '../src/node/index.js';
import { SGD } from '../src/optim/index.js';
import { manualSeed } from '../src/tensor/random.js';

const opened: WasmBackend[] = [];
async function open(options: WasmOptions = {}): Promise<WasmBackend> {
  const backend = await createBackend('wasm', options);
  opened.push(backend);
  return backend;
}
afterAll(() => Promise.all(opened.map((backend) => backend.close())));

describe('heap', () => {
  /** A heap that may grow up to `limit`. */
  function heapOf(limit: number) {
    let end = 64;
    return new Heap(64, (wanted) => {
      if (wanted > limit) throw new Error('no more');
      end = Math.max(end, Math.min(limit, Math.ceil(wanted / 1024) * 1024));
      return end;
    });
  }

  test('blocks never overlap, whatever the order of allocating and freeing', () => {
    const actions = fc.array(fc.record({ free: fc.boolean(), pick: fc.nat(), bytes: fc.nat({ max: 3000 }) }));
    fc.assert(
      fc.property(actions, (steps) => {
        const heap = heapOf(1e9);
        const live: { at: number; bytes: number }[] = [];
        for (const { free, pick, bytes } of steps) {
          if (free && live.length > 0) {
            heap.free(live.splice(pick % live.length, 1)[0].at);
          } else {
            const at = heap.allocate(bytes);
            expect(at % 64).toBe(0);
            for (const other of live) expect(at + bytes <= other.at || other.at + other.bytes <= at).toBe(true);
            live.push({ at, bytes });
          }
        }
      }),
    );
  });

  test('what was freed is one block again', () => {
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 500 }), { minLength: 1, maxLength: 30 }), fc.nat(), (sizes, shift) => {
        const heap = heapOf(64 + 30 * 512);
        const blocks = sizes.map((bytes) => heap.allocate(bytes));
        blocks.forEach((_, i) => {
          heap.free(blocks[(i + shift) % blocks.length]);
        });
        expect(heap.allocate(sizes.reduce((sum, bytes) => sum + Math.max(64, Math.ceil(bytes / 64) * 64), 0))).toBe(64);
      }),
    );
  });

  test('a block that there is no room for takes nothing', () => {
    const heap = heapOf(64 + 1024);
    const first = heap.allocate(512);
    expect(() => heap.allocate(1024)).toThrow('no more');
    expect(heap.allocate(512)).toBe(first + 512);
    expect(() => heap.free(first + 8)).toThrow('no block');
  });
});

type Net = ReturnType<typeof mnistNet> | ReturnType<typeof inceptionNet> | ReturnType<typeof residualNet>;
const nets = { mnistNet, inceptionNet, residualNet };

/** The losses of some training steps on made-up images. */
async function losses(options: WasmOptions, make: () => Net, steps: number, batch: number) {
  const backend = await open(options);
  manualSeed(5);
  const model = make().to(backend);
  const optimizer = new SGD(model.parameters(), { lr: 0.01, momentum: 0.5 });
  const pixels = Float32Array.from({ length: batch * 784 }, (_, i) => Math.sin(i * i));
  const labels = Int32Array.from({ length: batch }, (_, i) => (i * 7) % 10);
  const found: number[] = [];
  for (let step = 0; step < steps; step++) {
    const x = backend.tensor(pixels, [batch, 1, 28, 28]);
    const loss = F.crossEntropy(model.forward(x), labels);
    optimizer.zeroGrad();
    loss.backward();
    optimizer.step();
    x[Symbol.dispose]();
    found.push(await loss.item());
  }
  return { found, memory: backend.memory(), backend };
}

test.each(Object.entries(nets))('%s: the same bits for any number of threads, and from run to run', async (_, make) => {
  const one = await losses({ threads: 1 }, make, 6, 64);
  expect(one.found[5]).toBeLessThan(one.found[0]);
  for (const threads of [1, 2, 3, 4]) {
    expect((await losses({ threads }, make, 6, 64)).found, `${threads} threads`).toEqual(one.found);
  }
});

test('from the second step on, memory stays as it is', async () => {
  const after2 = await losses({ threads: 2 }, mnistNet, 2, 16);
  const after500 = await losses({ threads: 2 }, mnistNet, 500, 16);
  expect(after500.memory).toEqual(after2.memory);
});

test('what does not fit into 4 GiB is an error that says what was asked for, and the backend goes on', async () => {
  const backend = await open({ threads: 1 });
  expect(() => backend.allocate(2 ** 30, 'float32')).toThrow(
    /backend 'wasm' can't allocate 1073741824 float32: .* 32-bit WebAssembly ends at 4 GiB/,
  );
  expect(
    await backend
      .tensor([1, 2], [2])
      .add(backend.tensor([3, 4], [2]))
      .data(),
  ).toEqual(Float32Array.of(4, 6));
});

test('an operation whose result does not fit names itself and the shape', async () => {
  const backend = await open({ threads: 1 });
  const a = backend.tensor(new Float32Array(40_000), [40_000, 1]);
  const b = backend.tensor(new Float32Array(40_000), [1, 40_000]);
  expect(() => a.add(b)).toThrow(/\(40000, 40000\)/);
});

test('threads must be a number, and a build for one thread is no build for two', async () => {
  for (const threads of [0, 1.5, Number.NaN, -1, 49]) {
    await expect(open({ threads })).rejects.toThrow('threads must be a whole number from 1 to 48');
  }
  const wasm = new Uint8Array(await readFile(new URL('../dist/wasm/simd.wasm', import.meta.url)));
  await expect(open({ threads: 2, wasm })).rejects.toThrow(/memory/);
  await expect(open({ wasm: new Uint8Array(10), threads: 1 })).rejects.toThrow();
});

test('the kernels may be given as bytes', async () => {
  const wasm = new Uint8Array(await readFile(new URL('../dist/wasm/simd.wasm', import.meta.url)));
  const backend = await open({ wasm, threads: 1 });
  expect(backend.build).toBe('given');
  expect(await F.relu(backend.tensor([-1, 2], [2])).data()).toEqual(Float32Array.of(0, 2));
});

test('a thread that dies is an error, not a hang', async () => {
  const started: Worker[] = [];
  const { emit } = Worker.prototype;
  // Every worker that says something from here on is one of the backend's threads.
  Worker.prototype.emit = function (this: Worker, event: string | symbol, ...args: unknown[]) {
    if (!started.includes(this)) started.push(this);
    return emit.call(this, event, ...args);
  } as typeof emit;
  let backend: WasmBackend;
  try {
    backend = await open({ threads: 2 });
  } finally {
    Worker.prototype.emit = emit;
  }
  const x = backend.tensor(new Float32Array(1e6).fill(-1), [1e6]);
  expect(started).toHaveLength(1);
  const dead = started[0].terminate();
  expect((await F.relu(x).data()).every((value) => value === 0)).toBe(true); // in the middle of dying: all the work is done by the others
  await dead;
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(() => F.relu(x)).toThrow("backend 'wasm': thread 1 died");
  await backend.close();
});

test('a program ends by itself, backend closed or not, and leaves nothing running', async () => {
  const index = new URL('../dist/node/index.js', import.meta.url).href;
  const program = (close: string) =>
    `import { createBackend } from ${JSON.stringify(index)};
     const backend = await createBackend('wasm', { threads: 3 });
     console.log((await backend.tensor([1, 2, 3], [3]).sum().item()));
     ${close}`;
  for (const close of ['', 'await backend.close();']) {
    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', program(close)], {
      timeout: 20_000,
      cwd: fileURLToPath(new URL('..', import.meta.url)),
    });
    expect(stdout.trim()).toBe('6');
  }
});

test('a closed backend says so', async () => {
  const backend = await open({ threads: 2 });
  const x = backend.tensor([1], [1]);
  await backend.close();
  expect(() => x.add(x)).toThrow("backend 'wasm' is closed");
  expect(x).toBeInstanceOf(Tensor);
});

describe('memory of loops that give nothing back themselves', () => {
  const MiB = 2 ** 20;

  test('sizes that change: at most about twice what the largest step needs', async () => {
    const backend = await open({ threads: 1 });
    const weight = backend.tensor(new Float32Array(16 * 16 * 9).fill(0.01), [16, 16, 3, 3], { requiresGrad: true });
    const step = (N: number) => {
      const x = backend.tensor(new Float32Array(N * 16 * 32 * 32).fill(1), [N, 16, 32, 32]);
      F.conv2d(F.relu(F.conv2d(x, weight, null, { padding: 1 })), weight, null, { padding: 1 })
        .mean()
        .backward();
      x.release();
    };
    const largest = 60;
    step(largest);
    const alone = backend.memory().reserved;
    for (let i = 0; i < 50; i++) step(1 + ((i * 37) % largest));
    expect(alone).toBeGreaterThan(20 * MiB);
    expect(backend.memory().reserved).toBeLessThan(2.2 * alone);
  });

  test('before an allocation fails, the pool is given back, and it is tried again', async () => {
    const backend = await open({ threads: 1 });
    const gib = 2 ** 28; // elements
    backend.tensor(new Float32Array(1)).release();
    const first = backend.allocate(2 * gib, 'float32');
    backend.free(first);
    // The pool holds 2 GiB: another 3 fit only in its place.
    const second = backend.allocate(3 * gib, 'float32');
    expect(() => backend.allocate(2 * gib, 'float32')).toThrow(/4 GiB.*noGrad\(\).*release\(\).*await/);
    backend.free(second);
  });

  test('JavaScript’s collector sees how large tensors are', async () => {
    const backend = await open({ threads: 1 });
    const x = backend.tensor(new Float32Array(MiB).fill(1), [MiB], { requiresGrad: true }); // 4 MiB
    for (let i = 0; i < 400; i++) await x.mul(x).sum().data(); // 8 MiB each time, 3.1 GiB in all
    expect(backend.memory().reserved).toBeLessThan(1024 * MiB);
  });
});
