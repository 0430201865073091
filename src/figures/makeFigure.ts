/** A figure out of its grids, of how they are computed, and of what each number of them is made of. */
import type { Shape } from '../ops/shape.js';
import type { Explanation, Figure, Inputs } from './figure.js';
import type { Grid, Role } from './grid.js';

export type EmptyGrid = Omit<Grid, 'values' | 'isInput'>;

/** A grid without its numbers. The name of a gradient begins with a d, as in the code. */
export const grid = (name: string, shape: Shape, role: Role): EmptyGrid => ({
  name,
  shape,
  role,
  isGradient: /^(d|newD)[a-z]/.test(name),
});

/** What a number is made of; cells that were looked at in vain, and a reason, where there are any. */
export type Explained = Omit<Explanation, 'cell' | 'alsoSeen'> & Partial<Pick<Explanation, 'alsoSeen'>>;

export interface FigureParts {
  readonly operation: string;
  readonly inputs: readonly EmptyGrid[];
  /** In the order in which they are computed: the last one that is no gradient is what the operation is about. */
  readonly outputs: readonly EmptyGrid[];
  /** The numbers of the outputs, by name. */
  compute(inputs: Inputs): Inputs;
  /** What number `index` of an output is made of, by the output's name. `all` are the numbers of all grids, by name. */
  readonly explanations: Readonly<Record<string, (index: number, all: Inputs) => Explained>>;
}

export function makeFigure({ operation, inputs, outputs, compute, explanations }: FigureParts): Figure {
  const given = inputs.map((one) => ({ ...one, isInput: true }));
  const computed = outputs.map((one) => ({ ...one, isInput: false }));
  // Many cells are explained one after the other, of the same inputs: these are computed once.
  let known: { readonly values: Inputs; readonly all: Inputs } | undefined;
  const allOf = (values: Inputs) => {
    if (known?.values !== values) known = { values, all: { ...values, ...compute(values) } };
    return known.all;
  };
  return {
    operation,
    inputs: given,
    result: outputs.findLast(({ isGradient }) => !isGradient)!.name,
    compute(values) {
      const all = allOf(values);
      return [...given, ...computed].map((one) => ({ ...one, values: all[one.name] }));
    },
    explain(cell, values) {
      const explained = explanations[cell.grid]?.(cell.index, allOf(values));
      return explained ? { cell, alsoSeen: [], ...explained } : null;
    },
  };
}
