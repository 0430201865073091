/** Every kernel of every backend keeps the laws of its operation: operations x laws x backends. With threads: threads.test.ts. */
import { ReferenceBackend } from '../../src/backends/reference/index.js';
import { arrayGuards, backendCandidate, reference } from '../../src/testing/index.js';
import { keepsTheLaws, wasmCandidate } from './keep.js';

keepsTheLaws('plain arrays', reference);
keepsTheLaws('reference backend', backendCandidate(new ReferenceBackend(), arrayGuards()));
keepsTheLaws('wasm', await wasmCandidate(1, false));
