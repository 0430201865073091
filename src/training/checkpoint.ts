/**
 * Checkpoints: all that a run needs to go on bit for bit, in one safetensors file that any reader of that format can take
 * the weights from.
 *
 *   tensors    model.<state_dict key>      optimizer.<number>.<name>
 *   metadata   state: JSON of everything else      sha256: of all the rest, against silent damage
 */
import * as v from 'valibot';
import { tensorOf } from '../exchange/safetensors.js';
import {
  defaultDtype,
  entryOf,
  FormatError,
  parseSafetensors,
  type SafetensorsEntry,
  serializeSafetensors,
  sha256,
} from '../formats/index.js';
import { kindOf } from '../nn/kind.js';
import type { LRScheduler, PlateauState, ReduceLROnPlateau, SchedulerState } from '../optim/lrScheduler.js';
import type { Optimizer, OptimizerState } from '../optim/optimizer.js';
import { defaultGenerator } from '../tensor/random.js';
import type { Tensor } from '../tensor/tensor.js';
import type { Classifier } from './evaluate.js';
import { ClassificationMetrics } from './metrics.js';
import type { EpochRecord, Progress } from './progress.js';

/** Somewhere to keep checkpoints: a folder, a database. A save must be all or nothing. */
export interface CheckpointStore {
  save(name: 'last' | 'best', bytes: Uint8Array): Promise<void>;
}

/** What a checkpoint is taken of, and restored to. */
export interface TrainingState {
  readonly model: Classifier;
  readonly optimizer: Optimizer;
  readonly scheduler: LRScheduler | ReduceLROnPlateau | null;
  readonly progress: Progress;
  /** What is needed to build the model and the loaders again. */
  readonly about: Readonly<Record<string, unknown>>;
  /** Ranks that train together. Default: one. */
  readonly ranks?: number;
}

const count = v.pipe(v.number(), v.integer(), v.minValue(0));
const generatorState = v.object({
  words: v.pipe(v.array(v.pipe(count, v.maxValue(2 ** 32 - 1))), v.length(624)),
  used: v.pipe(count, v.maxValue(624)),
  nextNormal: v.nullable(v.number()),
});
/** JSON writes NaN as null. */
const numberOrNaN = v.pipe(
  v.nullable(v.number()),
  v.transform((value) => value ?? Number.NaN),
);
/** Of one's own; checkpoints of 0.1 have none. */
const ownMetrics = v.optional(v.record(v.string(), numberOrNaN), {});
const epochRecord = v.object({
  epoch: count,
  step: count,
  lr: v.number(),
  loss: v.number(),
  accuracy: numberOrNaN,
  metrics: ownMetrics,
  validation: v.nullable(v.object({ loss: v.number(), accuracy: numberOrNaN, metrics: ownMetrics })),
});
const savedState = v.object({
  version: v.literal(1),
  about: v.record(v.string(), v.unknown()),
  ranks: v.optional(count, 1),
  progress: v.object({
    epoch: count,
    stepInEpoch: count,
    step: count,
    metrics: v.object({
      count,
      classified: v.optional(count),
      correct: count,
      lossSum: v.number(),
      confusion: v.array(v.array(count)),
      sums: ownMetrics,
    }),
    epochGenerator: generatorState,
    history: v.array(epochRecord),
    bestAccuracy: v.nullable(v.number()),
    bestLoss: v.nullable(v.number()),
    epochsSinceBest: count,
  }),
  generator: generatorState,
  optimizer: v.object({ type: v.string(), groups: v.array(v.record(v.string(), v.unknown())), steps: v.array(count) }),
  scheduler: v.nullable(v.object({ type: v.string(), state: v.record(v.string(), v.unknown()) })),
});
type SavedState = v.InferOutput<typeof savedState>;

/** The file's bytes. */
export async function encodeCheckpoint(training: TrainingState): Promise<Uint8Array> {
  const { model, optimizer, scheduler, progress, about, ranks = 1 } = training;
  const { tensors: optimizerTensors, groups, steps } = optimizer.stateDict();
  const entries = new Map<string, SafetensorsEntry>();
  const state = model.stateDict();
  for (const [key, tensor] of Object.entries(state)) await addTo(entries, `model.${key}`, tensor);
  for (const [key, tensor] of Object.entries(optimizerTensors)) await addTo(entries, `optimizer.${key}`, tensor);
  for (const tensor of Object.values(state)) tensor.release();
  const saved: SavedState = {
    version: 1,
    about,
    ranks,
    progress: { ...progress, metrics: { ...progress.metrics } } as SavedState['progress'],
    generator: defaultGenerator.getState() as SavedState['generator'],
    optimizer: { type: kindOf(optimizer), groups: [...groups], steps: [...steps] },
    scheduler: scheduler && { type: kindOf(scheduler), state: { ...scheduler.stateDict() } },
  };
  const metadata = { format: 'pt', state: JSON.stringify(saved) };
  return serializeSafetensors(entries, { ...metadata, sha256: await fingerprint(metadata, entries) });
}

/** A checkpoint that has been read and found whole. */
export class Checkpoint {
  private constructor(
    private readonly state: SavedState,
    private readonly tensors: ReadonlyMap<string, SafetensorsEntry>,
  ) {}

  /** Throws a FormatError if the file is damaged or is something else. `name` is its path, for messages. */
  static async decode(bytes: Uint8Array, name: string): Promise<Checkpoint> {
    const { tensors, metadata } = parseSafetensors(bytes, name);
    const { sha256, ...rest } = metadata;
    const json = rest.state;
    if (json === undefined || sha256 === undefined) {
      throw new FormatError(`${name}: this safetensors file isn't a checkpoint: it has no training state`);
    }
    if ((await fingerprint(rest, tensors)) !== sha256) {
      throw new FormatError(
        `${name}: the checkpoint is damaged: its content doesn't have the SHA-256 that it was saved with`,
      );
    }
    const result = v.safeParse(savedState, JSON.parse(json));
    if (!result.success) {
      const [issue] = result.issues;
      throw new FormatError(
        `${name}: the checkpoint's state is wrong at ${v.getDotPath(issue) ?? 'its root'}: ${issue.message}`,
      );
    }
    return new Checkpoint(result.output, tensors);
  }

  /** As given to `fit`. */
  get about(): Readonly<Record<string, unknown>> {
    return this.state.about;
  }

  /** How many ranks trained together. */
  get ranks(): number {
    return this.state.ranks;
  }

  /** Epochs finished, steps taken in the one under way, steps in all. */
  get position(): { epoch: number; stepInEpoch: number; step: number } {
    const { epoch, stepInEpoch, step } = this.state.progress;
    return { epoch, stepInEpoch, step };
  }

  /** The epochs that the run had finished, the first first. */
  get epochs(): readonly EpochRecord[] {
    return this.state.progress.history;
  }

  /** For early stopping: the least loss of an epoch (null: none has ended), and how many epochs ago that was. */
  get best(): { loss: number | null; epochsSince: number } {
    const { bestLoss, epochsSinceBest } = this.state.progress;
    return { loss: bestLoss, epochsSince: epochsSinceBest };
  }

  /** What the optimizer remembers, on the host. */
  optimizerState(): OptimizerState {
    const { groups, steps } = this.state.optimizer;
    return { groups, steps, tensors: this.tensorsUnder('optimizer.') };
  }

  /** What the schedule remembers; null: there was none. */
  get scheduler(): Readonly<Record<string, unknown>> | null {
    return this.state.scheduler?.state ?? null;
  }

  /** The model's parameters and buffers, on the host. */
  modelState(): Record<string, Tensor> {
    return this.tensorsUnder('model.');
  }

  /** Puts a run back to where it was. If something doesn't fit, it throws, and nothing is changed. */
  restore({ model, optimizer, scheduler, progress }: TrainingState): void {
    const { state } = this;
    const [before, here] = [state.scheduler?.type ?? 'no scheduler', scheduler ? kindOf(scheduler) : 'no scheduler'];
    if (before !== here) throw new Error(`checkpoint: it was saved with ${before}, but there is ${here}`);
    if (state.optimizer.type !== kindOf(optimizer)) {
      throw new Error(`checkpoint: it was saved with ${state.optimizer.type}, but there is ${kindOf(optimizer)}`);
    }
    const [optimizerBefore, schedulerBefore] = [optimizer.stateDict(), scheduler?.stateDict()];
    try {
      optimizer.loadStateDict(this.optimizerState());
      scheduler?.loadStateDict(state.scheduler?.state as unknown as SchedulerState & PlateauState);
      model.loadStateDict(this.modelState());
    } catch (error) {
      scheduler?.loadStateDict(schedulerBefore as SchedulerState & PlateauState);
      optimizer.loadStateDict(optimizerBefore);
      throw error;
    }
    const saved = structuredClone(state.progress.metrics);
    const metrics = Object.assign(new ClassificationMetrics(), { classified: saved.count, ...saved });
    Object.assign(progress, structuredClone(state.progress), { metrics });
    defaultGenerator.setState(state.generator);
  }

  private tensorsUnder(prefix: string): Record<string, Tensor> {
    const found = [...this.tensors].filter(([key]) => key.startsWith(prefix));
    return Object.fromEntries(
      found.map(([key, entry]) => [key.slice(prefix.length), tensorOf(entry, `checkpoint: ${key}`)]),
    );
  }
}

async function addTo(entries: Map<string, SafetensorsEntry>, key: string, tensor: Tensor): Promise<void> {
  const values = await tensor.data();
  entries.set(key, entryOf(values, tensor.shape, defaultDtype(values), `checkpoint: ${key}`));
}

/** SHA-256 of the other metadata, and of every tensor's name, type, shape and bytes. */
async function fingerprint(
  metadata: Readonly<Record<string, string>>,
  tensors: ReadonlyMap<string, SafetensorsEntry>,
): Promise<string> {
  const names = [...tensors].map(([key, { dtype, shape }]) => [key, dtype, shape]);
  const head = new TextEncoder().encode(JSON.stringify([Object.entries(metadata), names]));
  const all = new Uint8Array([...tensors.values()].reduce((sum, { bytes }) => sum + bytes.length, head.length));
  all.set(head);
  let offset = head.length;
  for (const { bytes } of tensors.values()) {
    all.set(bytes, offset);
    offset += bytes.length;
  }
  return sha256(all);
}
