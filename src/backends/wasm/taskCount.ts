/** How many tasks an amount of work is worth. It depends on sizes only, so that results are the same for any number of threads. */

/** Elements that one task goes through, at least: fewer, and handing them over takes longer than the work. */
let share = 32_768;

/** For tests: how much work is worth a task, so that small problems are split too. */
export function setElementsPerTask(elements: number): void {
  share = elements;
}

export const maximumTasks = 64;

/** `elements`: of an operation that takes about as long as an addition. `parts`: into how many the work can be cut. */
export function tasksFor(elements: number, parts = maximumTasks): number {
  return Math.max(1, Math.min(maximumTasks, parts, Math.floor(elements / share)));
}

/** The same for `count` things of `elements` each that can't be split. */
export function tasksForItems(count: number, elements: number): number {
  return tasksFor(count * elements, count);
}
