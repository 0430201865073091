/** Random problems for figures: sizes, and the numbers that a reader may choose. */
import fc from 'fast-check';
import { conv2dFigure, linearFigure } from '../../src/figures/bilinear.js';
import { type Figure, type Inputs, zeros } from '../../src/figures/figure.js';
import { avgPool2dFigure } from '../../src/figures/linearMaps.js';
import { crossEntropyFigure } from '../../src/figures/losses.js';
import { batchNorm2dFigure } from '../../src/figures/normalization.js';
import { maxPool2dFigure, reluFigure } from '../../src/figures/selections.js';

const size = (max: number, min = 1) => fc.integer({ min, max });

/** Figures of random sizes, by the names of their operations. */
export const figures: Record<string, fc.Arbitrary<Figure>> = {
  conv2d: fc
    .record({
      N: size(2),
      G: size(2),
      C_group: size(2),
      C_out: size(2),
      H: size(6, 3),
      W: size(6, 3),
      K: size(3),
      stride: size(2),
      padding: size(2, 0),
      dilation: size(1),
    })
    .map(({ N, G, C_group, C_out, H, W, K, ...options }) =>
      conv2dFigure([N, G * C_group, H, W], [G * C_out, C_group, K, K], { ...options, groups: G }),
    ),
  linear: fc.tuple(size(3), size(5), size(4)).map(([N, I, O]) => linearFigure([N, I], [O, I])),
  maxPool2d: fc
    .tuple(size(2), size(6, 3), size(6, 3), size(3), size(3), size(1, 0))
    .map(([C, H, W, kernel, stride, padding]) =>
      maxPool2dFigure([1, C, H, W], kernel, { stride, padding: Math.min(padding, kernel >> 1) }),
    ),
  avgPool2d: fc
    .tuple(size(2), size(6, 3), size(6, 3), size(3), size(3), size(1, 0))
    .map(([C, H, W, kernel, stride, padding]) =>
      avgPool2dFigure([1, C, H, W], kernel, { stride, padding: Math.min(padding, kernel >> 1) }),
    ),
  relu: fc.tuple(size(3), size(5)).map((shape) => reluFigure(shape)),
  batchNorm2d: fc.tuple(size(2), size(2), size(3), size(3, 2)).map((shape) => batchNorm2dFigure(shape)),
  crossEntropy: fc
    .tuple(size(3), size(4, 2))
    .chain(([N, C]) =>
      fc.array(size(C - 1, 0), { minLength: N, maxLength: N }).map((target) => crossEntropyFigure([N, C], target)),
    ),
};

/** Few different numbers, so that there are ties, and zeros, which are terms, too. */
export const inputsOf = (figure: Figure): fc.Arbitrary<Inputs> =>
  fc.record(
    Object.fromEntries(
      figure.inputs.map(({ name, shape }) => {
        const { length } = zeros(shape);
        const numbers = fc.array(fc.integer({ min: -4, max: 4 }), { minLength: length, maxLength: length });
        return [name, numbers.map((values) => Float64Array.from(values, (value) => value / 2))];
      }),
    ),
  );
