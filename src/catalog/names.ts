/** Looking something up by a name that somebody typed. */

/** The entry of that name. Throws a RangeError that lists the near names, or all if none is near. `kind` says what the names are
 *  names of, such as 'model'. */
export function entryOf<Entry>(kind: string, table: Readonly<Record<string, Entry>>, name: string): Entry {
  if (Object.hasOwn(table, name)) return table[name];
  const names = Object.keys(table);
  const near = nearNames(names, name);
  const hint = near.length > 0 ? `near it are ${near.join(', ')}` : `there are ${names.join(', ')}`;
  throw new RangeError(`there is no ${kind} '${name}'; ${hint}`);
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
