/** Calls of the kernels that work on rows of scores, one for each element to classify, and of the losses. */
import { type CrossEntropySizes, crossEntropyShares } from '../../ops/crossEntropy.js';
import type { Kernels } from '../../ops/index.js';
import { ignoredTarget, type NllLossSizes, type Reduction } from '../../ops/nllLoss.js';
import type { SoftmaxSizes } from '../../ops/softmax.js';
import type { WebGPUBuffer } from './buffer.js';
import { type Dispatch, type Engine, groupThreads } from './engine.js';
import { lanesFor } from './lanes.js';
import { partsFor } from './parts.js';
import { sumInParts } from './sumInParts.js';

type Buffers = Dispatch['buffers'];
type Shader = Pick<Dispatch, 'shader' | 'buffers' | 'sizes'>;

/** Workgroups that keep the largest device busy. Where there are more blocks, the workgroups take turns in them. */
const enough = 1024;

export function rows(engine: Engine) {
  /** y of x, and dx of dy and y, by kernels that take rows along C in blocks of as many as a workgroup has lanes for. */
  function alongRows(shader: string) {
    const run = (entry: string, buffers: Buffers, { outer, C, inner }: SoftmaxSizes) => {
      const { sizes, blocks } = rowsOf(engine, outer * inner, C, inner);
      engine.run({ shader, entry, buffers, sizes, groups: [groupsFor(engine, blocks), 1, 1] });
    };
    return {
      forward: (y: WebGPUBuffer, x: WebGPUBuffer, s: SoftmaxSizes) => run('forward', { y, x }, s),
      backward: (dx: WebGPUBuffer, dy: WebGPUBuffer, y: WebGPUBuffer, s: SoftmaxSizes) =>
        run('backward', { dx, dy, result: y }, s),
    };
  }

  /** Computes the losses of `blocks` blocks of elements; or their sum or mean, to which `terms` numbers contribute. */
  function losses({ buffers, ...shader }: Shader, blocks: number, terms: number, reduction: Reduction): void {
    if (reduction === 'none') {
      const groups = groupsFor(engine, blocks);
      engine.run({ ...shader, entry: 'forward', buffers: { ...buffers, partials: null }, groups: [groups, 1, 1] });
    } else {
      const { parts } = partsFor(terms, engine.sumThreads, 1);
      sumInParts(engine, Math.max(1, Math.min(parts, blocks)), { ...shader, buffers });
    }
  }

  /** Computes the gradient of losses. If targets are few, each workgroup computes by itself what a mean is divided by. */
  function gradient({ shader, buffers, sizes }: Shader, blocks: number, reduction: Reduction): void {
    const { targets, weight } = buffers;
    const count = targets?.length ?? 0;
    const weighs = reduction === 'mean' && count > groupThreads;
    const parts = weighs ? partsFor(count, engine.sumThreads, 1).parts : 0;
    engine.temporary(2 * Math.max(1, parts), (partials) => {
      const run = (entry: string, bound: Buffers, groups: number) =>
        engine.run({
          shader,
          entry,
          buffers: { ...bound, partials },
          sizes: { ...sizes, parts },
          groups: [groups, 1, 1],
        });
      if (weighs) run('weigh', { targets, weight }, parts);
      run('backward', buffers, groupsFor(engine, blocks));
    });
  }

  return {
    softmax: alongRows('softmax'),
    logSoftmax: alongRows('logSoftmax'),

    crossEntropy: {
      forward(loss, x, targets, weight, s) {
        const { sizes, blocks } = crossEntropyOf(engine, targets, weight, s);
        losses({ shader: 'crossEntropy', buffers: { loss, x, targets, weight }, sizes }, blocks, x.length, s.reduction);
      },
      backward(dx, dloss, x, targets, weight, s) {
        const { sizes, blocks } = crossEntropyOf(engine, targets, weight, s);
        gradient({ shader: 'crossEntropy', buffers: { dx, dloss, x, targets, weight }, sizes }, blocks, s.reduction);
      },
    },
    nllLoss: {
      forward(loss, x, targets, weight, s) {
        const blocks = Math.ceil(targets.length / engine.sumThreads);
        const buffers = { loss, x, targets, weight };
        losses(
          { shader: 'nllLoss', buffers, sizes: targetsOf(targets, weight, s) },
          blocks,
          targets.length,
          s.reduction,
        );
      },
      backward(dx, dloss, targets, weight, s) {
        const blocks = Math.ceil(dx.length / engine.sumThreads);
        const buffers = { dx, dloss, targets, weight };
        gradient({ shader: 'nllLoss', buffers, sizes: targetsOf(targets, weight, s) }, blocks, s.reduction);
      },
    },

    mseLoss: {
      forward(loss, x, goal, { reduction }) {
        const sizes = squaresOf(x, reduction);
        const blocks = Math.ceil(x.length / engine.sumThreads);
        losses({ shader: 'mseLoss', buffers: { loss, x, goal }, sizes }, blocks, x.length, reduction);
      },
      backward(dx, dgoal, dloss, x, goal, { reduction }) {
        const sizes = { ...squaresOf(x, reduction), hasDx: dx !== null, hasDgoal: dgoal !== null };
        const buffers = { dx, dgoal, dloss, x, goal };
        engine.run({ shader: 'mseLoss', entry: 'backward', buffers, sizes, threads: x.length });
      },
    },
  } satisfies Partial<Kernels<WebGPUBuffer>>;
}

function groupsFor(engine: Engine, blocks: number): number {
  return Math.min(blocks, enough, engine.groupsAcross);
}

/** `Sizes` of rows.wgsl, and the blocks of rows that a workgroup has at a time. */
function rowsOf({ sumThreads }: Engine, rows: number, C: number, inner: number) {
  const { lanes, adjacent } = lanesFor(C, inner, sumThreads);
  return { sizes: { rows, C, inner, lanes, adjacent }, blocks: Math.ceil((rows * lanes) / sumThreads) };
}

/** `Sizes` of nllLoss.wgsl. */
function targetsOf(targets: WebGPUBuffer, weight: WebGPUBuffer | null, s: NllLossSizes) {
  return {
    rows: targets.length,
    C: s.C,
    inner: s.inner,
    ignoreIndex: ignoredTarget(s),
    hasWeight: weight !== null,
    isMean: s.reduction === 'mean',
    isNone: s.reduction === 'none',
    parts: 0,
  };
}

/** `Sizes` of crossEntropy.wgsl, and the blocks of rows. */
function crossEntropyOf(engine: Engine, targets: WebGPUBuffer, weight: WebGPUBuffer | null, s: CrossEntropySizes) {
  const { sizes, blocks } = rowsOf(engine, targets.length, s.C, s.inner);
  return { sizes: { ...sizes, ...targetsOf(targets, weight, s), ...crossEntropyShares(s) }, blocks };
}

/** `Sizes` of mseLoss.wgsl. */
function squaresOf({ length }: WebGPUBuffer, reduction: Reduction) {
  return {
    count: length,
    scale: reduction === 'mean' ? 1 / length : 1,
    isNone: reduction === 'none',
    parts: 0,
    hasDx: false,
    hasDgoal: false,
  };
}
