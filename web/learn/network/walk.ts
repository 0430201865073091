/** From a number back to the pixels, each time to the number in its largest term. */
import { type Explanation, type StrongestTerm, strongestTerm } from 'receptive/figures';
import type { Called, Forward } from './operation.js';
import { computed } from './stages.js';

export interface Walked {
  readonly buffer: unknown;
  readonly index: number;
  /** What made the number. Null: nothing did, it is a pixel. */
  readonly made: {
    readonly called: Called;
    readonly explanation: Explanation;
    /** Null: nothing gave anything to it, and the walk ends here. */
    readonly strongest: StrongestTerm | null;
  } | null;
}

export function walkBack(forward: Forward, buffer: unknown, index: number): Walked[] {
  const called = forward.maker(buffer);
  if (!called) return [{ buffer, index, made: null }];
  const { figure, inputs, grids } = computed(called.operation);
  const explanation = figure.explain({ grid: 'y', index }, inputs)!;
  const strongest = strongestTerm(explanation, grids);
  const here = { buffer, index, made: { called, explanation, strongest } };
  if (!strongest) return [here];
  return [here, ...walkBack(forward, called.read[strongest.cell.grid], strongest.cell.index)];
}
