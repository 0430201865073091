/** How long one kernel call takes on a backend, on one problem of its operation's case. */
import type { Backend } from 'receptive';
import { cases, forwardArguments, gradientNames, type OperationName, type Pass, type Problem } from 'receptive/testing';
import { Bench } from 'tinybench';

type Kernel = (...args: unknown[]) => void;
type Buffer = ReturnType<Backend['allocate']>;
type Values = Parameters<Backend['write']>[1];

/** A kernel call, by what is asked for. */
export interface Call {
  readonly label: string;
  readonly pass: Pass;
  /** The gradients that are asked for. */
  readonly gradients: readonly string[];
  /** Its share of the pass's operations. */
  readonly share: number;
}

/** Operations whose gradients are products of their own, so that each is worth a number. */
const separate: Partial<Record<OperationName, Readonly<Record<string, string>>>> = {
  conv2d: { dx: 'dx', dw: 'dweight' },
  linear: { dx: 'dx', dw: 'dweight' },
  matmul: { da: 'da', db: 'db' },
};

export function callsOf(operation: OperationName, problem: Problem): Call[] {
  const forward: Call = { label: 'forward', pass: 'forward', gradients: [], share: 1 };
  const c = cases[operation];
  if (!c.backward) return [forward];
  const alone = Object.entries(separate[operation] ?? {});
  return [
    forward,
    ...alone.map(([label, gradient]): Call => {
      return { label, pass: 'backward', gradients: [gradient], share: 1 / alone.length };
    }),
    { label: 'backward', pass: 'backward', gradients: gradientNames(c, problem), share: 1 },
  ];
}

/** One problem on one backend. */
export class Measurement {
  readonly #buffers = new Map<string, Buffer>();
  readonly #flag: Buffer; // reading it waits for the calls before

  constructor(
    private readonly backend: Backend,
    private readonly operation: OperationName,
    private readonly problem: Problem,
  ) {
    this.#flag = backend.allocate(1, 'float32');
    for (const argument of forwardArguments(cases[operation], problem)) {
      if (argument) this.#buffers.set(argument.name, this.#write(argument.values));
    }
    this.#kernel('forward')(...this.#arguments('forward')); // backward reads what it writes
  }

  /** Median milliseconds of a call, its completion included; of at least `calls`, and of so many as fit in `time`. */
  async median({ pass, gradients }: Call, time: number, calls: number): Promise<number> {
    if (pass === 'backward') this.#allocateGradients();
    const kernel = this.#kernel(pass);
    const args = this.#arguments(pass, gradients);
    const bench = new Bench({
      time,
      iterations: calls,
      warmupTime: time / 5,
      warmupIterations: 1,
      throws: true,
    });
    const measured = async () => {
      kernel(...args);
      await this.backend.read(this.#flag);
    };
    bench.add(this.operation, measured, { beforeEach: () => this.#restore() });
    const [task] = await bench.run();
    if (task.result.state !== 'completed') throw new Error(`${this.operation}: it is ${task.result.state}`);
    return task.result.latency.p50;
  }

  /** Calls it so many times, and waits. What it is called with is there since `median`. */
  async call({ pass, gradients }: Call, times: number): Promise<void> {
    for (let i = 0; i < times; i++) this.#kernel(pass)(...this.#arguments(pass, gradients));
    await this.backend.read(this.#flag);
  }

  free(): void {
    for (const buffer of [...this.#buffers.values(), this.#flag]) this.backend.free(buffer);
    this.backend.emptyCache();
  }

  #kernel(pass: Pass): Kernel {
    return (this.backend.kernels[this.operation] as Partial<Record<Pass, Kernel>>)[pass]!;
  }

  /** By the names of the parameters; what isn't given, or asked for, is null. */
  #arguments(pass: Pass, gradients?: readonly string[]): unknown[] {
    const { writes, reads } = cases[this.operation][pass]!;
    const written = pass === 'backward' ? writes.map((name) => (gradients!.includes(name) ? name : '')) : writes;
    return [...[...written, ...reads].map((name) => this.#buffers.get(name) ?? null), this.problem.sizes];
  }

  #allocateGradients(): void {
    const { forward, backward } = cases[this.operation];
    const dy = `d${forward.writes[0]}`;
    const wanted = [dy, ...backward!.writes].filter((name) => !this.#buffers.has(name));
    for (const name of wanted) {
      const like = this.#buffers.get(name.slice(1));
      if (like) this.#buffers.set(name, this.#write(Float32Array.from({ length: like.length }, (_, i) => Math.sin(i))));
    }
  }

  /** What is updated in place begins each call as it was: a thousand steps in one direction would end in other numbers. */
  #restore(): void {
    for (const name of cases[this.operation].forward.writes) {
      const values = this.problem.inputs[name];
      if (values) this.backend.write(this.#buffers.get(name)!, values);
    }
  }

  #write(values: Values): Buffer {
    const buffer = this.backend.allocate(values.length, values instanceof Int32Array ? 'int32' : 'float32');
    this.backend.write(buffer, values);
    return buffer;
  }
}
