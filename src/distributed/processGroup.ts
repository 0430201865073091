/** Processes that work together, and what they say to each other: a small part of `torch.distributed`. */

/**
 * One process's view of all of them. Each is a rank, 0 to size − 1. Every rank makes the same calls in the same order, and a call ends
 * when the others have made theirs.
 */
export interface ProcessGroup {
  readonly rank: number;
  readonly size: number;
  /**
   * Replaces the values, on every rank, by their sums over all ranks. Each sum is taken in f64 from rank 0 to the last one and rounded
   * once: so all ranks have the same bits, and have them again in the next run.
   */
  allReduce(values: Float32Array | Float64Array): Promise<void>;
  /** Overwrites the bytes by those of rank `from`, which has as many. Default: rank 0. */
  broadcast(bytes: Uint8Array, from?: number): Promise<void>;
  /** Every rank's bytes, rank 0's first. Their lengths may differ. */
  allGather(bytes: Uint8Array): Promise<Uint8Array[]>;
  /** Ends when all ranks are here. */
  barrier(): Promise<void>;
}

/** Values that are added up at a time: they stay in the processor's first cache. */
const BLOCK = 1024;

/** out[i] = Σ_r parts[r][i], in the order of ranks. */
export function sumInRankOrder(
  out: Float32Array | Float64Array,
  parts: readonly (Float32Array | Float64Array)[],
): void {
  const sums = new Float64Array(BLOCK);
  for (let start = 0; start < out.length; start += BLOCK) {
    const length = Math.min(BLOCK, out.length - start);
    sums.fill(0);
    for (const part of parts) for (let i = 0; i < length; i++) sums[i] += part[start + i];
    for (let i = 0; i < length; i++) out[start + i] = sums[i];
  }
}

/** The memory of an array as bytes. */
export function bytesOf({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}
