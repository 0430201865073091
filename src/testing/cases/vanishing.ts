/** Where what an optimizer keeps becomes 0, read a second time: `ops/negligible.ts` says why. */
import type { Fill } from '../problem.js';

/** Below these, a state and a mean of squares are 0 after a step: 0 in a step that doesn't look. `factors`: by which states shrink. */
export function leastState(step: number, ...factors: readonly number[]): { state: number; square: number } {
  const looks = step % 16 === 0 || factors.some((factor) => Math.abs(factor) ** 15 < 2 ** -16);
  return looks ? { state: 2 ** -90, square: 2 ** -110 } : { state: 0, square: 0 };
}

/** Parameters of which some vanish when they decay: the first two of four, the first one barely. */
export const tiny: Fill = (_, i) => [2 ** -90, -(2 ** -95), 2 ** -85, -1][i % 4];
