/** What a reader chose in a figure. It is a part of the figure's state, and so of the page's address; the element's attribute of the same
 *  name says what it begins with, and its `controls` names those that may be chosen. */
import type { Part } from '../part.js';

export const chosen = (part: Part, name: string): string => part.given.with(part.state.options).text(name);

/** A whole number, within its bounds whatever an address says. */
export function chosenNumber(part: Part, name: string, otherwise: number, min: number, max: number): number {
  const value = chosen(part, name);
  return /^\d{1,6}$/.test(value) ? Math.min(max, Math.max(min, Number(value))) : otherwise;
}

/** One of these names; the first one, if it is none of them. */
export const chosenName = <Name extends string>(part: Part, name: string, names: readonly Name[]): Name =>
  names.find((one) => one === chosen(part, name)) ?? names[0];

export function choose(part: Part, options: Readonly<Record<string, string | number>>): void {
  const texts = Object.entries(options).map(([name, value]) => [name, `${value}`]);
  part.state = { ...part.state, options: { ...part.state.options, ...Object.fromEntries(texts) } };
}
