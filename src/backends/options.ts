/** Options of backends, checked where they are given: a value that no backend takes is a mistake, and no reason to choose another
 *  backend. */

/** What the value of an option must be. */
export interface Rule {
  /** For messages: `true or false`. */
  readonly what: string;
  holds(value: unknown): boolean;
}

/** A rule for every option that there is. */
export type Rules<Options> = { readonly [Option in keyof Options]-?: Rule };

export const flag: Rule = { what: 'true or false', holds: (value) => typeof value === 'boolean' };

/** Throws a TypeError about the first option that there isn't, or whose value breaks its rule; undefined is as if it weren't
 *  given. `where` begins the message. */
export function checkOptions(where: string, rules: Readonly<Record<string, Rule>>, options: unknown): void {
  if (typeof options !== 'object' || options === null) {
    throw new TypeError(`${where}: options must be an object, such as { threads: 2 }, but are ${show(options)}`);
  }
  for (const [name, value] of Object.entries(options)) {
    if (value === undefined) continue;
    if (!Object.hasOwn(rules, name)) {
      const known = Object.keys(rules).join(', ') || 'none';
      throw new TypeError(`${where}: there is no option ${name}; there is ${known}`);
    }
    const { what, holds } = rules[name];
    if (!holds(value)) throw new TypeError(`${where}: ${name} must be ${what}, but is ${show(value)}`);
  }
}

function show(value: unknown): string {
  if (typeof value === 'string') return `'${value}'`;
  return typeof value === 'object' && value !== null ? 'an object' : String(value);
}
