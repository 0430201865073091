/**
 * The maths' gradients are its derivatives. In f64, along a random direction d of one input x,
 *   (⟨dy, f(x + h·d)⟩ − ⟨dy, f(x − h·d)⟩) / 2h  =  ⟨dx, d⟩  up to h² and the rounding, both about 1e-10 of the terms.
 * 'distinct' numbers keep the step from crossing a kink.
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
      const got = dot(gradients[name], d);
      const scale = gradients[name].reduce((sum, g, i) => sum + Math.abs(g * d[i]), 0) + 1e-3;
      subject.compare(`⟨${name}, direction⟩`, [got], [(along(h) - along(-h)) / (2 * h)], () => tolerance * scale);
    });
  },
};

export function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}
