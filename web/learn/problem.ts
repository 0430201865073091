/** A figure with the numbers that it begins with. */
import type { Figure, Inputs } from 'receptive/figures';
import type { Texts } from '../texts/index.js';
import type { Attributes } from './figureOf.js';
import type { Part } from './part.js';

export interface Problem {
  readonly figure: Figure;
  readonly first: Inputs;
  readonly presets: readonly Preset[];
}

/** Numbers to try; the texts have their name, and the reason why. */
export interface Preset {
  readonly name: PresetName;
  readonly inputs: Inputs;
}

export type PresetName = keyof Texts['learn']['presets'];

/** Throws the operation's own error where it can't take what the attributes say. */
export type ProblemOf = (attributes: Attributes) => Problem;

export interface FigureProps {
  readonly part: Part;
  readonly problemOf: ProblemOf;
}

/** A problem, or why there is none. */
export function attempt(make: () => Problem): Problem | string {
  try {
    return make();
  } catch (error) {
    return (error as Error).message;
  }
}
