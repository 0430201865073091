/** Whether tests can run on several processes here, and how. */
import { execFileSync } from 'node:child_process';
import { createRequire } from 'node:module';

/** What is missing for MPI; null: nothing. */
export const missingForMpi = (() => {
  try {
    createRequire(import.meta.url).resolve('koffi');
  } catch {
    return 'koffi';
  }
  try {
    execFileSync('mpirun', ['--version'], { stdio: 'ignore' });
    return null;
  } catch {
    return 'mpirun';
  }
})();

/** Open MPI's mpirun wants to be asked twice before root may, and once for more ranks than cores. */
export const mpiEnvironment = {
  ...process.env,
  OMPI_ALLOW_RUN_AS_ROOT: '1',
  OMPI_ALLOW_RUN_AS_ROOT_CONFIRM: '1',
  OMPI_MCA_rmaps_base_oversubscribe: '1',
};
