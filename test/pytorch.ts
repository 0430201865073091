/** Whether tests can run PyTorch here, and how. */
import { execFileSync } from 'node:child_process';

/** The Python that has PyTorch; null: none has. */
export const python = [process.env.PYTHON, 'python3', '/usr/bin/python3'].find((name) => {
  if (name === undefined) return false;
  try {
    execFileSync(name, ['-c', 'import torch.distributed.run'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
});

/** Two processes on this machine, each with one thread. */
export const gloo = { ...process.env, GLOO_SOCKET_IFNAME: 'lo', OMP_NUM_THREADS: '1' };
