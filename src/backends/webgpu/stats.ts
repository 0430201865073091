/** Counts what the backend has asked of the device, for `stats()`. */

import type { KernelStats, WebGPUStats, Work } from '../webgpuBackend.js';

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
