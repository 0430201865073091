/**
 * Where what an optimizer keeps becomes 0. A running mean without gradients, momentum, and a parameter that decays shrink by
 * the same factor step after step. On their way to 0 they would pass numbers so small that f32 has few digits for them
 * (denormal numbers, below 2⁻¹²⁶), for which processors need a hundred times as long.
 */
import type { FloatArray } from './accumulate.js';

/** Below it, a first mean, momentum and a decaying parameter are 0. Far above 2⁻¹²⁶, so that their products with a
 *  learning rate or a decay are no denormal numbers either. */
export const negligible = 2 ** -90;

/** Below it, a second mean is 0. It is a square, and its root, 2⁻⁵⁵, is added to eps. */
export const negligibleSquare = 2 ** -110;

const stepsBetweenLooks = 16;

/**
 * Whether a step looks for what is negligible: every 16th does, since looking takes as long as a third of a step, and every one where
 * 15 steps without a look would shrink a state by more than 2⁻¹⁶, from these limits to denormal numbers. `factors`: by which states
 * shrink in a step.
 */
export function looksForNegligible(step: number, ...factors: readonly number[]): boolean {
  const isFast = (factor: number) => Math.abs(factor) ** (stepsBetweenLooks - 1) < 2 ** -16;
  return step % stepsBetweenLooks === 0 || factors.some(isFast);
}

/** states[i] = value, or 0 below `least`. */
export function keep(states: FloatArray, i: number, value: number, least: number): void {
  states[i] = Math.abs(value) < least ? 0 : value;
}
