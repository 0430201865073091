/**
 * y[i] = f(a[…], b[…]) over shapes that broadcast (`src/ops/broadcast.ts`). y is walked row by row, a row being the last
 * dimension. In a row an operand either walks along with y (step 1), or is stretched and stands on one number (step 0):
 *
 *   a  |a0 a1 a2 a3|a4 …    step 1: four at a time
 *   b  |b0 b0 b0 b0|b0 …    step 0: one number in all lanes
 *
 * Where a row begins in an operand depends on the dimensions before the last, which the caller lists in memory: pairs of
 * (size, stride), the outermost first. Of equal shapes, or a shape and a number, everything is one row.
 */
import { get, put } from './lanes';
import { Optional } from './optional';
import { firstElement } from './split';

/** Where entry `i`, counted through all of `dims`, is: its distance in elements. `dims`: address of `rank` pairs of i32. */
@inline
export function offset(i: i32, dims: usize, rank: i32): i32 {
  let at = 0;
  for (let d = rank - 1; d > 0; d--) {
    const size = load<i32>(dims + ((<usize>d) << 3));
    const before = i / size;
    at += (i - before * size) * load<i32>(dims + ((<usize>d) << 3), 4);
    i = before;
  }
  return rank > 0 ? at + i * load<i32>(dims, 4) : at; // what is left over is the place in the outermost
}

/** How y is walked, and where its operands stand. */
@unmanaged
export class BroadcastSizes {
  /** Elements of y, and of a row of it. */
  length: i32;
  n: i32;
  /** 1: the operand walks along a row; 0: it stands on one number. */
  aStep: i32;
  bStep: i32;
  /** The dimensions before the last: `rank` pairs of (size, stride) for each operand; none where all is one row. */
  aDims: Optional;
  bDims: Optional;
  rank: i32;
}

/** Writes y. `F` is the operation: a class without content, whose method `of(a, b)` does it on lanes. A call of it compiles to
 *  the instruction itself. */
@inline
export function broadcast<F>(
  y: usize,
  a: usize,
  b: usize,
  s: BroadcastSizes,
  task: i32,
  tasks: i32,
): void {
  const n = s.n;
  const aStep = s.aStep;
  const bStep = s.bStep;
  let i = firstElement(s.length, task, tasks);
  const end = firstElement(s.length, task + 1, tasks);
  while (i < end) {
    const row = i / n;
    const column = i - row * n;
    const count = min(n - column, end - i);
    const aRow = a + ((<usize>(offset(row, s.aDims, s.rank) + column * aStep)) << 2);
    const bRow = b + ((<usize>(offset(row, s.bDims, s.rank) + column * bStep)) << 2);
    along<F>(y + ((<usize>i) << 2), aRow, bRow, count, aStep, bStep);
    i += count;
  }
}

/** A part of a row. */
@inline
export function along<F>(y: usize, a: usize, b: usize, count: i32, aStep: i32, bStep: i32): void {
  const f = changetype<F>(0);
  const end = (<usize>count) << 2;
  let at: usize = 0;
  if (aStep & bStep) {
    for (; at + 16 <= end; at += 16) v128.store(y + at, f.of(v128.load(a + at), v128.load(b + at)));
  } else if (aStep) {
    const stands = v128.load32_splat(b);
    for (; at + 16 <= end; at += 16) v128.store(y + at, f.of(v128.load(a + at), stands));
  } else {
    const stands = v128.load32_splat(a);
    for (; at + 16 <= end; at += 16) v128.store(y + at, f.of(stands, v128.load(b + at)));
  }
  for (; at < end; at += 4) put(y + at, f.of(get(a + at * aStep, 1), get(b + at * bStep, 1)), 1);
}
