/** Attributes of an element as what they mean. */
import type { Attributes } from './figureOf.js';

export class Given implements Attributes {
  /** `get` gives null for one that is missing. */
  constructor(readonly get: (name: string) => string | null) {}

  text(name: string): string {
    return this.get(name) ?? '';
  }

  /** `x="1,1,5,5"`. Throws where these aren't whole numbers. */
  shape(name: string): number[] {
    const text = this.text(name);
    if (!/^-?\d+(,-?\d+)*$/.test(text)) {
      throw new RangeError(`${name} must be whole numbers with commas between, such as 1,1,5,5, but is ‘${text}’`);
    }
    return text.split(',').map(Number);
  }

  number(name: string, otherwise: number): number {
    return Number(this.get(name) ?? otherwise);
  }

  /** The same, where `changes` don't say otherwise. */
  with(changes: Readonly<Record<string, string>>): Given {
    return new Given((name) => changes[name] ?? this.get(name));
  }
}
