/** How many tasks an amount of work is worth. It depends on sizes only, so that results are the same for any number of threads. */

/** The fewest elements for one task. With fewer, handing a task to a thread takes longer than the task. */
let elementsPerTask = 32_768;

/** For tests, which make tasks smaller so that small problems are split, too. */
export function setElementsPerTask(elements: number): void {
  elementsPerTask = elements;
}

export const maximumTasks = 64;

/** `elements`: the work, counted in additions. `parts`: into how many it can be cut at most. */
export function tasksFor(elements: number, parts = maximumTasks): number {
  return Math.max(1, Math.min(maximumTasks, parts, Math.floor(elements / elementsPerTask)));
}

/** The same for `count` things of `elements` each that can't be split. */
export function tasksForItems(count: number, elements: number): number {
  return tasksFor(count * elements, count);
}
