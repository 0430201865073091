/** One problem of an operation's case on one backend: its arrays are in buffers, and its kernels are ready to be called. */
import type { Backend } from '../backends/backend.js';
import type { OperationName } from '../ops/index.js';
import type { DeviceBuffer, TypedArray } from '../tensor/tensorBackend.js';
import type { Pass } from '../testing/candidate.js';
import { cases } from '../testing/cases/index.js';
import type { Problem } from '../testing/problem.js';
import { dyName, forwardArguments } from '../testing/run.js';
import type { Call } from './calls.js';

type Kernel = (...args: unknown[]) => void;

export class PreparedProblem {
  readonly #buffers = new Map<string, DeviceBuffer>();
  readonly #flag: DeviceBuffer; // reading it waits for the calls before

  constructor(
    private readonly backend: Backend,
    private readonly operation: OperationName,
    private readonly problem: Problem,
  ) {
    this.#flag = backend.allocate(1, 'float32');
    for (const argument of forwardArguments(cases[operation], problem)) {
      if (argument) this.#buffers.set(argument.name, this.#write(argument.values));
    }
  }

  /** A function that calls the kernel. It doesn't wait: `finished` does. */
  caller({ pass, gradients }: Call): () => void {
    if (pass === 'backward') this.#prepareBackward();
    const kernel = this.#kernel(pass);
    const args = this.#arguments(pass, gradients);
    return () => kernel(...args);
  }

  /** Resolves when the device has done all calls. */
  async finished(): Promise<void> {
    await this.backend.read(this.#flag);
  }

  /** What is in an array now. */
  async content(name: string): Promise<TypedArray | null> {
    const buffer = this.#buffers.get(name);
    return buffer ? this.backend.read(buffer) : null;
  }

  /** What is updated in place is as it was again: a thousand steps in one direction would end in other numbers. */
  restore(): void {
    for (const name of cases[this.operation].forward.writes) {
      const values = this.problem.inputs[name];
      if (values) this.backend.write(this.#buffers.get(name)!, values);
    }
  }

  free(): void {
    for (const buffer of [...this.#buffers.values(), this.#flag]) this.backend.free(buffer);
    this.backend.emptyCache();
  }

  #kernel(pass: Pass): Kernel {
    return (this.backend.kernels[this.operation] as Partial<Record<Pass, Kernel>>)[pass]!;
  }

  /** By the names of the parameters; what isn't given, or asked for, is null. */
  #arguments(pass: Pass, gradients: readonly string[]): unknown[] {
    const { writes, reads } = cases[this.operation][pass]!;
    const written = pass === 'backward' ? writes.map((name) => (gradients.includes(name) ? name : '')) : writes;
    return [...[...written, ...reads].map((name) => this.#buffers.get(name) ?? null), this.problem.sizes];
  }

  #prepareBackward(): void {
    const c = cases[this.operation];
    if (this.#buffers.has(dyName(c))) return;
    this.#kernel('forward')(...this.#arguments('forward', [])); // backward reads what it writes
    for (const name of [dyName(c), ...c.backward!.writes]) {
      const like = this.#buffers.get(name.slice(1));
      if (!like) continue;
      this.#buffers.set(name, this.#write(Float32Array.from({ length: like.length }, (_, i) => Math.sin(i))));
    }
  }

  #write(values: TypedArray): DeviceBuffer {
    const buffer = this.backend.allocate(values.length, values instanceof Int32Array ? 'int32' : 'float32');
    this.backend.write(buffer, values);
    return buffer;
  }
}
