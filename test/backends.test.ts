/** Choosing a backend: what `createBackend` refuses, what it takes instead of what can't run, and what it says about it. */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { createBackendOn } from '../src/backends/create.js';
import type { WasmPlatform } from '../src/backends/wasm/platform.js';
import { createBackend } from '../src/node/backends.js';
import { environment } from '../src/node/environment.js';
import { nodeWasm } from '../src/node/wasm.js';
import { nodeWebGPU } from '../src/node/webgpu.js';

const wrong = (options: unknown) => options as Record<string, never>;

describe('a wrong option is an error, and no reason to take another backend', () => {
  const cases: [unknown, string][] = [
    [{ threads: 0 }, 'threads must be a whole number from 1 to 48, but is 0'],
    [{ threads: 49 }, 'threads must be a whole number from 1 to 48, but is 49'],
    [{ threads: 1.5 }, 'threads must be a whole number from 1 to 48, but is 1.5'],
    [{ threads: '4' }, "threads must be a whole number from 1 to 48, but is '4'"],
    [{ threads: Number.NaN }, 'threads must be a whole number from 1 to 48, but is NaN'],
    [{ threads: null }, 'threads must be a whole number from 1 to 48, but is null'],
    [{ relaxedSimd: 'no' }, "relaxedSimd must be true or false, but is 'no'"],
    [{ wasm: 'simd.wasm' }, "wasm must be the content of a .wasm file, a Uint8Array, but is 'simd.wasm'"],
    [{ thread: 2 }, 'there is no option thread; did you mean threads?'],
    [{ cores: 2 }, 'there is no option cores; there is '],
    [2, 'threads, relaxedSimd, wasm }, but 2 is in their place'],
    [null, 'threads, relaxedSimd, wasm }, but null is in their place'],
    [[], 'threads, relaxedSimd, wasm }, but [] is in their place'],
  ];
  for (const name of ['auto', 'wasm'] as const) {
    test.each(cases)(`'${name}': %j`, async (options, message) => {
      await expect(createBackend(name, wrong(options))).rejects.toThrow(message);
    });
  }

  test('an option of another backend', async () => {
    await expect(createBackend('wasm', wrong({ profile: true }))).rejects.toThrow('there is no option profile');
    await expect(createBackend('reference', wrong({ threads: 2 }))).rejects.toThrow(
      "backend 'reference': there is no option threads; there is none",
    );
    const backend = await createBackend('reference', wrong({ threads: undefined }));
    expect(backend.name).toBe('reference');
  });
});

describe('what cannot run is said once, with the reason', () => {
  const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
  afterEach(() => void warn.mockClear());

  /** `createBackend` on a platform that lacks something. */
  const createOn = (wasm: Partial<WasmPlatform>, mayHaveGpu = false, why = 'broken driver') =>
    createBackendOn({
      wasm: { ...nodeWasm, cores: 2, ...wasm },
      mayHaveGpu: () => mayHaveGpu,
      webgpu: async () => {
        throw new Error(`backend 'webgpu': ${why}`);
      },
    });
  const noThreads = (reason: string): Partial<WasmPlatform> => ({
    startWorker() {
      throw new Error(reason);
    },
  });
  const said = () => warn.mock.calls.map(([text]) => text);

  test("threads that don't start leave one, unless they were counted", async () => {
    const create = createOn(noThreads('permission for threads is missing'));
    for (const [name, options] of [['auto'], ['auto', { threads: 2 }], ['wasm']] as const) {
      const backend = await create(name, options);
      expect(backend.name === 'wasm' && backend.threads).toBe(1);
      await backend.close();
    }
    expect(said()).toEqual([
      "receptive: createBackend('auto') took 'wasm' with one thread: permission for threads is missing",
      "receptive: createBackend('wasm') took 'wasm' with one thread: permission for threads is missing",
    ]);
    await expect(create('wasm', { threads: 2 })).rejects.toThrow('permission for threads is missing');
    expect((await create('wasm', { threads: 1 })).threads).toBe(1);
    expect(said()).toHaveLength(2);
  });

  test('a page without isolation gets one thread', async () => {
    const backend = await createOn({ canShare: false })('auto', { threads: 2 });
    expect(backend.name === 'wasm' && backend.threads).toBe(1);
    expect(said()).toEqual([expect.stringMatching(/'wasm' with one thread: .*2 threads need shared memory.*COOP/)]);
  });

  test('a GPU that fails is named, and a machine that shows none is not', async () => {
    const backend = await createOn({}, true)('auto', { threads: 1 });
    expect(backend.name).toBe('wasm');
    expect(said()).toEqual(["receptive: createBackend('auto') took 'wasm': backend 'webgpu': broken driver"]);
    await createOn({}, false, 'nobody asked')('auto', { threads: 1 });
    expect(said()).toHaveLength(1);
    await expect(createOn({}, false)('webgpu')).rejects.toThrow('broken driver');
  });

  test('the reference comes last, with all reasons', async () => {
    const { Memory } = WebAssembly;
    WebAssembly.Memory = class {
      constructor() {
        throw new RangeError('WebAssembly.Memory(): could not allocate memory');
      }
    } as unknown as typeof Memory;
    try {
      expect((await createOn({}, true, 'lost')('auto')).name).toBe('reference');
      await expect(createOn({})('wasm')).rejects.toThrow('this process gets no memory for WebAssembly');
    } finally {
      WebAssembly.Memory = Memory;
    }
    expect(said()).toEqual([
      expect.stringMatching(
        /^receptive: createBackend\('auto'\) took 'reference', which is many times slower: backend 'webgpu': lost; backend 'wasm': this process gets no memory.*ulimit -v.*--disable-wasm-trap-handler[^;]*$/,
      ),
    ]);
  });
});

describe('in Deno, which has a WebGPU of its own', () => {
  const adapter = {} as GPUAdapter;
  afterEach(() => void vi.unstubAllGlobals());

  test('that is taken, and asked for what the backend wants', async () => {
    const requestAdapter = vi.fn(async () => adapter);
    vi.stubGlobal('navigator', { gpu: { requestAdapter } });
    expect(await nodeWebGPU.requestAdapter({ powerPreference: 'low-power' })).toBe(adapter);
    expect(requestAdapter).toHaveBeenCalledWith({ powerPreference: 'low-power' });
  });

  test('reports are of Deno', async () => {
    const { versions } = process;
    vi.stubGlobal('process', Object.create(process, { versions: { value: { ...versions, deno: '2.9.6' } } }));
    expect((await environment()).runtime).toBe('Deno 2.9.6');
    vi.unstubAllGlobals();
    expect((await environment()).runtime).toBe(`Node ${versions.node}`);
  });
});

test("Node's permission model without --allow-worker leaves one thread", async () => {
  const root = fileURLToPath(new URL('..', import.meta.url));
  const index = new URL('../dist/node/index.js', import.meta.url).href;
  const program = `import { createBackend } from ${JSON.stringify(index)};
    const backend = await createBackend('auto', { threads: 2 });
    console.log(backend.name, backend.threads);`;
  const permission = process.allowedNodeEnvironmentFlags.has('--permission')
    ? '--permission'
    : '--experimental-permission';
  const { stdout, stderr } = await promisify(execFile)(
    process.execPath,
    [permission, `--allow-fs-read=${root}*`, '--input-type=module', '-e', program],
    { cwd: root },
  );
  expect(stdout.trim()).toBe('wasm 1');
  expect(stderr).toMatch(/took 'wasm' with one thread: Access to this API has been restricted/);
});
