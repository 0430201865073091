/** `receptive/distributed`: training on many processes, in Node, on MPI. */
import { MpiGroup } from './mpiGroup.js';

export * from '../index.js';
export type { MpiGroup };

let joined: Promise<MpiGroup> | null = null;

/**
 * Joins the ranks that `mpirun` (Open MPI, MPICH) or `srun` has started: PyTorch's `init_process_group('mpi')`. Called again, it gives the
 * same group. libmpi is found by its name; `RECEPTIVE_LIBMPI` in the environment says which, where there are several.
 *
 * Throws an error of one line without libmpi, without the package `koffi`, or where nothing has started this process as a rank, and a
 * RanksDifferError, on every rank, where the ranks have different versions of this package.
 *
 * A rank that ends with an error ends all of them (MPI_Abort); at the end of a good run call `group.close()`.
 */
export function initProcessGroup(backend: 'mpi' = 'mpi'): Promise<MpiGroup> {
  if (backend !== 'mpi') throw new RangeError(`initProcessGroup: there is no backend '${backend}', only 'mpi'`);
  joined ??= MpiGroup.open();
  return joined;
}
