import type { SgdStep } from '../../ops/sgd.js';
import type { Shape } from '../../ops/shape.js';
import { gamma } from '../budget.js';
import type { FastCheck, OperationCase } from '../case.js';
import { extents } from '../extents.js';
import type { Draft, Fill } from '../problem.js';
import { leastState, tiny } from './vanishing.js';

/** `state` fills momentumBuffer, and `values` param; there are no gradients if one is given. */
function step(param: Shape, s: Partial<SgdStep>, state?: Fill, values?: Fill): Draft<SgdStep> {
  const sizes = { lr: 0.01, momentum: 0, dampening: 0, nesterov: false, weightDecay: 0, first: false, step: 2, ...s };
  // Before the first step the buffer's content is undefined.
  const buffer = { shape: param, fill: sizes.first ? () => Number.NaN : state };
  return {
    arrays: {
      param: { shape: param, fill: values },
      momentumBuffer: sizes.momentum === 0 ? null : buffer,
      dparam: { shape: param, fill: state && (() => 0) },
    },
    sizes: () => sizes,
  };
}

const drafts = (fc: FastCheck) =>
  fc
    .record({
      s: extents(fc, 'rows', 'columns'),
      lr: fc.constantFrom(0.01, 1, 0.5),
      momentum: fc.constantFrom(0.5, 0.9, 0),
      dampening: fc.constantFrom(0, 0, 0.1),
      nesterov: fc.boolean(),
      weightDecay: fc.constantFrom(0, 1e-4, 0.1),
      first: fc.boolean(),
      step: fc.constantFrom(1, 2, 16, 100),
    })
    .map(({ s: { rows, columns }, ...options }) => step([rows, columns], options));

/** v, the new momentumBuffer, and how far param goes. Of absolute values, the sum of their terms'. */
function terms(s: SgdStep, param: number, dparam: number, momentumBuffer: number | null) {
  const g = dparam + s.weightDecay * param;
  if (momentumBuffer === null) return { v: 0, go: s.lr * g };
  const v = s.first ? g : s.momentum * momentumBuffer + (1 - s.dampening) * g;
  return { v, go: s.lr * (s.nesterov ? g + s.momentum * v : v) };
}

export const sgd: OperationCase<SgdStep> = {
  operation: 'sgd',
  forward: { writes: ['param', 'momentumBuffer'], reads: ['dparam'] },
  laws: ['forward', 'equation', 'plainStep'],

  drafts,
  named: {
    "the lecture's": step([10, 1, 5, 5], { momentum: 0.5 }),
    'first step': step([17], { momentum: 0.9, first: true, step: 1 }),
    'momentum on its way to 0': step([9], { momentum: 0.9, step: 912 }, () => 2 ** -90),
    'momentum at the limit stays': step([9], { momentum: 0.5, step: 912 }, () => 2 ** -89),
    'momentum that is short': step([9], { momentum: 0.1, step: 3 }, () => 2 ** -88),
    'tiny parameters that decay': step([9], { weightDecay: 0.1, step: 912 }, () => 0, tiny),
    'tiny parameters between two looks': step([9], { weightDecay: 0.1, step: 911 }, () => 0, tiny),
    'tiny parameters that decay fast': step([9], { lr: 1, weightDecay: 0.9, step: 3 }, () => 0, tiny),
    "tiny parameters that don't decay": step([9], { momentum: 0.9, step: 912 }, () => 0, tiny),
    nesterov: step([33], { momentum: 0.9, nesterov: true, weightDecay: 1e-4 }),
  },
  layers: { 'ResNet-18 512 channels': step([512, 512, 3, 3], { momentum: 0.9, weightDecay: 1e-4 }) },

  outputs: () => ({}),
  equation({ param, dparam, momentumBuffer }, s) {
    const least = leastState(s.step, s.momentum || 1, 1 - s.lr * s.weightDecay).state;
    return {
      param(i) {
        const moved = param[i] - terms(s, param[i], dparam[i], momentumBuffer?.[i] ?? null).go;
        return s.weightDecay > 0 && Math.abs(moved) < least ? 0 : moved;
      },
      momentumBuffer(i) {
        const { v } = terms(s, param[i], dparam[i], momentumBuffer[i]);
        return Math.abs(v) < least ? 0 : v;
      },
    };
  },
  // Every result is a sum of at most four products of up to five factors each.
  budget({ given: { param, dparam, momentumBuffer }, exact, s, u }) {
    const magnitude = (i: number) =>
      terms(s, Math.abs(param[i]), Math.abs(dparam[i]), momentumBuffer ? Math.abs(momentumBuffer[i]) : null);
    return {
      param: (i) => gamma(9, u) * magnitude(i).go + u * (Math.abs(param[i]) + Math.abs(exact.param[i])),
      momentumBuffer: (i) => gamma(6, u) * magnitude(i).v + u * Math.abs(exact.momentumBuffer[i]),
    };
  },
  flops: ({ param }) => ({ forward: 6 * param.length, backward: 0 }),
};
