/** What `browser.test.ts` runs in pages and workers. It takes the package as its users do: by name. */
import {
  type BackendOptions,
  createBackend,
  defaultGenerator,
  functional as F,
  manualSeed,
  models,
  type OperationName,
  operationNames,
  optim,
} from 'receptive';
import { backendCandidate, checkLaw, type LawName, lawsFor } from 'receptive/testing';
import type { WasmBackend } from '../../src/backends/wasm/index.js';

async function withBackend<T>(options: BackendOptions, use: (backend: WasmBackend) => Promise<T>) {
  const backend = (await createBackend('wasm', options)) as WasmBackend;
  try {
    return { build: backend.build, threads: backend.threads, ...(await use(backend)) };
  } finally {
    await backend.close();
  }
}

export const suite = {
  /** Which build and how many threads the options lead to. */
  start: (options: BackendOptions) => withBackend(options, async () => ({ cores: navigator.hardwareConcurrency })),

  /** Holds all kernels to their laws: which laws those were, and what the broken ones say. */
  checkLaws: (options: BackendOptions, runs: number, seed: number) =>
    withBackend(options, async (backend) => {
      const candidate = backendCandidate(backend);
      const laws: Partial<Record<OperationName, LawName[]>> = {};
      const broken: string[] = [];
      for (const name of operationNames) {
        laws[name] = lawsFor(name, candidate);
        for (const law of laws[name]) {
          await checkLaw(name, law, candidate, { runs, seed }).catch((error) => broken.push(String(error)));
        }
      }
      return { laws, broken };
    }),

  /** Losses of the lecture's network while it learns one random batch by heart. */
  train: (options: BackendOptions, steps: number, seed: number) =>
    withBackend(options, async (backend) => {
      manualSeed(seed);
      const model = models.mnistNet().to(backend);
      const optimizer = new optim.SGD(model.parameters(), { lr: 0.1, momentum: 0.5 });
      const N = 64;
      const x = backend.tensor(defaultGenerator.fillUniform(new Float32Array(N * 784), -1, 1), [N, 1, 28, 28]);
      const labels = Int32Array.from({ length: N }, () => defaultGenerator.random() % 10);
      const losses: number[] = [];
      for (let step = 0; step < steps; step++) {
        const loss = F.crossEntropy(model.forward(x), labels);
        optimizer.zeroGrad();
        loss.backward();
        optimizer.step();
        losses.push(await loss.item());
      }
      return { losses };
    }),
};

export type Suite = typeof suite;

/** A call of one of its functions, as a message. */
export interface Call<Name extends keyof Suite = keyof Suite> {
  readonly name: Name;
  readonly args: Parameters<Suite[Name]>;
}

export function answer({ name, args }: Call): Promise<unknown> {
  return (suite[name] as (...args: unknown[]) => Promise<unknown>)(...args);
}
