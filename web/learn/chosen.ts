/** What a reader chooses in a figure: the attributes that its chapter names in `controls`. It is a part of the figure's state, and so of
 *  an address, which may say anything. */
import type { Part } from './part.js';

/** A choice as it was made, or else as the chapter has it. What was chosen may be empty, as a field is while one types. */
export const chosen = (part: Part, name: string): string => part.given.with(part.state.options).text(name);

/** What `read` makes of a choice. Where it makes nothing of what was chosen, what the chapter has counts, and then `otherwise`. */
export function chosenAs<T, U>(part: Part, name: string, read: (text: string) => T | null, otherwise: U): T | U {
  return read(chosen(part, name)) ?? read(part.text(name)) ?? otherwise;
}

/** Null takes a choice back. */
export function choose(part: Part, changes: Readonly<Record<string, string | number | null>>): void {
  const options = Object.entries({ ...part.state.options, ...changes }).filter(([, value]) => value !== null);
  part.state = { ...part.state, options: Object.fromEntries(options.map(([name, value]) => [name, `${value}`])) };
}

export const isWhole = (value: number, least: number, largest: number): boolean =>
  Number.isInteger(value) && value >= least && value <= largest;

/** Reads as many whole numbers with commas between as there are bounds. */
export const numbersIn =
  (...bounds: readonly (readonly [least: number, largest: number])[]) =>
  (text: string): number[] | null => {
    if (text === '') return null;
    const numbers = text.split(',').map(Number);
    const fit = bounds.every(([least, largest], i) => isWhole(numbers[i], least, largest));
    return fit && numbers.length === bounds.length ? numbers : null;
  };

/** Reads a whole number. */
export const numberIn =
  (least: number, largest: number) =>
  (text: string): number | null =>
    numbersIn([least, largest])(text)?.[0] ?? null;

/** Reads one of these words or numbers. */
export const oneOf =
  <T extends string | number>(options: readonly T[]) =>
  (text: string): T | null =>
    options.find((option) => `${option}` === text) ?? null;
