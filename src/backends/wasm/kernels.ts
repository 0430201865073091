/** The kernels of the WASM backend, gathered from the files that call them: every operation of `ops/index.ts`. */
import type { Kernels } from '../../ops/index.js';
import type { DeviceBuffer } from '../../tensor/tensorBackend.js';
import { conv2d } from './conv2d.js';
import type { Engine } from './engine.js';
import { matrix } from './matrix.js';
import { normalization } from './normalization.js';
import { pointwise } from './pointwise.js';
import { pooling } from './pooling.js';
import { rows } from './rows.js';

export function wasmKernels(engine: Engine): Kernels<DeviceBuffer> {
  return {
    conv2d: conv2d(engine),
    ...matrix(engine),
    ...pooling(engine),
    ...normalization(engine),
    ...rows(engine),
    ...pointwise(engine),
  };
}
