/** The commands: what each is called, takes and does. What only one of them needs is loaded when it runs. */
import { COULD_NOT_RUN } from './exitCodes.js';
import {
  benchFlagGroups,
  checkFlagGroups,
  computeFlags,
  dataFlags,
  experimentFlagGroups,
  exportFlags,
  type Flags,
  otherWeightsFlags,
  predictFlags,
  summaryFlags,
  type Typed,
  trainFlagGroups,
  variantFlags,
  weightsFlags,
  workersFlag,
} from './flags.js';
import { dataSetList, experimentList, networkList, recipeList, type Section } from './help.js';

export interface Command {
  /** Those of one group stand together in `--help`. */
  readonly group: 'Networks' | "The lecture's claims" | 'This machine';
  /** Its name, and what stands behind it. */
  readonly usage: string;
  /** In a line. */
  readonly help: string;
  /** In groups, by title. */
  readonly flags: Readonly<Record<string, Flags>>;
  /** What `--help` lists besides. */
  readonly lists: readonly (() => Section | Section[])[];
  readonly example?: string;
  /** Exit code where it can't be done. Default 1. */
  readonly failure?: number;
  /** Does it, and returns the exit code. `name` is what stands behind the command, if it takes something; `names` are all
   *  that stand there. */
  run(typed: Typed, name: string, names: readonly string[]): Promise<number> | number;
}

export const commands: readonly Command[] = [
  {
    group: 'Networks',
    usage: 'train <name>',
    help: "Train a network: mnist is the lecture's on MNIST, any other <name> is the network's",
    flags: trainFlagGroups,
    lists: [networkList, dataSetList, recipeList],
    example: 'receptive train mnist --epochs 10',
    run: async (typed, name) => (await import('./train.js')).train(name, typed),
  },
  {
    group: 'Networks',
    usage: 'eval',
    help: 'Test saved weights',
    flags: {
      Weights: weightsFlags,
      Images: {
        dataDir: { ...dataFlags.dataDir, otherwise: "the run's" },
        testLimit: { ...dataFlags.testLimit, otherwise: "the run's" },
      },
      Computing: { ...computeFlags, ...workersFlag },
    },
    lists: [],
    run: async (typed) => (await import('./inspect.js')).evaluateCheckpoint(typed),
  },
  {
    group: 'Networks',
    usage: 'predict <...pictures>',
    help: 'Say what pictures show: PNG, JPEG and WebP files, or folders of them',
    flags: { Weights: weightsFlags, Computing: computeFlags, Output: predictFlags },
    lists: [],
    run: async (typed, _, pictures) => (await import('./predict.js')).predict(pictures, typed),
  },
  {
    group: 'Networks',
    usage: 'export <run> [out]',
    help: "Write a network for other libraries: of a run's folder, or of a file of weights",
    flags: { Export: exportFlags, Weights: otherWeightsFlags },
    lists: [],
    example: 'receptive export runs/mnist --to onnx',
    run: async (typed, run, [, out]) => (await import('./export.js')).exportNetwork(run, out, typed),
  },
  {
    group: 'Networks',
    usage: 'summary <model>',
    help: "List a network's layers, shapes, parameters, multiply-adds and memory",
    flags: { Images: summaryFlags, Network: variantFlags },
    lists: [networkList],
    run: async (typed, model) => (await import('./inspect.js')).summarize(model, typed),
  },
  {
    group: "The lecture's claims",
    usage: 'experiments <name>',
    help: 'Try a claim on real data, with a picture and a table',
    flags: experimentFlagGroups,
    lists: [experimentList, dataSetList],
    example: 'receptive experiments depth',
    run: async (typed, name) => (await import('./experiments.js')).experiment(name, typed),
  },
  {
    group: 'This machine',
    usage: 'bench',
    help: 'Measure how fast each backend is on this machine',
    flags: benchFlagGroups,
    lists: [],
    example: 'receptive bench --quick --html report.html',
    run: async (typed) => (await import('./bench.js')).bench(typed),
  },
  {
    group: 'This machine',
    usage: 'check',
    help: "Hold a backend's kernels to the laws of their operations",
    flags: checkFlagGroups,
    lists: [],
    example: 'receptive check --backend webgpu --html report.html',
    failure: COULD_NOT_RUN,
    run: async (typed) => (await import('./check.js')).check(typed),
  },
];
