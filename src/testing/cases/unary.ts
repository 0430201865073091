/** What the cases of the activations share. */
import type { FastCheck } from '../case.js';
import { shape } from '../extents.js';
import { type Draft, type Kind, ordinary } from '../problem.js';

const of = (x: readonly number[]): Draft<undefined> => ({ arrays: { x: { shape: x } }, sizes: () => undefined });

/** Sizes, names and passes; what each activation adds is its equation and its budgets. */
export function unary(kinds: readonly Kind[] = ordinary) {
  return {
    forward: { writes: ['y'], reads: ['x'] },
    backward: { writes: ['dx'], reads: ['dy', 'y'] },
    drafts: (fc: FastCheck) => fc.oneof(shape(fc), fc.constantFrom([15], [16], [17], [1, 31], [64])).map(of),
    kinds,
    named: { 'MNIST net, after pool1': of([2, 10, 12, 12]), scalar: of([]) },
    layers: { 'MNIST net, after pool1, batch 64': of([64, 10, 12, 12]), 'ResNet-18 64 channels': of([1, 64, 56, 56]) },
    outputs: ({ x }: Readonly<Record<string, Float64Array>>) => ({ y: x.length }),
  } as const;
}
