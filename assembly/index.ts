/** The WASM kernels: one file for each operation of `src/ops`. */
export { reluForward } from './relu';
