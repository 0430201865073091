/** What `browser.test.ts` runs in pages and workers. It takes the package as its users do: by name. */
import {
  type AnyBackend,
  type BackendName,
  type BackendOptions,
  createBackend,
  defaultGenerator,
  evaluate,
  manualSeed,
  models,
  noGrad,
  type OperationName,
  optim,
  scoresOf,
  trainingStep,
} from 'receptive';
import { loadImages, openCheckpoint, testLoader } from 'receptive/catalog';
import { openFolder } from 'receptive/data';
import { backendCandidate, type CheckOptions, checkAll, type LawName } from 'receptive/testing';

/** A backend, and how it is created. */
export interface Choice {
  readonly name: BackendName;
  readonly options?: BackendOptions;
}

async function withBackend<T>({ name, options }: Choice, use: (backend: AnyBackend) => Promise<T>): Promise<T> {
  const backend = await createBackend(name, options);
  try {
    return await use(backend);
  } finally {
    await backend.close();
  }
}

/** Which build of the WASM kernels it is, and how many threads it has. */
const started = (backend: AnyBackend): { build?: string; threads?: number } =>
  backend.name === 'wasm' ? { build: backend.build, threads: backend.threads } : {};

/** A network of the lecture, and how it is trained. */
export interface Training {
  readonly net: 'mnistNet' | 'inceptionNet' | 'residualNet';
  /** Images of a batch. */
  readonly N: number;
  readonly lr: number;
  readonly steps: number;
  readonly seed: number;
}

export const suite = {
  /** Which build and how many threads the options lead to. */
  start: (choice: Choice) =>
    withBackend(choice, async (backend) => ({ ...started(backend), cores: navigator.hardwareConcurrency })),

  /** Holds the kernels of these operations to their laws: which laws those were, and what the broken ones say. */
  checkLaws: (choice: Choice, names: readonly OperationName[], options: CheckOptions) =>
    withBackend(choice, async (backend) => {
      const candidate = backendCandidate(backend);
      const laws: Partial<Record<OperationName, LawName[]>> = {};
      const broken: string[] = [];
      for await (const { operation, law, failure } of checkAll(candidate, { ...options, operations: names })) {
        laws[operation] = [...(laws[operation] ?? []), law];
        if (failure) broken.push(String(failure));
      }
      return { ...started(backend), laws, broken };
    }),

  /** Losses of a network while it learns one random batch by heart. */
  train: (choice: Choice, { net, N, lr, steps, seed }: Training) =>
    withBackend(choice, async (backend) => {
      manualSeed(seed);
      const model = models[net]().to(backend);
      const optimizer = new optim.SGD(model.parameters(), { lr, momentum: 0.5 });
      const x = backend.tensor(defaultGenerator.fillUniform(new Float32Array(N * 784), -1, 1), [N, 1, 28, 28]);
      const labels = Int32Array.from({ length: N }, () => defaultGenerator.random() % 10);
      const losses: number[] = [];
      for (let step = 0; step < steps; step++) {
        const { scores, loss } = trainingStep(model, optimizer, [x, labels]);
        scores.release();
        losses.push(await loss.item());
      }
      return { ...started(backend), losses };
    }),

  /** Loss, accuracy and scores of a run's network, from the addresses of its checkpoint and of its data set. */
  testCheckpoint: (choice: Choice, weights: string, data: string) =>
    withBackend(choice, async (backend) => {
      const bytes = new Uint8Array(await (await fetch(weights)).arrayBuffer());
      const { model, options, images, epochs } = await openCheckpoint(bytes, weights);
      const test = await loadImages(options, openFolder(data), { train: false });
      const loader = testLoader(model.to(backend), test, backend);
      const { loss, accuracy } = await evaluate(model, loader);
      const [x] = (await loader.batches().next()).value!;
      const scores = noGrad(() => scoresOf(model.eval().forward(x)));
      return { loss, accuracy, scores: Array.from(await scores.data()), classes: images.classes, epochs };
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
