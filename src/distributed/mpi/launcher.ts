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
  // A job of Slurm's has its variables in any process, and PMI_SIZE only in one that was started as a rank.
  const isInSlurm = env.SLURM_PROCID !== undefined && env.SLURM_NTASKS !== undefined;
  if (env.PMI_SIZE) {
    const name = isInSlurm ? 'srun or mpiexec' : "MPICH's mpiexec";
    return { name, size: Number(env.PMI_SIZE), mpi: isInSlurm ? null : 'MPICH' };
  }
  if (isInSlurm) return { name: "Slurm's srun", size: Number(env.SLURM_NTASKS), mpi: null };
  return null;
}
