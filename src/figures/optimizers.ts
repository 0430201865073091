/** A step of an optimizer: sgd, adam, rmsprop, adagrad. Of a parameter, its gradient and what is kept of earlier steps it makes new ones. */
import { type AdagradStep, adagradForward } from '../ops/adagrad.js';
import { type AdamStep, adamForward } from '../ops/adam.js';
import { type RmspropStep, rmspropForward } from '../ops/rmsprop.js';
import { type SgdStep, sgdForward } from '../ops/sgd.js';
import type { Shape } from '../ops/shape.js';
import {
  cell,
  difference,
  type Expression,
  max,
  minus,
  number,
  power,
  product,
  quotient,
  sqrt,
  square,
  sum,
} from './expression.js';
import type { Figure } from './figure.js';
import { grid, makeFigure } from './makeFigure.js';

type Values = Float64Array;

export function sgdFigure(param: Shape, options: Partial<Omit<SgdStep, 'first'>> = {}): Figure {
  const { lr = 0.01, momentum = 0, dampening = 0, nesterov = false, weightDecay = 0, step = 2 } = options;
  const hasMomentum = momentum !== 0;
  const s: SgdStep = { lr, momentum, dampening, nesterov, weightDecay, step, first: step === 1 };
  const buffer = (i: number) => {
    if (s.first) return gradient(i, weightDecay);
    const gain =
      dampening === 0
        ? gradient(i, weightDecay)
        : product(difference(1, number(dampening, 'dampening')), gradient(i, weightDecay));
    return sum(product(number(momentum, 'momentum'), cell('momentumBuffer', i)), gain);
  };
  const way = (i: number) => {
    if (!hasMomentum) return gradient(i, weightDecay);
    const moved = cell('newMomentumBuffer', i);
    return nesterov ? sum(gradient(i, weightDecay), product(number(momentum, 'momentum'), moved)) : moved;
  };
  return stepFigure({
    operation: 'sgd',
    param,
    states: hasMomentum ? { momentumBuffer: buffer } : {},
    step: (param, [momentumBuffer = null], dparam) => sgdForward(param, momentumBuffer, dparam, s),
    newParam: (i) => difference(cell('param', i), product(number(lr, 'lr'), way(i))),
  });
}

export function adamFigure(param: Shape, options: Partial<AdamStep> = {}): Figure {
  const { lr = 0.001, beta1 = 0.9, beta2 = 0.999, eps = 1e-8, weightDecay = 0, decoupled = false, step = 1 } = options;
  const s: AdamStep = { lr, beta1, beta2, eps, weightDecay, decoupled, step };
  const [b1, b2, t] = [number(beta1, 'beta1'), number(beta2, 'beta2'), number(step, 't')];
  const g = (i: number) => gradient(i, decoupled ? 0 : weightDecay);
  const corrected = (state: string, i: number, beta: Expression) =>
    quotient(cell(state, i), difference(1, power(beta, t)));
  return stepFigure({
    operation: 'adam',
    param,
    states: {
      expAvg: (i) => sum(product(b1, cell('expAvg', i)), product(difference(1, b1), g(i))),
      expAvgSq: (i) => sum(product(b2, cell('expAvgSq', i)), product(difference(1, b2), square(g(i)))),
    },
    step: (param, [expAvg, expAvgSq], dparam) => adamForward(param, expAvg, expAvgSq, dparam, s),
    newParam(i) {
      const decay = product(number(lr, 'lr'), number(weightDecay, 'weightDecay'), cell('param', i));
      const deviation = sum(sqrt(corrected('newExpAvgSq', i, b2)), number(eps, 'eps'));
      const way = product(number(lr, 'lr'), quotient(corrected('newExpAvg', i, b1), deviation));
      return sum(cell('param', i), ...(decoupled ? [minus(decay)] : []), minus(way));
    },
  });
}

export function rmspropFigure(
  param: Shape,
  options: Partial<RmspropStep> & { readonly centered?: boolean } = {},
): Figure {
  const { lr = 0.01, alpha = 0.99, eps = 1e-8, weightDecay = 0, momentum = 0, centered = false, step = 1 } = options;
  const s: RmspropStep = { lr, alpha, eps, weightDecay, momentum, step };
  const a = number(alpha, 'alpha');
  const g = (i: number) => gradient(i, weightDecay);
  const go = (i: number) => {
    const squares = cell('newSquareAvg', i);
    const variance = centered ? max(0, difference(squares, square(cell('newGradAvg', i)))) : squares;
    return quotient(g(i), sum(sqrt(variance), number(eps, 'eps')));
  };
  const moved = (i: number) => sum(go(i), product(number(momentum, 'momentum'), cell('momentumBuffer', i)));
  return stepFigure({
    operation: 'rmsprop',
    param,
    states: {
      squareAvg: (i) => sum(product(a, cell('squareAvg', i)), product(difference(1, a), square(g(i)))),
      ...(centered && { gradAvg: (i) => sum(product(a, cell('gradAvg', i)), product(difference(1, a), g(i))) }),
      ...(momentum !== 0 && { momentumBuffer: moved }),
    },
    step(param, states, dparam) {
      const rest = states.slice(1);
      const gradAvg = centered ? rest.shift()! : null;
      rmspropForward(param, states[0], gradAvg, rest[0] ?? null, dparam, s);
    },
    newParam(i) {
      const way = momentum !== 0 ? cell('newMomentumBuffer', i) : go(i);
      return difference(cell('param', i), product(number(lr, 'lr'), way));
    },
  });
}

export function adagradFigure(param: Shape, options: Partial<AdagradStep> = {}): Figure {
  const { lr = 0.01, lrDecay = 0, eps = 1e-10, weightDecay = 0, step = 1 } = options;
  const s: AdagradStep = { lr, lrDecay, eps, weightDecay, step };
  const slower = sum(1, product(difference(number(step, 't'), 1), number(lrDecay, 'lrDecay')));
  const rate = lrDecay === 0 ? number(lr, 'lr') : quotient(number(lr, 'lr'), slower);
  return stepFigure({
    operation: 'adagrad',
    param,
    states: { sum: (i) => sum(cell('sum', i), square(gradient(i, weightDecay))) },
    step: (param, [sums], dparam) => adagradForward(param, sums, dparam, s),
    newParam(i) {
      const way = quotient(gradient(i, weightDecay), sum(sqrt(cell('newSum', i)), number(eps, 'eps')));
      return difference(cell('param', i), product(rate, way));
    },
  });
}

/** g: the gradient, and the decay that is added to it. */
function gradient(i: number, weightDecay: number): Expression {
  if (weightDecay === 0) return cell('dparam', i);
  return sum(cell('dparam', i), product(number(weightDecay, 'weightDecay'), cell('param', i)));
}

/** The operation of `src/ops`, which updates in place. */
interface Step {
  readonly operation: string;
  readonly param: Shape;
  /** What is kept from step to step, and what number i of the new one is made of. */
  readonly states: Readonly<Record<string, (i: number) => Expression>>;
  step(param: Values, states: readonly Values[], dparam: Values): void;
  newParam(i: number): Expression;
}

function stepFigure({ operation, param: shape, states, step, newParam }: Step): Figure {
  const names = Object.keys(states);
  return makeFigure({
    operation,
    inputs: [
      grid('param', shape, 'weight'),
      ...names.map((name) => grid(name, shape, 'x')),
      grid('dparam', shape, 'weight'),
    ],
    outputs: [...names.map((name) => grid(renewed(name), shape, 'x')), grid('newParam', shape, 'weight')],
    compute({ param, dparam, ...kept }) {
      const updated = param.slice();
      const updatedStates = names.map((name) => kept[name].slice());
      step(updated, updatedStates, dparam);
      return Object.fromEntries([...names.map((name, i) => [renewed(name), updatedStates[i]]), ['newParam', updated]]);
    },
    explanations: Object.fromEntries(
      [...Object.entries(states), ['param', newParam] as const].map(([name, expression]) => [
        renewed(name),
        (i: number) => ({ expression: expression(i) }),
      ]),
    ),
  });
}

/** `expAvg` → `newExpAvg` */
export const renewed = (name: string): string => `new${name[0].toUpperCase()}${name.slice(1)}`;
