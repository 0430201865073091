/**
 * cat: joins tensors along one dimension. The maths: `src/ops/cat.ts`, equal to the bit.
 *
 * One call moves one x to its place: `outer` runs of `length` elements, which are `total` apart in y.
 *
 *   y  |·······|== x's run 0 ==|···|·······|== x's run 1 ==|···|
 *      0       offset              total
 */
import { copy, element } from './planes';
import { firstItem } from './split';

/** Writes the part of y that is x's. */
export function catForward(
  y: usize,
  x: usize,
  outer: i32,
  length: i32,
  total: i32,
  offset: i32,
  task: i32,
  tasks: i32,
): void {
  const end = firstItem(outer, task + 1, tasks);
  for (let o = firstItem(outer, task, tasks); o < end; o++) {
    copy(element(y, o * total + offset), element(x, o * length), length);
  }
}

/** Writes dx: the part of dy that is x's. */
export function catBackward(
  dx: usize,
  dy: usize,
  outer: i32,
  length: i32,
  total: i32,
  offset: i32,
  task: i32,
  tasks: i32,
): void {
  const end = firstItem(outer, task + 1, tasks);
  for (let o = firstItem(outer, task, tasks); o < end; o++) {
    copy(element(dx, o * length), element(dy, o * total + offset), length);
  }
}
