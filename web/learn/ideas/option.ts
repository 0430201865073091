/** What a reader has chosen in an element: part of its state, which an address can hold. The attribute `controls` names the options. */
import type { Part } from '../part.js';

/** What was chosen; else the attribute; else `otherwise`. */
export const option = (part: Part, name: string, otherwise: string): string =>
  part.state.options[name] ?? (part.text(name) || otherwise);

/** A whole number between these; what an address says otherwise counts as not said. */
export function wholeOption(part: Part, name: string, from: number, to: number, otherwise: number): number {
  const value = Number(option(part, name, String(otherwise)));
  return isWhole(value, from, to) ? value : otherwise;
}

export const isWhole = (value: number, from: number, to: number): boolean =>
  Number.isInteger(value) && value >= from && value <= to;

/** Null takes a choice back. */
export function choose(part: Part, changes: Readonly<Record<string, string | null>>): void {
  const options = Object.entries({ ...part.state.options, ...changes }).filter(([, value]) => value !== null);
  part.state = { ...part.state, options: Object.fromEntries(options) as Record<string, string> };
}
