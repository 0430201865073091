/** How the threads of a workgroup are divided among tasks: see lanes.wgsl. */
export interface Lanes {
  /** Threads for each task: a power of 2. */
  readonly lanes: number;
  readonly adjacent: boolean;
}

/** So many neighbouring threads read memory together, on every GPU. */
const together = 32;

/** Terms for each lane. With fewer, adding up the lanes costs more than it saves. */
const termsOfLane = 4;

/** Lanes for tasks of so many terms. `neighbours`: how many tasks have their terms side by side in memory; 1 where the terms of one
 *  task lie side by side. `threads`: of a workgroup. */
export function lanesFor(terms: number, neighbours: number, threads: number): Lanes {
  const room = threads / Math.min(threads, together, powerOf2(neighbours));
  return { lanes: Math.min(room, powerOf2(terms / termsOfLane)), adjacent: neighbours === 1 };
}

/** The least power of 2 that is n or more. */
function powerOf2(n: number): number {
  return 2 ** Math.ceil(Math.log2(Math.max(1, n)));
}
