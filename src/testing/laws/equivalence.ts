/** The kernel equals the maths. */
import type { Budget } from '../budget.js';
import type { Arrays } from '../case.js';
import { Violation } from '../compare.js';
import {
  backwardGiven,
  drawnGradients,
  gradientNames,
  owedBackward,
  owedForward,
  remembered,
  runBackward,
  runForward,
  type Subject,
  widened,
} from '../run.js';
import type { Law } from './law.js';

type Written = Readonly<Record<string, ArrayLike<number>>>;

function compareAll(
  subject: Subject,
  got: Written,
  exact: Arrays,
  budget: Readonly<Record<string, Budget>>,
  names = Object.keys(exact),
): void {
  for (const name of names) {
    if (!budget[name]) throw new Violation(`${name} has no error budget in this operation's case`);
    subject.compare(name, got[name], exact[name], budget[name]);
  }
}

/** Every result of forward is within its budget of the maths on the same numbers. */
export const forward: Law = {
  needs: ['forward'],
  async check(subject, problem) {
    const { exact, budget } = owedForward(subject, problem);
    compareAll(subject, await runForward(subject, problem), exact, budget);
  },
};

/** Every gradient is, whether all are asked for or only some of them. */
export const backward: Law = {
  needs: ['backward'],
  async check(subject, problem) {
    const all = gradientNames(subject.operation, problem);
    if (all.length === 0) return;
    const some = drawnGradients(subject.operation, problem);
    const given = backwardGiven(subject.operation, problem);
    const { exact, budget } = owedBackward(subject, given, problem.sizes);
    for (const wanted of some.length < all.length ? [all, some] : [all]) {
      compareAll(subject, await runBackward(subject, given, wanted, problem.sizes), exact, budget, wanted);
    }
  },
};

/** Slack for the f64 roundings of the other reading, where a result isn't exact anyway. */
const f64Slack = 1e-12;

/** Every result of forward is what the equation says. This holds the maths, too, to something outside it. */
export const equation: Law = {
  needs: ['forward'],
  async check(subject, problem) {
    const { operation } = subject;
    const { exact, budget } = owedForward(subject, problem);
    const equal = remembered(problem, 'equation', () => {
      const elements = operation.equation(widened(problem.inputs), problem.sizes);
      const entries = Object.entries(exact).map(([name, { length }]) => [
        name,
        Array.from({ length }, (_, i) => elements[name](i)),
      ]);
      return Object.fromEntries(entries) as Record<string, number[]>;
    });
    const got = await runForward(subject, problem);
    for (const name of Object.keys(exact)) {
      const expected = equal[name];
      subject.compare(
        name,
        got[name],
        expected,
        (i) => budget[name](i) + (budget[name](i) > 0 ? f64Slack * Math.abs(expected[i]) : 0),
      );
    }
  },
};
