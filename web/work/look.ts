/** What this browser has to compute with. */
import { backendNames, createBackend, operationNames } from 'receptive';
import type { Found, Surroundings } from './messages.js';

export async function look(): Promise<Surroundings> {
  const backends: Found[] = [];
  for (const name of backendNames.toReversed()) backends.push(await find(name));
  return { backends, operations: operationNames };
}

async function find(name: Found['name']): Promise<Found> {
  try {
    const backend = await createBackend(name, name === 'wasm' ? { threads: 1 } : {});
    try {
      const b = backend as unknown as { build?: string; adapter?: string; threads?: number };
      return {
        name,
        missing: null,
        description: {
          label: name,
          backend: name,
          threads: b.threads ?? null,
          build: b.build ?? null,
          adapter: b.adapter
            ? {
                vendor: '',
                architecture: '',
                device: '',
                description: b.adapter,
                computesOnCpu: /swiftshader/i.test(b.adapter),
                powerPreference: null,
              }
            : null,
        },
      };
    } finally {
      await backend.close();
    }
  } catch (error) {
    return { name, description: null, missing: error instanceof Error ? error.message : String(error) };
  }
}
