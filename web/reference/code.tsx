/** A declaration, in which the types that have a page are links. */
import type { Entry } from './entry.js';
import { find, nameOf } from './names.js';
import { addressOf } from './place.js';

/** `own`: the name whose page it is, which isn't linked. */
export function Code({ entry, code, namespace, own }: { entry: Entry; code: string; namespace: string; own: string }) {
  const parts = code.split(/([A-Za-z_][\w.]*\w|[A-Z])/);
  return (
    <code>
      {parts.map((part, i) => {
        const found = i % 2 === 1 ? find(entry, part, namespace) : null;
        const isLinked =
          found && (found.item.kind === 'class' || found.item.kind === 'type') && found.item.name !== own;
        return isLinked ? (
          <a key={i} href={addressOf({ entry: entry.id, name: nameOf(found) })}>
            {part}
          </a>
        ) : (
          part
        );
      })}
    </code>
  );
}
