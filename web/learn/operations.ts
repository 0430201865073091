/** The figure of an operation with its numbers, by the attributes of its element: `x="1,1,5,5" weight="1,1,3,3" preset="lecture"`. */
import { type Attributes, figureOf, type OperationElement } from './figureOf.js';
import { firstInputs } from './firstInputs.js';
import { presetsOf } from './presets.js';
import type { Problem } from './problem.js';

/** More numbers than these nobody looks at one by one. */
const MOST = 1000;

/** Throws the operation's own error where it can't take these sizes. */
export function problemOf(name: OperationElement, attributes: Attributes): Problem {
  const figure = figureOf(name, attributes);
  const shapes = figure.inputs.map(({ shape }) => shape);
  const count = shapes.reduce((sum, shape) => sum + shape.reduce((product, size) => product * size, 1), 0);
  if (count > MOST || !shapes.flat().every((size) => size >= 1)) {
    throw new RangeError(`${figure.operation}: sizes must be at least 1, and a figure has ${MOST} numbers at most`);
  }
  const presets = presetsOf(figure);
  const preset = presets.find((one) => one.name === attributes.text('preset'));
  return { figure, first: { ...firstInputs(figure), ...preset?.inputs }, presets };
}
