/** What the walks over taps share: where pixels lie, and which taps have seen them. */
import type { Engine } from './engine.js';

/** The fields of `TapsSizes` in `assembly/conv2d.ts`, which explains them, in their order. */
const fields = [
  'N',
  'G',
  'lanes',
  'K',
  'rows',
  'columns',
  'parts',
  'slices',
  'xImage',
  'xGroup',
  'xRow',
  'xStep',
  'yImage',
  'yGroup',
  'yPlane',
  'yRow',
  'yStep',
  'yStart',
  'H',
  'W',
  'H_seen',
  'W_seen',
  'top',
  'left',
] as const;

export type TapsSizes = Readonly<Partial<Record<(typeof fields)[number], number>>>;
export const sizesBytes = fields.length * 4;
/** Scratch of each thread, for a run of pixels. */
export const runBytes = 2048;

export function writeSizes(engine: Engine, at: number, sizes: TapsSizes): void {
  engine.writeIntegers(
    at,
    fields.map((field) => sizes[field] ?? 0),
  );
}

/** Tasks that a call is split into, about: enough for the threads of any machine to share. */
export const wanted = 32;

export function partsOfRows(tasks: number, rows: number): number {
  return Math.max(1, Math.min(rows, Math.floor(wanted / Math.max(1, tasks))));
}

/** Along one direction: the pixels of x that are `remainder` more than a multiple of S, the kernel's positions k that have
 *  seen them, and which output that was: o = i + `offset` for the i-th such pixel. */
export function seenBy(remainder: number, size: number, K: number, S: number, P: number, D: number) {
  const count = Math.max(0, Math.ceil((size - remainder) / S));
  const positions: { k: number; offset: number }[] = [];
  for (let k = 0; k < K; k++) {
    const distance = remainder + P - k * D;
    if (distance % S === 0) positions.push({ k, offset: distance / S });
  }
  return { remainder, count, positions };
}

/** Zeros before dy, and its size with the zeros behind it, so that every output that is asked for is there. */
export function border(classes: readonly ReturnType<typeof seenBy>[]): [before: number, size: number] {
  let before = 0;
  let end = 1;
  for (const { count, positions } of classes) {
    for (const { offset } of count > 0 ? positions : []) {
      before = Math.max(before, -offset);
      end = Math.max(end, count + offset);
    }
  }
  return [before, before + end];
}
