/** The kernels of the WebGPU backend: every operation of `ops/index.ts`, by the groups that they are called in. */
import type { Kernels } from '../../ops/index.js';
import type { DeviceBuffer } from '../../tensor/tensorBackend.js';
import { broadcast } from './broadcast.js';
import { conv2d } from './conv2d.js';
import type { Engine } from './engine.js';
import { matrix } from './matrix.js';
import { moving } from './moving.js';
import { normalization } from './normalization.js';
import { pointwise } from './pointwise.js';
import { pooling } from './pooling.js';
import { reductions } from './reductions.js';
import { rows } from './rows.js';

export function webgpuKernels(engine: Engine): Kernels<DeviceBuffer> {
  return {
    ...broadcast(engine),
    ...conv2d(engine),
    ...normalization(engine),
    ...matrix(engine),
    ...moving(engine),
    ...pointwise(engine),
    ...pooling(engine),
    ...reductions(engine),
    ...rows(engine),
  };
}
