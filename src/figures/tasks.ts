/** When which thread does which task of a kernel call: the rules of `src/backends/wasm/tasks.ts`, played with given durations. */

export interface Span {
  readonly task: number;
  readonly thread: number;
  /** Whose part the task was in. */
  readonly part: number;
  readonly from: number;
  readonly to: number;
}

/**
 * Every thread has a part of the tasks. It takes those first, in order, and then others' parts, from the next thread's on. Of threads that
 * are free at the same time, the one with the lower number takes first. The unit of time is that of `durations`; `threads` is 1 or more.
 *
 * `wakes`: when each thread begins; default 0.
 */
export function schedule(
  durations: readonly number[],
  threads: number,
  wakes: readonly number[] = [],
): readonly Span[] {
  const tasks = durations.length;
  const first = (part: number) => Math.ceil((part * tasks) / threads);
  const next = Array.from({ length: threads }, (_, part) => first(part));
  const free = Array.from({ length: threads }, (_, thread) => wakes[thread] ?? 0);
  const spans: Span[] = [];
  while (spans.length < tasks) {
    const thread = free.indexOf(Math.min(...free));
    const parts = free.map((_, i) => (thread + i) % threads);
    const part = parts.find((one) => next[one] < first(one + 1))!;
    const task = next[part]++;
    const from = free[thread];
    free[thread] = from + durations[task];
    spans.push({ task, thread, part, from, to: free[thread] });
  }
  return spans;
}

/** Amdahl's law: how many times as fast all is, if only a share of its time can be divided among threads. */
export function speedUp(parallelShare: number, threads: number): number {
  return 1 / (1 - parallelShare + parallelShare / threads);
}

/** Which share that is, if two or more threads made all so many times as fast. */
export function parallelShareOf(times: number, threads: number): number {
  return (1 - 1 / times) / (1 - 1 / threads);
}
