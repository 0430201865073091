/** What a reader chooses in a figure: the attributes that its chapter names in `controls`. An address keeps them, and may be anything. */
import type { Part } from '../part.js';

const chosen = (part: Part, name: string): string => part.given.with(part.state.options).text(name);

export function choose(part: Part, choices: Readonly<Record<string, string | number>>): void {
  const texts = Object.fromEntries(Object.entries(choices).map(([name, value]) => [name, `${value}`]));
  part.state = { ...part.state, options: { ...part.state.options, ...texts } };
}

/** What `read` makes of the attribute, as it was chosen or as the chapter has it; `otherwise` where that is null. */
export function chosenAs<T>(part: Part, name: string, read: (text: string) => T | null, otherwise: T): T {
  return read(chosen(part, name)) ?? read(part.given.text(name)) ?? otherwise;
}

/** Reads as many whole numbers with commas between as there are bounds. */
export const numbersIn =
  (...bounds: readonly (readonly [least: number, largest: number])[]) =>
  (text: string): number[] | null => {
    if (text === '') return null;
    const numbers = text.split(',').map(Number);
    const fit = bounds.every(([least, largest], i) => numbers[i] >= least && numbers[i] <= largest);
    return numbers.length === bounds.length && numbers.every(Number.isInteger) && fit ? numbers : null;
  };

/** Reads one of these words or numbers. */
export const oneOf =
  <T extends string | number>(options: readonly T[]) =>
  (text: string): T | null =>
    options.find((option) => `${option}` === text) ?? null;
