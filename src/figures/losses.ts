/** Losses: crossEntropy with its softmax, nllLoss and mseLoss. What they are of is dloss, a single number. */
import {
  type CrossEntropyOptions,
  crossEntropyBackward,
  crossEntropyForward,
  crossEntropyShares,
  crossEntropySizes,
} from '../ops/crossEntropy.js';
import { logSoftmaxForward } from '../ops/logSoftmax.js';
import { mseLossBackward, mseLossForward, mseLossSizes } from '../ops/mseLoss.js';
import { forEachTarget, type NllLossOptions, nllLossBackward, nllLossForward, nllLossSizes } from '../ops/nllLoss.js';
import { numel, type Shape } from '../ops/shape.js';
import { softmaxForward, softmaxSizes } from '../ops/softmax.js';
import {
  cell,
  difference,
  type Expression,
  minus,
  nothing,
  number,
  product,
  quotient,
  square,
  sum,
} from './expression.js';
import { type Figure, type Reason, zeros } from './figure.js';
import { grid, makeFigure } from './makeFigure.js';
import { logSoftmaxOf, rowsOf, softmaxOf } from './softmax.js';

/** What the mean or the sum of a loss is over, and whether classes have weights. */
type Options<T> = Omit<T, 'reduction'> & { readonly reduction?: 'mean' | 'sum'; readonly weighted?: boolean };

/** The class of a score, and whether it is its target's. */
interface Place {
  readonly class: number;
  readonly isRight: boolean;
}

/** The loss of scores x (N, C) or (N, C, d1, …) whose right classes are `target`. `weighted`: each class has a weight of its own. */
export function crossEntropyFigure(
  x: Shape,
  target: readonly number[],
  options: Options<CrossEntropyOptions> = {},
): Figure {
  const { weighted = false, ...rest } = options;
  const weightShape = weighted ? [x[1]] : null;
  const s = crossEntropySizes(x, target, weightShape, rest);
  const rows = softmaxSizes('crossEntropy', x, 1);
  const rowOf = rowsOf(x, rows);
  const classes = Int32Array.from(target);
  const { spread, peak } = crossEntropyShares(s);
  const places = placesOf(x, classes, s);
  const divisor = divisorOf(places, weighted, s.reduction);

  /** q[c] · weight[c]; null where q is 0. */
  const costOf = ({ isRight, class: c }: Place): Expression | null => {
    const share = spread + (isRight ? peak : 0);
    if (share === 0) return null;
    return weighted ? (share === 1 ? cell('weight', c) : product(share, cell('weight', c))) : sum(share);
  };
  return makeFigure({
    operation: 'crossEntropy',
    inputs: [grid('x', x, 'x'), ...(weighted ? [grid('weight', [x[1]], 'weight')] : []), grid('dloss', [1], 'y')],
    outputs: [grid('p', x, 'x'), grid('logp', x, 'x'), grid('loss', [1], 'y'), grid('dx', x, 'x')],
    compute({ x: scores, weight = null, dloss }) {
      const [p, logp, loss, dx] = [zeros(x), zeros(x), zeros([1]), zeros(x)];
      softmaxForward(p, scores, rows);
      logSoftmaxForward(logp, scores, rows);
      crossEntropyForward(loss, scores, classes, weight, s);
      crossEntropyBackward(dx, dloss, scores, classes, weight, s);
      return { p, logp, loss, dx };
    },
    explanations: {
      p: (i, { x: scores }) => ({ expression: softmaxOf(i, rowOf[i], scores), reason: 'largestTaken' }),
      logp: (i, { x: scores }) => ({ expression: logSoftmaxOf(i, rowOf[i], scores), reason: 'largestTaken' }),
      loss() {
        const costs = places.flatMap((place, i) => {
          const cost = place && costOf(place);
          return cost ? [minus(withoutOne(cost, cell('logp', i)))] : [];
        });
        return { expression: divided(sum(...costs), divisor) };
      },
      dx(i) {
        const place = places[i];
        if (!place) return { expression: nothing, reason: 'ignored' };
        const all = rowOf[i].flatMap((k) => costOf(places[k]!) ?? []);
        const push = withoutOne(spread === 0 ? all[0] : sum(...all), cell('p', i));
        const error = difference(push, costOf(place) ?? 0);
        return { expression: divided(product(error, cell('dloss', 0)), divisor), reason: classOf(place) };
      },
    },
  });
}

/** The loss of log-probabilities x (N, C) or (N, C, d1, …). */
export function nllLossFigure(x: Shape, target: readonly number[], options: Options<NllLossOptions> = {}): Figure {
  const { weighted = false, ...rest } = options;
  const s = nllLossSizes('nllLoss', x, target, weighted ? [x[1]] : null, rest);
  const classes = Int32Array.from(target);
  const places = placesOf(x, classes, s);
  const divisor = divisorOf(places, weighted, s.reduction);
  const times = (place: Place, part: Expression) => (weighted ? product(cell('weight', place.class), part) : part);
  return makeFigure({
    operation: 'nllLoss',
    inputs: [grid('x', x, 'x'), ...(weighted ? [grid('weight', [x[1]], 'weight')] : []), grid('dloss', [1], 'y')],
    outputs: [grid('loss', [1], 'y'), grid('dx', x, 'x')],
    compute({ x: values, weight = null, dloss }) {
      const [loss, dx] = [zeros([1]), zeros(x)];
      nllLossForward(loss, values, classes, weight, s);
      nllLossBackward(dx, dloss, classes, weight, s);
      return { loss, dx };
    },
    explanations: {
      loss() {
        const costs = places.flatMap((place, i) => (place?.isRight ? [minus(times(place, cell('x', i)))] : []));
        return { expression: divided(sum(...costs), divisor) };
      },
      dx(i) {
        const place = places[i];
        if (!place?.isRight) return { expression: nothing, reason: place ? 'otherClass' : 'ignored' };
        return { expression: minus(divided(times(place, cell('dloss', 0)), divisor)), reason: 'rightClass' };
      },
    },
  });
}

export function mseLossFigure(x: Shape, reduction: 'mean' | 'sum' = 'mean'): Figure {
  const s = mseLossSizes(x, x, reduction);
  const count = reduction === 'mean' ? number(numel(x), 'count') : null;
  const error = (i: number) => difference(cell('x', i), cell('target', i));
  const gradient = (i: number) => divided(product(2, error(i), cell('dloss', 0)), count);
  return makeFigure({
    operation: 'mseLoss',
    inputs: [grid('x', x, 'x'), grid('target', x, 'y'), grid('dloss', [1], 'y')],
    outputs: [grid('loss', [1], 'y'), grid('dx', x, 'x'), grid('dtarget', x, 'y')],
    compute({ x: values, target, dloss }) {
      const [loss, dx, dtarget] = [zeros([1]), zeros(x), zeros(x)];
      mseLossForward(loss, values, target, s);
      mseLossBackward(dx, dtarget, dloss, values, target, s);
      return { loss, dx, dtarget };
    },
    explanations: {
      loss: () => ({ expression: divided(sum(...Array.from(zeros(x), (_, i) => square(error(i)))), count) }),
      dx: (i) => ({ expression: gradient(i) }),
      dtarget: (i) => ({ expression: minus(gradient(i)) }),
    },
  });
}

/** For each number of x, what its target says, by the operation's own walk; null where the target is ignored. */
function placesOf(x: Shape, classes: Int32Array, s: Parameters<typeof forEachTarget>[1]): (Place | null)[] {
  const places = new Array<Place | null>(numel(x)).fill(null);
  forEachTarget(classes, s, (_ti, start, right) => {
    for (let c = 0; c < s.C; c++) places[start + c * s.inner] = { class: c, isRight: c === right };
  });
  return places;
}

/** What a mean divides by: the weights of the right classes, or how many there are. Null for a sum. */
function divisorOf(places: readonly (Place | null)[], weighted: boolean, reduction: string): Expression | null {
  if (reduction !== 'mean') return null;
  const right = places.filter((place) => place?.isRight);
  return weighted ? sum(...right.map((place) => cell('weight', place!.class))) : number(right.length, 'N');
}

const divided = (part: Expression, divisor: Expression | null) => (divisor ? quotient(part, divisor) : part);
const withoutOne = (factor: Expression, part: Expression) =>
  factor.kind === 'number' && factor.value === 1 ? part : product(factor, part);
const classOf = ({ isRight }: Place): Reason => (isRight ? 'rightClass' : 'otherClass');
