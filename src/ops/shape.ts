/** Shapes and the errors about them. A shape lists sizes, outermost first: (N, C, H, W). */
export type Shape = readonly number[];

/** One number for both directions, or `[height, width]`. */
export type Pair = number | readonly [number, number];

/** Sizes or options that an operation can't take. The message names the operation, the shapes and the rule. */
export class ShapeError extends Error {
  override readonly name = 'ShapeError';
}

/** The number of elements: 24 for (2, 3, 4), and 1 for the scalar shape (). */
export function numel(shape: Shape): number {
  return shape.reduce((product, size) => product * size, 1);
}

/** `(64, 3, 28, 28)`, as error messages print it. */
export function formatShape(shape: Shape): string {
  return `(${shape.join(', ')})`;
}

export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((size, d) => size === b[d]);
}

/** `dim` counted from the front; like PyTorch, −1 is the last. */
export function normalizeDim(operation: string, dim: number, rank: number): number {
  if (!Number.isInteger(dim) || dim < -rank || dim >= rank) {
    throw new ShapeError(`${operation}: dim ${dim} is out of range for a tensor of ${rank} dimensions`);
  }
  return dim < 0 ? dim + rank : dim;
}

/** The shape as exactly `(N, C, H, W)`, or an error. */
export function imageShape(operation: string, x: Shape): [number, number, number, number] {
  if (x.length !== 4) {
    throw new ShapeError(`${operation}: x ${formatShape(x)} must have four dimensions (N, C, H, W)`);
  }
  return [x[0], x[1], x[2], x[3]];
}

/** An option that is a whole number ≥ `least`, or a pair of them, as `[height, width]`. */
export function pair(operation: string, option: string, value: Pair, least: number): [number, number] {
  const isPair = Array.isArray(value) && value.length === 2;
  const [h, w] = isPair ? value : [value, value];
  if (!Number.isInteger(h) || !Number.isInteger(w) || h < least || w < least) {
    throw new ShapeError(
      `${operation}: ${option} must be a whole number ≥ ${least}, or [height, width] of them, but is ${formatOption(value)}`,
    );
  }
  return [h, w];
}

/** A number of channels or features, which must be whole and at least 1. */
export function count(operation: string, name: string, value: number): number {
  if (!Number.isInteger(value) || value < 1) {
    throw new ShapeError(`${operation}: ${name} must be a whole number ≥ 1, but is ${formatOption(value)}`);
  }
  return value;
}

/** An option as error messages print it: `2`, `[1, 2]`, `NaN`, `undefined`. */
export function formatOption(value: unknown): string {
  return Array.isArray(value) ? `[${value.join(', ')}]` : String(value);
}
