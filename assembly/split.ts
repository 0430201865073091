/**
 * How a kernel call is split into tasks, which any thread may take: task t of T covers the elements
 *
 *   |··· task 0 ···|··· task 1 ···|··· task 2 ···|     from firstElement(length, t, T) up to firstElement(length, t + 1, T)
 *
 * The split depends on sizes only, so that results are the same bits for any number of threads.
 *
 * Chapter: docs/learn/15-lanes-tiles.en.md
 */

/** The first element of a task; task T is the end. Multiples of 4, so that only the last task has a rest of lanes. */
@inline
export function firstElement(length: i32, task: i32, tasks: i32): i32 {
  return task == tasks ? length : <i32>((<i64>(length >>> 2) * task) / tasks) << 2;
}

/** The same among `count` whole things that can't be split: planes, channels, blocks. */
@inline
export function firstItem(count: i32, task: i32, tasks: i32): i32 {
  return <i32>((<i64>count * task) / tasks);
}
