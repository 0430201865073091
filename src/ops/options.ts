/** Options come in one last object. What isn't one, or has a key that nobody reads, is a slip, and is said to be one. */

/** What the value of an option must be. */
export interface Rule {
  /** For messages: `true or false`. */
  readonly what: string;
  holds(value: unknown): boolean;
}

/** Every option that there is, with the rule for its value; true: its reader checks it, if there is anything to check. */
export type Known<Options> = { readonly [Option in keyof Options]-?: Rule | true };

export const flag: Rule = { what: 'true or false', holds: (value) => typeof value === 'boolean' };

/**
 * Throws a TypeError unless `options` is an object (or undefined) whose keys are all `known`, `{ stride: true, threads: rule, … }`, and
 * whose values keep their rules; a value of undefined is as if it weren't given. The message has the known key that is nearest, or all.
 */
export function requireOptions<Options extends object>(
  operation: string,
  options: Options | undefined,
  known: Known<Options>,
): void {
  if (options === undefined) return;
  if (!isOptions(options)) {
    const names = Object.keys(known).join(', ');
    throw new TypeError(`${operation}: options are an object, { ${names} }, but ${shown(options)} is in their place`);
  }
  for (const key in options) {
    const value = options[key];
    if (value === undefined) continue;
    if (!Object.hasOwn(known, key)) throw unknownOption(operation, key, Object.keys(known));
    const rule = known[key];
    if (rule !== true && !rule.holds(value)) {
      throw new TypeError(`${operation}: ${key} must be ${rule.what}, but is ${quoted(value)}`);
    }
  }
}

function isOptions(options: unknown): boolean {
  return typeof options === 'object' && options !== null && !Array.isArray(options) && !(options instanceof Promise);
}

function shown(value: unknown): string {
  if (value instanceof Promise) return 'a promise (is an await missing?)';
  return Array.isArray(value) ? `[${value.join(', ')}]` : String(value);
}

function quoted(value: unknown): string {
  if (typeof value === 'string') return `'${value}'`;
  if (Array.isArray(value)) return shown(value);
  return typeof value === 'object' && value !== null ? 'an object' : String(value);
}

function unknownOption(operation: string, key: string, known: readonly string[]): TypeError {
  const [nearest] = nearNames(known, key);
  const hint = nearest ? `did you mean ${nearest}?` : `there is ${known.join(', ') || 'none'}`;
  return new TypeError(`${operation}: there is no option ${key}; ${hint}`);
}

/** At most so many names are near. */
const MOST = 5;
/** A name is near if so many letters are wrong, and no more. */
const TYPOS = 2;

/** The names that may have been meant, the nearest first. Capitals, dashes and the like don't count: `ResNet-18` is resnet18. */
export function nearNames(names: readonly string[], typed: string): string[] {
  const wanted = letters(typed);
  return names
    .map((name) => ({ name, distance: editDistance(letters(name), wanted), isPart: isPart(letters(name), wanted) }))
    .filter(({ distance, isPart }) => distance <= TYPOS || isPart)
    .sort((a, b) => a.distance - b.distance)
    .slice(0, MOST)
    .map(({ name }) => name);
}

function letters(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9]/g, '');
}

/** Whether one is a part of the other; two letters are a part of too much. */
function isPart(a: string, b: string): boolean {
  return Math.min(a.length, b.length) > 2 && (a.includes(b) || b.includes(a));
}

/**
 * Letters to insert, to delete or to replace on the way from a to b (Levenshtein's distance), a row of the table at a time:
 * above[j] is the distance of a's first i letters from b's first j.
 */
function editDistance(a: string, b: string): number {
  let above = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = above[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1);
      row.push(Math.min(replaced, above[j] + 1, row[j - 1] + 1));
    }
    above = row;
  }
  return above[b.length];
}
