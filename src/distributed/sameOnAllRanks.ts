import { sha256 } from '../formats/sha256.js';
import type { ProcessGroup } from './processGroup.js';

/** The ranks aren't of one mind, and all of them know it. */
export class RanksDifferError extends Error {
  override readonly name = 'RanksDifferError';
}

/**
 * Throws a RanksDifferError, on every rank, unless all ranks give the same facts. `facts` says, by the name that the message gives it,
 * what must be the same: anything that JSON can write. Only its hash is sent.
 */
export async function requireSame(group: ProcessGroup, facts: Readonly<Record<string, unknown>>): Promise<void> {
  if (group.size === 1) return;
  const hashes: [string, string][] = [];
  for (const [name, fact] of Object.entries(facts)) hashes.push([name, await hashOf(JSON.stringify(fact) ?? '')]);
  const all = await group.allGather(new TextEncoder().encode(JSON.stringify(hashes)));
  const [first, ...others] = all.map((bytes) => new Map<string, string>(JSON.parse(new TextDecoder().decode(bytes))));
  const differing = [...first.keys()].flatMap((name) => {
    const ranks = others.flatMap((own, i) => (own.get(name) === first.get(name) ? [] : [i + 1]));
    return ranks.length === 0 ? [] : [`${name} (rank ${ranks.join(', ')})`];
  });
  if (differing.length === 0) return;
  throw new RanksDifferError(`the ranks don't train the same: other than on rank 0 are ${differing.join('; ')}`);
}

const hashOf = (text: string): Promise<string> => sha256(new TextEncoder().encode(text));
