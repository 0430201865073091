/** Every kernel of every backend keeps the laws of its operation: operations x laws x backends. */
import { describe, test } from 'vitest';
import { ReferenceBackend } from '../../src/backends/reference/index.js';
import type { WasmBackend } from '../../src/backends/wasm/index.js';
import { setShare } from '../../src/backends/wasm/shares.js';
import { createBackend } from '../../src/node/backends.js';
import { operationNames } from '../../src/ops/index.js';
import {
  arrayGuards,
  backendCandidate,
  type Candidate,
  checkLaw,
  lawsFor,
  reference,
} from '../../src/testing/index.js';
import { wasmGuards } from '../wasmGuards.js';
import { runs, seed } from './settings.js';

// Problems are small: without this, nearly all of them would be one task, which threads have nothing to share of.
setShare(64);

/** Each build of the WASM kernels, on one thread or two. */
async function wasm(threads: number, relaxedSimd: boolean): Promise<Candidate> {
  const backend = (await createBackend('wasm', { threads, relaxedSimd })) as WasmBackend;
  const build = `${relaxedSimd ? 'relaxed' : 'simd'}${threads > 1 ? '-threads' : ''}`;
  if (backend.build !== build) throw new Error(`this is the build ${backend.build}, and ${build} is to be tested`);
  return backendCandidate(backend, wasmGuards(backend));
}

const candidates: Record<string, Candidate> = {
  'plain arrays': reference,
  'reference backend': backendCandidate(new ReferenceBackend(), arrayGuards()),
  wasm: await wasm(1, false),
  'wasm, 2 threads': await wasm(2, false),
  'wasm, relaxed SIMD': await wasm(1, true),
  'wasm, relaxed SIMD, 2 threads': await wasm(2, true),
};

for (const [where, candidate] of Object.entries(candidates)) {
  describe(where, () => {
    for (const name of operationNames) {
      describe(name, () => {
        for (const law of lawsFor(name, candidate)) {
          test(law, () => checkLaw(name, law, candidate, { runs, seed }));
        }
      });
    }
  });
}
