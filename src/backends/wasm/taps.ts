/** For conv2d.ts and depthwise.ts: which taps have seen a pixel, and how many tasks a call is split into. */
import type { Conv2dSizes } from '../../ops/conv2d.js';

/** About how many tasks a call is split into: enough for the threads of any machine. */
export const targetTasks = 32;

export function partsOfRows(tasks: number, rows: number): number {
  return Math.max(1, Math.min(rows, Math.floor(targetTasks / Math.max(1, tasks))));
}

/** Along one direction, for the pixels of x at `remainder`, `remainder` + S, …: how many they are (`count`), and which positions k
 *  of the kernel have seen them. Through position k, output i + `offset` has seen the i-th of these pixels. */
function seenBy(remainder: number, size: number, K: number, S: number, P: number, D: number) {
  const count = Math.max(0, Math.ceil((size - remainder) / S));
  const positions: { k: number; offset: number }[] = [];
  for (let k = 0; k < K; k++) {
    const distance = remainder + P - k * D;
    if (distance % S === 0) positions.push({ k, offset: distance / S });
  }
  return { remainder, count, positions };
}

/** How many zeros go before dy, and its size with these and the zeros behind it: all outputs that `seenBy` names lie in it. */
function border(classes: readonly ReturnType<typeof seenBy>[]): [before: number, size: number] {
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

/** For dx: the classes of pixels of x by their remainders down and across, with the taps that have seen them; and dy's place and
 *  size with the zeros around it that those taps reach. */
export function gradientTaps({ H, W, K_h, K_w, S_h, S_w, P_h, P_w, D_h, D_w }: Conv2dSizes) {
  const down = Array.from({ length: S_h }, (_, remainder) => seenBy(remainder, H, K_h, S_h, P_h, D_h));
  const across = Array.from({ length: S_w }, (_, remainder) => seenBy(remainder, W, K_w, S_w, P_w, D_w));
  const [top, H_seen] = border(down);
  const [left, W_seen] = border(across);
  return { down, across, top, left, H_seen, W_seen };
}
