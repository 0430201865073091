/**
 * Something by its name with options of its own, in one word: `name:key=value,key=value`, as in `MultiStepLR:milestones=30/60,gamma=0.1`.
 * A list has slashes between its numbers.
 */
import { nearNames } from '../ops/options.js';

/** How the text of a value is read. */
export interface Kind {
  /** For messages. */
  readonly what: string;
  /** undefined: it isn't one. */
  read(text: string): unknown;
  write(value: never): string;
}

const numberIn = (text: string) => (text.trim() === '' ? Number.NaN : Number(text));

export const number = {
  what: 'a number',
  read: (text) => (Number.isFinite(numberIn(text)) ? numberIn(text) : undefined),
  write: String,
} satisfies Kind;

export const numbers = {
  what: 'numbers with / between them',
  read: (text) =>
    text.split('/').every((part) => Number.isFinite(numberIn(part))) ? text.split('/').map(Number) : undefined,
  write: (values: readonly number[]) => values.join('/'),
} satisfies Kind;

export const flag = oneOfWords('true', 'false');

export function oneOfWords(...words: readonly string[]): Kind {
  const isFlag = words[0] === 'true';
  return {
    what: words.join(' or '),
    read: (text) => (!words.includes(text) ? undefined : isFlag ? text === 'true' : text),
    write: String,
  };
}

/** What can be chosen, each with its options. */
export type Choices = Readonly<Record<string, Readonly<Record<string, Kind>>>>;

export interface Choice<Table extends Choices> {
  readonly name: keyof Table & string;
  readonly options: Readonly<Record<string, unknown>>;
}

/** Reads it. Throws a RangeError whose message goes on from the option's name: `must be one of …`. */
export function parseChoice<Table extends Choices>(table: Table, text: string): Choice<Table> {
  const [name, ...rest] = text.split(':');
  if (!Object.hasOwn(table, name)) {
    const near = nearNames(Object.keys(table), name);
    const hint = near.length > 0 ? `; near '${name}' are ${near.join(', ')}` : '';
    throw new RangeError(`must be one of ${Object.keys(table).join(', ')}${hint}`);
  }
  const known = table[name];
  const options: Record<string, unknown> = {};
  const typed = rest.join(':');
  for (const part of typed === '' ? [] : typed.split(',')) {
    const [key, ...value] = part.split('=');
    if (!Object.hasOwn(known, key)) {
      const near = nearNames(Object.keys(known), key);
      const there = near.length > 0 ? `near it are ${near.join(', ')}` : `there are ${Object.keys(known).join(', ')}`;
      throw new RangeError(`has no '${key}' for ${name}; ${there}`);
    }
    const read = known[key].read(value.join('='));
    if (read === undefined) throw new RangeError(`needs ${known[key].what} in '${part}'`);
    if (key in options) throw new RangeError(`has ${key} twice in '${text}'`);
    options[key] = read;
  }
  return { name, options };
}

/** The word that is read as this. */
export function writeChoice<Table extends Choices>(table: Table, { name, options }: Choice<Table>): string {
  const parts = Object.entries(options).map(([key, value]) => `${key}=${table[name][key].write(value as never)}`);
  return parts.length > 0 ? `${name}:${parts.join(',')}` : name;
}
