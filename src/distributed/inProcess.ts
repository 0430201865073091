import { bytesOf, type ProcessGroup, sumInRankOrder } from './processGroup.js';

/** What all ranks have handed in for one call. */
class Meeting {
  readonly #parts: Uint8Array[] = [];
  readonly #all: Promise<Uint8Array[]>;
  #open!: (parts: Uint8Array[]) => void;

  constructor(private readonly size: number) {
    this.#all = new Promise((resolve) => {
      this.#open = resolve;
    });
  }

  join(rank: number, bytes: Uint8Array): Promise<Uint8Array[]> {
    this.#parts[rank] = bytes.slice();
    if (Object.keys(this.#parts).length === this.size) this.#open(this.#parts);
    return this.#all;
  }
}

/**
 * A group of so many ranks within one process, for tests and for a script that runs with or without MPI: a rank is an async function.
 *
 * @example
 * await Promise.all(inProcessGroups(2).map(async (group) => {
 *   const values = Float32Array.of(group.rank + 1);
 *   await group.allReduce(values); // [3], on both
 * }));
 */
export function inProcessGroups(size: number): ProcessGroup[] {
  const meetings: Meeting[] = [];
  return Array.from({ length: size }, (_, rank): ProcessGroup => {
    let calls = 0;
    const allGather = async (bytes: Uint8Array) => {
      const call = calls++;
      meetings[call] ??= new Meeting(size);
      const parts = await meetings[call].join(rank, bytes);
      delete meetings[call];
      return parts.map((part) => part.slice());
    };
    return {
      rank,
      size,
      allGather,
      async allReduce(values) {
        const parts = await allGather(bytesOf(values));
        const Values = values.constructor as Float32ArrayConstructor;
        sumInRankOrder(
          values,
          parts.map(({ buffer }) => new Values(buffer as ArrayBuffer)),
        );
      },
      async broadcast(bytes, from = 0) {
        bytes.set((await allGather(bytes))[from]);
      },
      async barrier() {
        await allGather(new Uint8Array());
      },
    };
  });
}
