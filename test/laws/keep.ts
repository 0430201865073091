/** A test for every law of every operation, on every candidate. */
import { describe, test } from 'vitest';
import { setGroupsAcross } from '../../src/backends/groupsAcross.js';
import { setElementsPerTask } from '../../src/backends/wasm/taskCount.js';
import { createBackend } from '../../src/node/backends.js';
import { operationNames } from '../../src/ops/index.js';
import { backendCandidate, type Candidate, checkLaw, lawsFor } from '../../src/testing/index.js';
import { runs, seed } from './settings.js';

/** Operation by operation, so that what is drawn and computed for one candidate serves the next, too. */
export function keepsTheLaws(candidates: Readonly<Record<string, Candidate>>): void {
  for (const name of operationNames) {
    for (const [where, candidate] of Object.entries(candidates)) {
      describe(where, () => {
        describe(name, () => {
          for (const law of lawsFor(name, candidate)) {
            test(law, () => checkLaw(name, law, candidate, { runs, seed }));
          }
        });
      });
    }
  }
}

/** One build of the WASM kernels. */
export async function wasmCandidate(threads: number, relaxedSimd: boolean): Promise<Candidate> {
  // Problems are small: without this, nearly all of them would be one task, which threads have nothing to share of.
  setElementsPerTask(64);
  const backend = await createBackend('wasm', { threads, relaxedSimd });
  const build = `${relaxedSimd ? 'relaxed' : 'simd'}${threads > 1 ? '-threads' : ''}`;
  if (backend.build !== build) throw new Error(`this is the build ${backend.build}, and ${build} is to be tested`);
  return backendCandidate(backend);
}

/** The WebGPU kernels, on this machine's adapter. */
export async function webgpuCandidate(shareMemory: boolean): Promise<Candidate> {
  setGroupsAcross(3);
  return backendCandidate(await createBackend('webgpu', { shareMemory }));
}
