/**
 * A kernel of one's own in WASM, held to the laws of linear: the one of `assembly/linear.ts`. With `memory`, the arrays that it is
 * given lie in its module's memory, with sentinels around each, which show what a kernel writes beside them.
 *
 * To run it, compile the kernel as its file says; then: node examples/own-kernel-wasm.ts (Node 22.18 or later).
 */
import { readFile } from 'node:fs/promises';
import { checkKernel } from 'receptive/testing';

const { instance } = await WebAssembly.instantiate(await readFile(new URL('linear.wasm', import.meta.url)));
const { memory, forward } = instance.exports as { memory: WebAssembly.Memory; forward(...args: number[]): void };
const at = (array: Float32Array | null) => array?.byteOffset ?? 0;

await checkKernel(
  'linear',
  { forward: (y, x, weight, bias, { N, I, O }) => forward(at(y), at(x), at(weight), at(bias), N, I, O) },
  { memory, runs: 1000 },
);
