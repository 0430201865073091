/** Choosing a backend by name. Each platform's entry has its own list; see `node/backends.ts`. */
import type { Backend } from './backend.js';
import type { WasmOptions } from './wasm/index.js';
import type { WebGPUOptions } from './webgpuOptions.js';

/** Options of the backends; each takes what it knows. `threads`, `relaxedSimd` and `wasm` are for 'wasm', `shareMemory`
 *  and `profile` are for 'webgpu'. */
export interface BackendOptions extends WasmOptions, WebGPUOptions {}

/** Backends by name, in the order that 'auto' tries them. `unasked`: nobody has named it, so it should only come if it's the
 *  better choice here. */
export type BackendFactories = Readonly<
  Record<string, (options: BackendOptions, unasked: boolean) => Promise<Backend>>
>;

/**
 * A new backend. `'auto'` takes the first that runs here; `backend.name` says which it is.
 * Throws if the backend doesn't exist or can't run here, and says what is missing.
 */
export async function createBackendFrom(
  factories: BackendFactories,
  name: string,
  options: BackendOptions,
): Promise<Backend> {
  const names = Object.keys(factories);
  if (name !== 'auto') {
    if (!Object.hasOwn(factories, name)) {
      throw new Error(
        `createBackend: there is no backend '${name}' in this version; there is ${names.join(', ')}, or auto`,
      );
    }
    return factories[name](options, false);
  }
  const reasons: string[] = [];
  for (const candidate of names) {
    try {
      return await factories[candidate](options, true);
    } catch (error) {
      reasons.push(`${candidate}: ${error instanceof Error ? error.message : error}`);
    }
  }
  throw new Error(`createBackend: no backend runs here (${reasons.join('; ')})`);
}
