/** What started this process as a rank, which it says in the environment. */

export interface Launcher {
  readonly name: string;
  /** Ranks that it started. */
  readonly size: number;
  /** Whose library it goes with, where that is known. */
  readonly mpi: 'Open MPI' | 'MPICH' | null;
}

/** null: nothing did. */
export function launcherIn(env: Readonly<Record<string, string | undefined>>): Launcher | null {
  if (env.OMPI_COMM_WORLD_SIZE)
    return { name: "Open MPI's mpirun", size: Number(env.OMPI_COMM_WORLD_SIZE), mpi: 'Open MPI' };
  // Slurm's srun sets PMI_SIZE, too, with its own PMI.
  if (env.SLURM_PROCID && env.SLURM_NTASKS) return { name: "Slurm's srun", size: Number(env.SLURM_NTASKS), mpi: null };
  if (env.PMI_SIZE) return { name: "MPICH's mpiexec", size: Number(env.PMI_SIZE), mpi: 'MPICH' };
  return null;
}
