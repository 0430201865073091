/** A figure out of its grids, of how they are computed, and of what each number of them is made of. */
import type { Shape } from '../ops/shape.js';
import type { Explanation, Figure, Grid, Inputs, Role } from './figure.js';

/** A grid without its numbers. The name of a gradient begins with a d, as in the code. */
export const grid = (name: string, shape: Shape, role: Role): Omit<Grid, 'values' | 'isInput'> => ({
  name,
  shape,
  role,
  isGradient: /^d[a-z]/.test(name),
});

export type Explained = Omit<Explanation, 'cell' | 'alsoSeen'> & Partial<Pick<Explanation, 'alsoSeen'>>;

export interface FigureParts {
  readonly operation: string;
  readonly inputs: readonly Omit<Grid, 'values' | 'isInput'>[];
  readonly outputs: readonly Omit<Grid, 'values' | 'isInput'>[];
  /** The numbers of the outputs, by name. */
  compute(inputs: Inputs): Inputs;
  /** What number `index` of an output is made of, by the output's name. */
  readonly explanations: Readonly<Record<string, (index: number, inputs: Inputs) => Explained>>;
}

export function makeFigure({ operation, inputs, outputs, compute, explanations }: FigureParts): Figure {
  const given = inputs.map((one) => ({ ...one, isInput: true }));
  const computed = outputs.map((one) => ({ ...one, isInput: false }));
  return {
    operation,
    inputs: given,
    compute(values) {
      const all = { ...values, ...compute(values) };
      return [...given, ...computed].map((one) => ({ ...one, values: all[one.name] }));
    },
    explain(cell, values) {
      const explained = explanations[cell.grid]?.(cell.index, values);
      return explained ? { cell, alsoSeen: [], ...explained } : null;
    },
  };
}
