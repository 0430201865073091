/** What this browser has to compute with. */
import { backendNames, createBackend, operationNames } from 'receptive';
import { describeBackend } from 'receptive/measure';
import type { Found, Surroundings } from './messages.js';

export async function look(): Promise<Surroundings> {
  const backends: Found[] = [];
  for (const name of backendNames.toReversed()) backends.push(await find(name));
  return { backends, operations: operationNames };
}

async function find(name: Found['name']): Promise<Found> {
  try {
    // One thread is enough to see that it starts.
    const backend = await createBackend(name, name === 'wasm' ? { threads: 1 } : {});
    try {
      return { name, description: describeBackend(backend), missing: null };
    } finally {
      await backend.close();
    }
  } catch (error) {
    return { name, description: null, missing: error instanceof Error ? error.message : String(error) };
  }
}
