/** The figure that an exercise is about. */
import type { Figure, Grid, Inputs } from 'receptive/figures';
import type { OperationElement } from './figureOf.js';
import { problemOf } from './operations.js';
import type { Part } from './part.js';

export interface Asked {
  readonly figure: Figure;
  readonly inputs: Inputs;
  /** The grid that is asked for, with its right numbers. */
  readonly right: Grid;
  /** What is shown: the forward pass; for a gradient dy, too; and what the exercise adds to it. */
  readonly shown: readonly Grid[];
}

export function askedBy(part: Part): Asked {
  const { figure, first } = problemOf(part.text('operation') as OperationElement, part.given);
  const grids = figure.compute(first);
  const right = grids.find(({ name }) => name === part.text('grid'))!;
  const added = part.text('show').split(',');
  const shown = grids.filter(
    ({ name, isGradient, isInput }) =>
      name === right.name || !isGradient || (isInput && right.isGradient) || added.includes(name),
  );
  return { figure, inputs: first, right, shown };
}
