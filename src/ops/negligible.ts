/**
 * Where what an optimizer keeps becomes 0. A running mean without gradients, momentum, and a parameter that decays shrink by
 * the same factor step after step. On their way to 0 they would pass numbers so small that f32 has few digits for them
 * (denormal numbers, below 2⁻¹²⁶), for which processors need a hundred times as long.
 */
import type { FloatArray } from './accumulate.js';

/** Below it, a first mean, momentum and a decaying parameter are 0. Far above 2⁻¹²⁶, so that their products with a
 *  learning rate or a decay are no denormal numbers either. */
export const negligible = 2 ** -100;

/** Below it, a second mean is 0. It is a square, and its root, 2⁻⁶⁰, is added to eps. */
export const negligibleSquare = 2 ** -120;

/** Adam looks for what is negligible in every 16th step: until the next, a mean doesn't get from these limits to denormal numbers
 *  (0.9¹⁶ = 2⁻²·⁴). */
export const stepsBetweenLooks = 16;

/** states[i] = value, or 0 below `least`. */
export function keep(states: FloatArray, i: number, value: number, least: number): void {
  states[i] = Math.abs(value) < least ? 0 : value;
}
