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
import { first } from './share';

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

/**
 * Writes y, of `length` elements in rows of `n`. `F` is the operation: a class without content, whose method `of(a, b)` does
 * it on lanes. A call of it compiles to the instruction itself.
 */
@inline
export function broadcast<F>(
  y: usize,
  a: usize,
  b: usize,
  length: i32,
  n: i32,
  aStep: i32,
  bStep: i32,
  aDims: usize,
  bDims: usize,
  rank: i32,
  task: i32,
  tasks: i32,
): void {
  let i = first(length, task, tasks);
  const end = first(length, task + 1, tasks);
  while (i < end) {
    const row = i / n;
    const column = i - row * n;
    const count = min(n - column, end - i);
    const aRow = a + ((<usize>(offset(row, aDims, rank) + column * aStep)) << 2);
    const bRow = b + ((<usize>(offset(row, bDims, rank) + column * bStep)) << 2);
    along<F>(y + ((<usize>i) << 2), aRow, bRow, count, aStep, bStep);
    i += count;
  }
}

/** A part of a row. */
@inline
function along<F>(y: usize, a: usize, b: usize, count: i32, aStep: i32, bStep: i32): void {
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
