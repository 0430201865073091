/** The WASM kernels against the maths. Needs `npm run build:wasm`. */
import { readFile } from 'node:fs/promises';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ops } from '../src/ops/index.js';

const bytes = await readFile(new URL('../dist/wasm/kernels.wasm', import.meta.url));
const { instance } = await WebAssembly.instantiate(bytes);
const { memory, reluForward } = instance.exports as {
  memory: WebAssembly.Memory;
  reluForward(y: number, x: number, length: number): void;
};
if (memory.buffer.byteLength === 0) memory.grow(1);

test('relu is equal to the reference to the bit, for lengths around the lanes, and writes nothing else', () => {
  const values = fc.array(fc.oneof(fc.float(), fc.constantFrom(Number.NaN, -0, 0, Number.NEGATIVE_INFINITY)), {
    maxLength: 40,
  });
  fc.assert(
    fc.property(values, (drawn) => {
      const { length } = drawn;
      const X = 4096;
      const Y = 8192;
      const all = new Float32Array(memory.buffer);
      all.fill(123);
      all.set(drawn, X / 4);
      reluForward(Y, X, length);

      const expected = new Float32Array(length);
      ops.relu.forward(expected, Float32Array.from(drawn));
      expect(all.slice(Y / 4, Y / 4 + length)).toEqual(expected);
      expect(all[Y / 4 - 1]).toBe(123);
      expect(all.slice(Y / 4 + length, Y / 4 + length + 8)).toEqual(new Float32Array(8).fill(123));
    }),
    { numRuns: 1000 },
  );
});
