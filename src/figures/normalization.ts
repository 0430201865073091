/** batchNorm2d and localResponseNorm. Which numbers share a channel, or are neighbours, is asked of the operation itself. */
import { batchNorm2dBackward, batchNorm2dForward, batchNorm2dSizes } from '../ops/batchNorm2d.js';
import {
  type LocalResponseNormOptions,
  localResponseNormBackward,
  localResponseNormForward,
  localResponseNormSizes,
  strengths,
} from '../ops/localResponseNorm.js';
import type { Shape } from '../ops/shape.js';
import {
  cell,
  difference,
  type Expression,
  type Joined,
  minus,
  type Note,
  number,
  power,
  product,
  quotient,
  sqrt,
  square,
  sum,
} from './expression.js';
import { type Figure, found, unit, zeros } from './figure.js';
import { grid, makeFigure } from './makeFigure.js';

type Values = Float64Array;

/** In training: the batch's own mean and deviation. x (N, C, H, W). `xhat` is y before the scale and the shift. */
export function batchNorm2dFigure(x: Shape, options: { readonly eps?: number } = {}): Figure {
  const channels = [x[1]];
  const s = batchNorm2dSizes(x, { weight: channels, bias: channels }, { training: true, ...options });
  const M = number(s.N * s.pixels, 'M');
  const eps = number(s.eps, 'eps');

  function forward(values: Values, weight: Values | null, bias: Values | null) {
    const [y, mean, invStd] = [zeros(x), zeros(channels), zeros(channels)];
    batchNorm2dForward(y, mean, invStd, null, null, values, weight, bias, s);
    return { y, mean, invStd };
  }
  /** Without a weight, y is the bias of each number's channel. */
  const ofChannel = (c: number) =>
    found(forward(zeros(x), zeros(channels), unit(channels, c)).y).map(([index]) => index);
  const channelOf = zeros(x);
  for (const [c] of zeros(channels).entries()) for (const i of ofChannel(c)) channelOf[i] = c;

  const deviation = (i: number) => difference(cell('x', i), cell('mean', channelOf[i]));
  const path = (note: Note, part: Joined): Joined => ({ ...part, note });
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
      grid('xhat', x, 'x'),
      grid('y', x, 'y'),
      grid('dx', x, 'x'),
      grid('dweight', channels, 'weight'),
      grid('dbias', channels, 'weight'),
    ],
    compute({ x: values, weight, bias, dy }) {
      const { y, mean, invStd } = forward(values, weight, bias);
      const [dx, dweight, dbias] = [zeros(x), zeros(channels), zeros(channels)];
      batchNorm2dBackward(dx, dweight, dbias, dy, values, weight, mean, invStd, s);
      return { mean, invStd, xhat: forward(values, null, null).y, y, dx, dweight, dbias };
    },
    explanations: {
      mean: (c) => ({ expression: quotient(sum(...ofChannel(c).map((i) => cell('x', i))), M) }),
      invStd(c) {
        const variance = quotient(sum(...ofChannel(c).map((i) => square(deviation(i)))), M);
        return { expression: quotient(1, sqrt(sum(variance, eps))) };
      },
      xhat: (i) => ({ expression: product(deviation(i), cell('invStd', channelOf[i])) }),
      y: (i) => ({
        expression: sum(product(cell('weight', channelOf[i]), cell('xhat', i)), cell('bias', channelOf[i])),
      }),
      dx(i) {
        const c = channelOf[i];
        const scale = [cell('invStd', c), cell('weight', c)];
        const expression = sum(
          path('throughX', product(...scale, cell('dy', i))),
          path('throughMean', minus(quotient(product(...scale, cell('dbias', c)), M))),
          path('throughVariance', minus(quotient(product(...scale, cell('xhat', i), cell('dweight', c)), M))),
        );
        return { expression, reason: 'threePaths' };
      },
      dweight: (c) => ({ expression: sum(...ofChannel(c).map((i) => product(cell('xhat', i), cell('dy', i)))) }),
      dbias: (c) => ({ expression: sum(...ofChannel(c).map((i) => cell('dy', i))) }),
    },
  });
}

/** x (N, C, …). `D` is what every number is divided by, before its power. */
export function localResponseNormFigure(x: Shape, size: number, options: LocalResponseNormOptions = {}): Figure {
  const s = localResponseNormSizes(x, size, options);
  const [alpha, beta, k] = [number(s.alpha, 'alpha'), number(s.beta, 'beta'), number(s.k, 'k')];
  /** With a k of 0 and an alpha of `size`, D is the sum of the neighbours' squares: a 1 among zeros shows in the D of those it is a
   *  neighbour of. */
  const probe = { ...s, k: 0, alpha: size };
  const seenBy = Array.from(zeros(x), (_, i) => found(strengths(unit(x, i), probe)).map(([index]) => index));
  const neighboursOf = seenBy.map((): number[] => []);
  for (const [j, seers] of seenBy.entries()) for (const i of seers) neighboursOf[i].push(j);
  return makeFigure({
    operation: 'localResponseNorm',
    inputs: [grid('x', x, 'x'), grid('dy', x, 'y')],
    outputs: [grid('D', x, 'x'), grid('y', x, 'y'), grid('dx', x, 'x')],
    compute({ x: values, dy }) {
      const [y, dx] = [zeros(x), zeros(x)];
      localResponseNormForward(y, values, s);
      localResponseNormBackward(dx, dy, values, s);
      return { D: strengths(values, s), y, dx };
    },
    explanations: {
      D(i) {
        const squares = sum(...neighboursOf[i].map((j) => square(cell('x', j))));
        return { expression: sum(k, quotient(product(alpha, squares), number(size, 'size'))) };
      },
      y: (i) => ({ expression: product(cell('x', i), power(cell('D', i), minus(beta))) }),
      dx(j) {
        const straight = product(power(cell('D', j), minus(beta)), cell('dy', j));
        const through = (c: number) =>
          quotient(
            product(
              2,
              alpha,
              beta,
              cell('x', j),
              cell('x', c),
              power(cell('D', c), difference(minus(beta), 1)),
              cell('dy', c),
            ),
            number(size, 'size'),
          );
        return {
          expression: sum(
            { ...straight, note: 'throughX' },
            ...seenBy[j].map((c): Expression => ({ ...minus(through(c)), note: 'throughNeighbours' })),
          ),
        };
      },
    },
  });
}
