/** The kernels whose threads work together through workgroup memory on a GPU, in that way: in tiles, and in sums of many threads. */
import { describe, test } from 'vitest';
import type { OperationName } from '../../src/ops/index.js';
import { checkLaw } from '../../src/testing/index.js';
import { webgpuCandidate } from './keep.js';
import { runs, seed } from './settings.js';

const candidate = await webgpuCandidate(true);

const tiles: OperationName[] = ['conv2d', 'linear', 'matmul'];
const rows: OperationName[] = ['softmax', 'logSoftmax', 'crossEntropy', 'nllLoss', 'mseLoss'];
const sums: OperationName[] = [
  'add',
  'div',
  'sum',
  'mean',
  'gradNorm',
  'batchNorm2d',
  'avgPool2d',
  'adaptiveAvgPool2d',
];

describe('webgpu, sharing memory', () => {
  for (const name of [...tiles, ...rows, ...sums]) {
    // A software adapter takes a second to compile each size of tile, and goes through all threads at every barrier.
    const some = tiles.includes(name) ? runs / 20 : runs / 4;
    describe(name, () => {
      for (const law of ['forward', 'backward'] as const) {
        if (!candidate.has(name, law)) continue;
        test(law, () => checkLaw(name, law, candidate, { runs: Math.ceil(some), seed }));
      }
    });
  }
});
