/** A process group on MPI. */
import { readFileSync } from 'node:fs';
import { availableParallelism, hostname } from 'node:os';
import { setImmediate as turn } from 'node:timers/promises';
import { bytesOf, type ProcessGroup, sumInRankOrder } from '../processGroup.js';
import { requireSame } from '../sameOnAllRanks.js';
import { launcherIn } from './launcher.js';
import { MpiLibrary, pinned, type Request } from './library.js';

/** How often a request is asked before others of this process have their turn. */
const ASKS = 100;

/** Where a rank runs. */
interface Place {
  readonly host: string;
  /** The cores that it may use, as the system lists them. */
  readonly cores: string;
}

/** The ranks that `mpirun` or `srun` has started, on MPI: `initProcessGroup` gives it. */
export class MpiGroup implements ProcessGroup {
  readonly rank: number;
  readonly size: number;
  #places: readonly Place[] = [];
  #isOpen = true;
  #staging: ArrayBuffer[] = [];

  private constructor(private readonly mpi: MpiLibrary) {
    this.rank = mpi.rank();
    this.size = mpi.size();
    this.#endsWithOthers();
  }

  /** See `initProcessGroup`. */
  static async open(): Promise<MpiGroup> {
    const launcher = launcherIn(process.env);
    if (!launcher) throw new Error('MPI needs ranks, but nothing has started this process as one: mpirun -n 4 node …');
    const mpi = await MpiLibrary.open(launcher, process.env.RECEPTIVE_LIBMPI);
    const group = new MpiGroup(mpi);
    if (group.size !== launcher.size) {
      mpi.finalize();
      group.#isOpen = false;
      throw new Error(
        `${launcher.name} started ${launcher.size} ranks, but the library of ${mpi.name} knows ${group.size}: it is another MPI's; RECEPTIVE_LIBMPI names the right one`,
      );
    }
    const place: Place = { host: hostname(), cores: coresAllowed() };
    const places = await group.allGather(new TextEncoder().encode(JSON.stringify(place)));
    group.#places = places.map((bytes) => JSON.parse(new TextDecoder().decode(bytes)));
    const { version } = JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8'));
    try {
      await requireSame(group, { 'the version of receptive': version });
    } catch (error) {
      await group.close(); // all ranks have the same to say, and none is to be ended before it has
      throw error;
    }
    return group;
  }

  /** `Open MPI` or `MPICH`. */
  get implementation(): string {
    return this.mpi.name;
  }

  /** Machines that the ranks run on, as they call themselves: one for each rank. */
  get hosts(): readonly string[] {
    return this.#places.map(({ host }) => host);
  }

  /** The ranks on this machine. */
  get localSize(): number {
    return this.hosts.filter((host) => host === hostname()).length;
  }

  /** Which of them this one is. */
  get localRank(): number {
    return this.hosts.slice(0, this.rank).filter((host) => host === hostname()).length;
  }

  /** Cores for this rank: those that it may use, divided by the ranks that may use the same ones. mpirun may have given each its own. */
  get cores(): number {
    const { host, cores } = this.#places[this.rank];
    const sharing = this.#places.filter((other) => other.host === host && other.cores === cores).length;
    return Math.max(1, Math.floor(availableParallelism() / sharing));
  }

  /**
   * Rank r adds up part r of W, so that no rank has more to do than another, and the order is always that of ranks, which MPI_Allreduce
   * doesn't promise. Both halves send (W − 1)/W of the values, as a ring does.
   */
  async allReduce(values: Float32Array | Float64Array): Promise<void> {
    const W = this.size;
    if (W === 1) return;
    const Values = values.constructor as Float32ArrayConstructor;
    const part = Math.ceil(values.length / W);
    const bytes = part * Values.BYTES_PER_ELEMENT;
    const [all, received] = this.#memory(2, W * bytes).map((memory) => new Values(memory, 0, W * part));
    all.set(values);
    await this.#end(this.mpi.alltoall(bytesOf(all), bytesOf(received), bytes));
    const parts = Array.from({ length: W }, (_, r) => received.subarray(r * part, (r + 1) * part));
    const sums = parts[0]; // a block of it is read before it is written
    sumInRankOrder(sums, parts);
    await this.#end(this.mpi.allgather(bytesOf(sums), bytesOf(all), bytes));
    values.set(all.subarray(0, values.length));
  }

  async broadcast(bytes: Uint8Array, from = 0): Promise<void> {
    await this.#end(this.mpi.broadcast(bytesOf(bytes), from));
  }

  async allGather(bytes: Uint8Array): Promise<Uint8Array[]> {
    const lengths = pinned(Int32Array, this.size);
    const own = pinned(Int32Array, 1).fill(bytes.length);
    await this.#end(this.mpi.allgather(own, lengths, 4));
    const offsets = pinned(Int32Array, this.size);
    for (let r = 1; r < this.size; r++) offsets[r] = offsets[r - 1] + lengths[r - 1];
    const total = offsets[this.size - 1] + lengths[this.size - 1];
    const all = pinned(Uint8Array, total);
    await this.#end(this.mpi.allgatherv(bytesOf(bytes), all, lengths, offsets));
    return Array.from(lengths, (length, r) => all.slice(offsets[r], offsets[r] + length));
  }

  async barrier(): Promise<void> {
    await this.#end(this.mpi.barrier());
  }

  /** Leaves the group, when all ranks do. A process can't join again. */
  async close(): Promise<void> {
    if (!this.#isOpen) return;
    await this.barrier();
    this.#isOpen = false;
    this.mpi.finalize();
  }

  /** Memory for one call, taken again by the next: fresh memory costs more than the exchange. */
  #memory(count: number, bytes: number): ArrayBuffer[] {
    if (this.#staging.length < count || this.#staging[0].byteLength < bytes) {
      this.#staging = Array.from({ length: count }, () => new ArrayBuffer(bytes));
    }
    return this.#staging;
  }

  async #end(request: Request): Promise<void> {
    for (let asked = 1; !request.isDone(); asked++) if (asked % ASKS === 0) await turn();
  }

  /** A rank that fails ends the others, which would wait for it forever. */
  #endsWithOthers(): void {
    process.on('uncaughtExceptionMonitor', (error) => {
      if (this.#isOpen) console.error(`rank ${this.rank}:`, error); // before Node does: it won't come to that
    });
    process.on('exit', (code) => {
      if (!this.#isOpen) return;
      if (code === 0) this.mpi.finalize();
      else this.mpi.abort(code);
    });
  }
}

/** As the system lists them; where it doesn't, their number. */
function coresAllowed(): string {
  try {
    return /^Cpus_allowed_list:\s*(.*)$/m.exec(readFileSync('/proc/self/status', 'utf8'))![1];
  } catch {
    return String(availableParallelism());
  }
}
