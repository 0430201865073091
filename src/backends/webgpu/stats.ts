/** Accounting: what the backend has asked of the device. */

/** What a kernel does, counted when it is dispatched: for products of matrices by their tiling; for all others, which memory
 *  limits anyway, each buffer is counted once, and operations aren't. */
export interface Work {
  /** Multiplications and additions. */
  readonly flops: number;
  /** Bytes that its threads ask of global memory, before any cache. */
  readonly bytes: number;
}

export interface KernelStats extends Work {
  readonly dispatches: number;
  /** Milliseconds on the device; 0 unless the backend was created with `profile: true`. */
  readonly milliseconds: number;
}

export interface WebGPUStats {
  readonly dispatches: number;
  readonly submits: number;
  readonly bytesUploaded: number;
  readonly bytesRead: number;
  readonly buffersCreated: number;
  readonly bytesAllocated: number;
  /** By name: `conv2d.forward`. */
  readonly kernels: Readonly<Record<string, KernelStats>>;
}

type Counts = { -readonly [Name in Exclude<keyof WebGPUStats, 'kernels'>]: number };

export class Accounting {
  readonly counts: Counts = {
    dispatches: 0,
    submits: 0,
    bytesUploaded: 0,
    bytesRead: 0,
    buffersCreated: 0,
    bytesAllocated: 0,
  };
  readonly #kernels = new Map<string, { -readonly [Name in keyof KernelStats]: number }>();

  dispatched(kernel: string, { flops, bytes }: Work): void {
    this.counts.dispatches++;
    const k = this.#of(kernel);
    k.dispatches++;
    k.flops += flops;
    k.bytes += bytes;
  }

  took(kernel: string, milliseconds: number): void {
    this.#of(kernel).milliseconds += milliseconds;
  }

  #of(kernel: string) {
    let k = this.#kernels.get(kernel);
    if (!k) {
      k = { dispatches: 0, flops: 0, bytes: 0, milliseconds: 0 };
      this.#kernels.set(kernel, k);
    }
    return k;
  }

  report(): WebGPUStats {
    return {
      ...this.counts,
      kernels: Object.fromEntries([...this.#kernels].map(([name, k]) => [name, { ...k }])),
    };
  }

  reset(): void {
    for (const name of Object.keys(this.counts) as (keyof Counts)[]) this.counts[name] = 0;
    this.#kernels.clear();
  }
}
