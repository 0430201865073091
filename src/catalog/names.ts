/** Looking something up by a name that somebody typed. */
import { nearNames } from '../ops/options.js';

/** The entry of that name. Throws a RangeError that lists the near names, or all if none is near. `kind` says what the names are
 *  names of, such as 'model'. */
export function entryOf<Entry>(kind: string, table: Readonly<Record<string, Entry>>, name: string): Entry {
  if (Object.hasOwn(table, name)) return table[name];
  const names = Object.keys(table);
  const near = nearNames(names, name);
  const hint = near.length > 0 ? `near it are ${near.join(', ')}` : `there are ${names.join(', ')}`;
  throw new RangeError(`there is no ${kind} '${name}'; ${hint}`);
}
