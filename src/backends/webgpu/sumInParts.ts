/** Calls of the shaders that sum many terms to one number, or two, each in two parts (longSum.wgsl). */
import type { Dispatch, Engine } from './engine.js';

/** Runs `forward` in `parts` workgroups; if these are several, runs `combine`, which adds up their partial sums. */
export function sumInParts(
  engine: Engine,
  parts: number,
  { buffers, sizes, ...shader }: Pick<Dispatch, 'shader' | 'buffers' | 'sizes'>,
): void {
  engine.temporary(4 * parts, (partials) => {
    const run = (entry: string, groups: number) =>
      engine.run({
        ...shader,
        entry,
        buffers: { ...buffers, partials },
        sizes: { ...sizes, parts },
        groups: [groups, 1, 1],
      });
    run('forward', parts);
    if (parts > 1) run('combine', 1);
  });
}
