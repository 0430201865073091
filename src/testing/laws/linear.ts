/** Laws of operations that are linear in some of their inputs. */
import type { Budget } from '../budget.js';
import { type Inputs, type Problem, withInputs, withNumbers } from '../problem.js';
import {
  backwardGiven,
  dyName,
  owedBackward,
  owedForward,
  remembered,
  runBackward,
  runForward,
  type Subject,
} from '../run.js';
import { dot } from './gradient.js';
import type { Law } from './law.js';

/** The groups of inputs in which f is linear, without those that this problem doesn't have. */
function linearGroups({ operation }: Subject, p: Problem): string[][] {
  const groups = operation.linearIn?.(p.sizes) ?? [];
  return groups.map((group) => group.filter((name) => p.inputs[name])).filter((group) => group.length > 0);
}

/** The same problem with each array of the group changed; the very same object again for the same change. */
function changed(
  p: Problem,
  how: string,
  group: readonly string[],
  value: (name: string, i: number) => number,
): Problem {
  return remembered(p, `${how} in ${group}`, () => {
    const arrays: Inputs = Object.fromEntries(
      group.map((name) => [name, p.inputs[name]!.map((_, i) => value(name, i)) as Float32Array]),
    );
    return withInputs(p, arrays);
  });
}

/** f at one problem: the candidate's, and how far it may be off. */
async function valueAt(subject: Subject, p: Problem): Promise<{ y: ArrayLike<number>; budget: Budget }> {
  const name = subject.operation.forward.writes[0];
  return { y: (await runForward(subject, p))[name], budget: owedForward(subject, p).budget[name] };
}

/**
 * ⟨dy, f(x) − f(0)⟩ = ⟨dx, x⟩: backward is forward's adjoint. Each element counts with its own budget, weighted by what
 * it is multiplied with.
 */
export const adjoint: Law = {
  needs: ['forward', 'backward'],
  async check(subject, problem) {
    const { operation: c } = subject;
    const p = problem.kind === 'special' ? withNumbers(problem, { kind: 'uniform' }) : problem;
    const given = backwardGiven(c, p);
    const dy = given[dyName(c)]!;
    const f = await valueAt(subject, p);
    if (!Array.from(f.y).every(Number.isFinite)) return; // the mean of nothing
    for (const group of linearGroups(subject, p)) {
      const zero = await valueAt(
        subject,
        changed(p, 'zero', group, () => 0),
      );
      const wanted = group.map((name) => `d${name}`);
      const gradients = await runBackward(subject, given, wanted, p.sizes);
      const owed = owedBackward(subject, given, p.sizes);
      let forwards = 0;
      let allowed = 0;
      let size = 0;
      for (let i = 0; i < dy.length; i++) {
        forwards += dy[i] * (f.y[i] - zero.y[i]);
        size += Math.abs(dy[i]) * (Math.abs(f.y[i]) + Math.abs(zero.y[i]));
        allowed += Math.abs(dy[i]) * (f.budget(i) + zero.budget(i));
      }
      let backwards = 0;
      for (const name of group) {
        const [x, dx] = [p.inputs[name]!, gradients[`d${name}`]];
        backwards += dot(x, dx);
        for (let i = 0; i < x.length; i++) {
          allowed += Math.abs(x[i]) * owed.budget[`d${name}`](i);
          size += Math.abs(x[i] * dx[i]);
        }
      }
      subject.compare(`⟨dy, f(${group}) − f(0)⟩`, [forwards], [backwards], () => allowed + 1e-13 * size);
    }
  },
};

/** f(a·x + b·z) = a·f(x) + b·f(z) + (1 − a − b)·f(0), on integers, where a·x + b·z is exact. */
export const linearity: Law = {
  needs: ['forward'],
  async check(subject, problem) {
    const p = remembered(problem, 'integers', () => withNumbers(problem, { kind: 'integers' }));
    const other = remembered(problem, 'other integers', () => withNumbers(p, { seed: p.seed + 1 }));
    const [a, b] = [(p.seed % 5) - 2, (p.seed % 3) + 1];
    for (const group of linearGroups(subject, p)) {
      const [x, z] = [p.inputs, other.inputs];
      const at = await valueAt(subject, p);
      const atOther = await valueAt(
        subject,
        changed(p, 'other', group, (name, i) => z[name]![i]),
      );
      const atZero = await valueAt(
        subject,
        changed(p, 'zero', group, () => 0),
      );
      const atBoth = await valueAt(
        subject,
        changed(p, 'both', group, (name, i) => a * x[name]![i] + b * z[name]![i]),
      );
      const rest = 1 - a - b;
      const expected = Array.from(atBoth.y, (_, i) => a * at.y[i] + b * atOther.y[i] + rest * atZero.y[i]);
      subject.compare(`f(${a}·x + ${b}·z) in ${group}`, atBoth.y, expected, (i) => {
        const sum =
          atBoth.budget(i) +
          Math.abs(a) * at.budget(i) +
          Math.abs(b) * atOther.budget(i) +
          Math.abs(rest) * atZero.budget(i);
        return sum > 0 ? sum + 1e-13 * Math.abs(expected[i]) : 0;
      });
    }
  },
};
