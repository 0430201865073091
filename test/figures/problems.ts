/**
 * Random problems for figures. Of each operation: sizes and options as attributes of its element, the numbers that a reader may choose,
 * and what `src/ops` makes of them, called here and not by the figure.
 */
import fc from 'fast-check';
import type { Figure, Inputs } from '../../src/figures/figure.js';
import { adagradForward } from '../../src/ops/adagrad.js';
import { adamForward } from '../../src/ops/adam.js';
import {
  adaptiveAvgPool2dBackward,
  adaptiveAvgPool2dForward,
  adaptiveAvgPool2dSizes,
} from '../../src/ops/adaptiveAvgPool2d.js';
import { addBackward, addForward } from '../../src/ops/add.js';
import { avgPool2dBackward, avgPool2dForward, avgPool2dSizes } from '../../src/ops/avgPool2d.js';
import { batchNorm2dBackward, batchNorm2dForward, batchNorm2dSizes } from '../../src/ops/batchNorm2d.js';
import { type BroadcastSizes, broadcastSizes } from '../../src/ops/broadcast.js';
import { catBackward, catForward, catSizes } from '../../src/ops/cat.js';
import { conv2dBackward, conv2dForward, conv2dSizes } from '../../src/ops/conv2d.js';
import { crossEntropyBackward, crossEntropyForward, crossEntropySizes } from '../../src/ops/crossEntropy.js';
import { divBackward, divForward } from '../../src/ops/div.js';
import { dropoutBackward, dropoutForward } from '../../src/ops/dropout.js';
import { clipGradForward, gradNormForward } from '../../src/ops/gradNorm.js';
import type { OperationName } from '../../src/ops/index.js';
import { linearBackward, linearForward, linearSizes } from '../../src/ops/linear.js';
import {
  localResponseNormBackward,
  localResponseNormForward,
  localResponseNormSizes,
} from '../../src/ops/localResponseNorm.js';
import { logSoftmaxBackward, logSoftmaxForward } from '../../src/ops/logSoftmax.js';
import { matmulBackward, matmulForward, matmulSizes } from '../../src/ops/matmul.js';
import { maxPool2dBackward, maxPool2dForward, maxPool2dSizes } from '../../src/ops/maxPool2d.js';
import { meanBackward, meanForward } from '../../src/ops/mean.js';
import { mseLossBackward, mseLossForward } from '../../src/ops/mseLoss.js';
import { mulBackward, mulForward } from '../../src/ops/mul.js';
import { nllLossBackward, nllLossForward, nllLossSizes } from '../../src/ops/nllLoss.js';
import { type PadMode, padBackward, padForward, padSizes } from '../../src/ops/pad.js';
import { reduceSizes } from '../../src/ops/reduce.js';
import { reluBackward, reluForward } from '../../src/ops/relu.js';
import { rmspropForward } from '../../src/ops/rmsprop.js';
import { sgdForward } from '../../src/ops/sgd.js';
import { numel, type Shape } from '../../src/ops/shape.js';
import { sigmoidBackward, sigmoidForward } from '../../src/ops/sigmoid.js';
import { softmaxBackward, softmaxForward, softmaxSizes } from '../../src/ops/softmax.js';
import { subBackward, subForward } from '../../src/ops/sub.js';
import { sumBackward, sumForward } from '../../src/ops/sum.js';
import { tanhBackward, tanhForward } from '../../src/ops/tanh.js';
import type { Attributes, OperationElement } from '../../web/learn/figureOf.js';

type Values = Float64Array;

/** The attributes of an element, without an element. */
export class Written implements Attributes {
  constructor(readonly written: Readonly<Record<string, string>>) {}

  text(name: string): string {
    return this.written[name] ?? '';
  }

  shape(name: string): number[] {
    return this.text(name).split(',').map(Number);
  }

  number(name: string, otherwise: number): number {
    return Number(this.written[name] ?? otherwise);
  }
}

export const elementOf = (operation: OperationName) => operation.toLowerCase() as OperationElement;

export interface Problems {
  readonly attributes: fc.Arbitrary<Readonly<Record<string, string>>>;
  /** What `src/ops` makes of the inputs: the outputs of the operation and all gradients, by the names of their grids. */
  direct(attributes: Attributes, inputs: Inputs): Readonly<Record<string, Values>>;
}

const zeros = (shape: Shape) => new Float64Array(numel(shape));
const size = (max: number, min = 1) => fc.integer({ min, max });
const shape = (...sizes: fc.Arbitrary<number>[]) => fc.tuple(...sizes).map((shape) => shape.join(','));
const image = shape(size(2), size(2), size(4, 3), size(5, 3));
const flag = fc.constantFrom('true', 'false');
/** Shapes that broadcast: of one or of both, sizes become 1, or are left out in front. */
const broadcasting = fc
  .record({ sizes: fc.tuple(size(2), size(3), size(3)), a: size(7, 0), b: size(7, 0), short: fc.boolean() })
  .map(({ sizes, a, b, short }) => ({
    a: sizes.map((n, d) => ((a >> d) & 1 ? n : 1)).join(','),
    b: sizes
      .map((n, d) => ((b >> d) & 1 ? n : 1))
      .slice(short ? 1 : 0)
      .join(','),
  }));
const targets = (N: number, C: number, ignored: boolean) =>
  fc
    .array(size(C - 1, 0), { minLength: N, maxLength: N })
    .chain((target) => size(N, 0).map((at) => target.map((t, n) => (ignored && n === at && N > 1 ? 7 : t)).join(',')));
const classes = fc.record({ N: size(3), C: size(4, 2), ignored: fc.boolean() }).chain(({ N, C, ignored }) =>
  fc.record({
    x: fc.constant(`${N},${C}`),
    target: targets(N, C, ignored),
    weighted: flag,
    reduction: fc.constantFrom('mean', 'sum'),
    ignoreindex: fc.constant('7'),
  }),
);
const lossOptions = (part: Attributes) => ({
  reduction: part.text('reduction') as 'mean' | 'sum',
  ignoreIndex: 7,
});

function onePassed(
  forward: (y: Values, x: Values) => void,
  backward: (dx: Values, dy: Values, y: Values, x: Values) => void,
): Problems {
  return {
    attributes: fc.record({ x: shape(size(3), size(4)) }),
    direct(_, { x, dy }) {
      const [y, dx] = [x.slice(), x.slice()];
      forward(y, x);
      backward(dx, dy, y, x);
      return { y, dx };
    },
  };
}

function rows(forward: typeof softmaxForward, backward: typeof softmaxBackward): Problems {
  return {
    attributes: fc.record({ x: shape(size(2), size(3), size(3)), dim: fc.constantFrom('0', '1', '2', '-1') }),
    direct(part, { x, dy }) {
      const s = softmaxSizes('softmax', part.shape('x'), part.number('dim', 0));
      const [y, dx] = [x.slice(), x.slice()];
      forward(y, x, s);
      backward(dx, dy, y, s);
      return { y, dx };
    },
  };
}

function ofTwo(
  forward: (y: Values, a: Values, b: Values, s: BroadcastSizes) => void,
  backward: (da: Values, db: Values, dy: Values, a: Values, b: Values, s: BroadcastSizes) => void,
): Problems {
  return {
    attributes: broadcasting,
    direct(part, { a, b, dy }) {
      const s = broadcastSizes('add', part.shape('a'), part.shape('b'));
      const [y, da, db] = [zeros(s.shape), a.slice(), b.slice()];
      forward(y, a, b, s);
      backward(da, db, dy, a, b, s);
      return { y, da, db };
    },
  };
}

function reduced(forward: typeof sumForward, backward: typeof sumBackward): Problems {
  return {
    attributes: fc
      .record({ x: shape(size(2), size(3), size(3)), dim: fc.constantFrom('0', '1', '2', '0,2', '1,2', '') })
      .map(({ x, dim }) => ({ x, ...(dim !== '' && { dim }) })),
    direct(part, { x, dy }) {
      const dim = part.text('dim') === '' ? undefined : part.shape('dim');
      const s = reduceSizes('sum', part.shape('x'), dim, false);
      const [y, dx] = [zeros(s.reduced), x.slice()];
      forward(y, x, s);
      backward(dx, dy, s);
      return { y, dx };
    },
  };
}

const param = fc.constantFrom('3', '2,2', '2,3', '1');
const oneOf = (...numbers: number[]) => fc.constantFrom(...numbers.map(String));

export const problems: Readonly<Record<OperationName, Problems>> = {
  conv2d: {
    attributes: fc
      .record({
        N: size(2),
        G: size(2),
        C_group: size(2),
        C_out: size(2),
        H: size(5, 3),
        W: size(5, 3),
        K: size(3),
        stride: size(2),
        padding: size(2, 0),
        dilation: size(2),
      })
      .filter(({ H, W, K, padding, dilation }) => Math.min(H, W) + 2 * padding > dilation * (K - 1))
      .map(({ N, G, C_group, C_out, H, W, K, stride, padding, dilation }) => ({
        x: `${N},${G * C_group},${H},${W}`,
        weight: `${G * C_out},${C_group},${K},${K}`,
        groups: `${G}`,
        stride: `${stride}`,
        padding: `${padding}`,
        dilation: `${dilation}`,
      })),
    direct(part, { x, weight, bias, dy }) {
      const s = conv2dSizes(part.shape('x'), part.shape('weight'), [bias.length], {
        stride: part.number('stride', 0),
        padding: part.number('padding', 0),
        dilation: part.number('dilation', 0),
        groups: part.number('groups', 0),
      });
      const [y, dx, dweight, dbias] = [dy.slice(), x.slice(), weight.slice(), bias.slice()];
      conv2dForward(y, x, weight, bias, s);
      conv2dBackward(dx, dweight, dbias, dy, x, weight, s);
      return { y, dx, dweight, dbias };
    },
  },
  maxPool2d: {
    attributes: fc
      .record({ x: image, kernel: size(3), stride: size(3), padding: size(1, 0), ceilmode: flag })
      .map(({ x, kernel, stride, padding, ceilmode }) => ({
        x,
        kernel: `${kernel}`,
        stride: `${stride}`,
        padding: `${Math.min(padding, kernel >> 1)}`,
        ceilmode,
      })),
    direct(part, { x, dy }) {
      const s = maxPool2dSizes(part.shape('x'), part.number('kernel', 0), {
        stride: part.number('stride', 0),
        padding: part.number('padding', 0),
        ceilMode: part.text('ceilmode') === 'true',
      });
      const [y, dx, indices] = [dy.slice(), x.slice(), new Int32Array(dy.length)];
      maxPool2dForward(y, indices, x, s);
      maxPool2dBackward(dx, dy, indices, s);
      return { y, dx };
    },
  },
  avgPool2d: {
    attributes: fc
      .record({
        x: image,
        kernel: size(3),
        stride: size(3),
        padding: size(1, 0),
        ceilmode: flag,
        countincludepad: flag,
      })
      .map(({ x, kernel, stride, padding, ...flags }) => ({
        x,
        kernel: `${kernel}`,
        stride: `${stride}`,
        padding: `${Math.min(padding, kernel >> 1)}`,
        ...flags,
      })),
    direct(part, { x, dy }) {
      const s = avgPool2dSizes(part.shape('x'), part.number('kernel', 0), {
        stride: part.number('stride', 0),
        padding: part.number('padding', 0),
        ceilMode: part.text('ceilmode') === 'true',
        countIncludePad: part.text('countincludepad') === 'true',
      });
      const [y, dx] = [dy.slice(), x.slice()];
      avgPool2dForward(y, x, s);
      avgPool2dBackward(dx, dy, s);
      return { y, dx };
    },
  },
  adaptiveAvgPool2d: {
    attributes: fc.record({ x: image, output: fc.constantFrom('1', '2', '3', '2,3', '4,1') }),
    direct(part, { x, dy }) {
      const [h, w = h] = part.shape('output');
      const s = adaptiveAvgPool2dSizes(part.shape('x'), [h, w]);
      const [y, dx] = [dy.slice(), x.slice()];
      adaptiveAvgPool2dForward(y, x, s);
      adaptiveAvgPool2dBackward(dx, dy, s);
      return { y, dx };
    },
  },
  linear: {
    attributes: fc.tuple(size(3), size(5), size(4)).map(([N, I, O]) => ({ x: `${N},${I}`, weight: `${O},${I}` })),
    direct(part, { x, weight, bias, dy }) {
      const s = linearSizes(part.shape('x'), part.shape('weight'), [bias.length]);
      const [y, dx, dweight, dbias] = [dy.slice(), x.slice(), weight.slice(), bias.slice()];
      linearForward(y, x, weight, bias, s);
      linearBackward(dx, dweight, dbias, dy, x, weight, s);
      return { y, dx, dweight, dbias };
    },
  },
  matmul: {
    attributes: fc
      .tuple(size(3), size(3), size(3), size(2), fc.constantFrom('', 'a', 'b', 'ab'))
      .map(([M, K, N, B, batch]) => ({
        a: `${batch.includes('a') ? `${B},` : ''}${M},${K}`,
        b: `${batch.includes('b') ? `${B},` : ''}${K},${N}`,
      })),
    direct(part, { a, b, dy }) {
      const s = matmulSizes(part.shape('a'), part.shape('b'));
      const [y, da, db] = [dy.slice(), a.slice(), b.slice()];
      matmulForward(y, a, b, s);
      matmulBackward(da, db, dy, a, b, s);
      return { y, da, db };
    },
  },
  batchNorm2d: {
    attributes: fc.record({ x: shape(size(2), size(2), size(2), size(3, 2)), eps: oneOf(1e-5, 0.1) }),
    direct(part, { x, weight, bias, dy }) {
      const C = [weight.length];
      const options = { training: true, eps: part.number('eps', 0) };
      const s = batchNorm2dSizes(part.shape('x'), { weight: C, bias: C }, options);
      const [y, mean, invStd, xhat] = [x.slice(), zeros(C), zeros(C), x.slice()];
      batchNorm2dForward(xhat, mean, invStd, null, null, x, new Float64Array(C[0]).fill(1), zeros(C), s);
      batchNorm2dForward(y, mean, invStd, null, null, x, weight, bias, s);
      const [dx, dweight, dbias] = [x.slice(), zeros(C), zeros(C)];
      batchNorm2dBackward(dx, dweight, dbias, dy, x, weight, mean, invStd, s);
      return { y, mean, invStd, xhat, dx, dweight, dbias };
    },
  },
  localResponseNorm: {
    attributes: fc.record({
      x: shape(size(2), size(5), size(2), size(2)),
      size: oneOf(1, 2, 3, 5),
      alpha: oneOf(1e-4, 1, 3),
      beta: oneOf(0.75, 1),
      k: oneOf(1, 2),
    }),
    direct(part, { x, dy }) {
      const [alpha, beta, k] = ['alpha', 'beta', 'k'].map((name) => part.number(name, 0));
      const s = localResponseNormSizes(part.shape('x'), part.number('size', 0), { alpha, beta, k });
      const [y, dx, D] = [x.slice(), x.slice(), x.slice()];
      localResponseNormForward(y, x, s);
      localResponseNormBackward(dx, dy, x, s);
      // D by its equation, from the squares of the neighbours: y is x / D^beta.
      const [, C, ...pixels] = part.shape('x');
      const P = numel(pixels);
      for (const i of x.keys()) {
        const c = Math.floor(i / P) % C;
        D[i] = k;
        for (let j = Math.max(0, c - (s.size >> 1)); j <= Math.min(C - 1, c + ((s.size - 1) >> 1)); j++) {
          const neighbour = x[i + (j - c) * P];
          D[i] += (alpha / s.size) * neighbour * neighbour;
        }
      }
      return { y, dx, D };
    },
  },
  relu: onePassed(reluForward, reluBackward),
  sigmoid: onePassed(sigmoidForward, sigmoidBackward),
  tanh: onePassed(tanhForward, tanhBackward),
  softmax: rows(softmaxForward, softmaxBackward),
  logSoftmax: rows(logSoftmaxForward, logSoftmaxBackward),
  crossEntropy: {
    attributes: fc
      .tuple(classes, oneOf(0, 0, 0.1))
      .map(([attributes, labelsmoothing]) => ({ ...attributes, labelsmoothing })),
    direct(part, { x, weight = null, dloss }) {
      const options = { ...lossOptions(part), labelSmoothing: part.number('labelsmoothing', 0) };
      const target = Int32Array.from(part.shape('target'));
      const s = crossEntropySizes(part.shape('x'), target, weight && [weight.length], options);
      const [loss, dx, p, logp] = [zeros([1]), x.slice(), x.slice(), x.slice()];
      crossEntropyForward(loss, x, target, weight, s);
      crossEntropyBackward(dx, dloss, x, target, weight, s);
      softmaxForward(p, x, softmaxSizes('softmax', part.shape('x'), 1));
      logSoftmaxForward(logp, x, softmaxSizes('softmax', part.shape('x'), 1));
      return { loss, dx, p, logp };
    },
  },
  nllLoss: {
    attributes: classes,
    direct(part, { x, weight = null, dloss }) {
      const target = Int32Array.from(part.shape('target'));
      const s = nllLossSizes('nllLoss', part.shape('x'), target, weight && [weight.length], lossOptions(part));
      const [loss, dx] = [zeros([1]), x.slice()];
      nllLossForward(loss, x, target, weight, s);
      nllLossBackward(dx, dloss, target, weight, s);
      return { loss, dx };
    },
  },
  mseLoss: {
    attributes: fc.record({ x: shape(size(3), size(4)), reduction: fc.constantFrom('mean', 'sum') }),
    direct(part, { x, target, dloss }) {
      const s = { reduction: part.text('reduction') as 'mean' | 'sum' };
      const [loss, dx, dtarget] = [zeros([1]), x.slice(), x.slice()];
      mseLossForward(loss, x, target, s);
      mseLossBackward(dx, dtarget, dloss, x, target, s);
      return { loss, dx, dtarget };
    },
  },
  cat: {
    attributes: fc
      .record({ A: size(2), B: size(2), C: size(2), rest: size(3), dim: size(2, 0), three: fc.boolean() })
      .map(({ A, B, C, rest, dim, three }) => {
        const of = (length: number) => [0, 1, 2].map((d) => (d === dim ? length : rest > d ? 2 : 1)).join(',');
        return { a: of(A), b: of(B), ...(three && { c: of(C) }), dim: `${dim}` };
      }),
    direct(part, { dy, ...inputs }) {
      const names = Object.keys(inputs);
      const { places } = catSizes(
        names.map((name) => part.shape(name)),
        part.number('dim', 0),
      );
      const y = dy.slice();
      const gradients = names.map((name, i) => {
        const gradient = inputs[name].slice();
        catForward(y, inputs[name], places[i]);
        catBackward(gradient, dy, places[i]);
        return [`d${name}`, gradient];
      });
      return { y, ...Object.fromEntries(gradients) };
    },
  },
  pad: {
    attributes: fc.oneof(
      fc.record({
        x: shape(size(2), size(3, 2), size(4, 3)),
        padding: shape(size(2, -1), size(2, -1), size(2, 0), size(1, -1)),
        mode: fc.constant('constant'),
        value: oneOf(0, 2.5),
      }),
      fc.record({
        x: shape(size(2), size(3, 2), size(4, 3)),
        padding: shape(size(2, 0), size(2, 0), size(1, 0), size(1, 0)),
        mode: fc.constantFrom('reflect', 'replicate', 'circular'),
      }),
    ),
    direct(part, { x, dy }) {
      const s = padSizes(part.shape('x'), part.shape('padding'), {
        mode: part.text('mode') as PadMode,
        value: part.number('value', 0),
      });
      const [y, dx] = [dy.slice(), x.slice()];
      padForward(y, x, s);
      padBackward(dx, dy, s);
      return { y, dx };
    },
  },
  dropout: {
    attributes: fc.record({ x: shape(size(3), size(4)), p: oneOf(0, 0.2, 0.5, 0.75) }),
    direct(part, { x, mask, dy }) {
      const s = { p: part.number('p', 0) };
      const [y, dx] = [x.slice(), x.slice()];
      dropoutForward(y, x, mask, s);
      dropoutBackward(dx, dy, mask, s);
      return { y, dx };
    },
  },
  add: ofTwo(addForward, (da, db, dy, _a, _b, s) => addBackward(da, db, dy, s)),
  sub: ofTwo(subForward, (da, db, dy, _a, _b, s) => subBackward(da, db, dy, s)),
  mul: ofTwo(mulForward, mulBackward),
  div: ofTwo(divForward, divBackward),
  sum: reduced(sumForward, sumBackward),
  mean: reduced(meanForward, meanBackward),
  sgd: {
    attributes: fc.record({
      param,
      lr: oneOf(0.1, 0.01),
      momentum: oneOf(0, 0.5, 0.9),
      weightdecay: oneOf(0, 0.1),
      step: oneOf(1, 2, 16),
      nesterov: flag,
    }),
    direct(part, { param, momentumBuffer = null, dparam }) {
      const step = part.number('step', 0);
      const [newParam, newMomentumBuffer] = [param.slice(), momentumBuffer?.slice() ?? null];
      sgdForward(newParam, newMomentumBuffer, dparam, {
        lr: part.number('lr', 0),
        momentum: part.number('momentum', 0),
        dampening: 0,
        nesterov: part.text('nesterov') === 'true',
        weightDecay: part.number('weightdecay', 0),
        step,
        first: step === 1,
      });
      return { newParam, ...(newMomentumBuffer && { newMomentumBuffer }) };
    },
  },
  adam: {
    attributes: fc.record({
      param,
      lr: oneOf(0.1, 0.001),
      beta1: oneOf(0.9, 0.5),
      beta2: oneOf(0.999, 0.9),
      weightdecay: oneOf(0, 0.1),
      step: oneOf(1, 2, 10),
      decoupled: flag,
    }),
    direct(part, { param, expAvg, expAvgSq, dparam }) {
      const [newParam, newExpAvg, newExpAvgSq] = [param.slice(), expAvg.slice(), expAvgSq.slice()];
      adamForward(newParam, newExpAvg, newExpAvgSq, dparam, {
        lr: part.number('lr', 0),
        beta1: part.number('beta1', 0),
        beta2: part.number('beta2', 0),
        eps: 1e-8,
        weightDecay: part.number('weightdecay', 0),
        decoupled: part.text('decoupled') === 'true',
        step: part.number('step', 0),
      });
      return { newParam, newExpAvg, newExpAvgSq };
    },
  },
  rmsprop: {
    attributes: fc.record({
      param,
      lr: oneOf(0.1, 0.01),
      alpha: oneOf(0.99, 0.5),
      momentum: oneOf(0, 0.5),
      weightdecay: oneOf(0, 0.1),
      centered: flag,
    }),
    direct(part, { param, squareAvg, gradAvg = null, momentumBuffer = null, dparam }) {
      const [newParam, newSquareAvg, newGradAvg, newMomentumBuffer] = [
        param.slice(),
        squareAvg.slice(),
        gradAvg?.slice() ?? null,
        momentumBuffer?.slice() ?? null,
      ];
      rmspropForward(newParam, newSquareAvg, newGradAvg, newMomentumBuffer, dparam, {
        lr: part.number('lr', 0),
        alpha: part.number('alpha', 0),
        eps: 1e-8,
        weightDecay: part.number('weightdecay', 0),
        momentum: part.number('momentum', 0),
        step: 1,
      });
      return {
        newParam,
        newSquareAvg,
        ...(newGradAvg && { newGradAvg }),
        ...(newMomentumBuffer && { newMomentumBuffer }),
      };
    },
  },
  adagrad: {
    attributes: fc.record({
      param,
      lr: oneOf(0.1, 0.01),
      lrdecay: oneOf(0, 0.1),
      weightdecay: oneOf(0, 0.1),
      step: oneOf(1, 3),
    }),
    direct(part, { param, sum, dparam }) {
      const [newParam, newSum] = [param.slice(), sum.slice()];
      adagradForward(newParam, newSum, dparam, {
        lr: part.number('lr', 0),
        lrDecay: part.number('lrdecay', 0),
        eps: 1e-10,
        weightDecay: part.number('weightdecay', 0),
        step: part.number('step', 0),
      });
      return { newParam, newSum };
    },
  },
  gradNorm: {
    attributes: fc.record({ dweight: param, dbias: param }),
    direct: (_, given) => ({ squares: squaresOf(given) }),
  },
  clipGrad: {
    attributes: fc.record({ dweight: param, dbias: param, maxnorm: oneOf(0.5, 1, 100) }),
    direct(part, given) {
      const squares = squaresOf(given);
      const [newDweight, newDbias] = [given.dweight.slice(), given.dbias.slice()];
      for (const gradient of [newDweight, newDbias])
        clipGradForward(gradient, squares, { maxNorm: part.number('maxnorm', 0) });
      return { squares, newDweight, newDbias };
    },
  },
};

function squaresOf({ dweight, dbias }: Inputs): Values {
  const squares = zeros([1]);
  gradNormForward(squares, dweight);
  gradNormForward(squares, dbias);
  return squares;
}

/** Few different numbers, so that there are ties, and zeros, which are terms, too. */
const halves = fc.integer({ min: -4, max: 4 }).map((n) => n / 2);
const positive = fc.integer({ min: 1, max: 4 }).map((n) => n / 2);
const notNegative = fc.integer({ min: 0, max: 8 }).map((n) => n / 2);

/** Not every number can stand everywhere: a mask keeps or drops, a mean of squares isn't negative, and nothing is divided by 0. */
function numbersOf(operation: string, name: string): fc.Arbitrary<number> {
  if (name === 'mask') return fc.constantFrom(0, 1);
  if (['expAvgSq', 'squareAvg', 'sum'].includes(name)) return notNegative;
  if (operation === 'div' && name === 'b')
    return fc.tuple(positive, fc.constantFrom(1, -1)).map(([n, sign]) => n * sign);
  if (['crossEntropy weight', 'nllLoss weight'].includes(`${operation} ${name}`)) return positive;
  return halves;
}

export const inputsOf = ({ operation, inputs }: Figure): fc.Arbitrary<Inputs> =>
  fc.record(
    Object.fromEntries(
      inputs.map(({ name, shape }) => {
        const length = numel(shape);
        const numbers = fc.array(numbersOf(operation, name), { minLength: length, maxLength: length });
        return [name, numbers.map((values) => Float64Array.from(values))];
      }),
    ),
  );
