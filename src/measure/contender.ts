/** Who is measured. */
import type { Backend } from '../backends/backend.js';
import type { AnyBackend } from '../backends/create.js';

export interface Contender {
  /** What rows call it. */
  readonly label: string;
  /** The one whose name is 'reference' is what the others are compared with. */
  readonly backend: Backend;
  /** GFLOP/s that it can reach by multiplying and adding alone, where that is known: see `peakOf`. */
  readonly peak?: number;
}

/** Whether it computes by the maths as it stands, which is many times slower. */
export const isReference = ({ backend }: Contender): boolean => backend.name === 'reference';

/** GFLOP/s that multiplying and adding alone reaches, measured now, for a quarter of a second or so; undefined on backends
 *  where it can't be measured. If it has changed later, the machine had other things to do, then or now. */
export function peakOf(backend: AnyBackend): number | undefined {
  return backend.name === 'wasm' ? backend.peak() : undefined;
}
