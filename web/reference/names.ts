/** Which page of an entry a name has. */
import type { Entry, Item } from './entry.js';

/**
 * What is called `nn.Conv2d`, or from within the namespace `nn` just `Conv2d`. A member is found by its owner: `Tensor.grad` is the member
 * `grad` of `Tensor`. Null if there is none.
 */
export function find(entry: Entry, name: string, namespace = ''): { item: Item; member?: string } | null {
  const item = itemOf(entry, name, namespace);
  if (item) return { item };
  const at = name.lastIndexOf('.');
  const owner = at < 0 ? undefined : itemOf(entry, name.slice(0, at), namespace);
  const member = name.slice(at + 1);
  return owner?.members.some((one) => one.name === member) ? { item: owner, member } : null;
}

/** What is behind `name=` in the address of its page. */
export function nameOf({ item, member }: { item: Item; member?: string }): string {
  return member === undefined ? item.name : `${item.name}.${member}`;
}

function itemOf(entry: Entry, name: string, namespace: string): Item | undefined {
  // `F` is what everybody calls `functional`.
  const written = name.replace(/^F\./, 'functional.');
  const index = indexOf(entry);
  // From the innermost namespace outwards: nn.init, nn, and none.
  const parts = namespace === '' ? [] : namespace.split('.');
  for (let count = parts.length; count > 0; count--) {
    const found = index.get([...parts.slice(0, count), written].join('.'));
    if (found) return found;
  }
  return index.get(written);
}

const indices = new WeakMap<Entry, Map<string, Item>>();

function indexOf(entry: Entry): Map<string, Item> {
  let index = indices.get(entry);
  if (!index) {
    index = new Map(entry.sections.flatMap(({ items }) => items.map((item) => [item.name, item])));
    indices.set(entry, index);
  }
  return index;
}
