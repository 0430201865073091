/** A tensor on the screen, and its cells. */
import type { Shape } from '../ops/shape.js';

/** What a grid holds: colours and hatching follow it. A gradient has the hue of what it is the gradient of, on a hatched ground. */
export type Role = 'x' | 'weight' | 'y';

export interface Grid {
  /** As in the code: `x`, `dweight`. What an optimizer makes of `param` is `newParam`. */
  readonly name: string;
  readonly shape: Shape;
  readonly values: Float64Array;
  readonly role: Role;
  readonly isGradient: boolean;
  /** A reader may change its numbers, and all others follow. */
  readonly isInput: boolean;
}

export interface Cell {
  readonly grid: string;
  readonly index: number;
}

export function valueAt({ grid, index }: Cell, grids: readonly Pick<Grid, 'name' | 'values'>[]): number {
  const value = grids.find(({ name }) => name === grid)?.values[index];
  if (value === undefined) throw new RangeError(`there is no ${grid}[${index}]`);
  return value;
}

/** `[0,1,2,2]`: where entry `index` is. */
export function placeOf(index: number, shape: Shape): number[] {
  const place: number[] = [];
  for (const size of [...shape].reverse()) {
    place.unshift(index % size);
    index = Math.floor(index / size);
  }
  return place;
}
