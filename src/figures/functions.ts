/** Operations of one input that aren't windows: relu, batchNorm2d, and crossEntropy with its softmax. */
import { batchNorm2dBackward, batchNorm2dForward, batchNorm2dSizes } from '../ops/batchNorm2d.js';
import { crossEntropyBackward, crossEntropyForward, crossEntropySizes } from '../ops/crossEntropy.js';
import { logSoftmaxForward } from '../ops/logSoftmax.js';
import { reluBackward, reluForward } from '../ops/relu.js';
import type { Shape } from '../ops/shape.js';
import { softmaxForward, softmaxSizes } from '../ops/softmax.js';
import { cellsOf, type Explanation, type Figure, type Grid, type Role, sumOverDy, type Term, zeros } from './figure.js';

type Values = Float64Array;
type Explained = Omit<Explanation, 'cell' | 'alsoSeen'> & Partial<Pick<Explanation, 'alsoSeen'>>;

const grid = (name: string, shape: Shape, role: Role, isInput = false): Omit<Grid, 'values'> => ({
  name,
  shape,
  role,
  isGradient: /^d[a-z]/.test(name),
  isInput,
});

/** A figure whose grids are written by functions of their own. */
function figureOf(
  operation: string,
  inputs: readonly Omit<Grid, 'values'>[],
  outputs: readonly Omit<Grid, 'values'>[],
  compute: (inputs: Readonly<Record<string, Values>>) => Readonly<Record<string, Values>>,
  explanations: Readonly<Record<string, (index: number, inputs: Readonly<Record<string, Values>>) => Explained>>,
): Figure {
  return {
    operation,
    inputs,
    compute(given) {
      const values = { ...given, ...compute(given) };
      return [...inputs, ...outputs].map((one) => ({ ...one, values: values[one.name] }));
    },
    explain(cell, given) {
      const explained = explanations[cell.grid]?.(cell.index, given);
      return explained ? { cell, alsoSeen: [], ...explained } : null;
    },
  };
}

/** y = max(0, x): what is above 0 passes, forward and backward; the rest is stopped. */
export function reluFigure(x: Shape): Figure {
  const forward = (values: Values) => {
    const y = zeros(x);
    reluForward(y, values);
    return y;
  };
  const backward = (dy: Values, values: Values) => {
    const dx = zeros(x);
    reluBackward(dx, dy, forward(values));
    return dx;
  };
  return figureOf(
    'relu',
    [grid('x', x, 'x', true), grid('dy', x, 'y', true)],
    [grid('y', x, 'y'), grid('dx', x, 'x')],
    (given) => ({ y: forward(given.x), dx: backward(given.dy, given.x) }),
    {
      y: (i, given) =>
        forward(given.x)[i] === 0
          ? { terms: [], alsoSeen: cellsOf('x', [i]) }
          : { terms: [{ cells: cellsOf('x', [i]) }] },
      dx: (i, given) => {
        const passes = backward(zeros(x).fill(1), given.x)[i] !== 0;
        return passes ? { terms: [{ cells: cellsOf('dy', [i]) }] } : { terms: [], alsoSeen: cellsOf('dy', [i]) };
      },
    },
  );
}

/** In training: the batch's own mean and deviation. x (N, C, H, W). */
export function batchNorm2dFigure(x: Shape, options: { readonly eps?: number } = {}): Figure {
  const channels = [x[1]];
  const s = batchNorm2dSizes(x, { weight: channels, bias: channels }, { training: true, ...options });
  const M = s.N * s.pixels;
  const channelOf = (i: number) => Math.floor(i / s.pixels) % s.C;
  const ofChannel = (c: number) => [...zeros(x).keys()].filter((i) => channelOf(i) === c);

  function forward({ x: values, weight, bias }: Readonly<Record<string, Values>>) {
    const [y, mean, invStd] = [zeros(x), zeros(channels), zeros(channels)];
    batchNorm2dForward(y, mean, invStd, null, null, values, weight, bias, s);
    return { y, mean, invStd };
  }
  function backward(dy: Values, given: Readonly<Record<string, Values>>) {
    const { mean, invStd } = forward(given);
    const [dx, dweight, dbias] = [zeros(x), zeros(channels), zeros(channels)];
    batchNorm2dBackward(dx, dweight, dbias, dy, given.x, given.weight, mean, invStd, s);
    return { dx, dweight, dbias };
  }
  const gradient = (name: 'dx' | 'dweight' | 'dbias') => (index: number, given: Readonly<Record<string, Values>>) => ({
    terms: sumOverDy(x, index, (dy) => backward(dy, given)[name]),
  });
  const one = (name: string, index: number) => cellsOf(name, [index])[0];
  return figureOf(
    'batchNorm2d',
    [
      grid('x', x, 'x', true),
      grid('weight', channels, 'weight', true),
      grid('bias', channels, 'weight', true),
      grid('dy', x, 'y', true),
    ],
    [
      grid('mean', channels, 'x'),
      grid('invStd', channels, 'x'),
      grid('y', x, 'y'),
      grid('dx', x, 'x'),
      grid('dweight', channels, 'weight'),
      grid('dbias', channels, 'weight'),
    ],
    (given) => ({ ...forward(given), ...backward(given.dy, given) }),
    {
      mean: (c) => ({
        terms: cellsOf('x', ofChannel(c)).map(
          (cell): Term => ({ cells: [cell], factor: { text: `1/${M}`, value: 1 / M } }),
        ),
      }),
      invStd: (c) => ({ terms: [], call: { name: '1/√(var + eps)', cells: cellsOf('x', ofChannel(c)) } }),
      y(i) {
        const c = channelOf(i);
        const scale = [one('invStd', c), one('weight', c)];
        return {
          terms: [
            { cells: [one('x', i), ...scale] },
            { cells: [one('mean', c), ...scale], factor: { text: '−1', value: -1 } },
            { cells: [one('bias', c)] },
          ],
        };
      },
      dx: gradient('dx'),
      dweight: gradient('dweight'),
      dbias: gradient('dbias'),
    },
  );
}

/** The mean loss of scores x (N, C) whose right classes are `target`. Its dy is dloss, one number. */
export function crossEntropyFigure(x: Shape, target: readonly number[]): Figure {
  const [N, C] = x;
  const s = crossEntropySizes(x, target, null, {});
  const rows = softmaxSizes('crossEntropy', x, 1);
  const classes = Int32Array.from(target);
  const share = (sign: number) => ({ text: sign < 0 ? `−1/${N}` : `1/${N}`, value: sign / N });
  const rowOf = (i: number) =>
    cellsOf(
      'x',
      Array.from({ length: C }, (_, c) => Math.floor(i / C) * C + c),
    );
  return figureOf(
    'crossEntropy',
    [grid('x', x, 'x', true), grid('dy', [1], 'y', true)],
    [grid('p', x, 'x'), grid('logp', x, 'x'), grid('loss', [1], 'y'), grid('dx', x, 'x')],
    ({ x: scores, dy }) => {
      const [p, logp, loss, dx] = [zeros(x), zeros(x), zeros([1]), zeros(x)];
      softmaxForward(p, scores, rows);
      logSoftmaxForward(logp, scores, rows);
      crossEntropyForward(loss, scores, classes, null, s);
      crossEntropyBackward(dx, dy, scores, classes, null, s);
      return { p, logp, loss, dx };
    },
    {
      p: (i) => ({ terms: [], call: { name: 'softmax', cells: rowOf(i) } }),
      logp: (i) => ({ terms: [], call: { name: 'logSoftmax', cells: rowOf(i) } }),
      loss: () => ({
        terms: target.map((t, n) => ({ cells: cellsOf('logp', [n * C + t]), factor: share(-1) })),
      }),
      dx(i) {
        const isTarget = target[Math.floor(i / C)] === i % C;
        const dy = cellsOf('dy', [0]);
        const pull: Term[] = isTarget ? [{ cells: dy, factor: share(-1) }] : [];
        return { terms: [{ cells: [...cellsOf('p', [i]), ...dy], factor: share(1) }, ...pull] };
      },
    },
  );
}
