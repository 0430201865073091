/** What `fit` and `evaluate` do together with the other ranks of a group. Without one, a process is the only rank. */
import { mixSeed } from '../data/transforms/random.js';
import { averageGradients, broadcastBuffers, broadcastParameters } from '../distributed/dataParallel.js';
import { bytesOf, type ProcessGroup } from '../distributed/processGroup.js';
import { requireSame } from '../distributed/sameOnAllRanks.js';
import type { AnyModule } from '../nn/module.js';
import { defaultGenerator } from '../tensor/random.js';
import type { Tensor } from '../tensor/tensor.js';
import { ClassificationMetrics, type Metric } from './metrics.js';

/** Milliseconds that a rank that was asked to end waits for the others. mpirun kills it after a second. */
const PATIENCE = 500;

/** Asked to end, this rank has waited for others that may be gone. */
export class RankLostError extends Error {
  override readonly name = 'RankLostError';
}

/** What a rank hands in of its part of a step or of an evaluation. */
export interface Share {
  readonly metrics: ClassificationMetrics;
  readonly images: number;
  /** Whether this rank was asked to end. */
  readonly isAborted: boolean;
  /** Whether it is time to save. */
  readonly isDue: boolean;
}

export class Ranks {
  constructor(
    private readonly group: ProcessGroup | undefined,
    private readonly signal: { readonly aborted: boolean } | undefined,
  ) {}

  get size(): number {
    return this.group?.size ?? 1;
  }

  /** Whether it saves and tells for all. */
  get isFirst(): boolean {
    return this.group === undefined || this.group.rank === 0;
  }

  /** Whether there are others. */
  get areSeveral(): boolean {
    return this.size > 1;
  }

  /** Throws a RanksDifferError, on all ranks, unless all have the same facts; then gives all of them rank 0's weights. */
  async begin(model: AnyModule, facts: Readonly<Record<string, unknown>>): Promise<void> {
    if (!this.group) return;
    await this.#together(requireSame(this.group, facts));
    await this.#together(broadcastParameters(model, this.group));
  }

  async shareBuffers(model: AnyModule): Promise<void> {
    if (this.group) await this.#together(broadcastBuffers(model, this.group));
  }

  async averageGradients(parameters: readonly Tensor[]): Promise<void> {
    if (this.group) await this.#together(averageGradients(parameters, this.group));
  }

  /** The sums over all ranks. Any rank may ask for the end; when to save is what rank 0 says. `own` are the metrics of one's own. */
  async add(share: Share, own: Readonly<Record<string, Metric>> = {}): Promise<Share> {
    if (!this.group || !this.areSeveral) return share;
    const names = Object.keys(own);
    const all = await this.#together(this.group.allGather(bytesOf(encode(share, names))));
    const shares = all.map((bytes) => decode(new Float64Array(bytes.slice().buffer), names));
    const metrics = new ClassificationMetrics();
    for (const each of shares) metrics.merge(each.metrics);
    return {
      metrics,
      images: shares.reduce((sum, { images }) => sum + images, 0),
      isAborted: shares.some(({ isAborted }) => isAborted),
      isDue: shares[0].isDue,
    };
  }

  /**
   * Calls `compute` with a generator that is this rank's own, so that dropout isn't the same on all of them. The default generator goes
   * on as on all other ranks: one of its numbers, and the rank, seed the other.
   */
  withOwnGenerator<Result>(compute: () => Result): Result {
    if (!this.group || !this.areSeveral) return compute();
    const seed = defaultGenerator.random();
    const common = defaultGenerator.getState();
    defaultGenerator.manualSeed(mixSeed(seed, [this.group.rank]));
    try {
      return compute();
    } finally {
      defaultGenerator.setState(common);
    }
  }

  /** Waits for what all ranks do, but once this one is asked to end not for long: it may be asked because another is dead. */
  async #together<Result>(call: Promise<Result>): Promise<Result> {
    let isOver = false;
    const over = call.finally(() => {
      isOver = true;
    });
    over.catch(() => {}); // it is returned below, or nobody needs it any more
    const impatient = async (): Promise<never> => {
      let asked = Number.POSITIVE_INFINITY;
      while (!isOver) {
        if (this.signal?.aborted) asked = Math.min(asked, performance.now());
        if (performance.now() - asked > PATIENCE) {
          throw new RankLostError(
            `asked to end, it has waited ${PATIENCE / 1000} s for the other ranks, of which one may be gone`,
          );
        }
        await new Promise<void>((resolve) => setTimeout(resolve, 50));
      }
      return new Promise<never>(() => {});
    };
    return this.signal ? Promise.race([over, impatient()]) : over;
  }
}

/** Counts, then a number for each metric of one's own, then what isn't 0 in the confusion matrix, as (label, prediction, count). */
function encode({ metrics, images, isAborted, isDue }: Share, names: readonly string[]): Float64Array {
  const { count, classified, correct, lossSum, confusion } = metrics;
  const own = names.map((name) => metrics.sums[name] ?? 0); // a rank may have had no image
  const cells = confusion.flatMap((row, label) =>
    row.flatMap((times, prediction) => (times === 0 ? [] : [label, prediction, times])),
  );
  const head = [+isAborted, +isDue, images, count, classified, correct, lossSum, confusion.length, own.length];
  return Float64Array.from([...head, ...own, ...cells]);
}

function decode(values: Float64Array, names: readonly string[]): Share {
  const [isAborted, isDue, images, count, classified, correct, lossSum, C, own] = values;
  const metrics = Object.assign(new ClassificationMetrics(), { count, classified, correct, lossSum });
  for (let label = 0; label < C; label++) metrics.confusion.push(new Array<number>(C).fill(0));
  const rest = values.subarray(9);
  for (let i = 0; i < own; i++) metrics.sums[names[i]] = rest[i];
  for (let i = own; i < rest.length; i += 3) metrics.confusion[rest[i]][rest[i + 1]] = rest[i + 2];
  return { metrics, images, isAborted: isAborted === 1, isDue: isDue === 1 };
}
