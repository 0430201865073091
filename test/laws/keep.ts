/** A test for every law of every operation, on a candidate. */
import { describe, test } from 'vitest';
import { setShare } from '../../src/backends/wasm/shares.js';
import { createBackend } from '../../src/node/backends.js';
import { operationNames } from '../../src/ops/index.js';
import { roundToNearest } from '../../src/testing/budget.js';
import { backendCandidate, type Candidate, checkLaw, lawsFor } from '../../src/testing/index.js';
import { openWebGPU } from '../openWebGPU.js';
import { wasmGuards } from '../wasmGuards.js';
import { webgpuGuards } from '../webgpuGuards.js';
import { runs, seed } from './settings.js';

/** `u`: unit roundoff of its arithmetic. */
export function keepsTheLaws(where: string, candidate: Candidate, { u = roundToNearest } = {}): void {
  describe(where, () => {
    for (const name of operationNames) {
      describe(name, () => {
        for (const law of lawsFor(name, candidate)) {
          test(law, () => checkLaw(name, law, candidate, { runs, seed, u }));
        }
      });
    }
  });
}

/** One build of the WASM kernels. */
export async function wasmCandidate(threads: number, relaxedSimd: boolean): Promise<Candidate> {
  // Problems are small: without this, nearly all of them would be one task, which threads have nothing to share of.
  setShare(64);
  const backend = await createBackend('wasm', { threads, relaxedSimd });
  const build = `${relaxedSimd ? 'relaxed' : 'simd'}${threads > 1 ? '-threads' : ''}`;
  if (backend.build !== build) throw new Error(`this is the build ${backend.build}, and ${build} is to be tested`);
  return backendCandidate(backend, wasmGuards(backend));
}

/** The WebGPU kernels, on this machine's adapter. */
export async function webgpuCandidate(shareMemory: boolean): Promise<Candidate> {
  const backend = await openWebGPU({ shareMemory });
  return backendCandidate(backend, webgpuGuards(backend));
}
