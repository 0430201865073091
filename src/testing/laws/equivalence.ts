/** The kernel equals the maths. */
import type { Budget } from '../budget.js';
import type { Arrays } from '../case.js';
import { Violation } from '../compare.js';
import {
  backwardGiven,
  drawnGradients,
  exactBackward,
  exactForward,
  gradientNames,
  type MaybeArrays,
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
  given: MaybeArrays,
  maths: (given: Arrays) => Arrays,
  names = Object.keys(exact),
): void {
  const others = onFirstUse(() => standIns.map((standIn) => maths(widened(withStandIns(given, standIn)))));
  for (const name of names) {
    if (!budget[name]) throw new Violation(`${name} has no error budget in this operation's case`);
    const looksAtNotFinite = (i: number) =>
      !Number.isFinite(exact[name][i]) || others().some((other) => other[name][i] !== exact[name][i]);
    subject.compare(name, got[name], exact[name], budget[name], looksAtNotFinite);
  }
}

/** Other numbers at the places of those that aren't finite. Who looks at them sees a difference: they are larger than all others,
 *  in either order, and smaller. */
const standIns: readonly ((i: number) => number)[] = [(i) => 1e5 + i, (i) => 1e6 - i, (i) => -1e5 - i];

function withStandIns(given: MaybeArrays, standIn: (i: number) => number): MaybeArrays {
  return Object.fromEntries(
    Object.entries(given).map(([name, array]) => [
      name,
      array instanceof Float32Array ? array.map((x, i) => (Number.isFinite(x) ? x : standIn(i))) : array,
    ]),
  );
}

function onFirstUse<T>(compute: () => T): () => T {
  let known: { readonly value: T } | null = null;
  return () => {
    known ??= { value: compute() };
    return known.value;
  };
}

/** Every result of forward is within its budget of the maths on the same numbers. */
export const forward: Law = {
  needs: ['forward'],
  async check(subject, problem) {
    const { exact, budget } = owedForward(subject, problem);
    compareAll(subject, await runForward(subject, problem), exact, budget, problem.inputs, (given) =>
      exactForward(subject.operation, given, problem.sizes),
    );
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
      const got = await runBackward(subject, given, wanted, problem.sizes);
      const maths = (other: Arrays) => exactBackward(subject.operation, other, problem.sizes);
      compareAll(subject, got, exact, budget, given, maths, wanted);
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
