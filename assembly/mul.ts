/**
 * mul: y = a · b, four lanes at a time, over shapes that broadcast.
 *
 *   [a0, a1, a2, a3], [b0, b1, b2, b3] → [a0 · b0, a1 · b1, a2 · b2, a3 · b3]
 *
 * The gradients need no kernel of their own. As y = a · b,  da += b · dy  and  db += a · dy:  products again,
 * and an element that was stretched sums over its uses: sum.ts does that. The maths: `src/ops/mul.ts`.
 */
import { broadcast, BroadcastSizes } from './broadcast';

@unmanaged
class Product {
  @inline
  of(a: v128, b: v128): v128 {
    return f32x4.mul(a, b);
  }
}

/** Writes y. */
export function mulForward(y: usize, a: usize, b: usize, s: BroadcastSizes, task: i32, tasks: i32): void {
  broadcast<Product>(y, a, b, s, task, tasks);
}
