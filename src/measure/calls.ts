/** Which calls of an operation's kernels are measured. */
import type { OperationName } from '../ops/index.js';
import type { Pass } from '../testing/candidate.js';
import { cases } from '../testing/cases/index.js';
import type { Problem } from '../testing/problem.js';
import { gradientNames } from '../testing/run.js';

/** A kernel call, by what is asked for. */
export interface Call {
  /** The pass, or the one gradient that is asked for: 'forward', 'backward', 'dx', 'dw' … */
  readonly label: string;
  readonly pass: Pass;
  /** The gradients that are asked for. */
  readonly gradients: readonly string[];
  /** Floating-point operations by the operation's equation. A kernel may find a way to fewer. */
  readonly flops: number;
}

/** Operations whose gradients are products of their own, so that each is worth a number. Each takes the same flops. */
const separate: Partial<Record<OperationName, Readonly<Record<string, string>>>> = {
  conv2d: { dx: 'dx', dw: 'dweight' },
  linear: { dx: 'dx', dw: 'dweight' },
  matmul: { da: 'da', db: 'db' },
};

export function callsOf(operation: OperationName, problem: Problem): Call[] {
  const c = cases[operation];
  const flops = c.flops(problem.inputs as Parameters<typeof c.flops>[0], problem.sizes);
  const forward: Call = { label: 'forward', pass: 'forward', gradients: [], flops: flops.forward };
  if (!c.backward) return [forward];
  const alone = Object.entries(separate[operation] ?? {});
  return [
    forward,
    ...alone.map(([label, gradient]): Call => {
      return { label, pass: 'backward', gradients: [gradient], flops: flops.backward / alone.length };
    }),
    { label: 'backward', pass: 'backward', gradients: gradientNames(c, problem), flops: flops.backward },
  ];
}
