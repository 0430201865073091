/** Choosing a backend by name. */
import type { Backend } from './backend.js';
import { ReferenceBackend } from './reference/index.js';

export interface BackendOptions {
  /** Threads to compute with, on a backend that has any. The reference has none. Default: the backend's own choice. */
  threads?: number;
}

/** What `'auto'` tries, in this order. */
const factories: Readonly<Record<string, (options: BackendOptions) => Promise<Backend>>> = {
  reference: async () => new ReferenceBackend(),
};

/** The backends of this version, the preferred first. */
export const backendNames = Object.keys(factories);

/**
 * A new backend. `'auto'` takes the first that runs here; `backend.name` says which it is.
 * Throws if the backend doesn't exist or can't run here, and says what is missing.
 */
export async function createBackend(name = 'auto', options: BackendOptions = {}): Promise<Backend> {
  if (name !== 'auto') {
    if (!Object.hasOwn(factories, name)) {
      throw new Error(
        `createBackend: there is no backend '${name}' in this version; there is ${backendNames.join(', ')}, or auto`,
      );
    }
    return factories[name](options);
  }
  const reasons: string[] = [];
  for (const candidate of backendNames) {
    try {
      return await factories[candidate](options);
    } catch (error) {
      reasons.push(`${candidate}: ${error instanceof Error ? error.message : error}`);
    }
  }
  throw new Error(`createBackend: no backend runs here (${reasons.join('; ')})`);
}
