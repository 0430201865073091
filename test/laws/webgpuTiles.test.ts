/** The products of matrices again, in tiles that go through workgroup memory, as on a GPU. */
import { describe, test } from 'vitest';
import { checkLaw } from '../../src/testing/index.js';
import { webgpuCandidate } from './keep.js';
import { runs, seed } from './settings.js';

const candidate = await webgpuCandidate(true);

describe('webgpu, shared tiles', () => {
  for (const name of ['conv2d', 'linear', 'matmul'] as const) {
    describe(name, () => {
      for (const law of ['forward', 'backward'] as const) {
        // Every size of tile is a pipeline of its own, which takes a software adapter a second to compile.
        test(law, () => checkLaw(name, law, candidate, { runs: Math.ceil(runs / 20), seed, u: 2 ** -23 }));
      }
    });
  }
});
