/** Numbers to begin with: small whole ones, so that a sum can be followed in one's head. */
import type { Figure, Inputs } from 'receptive/figures';

type Numbers = (i: number) => number;

/** Thirteen of them, so that no two rows of a picture are the same: none is that wide. */
const usual: Numbers = (i) => [-1, 1, 3, 0, 2, -1, 3, 0, 1, 2, 1, -1, 3][i % 13];
const one: Numbers = () => 1;
const none: Numbers = () => 0;

/** By the names of the inputs; where it depends on the operation, the name stands behind it. */
const first: Readonly<Record<string, Numbers>> = {
  x: usual,
  a: usual,
  b: (i) => ((3 * i) % 4) + 1,
  c: (i) => -i - 1,
  d: (i) => 10 + i,
  weight: (i) => ((3 * i) % 5) - 1,
  bias: none,
  dy: one,
  dloss: one,
  mask: (i) => Number((i * 2) % 3 !== 1),
  target: (i) => (i % 3) + 1,
  /** The largest of a window is another one here and there, and hardly ever twice the same. */
  'maxPool2d x': (i) => (6 * i * i + i + 1) % 9,
  'batchNorm2d weight': one,
  'batchNorm2d dy': (i) => Number(i === 0),
  'softmax dy': (i) => Number(i === 0),
  'logSoftmax dy': (i) => Number(i === 0),
  'crossEntropy weight': (i) => i + 1,
  'nllLoss weight': (i) => i + 1,
  'nllLoss x': (i) => -((i % 3) + 1) / 2,
  param: (i) => ((2 * i) % 5) / 2 - 1,
  dparam: (i) => ((3 * i) % 5) - 2,
  momentumBuffer: (i) => ((i + 1) % 3) - 1,
  expAvg: none,
  expAvgSq: none,
  squareAvg: one,
  gradAvg: none,
  sum: one,
  dweight: (i) => ((3 * i) % 5) - 2,
  dbias: (i) => i + 1,
};

export function firstInputs({ operation, inputs }: Figure): Inputs {
  const lengthOf = (shape: readonly number[]) => shape.reduce((product, size) => product * size, 1);
  return Object.fromEntries(
    inputs.map(({ name, shape }) => {
      const numbers = first[`${operation} ${name}`] ?? first[name];
      return [name, Float64Array.from({ length: lengthOf(shape) }, (_, i) => numbers(i))];
    }),
  );
}
