/**
 * The maths' gradients are its derivatives. In f64, along a random direction d of one input x, with F(t) = ⟨dy, f(x + t·d)⟩,
 *   (8·(F(h) − F(−h)) − (F(2h) − F(−2h))) / 12h  =  ⟨dx, d⟩  up to h⁴ and the rounding, about 1e-10 of the terms.
 * The steps of 2h are for operations that bend within few h, as batch norm does where all numbers are equal: F(h) and F(−h) alone
 * are off by h². 'distinct' numbers keep the steps from crossing a kink.
 */

import { drawLike, withNumbers } from '../problem.js';
import { dyName, exactBackward, exactForward, gradientNames, widened } from '../run.js';
import type { Law } from './law.js';

const h = 1e-5;
const tolerance = 1e-6;
/** Beside a number that is larger, the step h is lost in rounding: a difference tells nothing. */
const largest = 1e6;

export const gradient: Law = {
  needs: [],
  async check(subject, problem) {
    const { operation: c } = subject;
    const p = withNumbers(problem, { kind: 'distinct' });
    const inputs = widened(p.inputs);
    const results = exactForward(c, inputs, p.sizes);
    const y = c.forward.writes[0];
    if (!results[y].every(Number.isFinite)) return; // the mean of nothing has no derivative
    if (Object.values(inputs).some((x) => x?.some((value) => Math.abs(value) > largest))) return;
    const dy = Float64Array.from(drawLike(p, results[y].length, 1));
    const gradients = exactBackward(c, { ...results, ...inputs, [dyName(c)]: dy }, p.sizes);
    gradientNames(c, p).forEach((name, stream) => {
      const input = name.slice(1);
      const d = drawLike(p, inputs[input].length, 2 + stream);
      const along = (t: number) => {
        const moved = inputs[input].map((x, i) => x + t * d[i]);
        return dot(dy, exactForward(c, { ...inputs, [input]: moved }, p.sizes)[y]);
      };
      const across = (t: number) => along(t) - along(-t);
      const got = dot(gradients[name], d);
      const scale = gradients[name].reduce((sum, g, i) => sum + Math.abs(g * d[i]), 0) + 1e-3;
      subject.compare(
        `⟨${name}, direction⟩`,
        [got],
        [(8 * across(h) - across(2 * h)) / (12 * h)],
        () => tolerance * scale,
      );
    });
  },
};

export function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}
