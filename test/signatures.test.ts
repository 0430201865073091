/** Calls of WASM kernels by name: what `tools/kernels.mjs` reads from `assembly` is what the compiled modules take. */
import { readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { write } from '../src/backends/wasm/signatures.js';

/** Every argument is 7, and so is every field of `s`, the struct. */
const sevens: never = new Proxy({}, { get: (_, name) => (name === 's' ? sevens : 7) }) as never;

describe.each(['simd', 'simd-threads', 'relaxed', 'relaxed-threads'])('%s.wasm', (build) => {
  test('takes what the signatures say, and task, tasks, thread at the end', async (context) => {
    const bytes = await readFile(new URL(`../dist/wasm/${build}.wasm`, import.meta.url));
    if (!WebAssembly.validate(bytes)) return context.skip('no relaxed SIMD in this engine');
    const memory = new WebAssembly.Memory({ initial: 16, maximum: 65536, shared: build.endsWith('threads') });
    const { instance } = await WebAssembly.instantiate(bytes, { env: { memory } });
    const exported = new Map(Object.entries(instance.exports).filter(([, value]) => typeof value === 'function'));
    exported.delete('heapBase');
    expect(Object.keys(write).sort()).toEqual([...exported.keys()].sort());
    for (const [kernel, writeArguments] of Object.entries(write)) {
      const to = new Float64Array(32);
      const count = (writeArguments as (to: Float64Array, of: never, struct: () => number) => number)(
        to,
        sevens,
        () => 7,
      );
      const own = to.subarray(0, count);
      const more = (exported.get(kernel) as () => void).length - own.length;
      expect([kernel, more]).toEqual([kernel, Math.max(0, Math.min(more, 3))]);
      expect(own.every((value) => value === 7 || value === 1)).toBe(true); // 1: a boolean
    }
  });
});
