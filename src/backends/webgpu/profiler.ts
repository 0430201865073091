/**
 * How long each dispatch takes on the device. Every dispatch has a compute pass of its own, at whose beginning and end the device
 * writes the time. At the end of a submit, its times are copied to a buffer, which is read while JavaScript goes on.
 */

import type { DeviceClock } from '../webgpuBackend.js';

// WebGPU's flags (GPUBufferUsage), which aren't globals on every platform.
const MAP_READ = 0x1;
const COPY_SRC = 0x4;
const COPY_DST = 0x8;
const QUERY_RESOLVE = 0x200;

/** The feature of a device that this needs. */
export const timestamps = 'timestamp-query';

const milliseconds = (nanoseconds: bigint) => Number(nanoseconds) / 1e6;

/** Bytes of a dispatch's two times, in nanoseconds. */
const pairBytes = 16;

export class Profiler {
  readonly #times: GPUQuerySet;
  readonly #resolved: GPUBuffer;
  readonly #staging: GPUBuffer[] = [];
  readonly #pending = new Set<Promise<void>>();
  #names: string[] = [];
  // In nanoseconds.
  #first: bigint | null = null;
  #last = 0n;
  #step: bigint | null = null;
  #backwards = 0;

  constructor(
    private readonly device: GPUDevice,
    /** Dispatches of one submit, at most. */
    private readonly capacity: number,
    private readonly took: (kernel: string, milliseconds: number) => void,
  ) {
    this.#times = device.createQuerySet({ label: 'times', type: 'timestamp', count: 2 * capacity });
    this.#resolved = this.#create(QUERY_RESOLVE | COPY_SRC);
  }

  #create(usage: number): GPUBuffer {
    return this.device.createBuffer({ label: 'times', size: this.capacity * pairBytes, usage });
  }

  /** The descriptor of a dispatch's pass, with which the device writes its times. */
  time(kernel: string): GPUComputePassDescriptor {
    const index = 2 * this.#names.length;
    this.#names.push(kernel);
    return {
      timestampWrites: {
        querySet: this.#times,
        beginningOfPassWriteIndex: index,
        endOfPassWriteIndex: index + 1,
      },
    };
  }

  /** Adds the last commands of a submit. Returns the function to call when they are submitted. */
  collect(encoder: GPUCommandEncoder): () => void {
    const names = this.#names;
    if (names.length === 0) return () => {};
    this.#names = [];
    const bytes = names.length * pairBytes;
    const staging = this.#staging.pop() ?? this.#create(MAP_READ | COPY_DST);
    encoder.resolveQuerySet(this.#times, 0, 2 * names.length, this.#resolved, 0);
    encoder.copyBufferToBuffer(this.#resolved, 0, staging, 0, bytes);
    return () => {
      // If it can't be read, the device is lost or the submit was wrong: Failures reports both.
      const read = this.#read(staging, names, bytes).catch(() => {});
      this.#pending.add(read);
      void read.then(() => this.#pending.delete(read));
    };
  }

  async #read(staging: GPUBuffer, names: readonly string[], bytes: number): Promise<void> {
    await staging.mapAsync(1, 0, bytes); // GPUMapMode.READ
    const times = new BigUint64Array(staging.getMappedRange(0, bytes));
    names.forEach((name, i) => {
      const [begin, end] = [times[2 * i], times[2 * i + 1]];
      // A device may reset its clock meanwhile: then the time is unknown.
      if (end < begin) this.#backwards++;
      this.took(name, Math.max(0, milliseconds(end - begin)));
      if (this.#first === null || begin < this.#first) this.#first = begin;
      if (end > this.#last) this.#last = end;
    });
    this.#watchStep(times);
    staging.unmap();
    this.#staging.push(staging);
  }

  #watchStep(times: BigUint64Array): void {
    const sorted = times.slice().sort();
    for (let i = 1; i < sorted.length; i++) {
      const step = sorted[i] - sorted[i - 1];
      if (step > 0n && (this.#step === null || step < this.#step)) this.#step = step;
    }
  }

  clock(): DeviceClock | null {
    if (this.#first === null) return null;
    const span = milliseconds(this.#last - this.#first);
    return { span, step: milliseconds(this.#step ?? 0n), backwards: this.#backwards };
  }

  /** From now on, the clock tells of what is asked from now on. */
  reset(): void {
    this.#first = null;
    this.#last = 0n;
    this.#backwards = 0;
  }

  /** Waits for the times of all that is submitted. */
  async settled(): Promise<void> {
    await Promise.all(this.#pending);
  }
}
