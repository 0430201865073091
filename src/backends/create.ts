/** Choosing a backend by name. */
import type { Backend } from './backend.js';
import { ReferenceBackend } from './reference/index.js';

/** From the fastest to the slowest. */
const factories: Readonly<Record<string, () => Promise<Backend>>> = {
  reference: async () => new ReferenceBackend(),
};

/** The backends of this version, the fastest first. */
export const backendNames = Object.keys(factories);

/**
 * A new backend. `'auto'` takes the fastest that runs here; `backend.name` says which it is.
 * Throws if the backend doesn't exist or can't run here, and says what is missing.
 */
export async function createBackend(name = 'auto'): Promise<Backend> {
  if (name !== 'auto') {
    const create = factories[name];
    if (!create) {
      throw new Error(
        `createBackend: there is no backend '${name}' in this version; there is ${backendNames.join(', ')}, or auto`,
      );
    }
    return create();
  }
  const reasons: string[] = [];
  for (const candidate of backendNames) {
    try {
      return await factories[candidate]();
    } catch (error) {
      reasons.push(`${candidate}: ${error instanceof Error ? error.message : error}`);
    }
  }
  throw new Error(`createBackend: no backend runs here (${reasons.join('; ')})`);
}
