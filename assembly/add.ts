/**
 * add: y = a + b, four lanes at a time, over shapes that broadcast.
 *
 *   [a0, a1, a2, a3], [b0, b1, b2, b3] → [a0 + b0, a1 + b1, a2 + b2, a3 + b3]
 *
 * The gradients need no kernel of their own. As y = a + b,  da += dy  and  db += dy,  and an element that was
 * stretched sums over its uses: sum.ts does that. The maths: `src/ops/add.ts`.
 */
import { broadcast, BroadcastSizes } from './broadcast';

@unmanaged
class Sum {
  @inline
  of(a: v128, b: v128): v128 {
    return f32x4.add(a, b);
  }
}

/** Writes y. */
export function addForward(y: usize, a: usize, b: usize, s: BroadcastSizes, task: i32, tasks: i32): void {
  broadcast<Sum>(y, a, b, s, task, tasks);
}
