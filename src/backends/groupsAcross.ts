/** How wide a grid of workgroups of the WebGPU backend may be. Kernels count on in the next row where one is full. */

let widest = Number.POSITIVE_INFINITY;

/** For tests, which make grids narrow so that small problems have several rows of workgroups, too. */
export function setGroupsAcross(groups: number): void {
  widest = groups;
}

/** Workgroups in x at most. `limit`: the adapter's. */
export function groupsAcross(limit: number): number {
  return Math.min(widest, limit);
}
