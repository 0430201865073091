/** Operations of one input that aren't windows: relu, batchNorm2d, and crossEntropy with its softmax. */
import { batchNorm2dBackward, batchNorm2dForward, batchNorm2dSizes } from '../ops/batchNorm2d.js';
import { crossEntropyBackward, crossEntropyForward, crossEntropySizes } from '../ops/crossEntropy.js';
import { logSoftmaxForward } from '../ops/logSoftmax.js';
import { reluBackward, reluForward } from '../ops/relu.js';
import type { Shape } from '../ops/shape.js';
import { softmaxForward, softmaxSizes } from '../ops/softmax.js';
import { cellsOf, type Figure, type Inputs, sumOverDy, type Term, zeros } from './figure.js';
import { grid, makeFigure } from './makeFigure.js';

type Values = Float64Array;

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
  return makeFigure({
    operation: 'relu',
    inputs: [grid('x', x, 'x'), grid('dy', x, 'y')],
    outputs: [grid('y', x, 'y'), grid('dx', x, 'x')],
    compute: (given) => ({ y: forward(given.x), dx: backward(given.dy, given.x) }),
    explanations: {
      y: (i, given) =>
        forward(given.x)[i] === 0
          ? { terms: [], alsoSeen: cellsOf('x', [i]) }
          : { terms: [{ cells: cellsOf('x', [i]) }] },
      dx: (i, given) => {
        const passes = backward(zeros(x).fill(1), given.x)[i] !== 0;
        return passes ? { terms: [{ cells: cellsOf('dy', [i]) }] } : { terms: [], alsoSeen: cellsOf('dy', [i]) };
      },
    },
  });
}

/** In training: the batch's own mean and deviation. x (N, C, H, W). */
export function batchNorm2dFigure(x: Shape, options: { readonly eps?: number } = {}): Figure {
  const channels = [x[1]];
  const s = batchNorm2dSizes(x, { weight: channels, bias: channels }, { training: true, ...options });
  const M = s.N * s.pixels;
  const channelOf = (i: number) => Math.floor(i / s.pixels) % s.C;
  const ofChannel = (c: number) => [...zeros(x).keys()].filter((i) => channelOf(i) === c);

  function forward({ x: values, weight, bias }: Inputs) {
    const [y, mean, invStd] = [zeros(x), zeros(channels), zeros(channels)];
    batchNorm2dForward(y, mean, invStd, null, null, values, weight, bias, s);
    return { y, mean, invStd };
  }
  function backward(dy: Values, given: Inputs) {
    const { mean, invStd } = forward(given);
    const [dx, dweight, dbias] = [zeros(x), zeros(channels), zeros(channels)];
    batchNorm2dBackward(dx, dweight, dbias, dy, given.x, given.weight, mean, invStd, s);
    return { dx, dweight, dbias };
  }
  const gradient = (name: 'dx' | 'dweight' | 'dbias') => (index: number, given: Inputs) => ({
    terms: sumOverDy(x, index, (dy) => backward(dy, given)[name]),
  });
  const one = (name: string, index: number) => cellsOf(name, [index])[0];
  return makeFigure({
    operation: 'batchNorm2d',
    inputs: [
      grid('x', x, 'x'),
      grid('weight', channels, 'weight'),
      grid('bias', channels, 'weight'),
      grid('dy', x, 'y'),
    ],
    outputs: [
      grid('mean', channels, 'x'),
      grid('invStd', channels, 'x'),
      grid('y', x, 'y'),
      grid('dx', x, 'x'),
      grid('dweight', channels, 'weight'),
      grid('dbias', channels, 'weight'),
    ],
    compute: (given) => ({ ...forward(given), ...backward(given.dy, given) }),
    explanations: {
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
  });
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
  return makeFigure({
    operation: 'crossEntropy',
    inputs: [grid('x', x, 'x'), grid('dy', [1], 'y')],
    outputs: [grid('p', x, 'x'), grid('logp', x, 'x'), grid('loss', [1], 'y'), grid('dx', x, 'x')],
    compute({ x: scores, dy }) {
      const [p, logp, loss, dx] = [zeros(x), zeros(x), zeros([1]), zeros(x)];
      softmaxForward(p, scores, rows);
      logSoftmaxForward(logp, scores, rows);
      crossEntropyForward(loss, scores, classes, null, s);
      crossEntropyBackward(dx, dy, scores, classes, null, s);
      return { p, logp, loss, dx };
    },
    explanations: {
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
  });
}
