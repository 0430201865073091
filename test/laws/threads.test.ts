/** The laws of every kernel again, on the other builds of the WASM kernels: relaxed SIMD, and two threads. */
import { keepsTheLaws, wasmCandidate } from './keep.js';

keepsTheLaws({
  'wasm, 2 threads': await wasmCandidate(2, false),
  'wasm, relaxed SIMD': await wasmCandidate(1, true),
  'wasm, relaxed SIMD, 2 threads': await wasmCandidate(2, true),
});
