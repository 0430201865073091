/** Every kernel of every backend keeps the laws of its operation: operations x laws x backends. With threads: threads.test.ts. */
import { ReferenceBackend } from '../../src/backends/reference/index.js';
import { backendCandidate, reference } from '../../src/testing/index.js';
import { keepsTheLaws, wasmCandidate } from './keep.js';

keepsTheLaws({
  'plain arrays': reference,
  'reference backend': backendCandidate(new ReferenceBackend()),
  wasm: await wasmCandidate(1, false),
});
