/** `--distributed`: what a command does with the other ranks. Without it, the process is the only one. */

import type { Backend } from '../backends/backend.js';
import { describeBackend } from '../backends/describe.js';
import type { Dataset, Sampler } from '../data/index.js';
import { DistributedSampler, initProcessGroup, type MpiGroup, RanksDifferError } from '../distributed/mpi/index.js';
import { DivergedError } from '../training/index.js';
import type { computeFlags, Values } from './flags.js';

export class CommandRanks {
  private constructor(readonly group: MpiGroup | undefined) {}

  /** Joins them. Throws a one-line error where that can't be. */
  static async join(distributed: 'mpi' | undefined): Promise<CommandRanks> {
    return new CommandRanks(distributed && (await initProcessGroup(distributed)));
  }

  get size(): number {
    return this.group?.size ?? 1;
  }

  /** Whether it writes and prints for all. */
  get isFirst(): boolean {
    return (this.group?.rank ?? 0) === 0;
  }

  readonly print = (text: string): void => {
    if (this.isFirst) console.log(text);
  };

  /** What rank 0 reads, for all ranks: the others may not see its files. */
  async fromFirst(read: () => Promise<Uint8Array>): Promise<Uint8Array> {
    if (!this.group) return read();
    const [bytes] = await this.group.allGather(this.isFirst ? await read() : new Uint8Array());
    return bytes;
  }

  /** The threads that were asked for, or this rank's share of the cores. */
  computing(asked: Values<typeof computeFlags>): Values<typeof computeFlags> {
    if (!this.group || asked.backend === 'webgpu' || asked.backend === 'reference') return asked;
    return { ...asked, threads: asked.threads ?? this.group.cores };
  }

  /** The order of a rank's share of the training images; undefined: the loader's own. */
  trainingSampler(training: Dataset, seed: number): Sampler | undefined {
    const { group } = this;
    return group && new DistributedSampler(training, { numReplicas: group.size, rank: group.rank, seed });
  }

  /** A rank's share of the test images: each image is in one. */
  testSampler(test: Dataset): Sampler | undefined {
    const { group } = this;
    if (!group) return undefined;
    return new DistributedSampler(test, { numReplicas: group.size, rank: group.rank, shuffle: false, pad: false });
  }

  /** A command, as it is typed to have as many ranks. */
  again(command: string): string {
    return this.group ? `mpirun -n ${this.size} ${command}` : command;
  }

  /** Says where the ranks are, and what each computes on: a line for those that are alike. */
  async describe(backend: Backend): Promise<string[]> {
    const { group } = this;
    if (!group) return [];
    const { label, adapter } = describeBackend(backend);
    const gpu = adapter
      ? ` (${[adapter.vendor, adapter.architecture, adapter.description].filter(Boolean).join(' ')})`
      : '';
    const own = new TextEncoder().encode(`'${label}'${gpu} on ${group.hosts[group.rank]}`);
    const places = (await group.allGather(own)).map((bytes) => new TextDecoder().decode(bytes));
    const lines = [...new Set(places)].map((place) => {
      const ranks = places.flatMap((other, rank) => (other === place ? [rank] : []));
      return `${ranks.length === 1 ? 'rank' : 'ranks'} ${ranks.join(', ')}: ${place}`;
    });
    return [`${group.size} ${group.size === 1 ? 'rank' : 'ranks'} on MPI (${group.implementation})`, ...lines];
  }

  /** Runs what all ranks do, and leaves the group where all of them end. Where one fails by itself, its end is that of all. */
  async run(command: () => Promise<number>): Promise<number> {
    try {
      const code = await command();
      await this.group?.close();
      return code;
    } catch (error) {
      const isOfAll = error instanceof RanksDifferError || error instanceof DivergedError;
      if (!this.group || !(error instanceof Error)) throw error;
      console.error(`receptive: rank ${this.group.rank}: ${error.message}`);
      if (isOfAll) await this.group.close();
      return 1;
    }
  }
}
