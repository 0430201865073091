/** Names that no other element of the page has. */
import { useState } from 'preact/hooks';

let count = 0;

/** Preact's own `useId` begins anew in each root, and every figure of a chapter is a root: labels would name another figure's field. */
export function useUniqueId(): string {
  return useState(() => `id${++count}`)[0];
}
