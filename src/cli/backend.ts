/** The backend that a command computes on. */
import { setFlagsFromString } from 'node:v8';
import { createBackend } from '../node/backends.js';
import type { computeFlags, Values } from './flags.js';

/** The backend that was asked for. Throws if it can't run here, or if what was typed beside it isn't its own. */
export function openBackend({ backend, threads, relaxedSimd }: Values<typeof computeFlags>) {
  // Node 20 has relaxed SIMD behind a flag, which counts for what is compiled from now on. The process is the command's own.
  if (relaxedSimd && process.versions.node.startsWith('20.')) {
    setFlagsFromString('--experimental-wasm-relaxed-simd');
  }
  return createBackend(backend, { threads, relaxedSimd: relaxedSimd ? undefined : false });
}
