/**
 * How threads share the work of one kernel call. The caller writes down the kernel and its arguments, sets `left` to the
 * number of tasks, and takes tasks like every worker until none is left:
 *
 *   left  3 → 2 → 1 → 0     a thread that brings it from k to k − 1 has taken task k − 1
 *   done  0 → 1 → 2 → 3     the caller returns when all are done
 *
 * A task that was taken holds the caller back, so the arguments stay as long as somebody needs them; and a worker that
 * sleeps, or died, holds back nobody: the others do its share. Which thread does a task changes nothing in its result.
 */

/** The head of the memory. Words (i32) from address 64, the arguments (f64) from 256; kernels' own data begin at 1024. */
const words = { address: 64, length: 16 };
const args = { address: 256, length: 96 };
const LEFT = 0;
const DONE = 1;
const FAILED = 2;
const KERNEL = 3;
const ARGUMENTS = 4;
const TASKS = 5;

export type KernelFunction = (...args: number[]) => void;

/** Looks before sleeping: the next call usually comes within microseconds, and waking up takes longer. */
const spins = 20_000;

export class Tasks {
  readonly #words: Int32Array;
  readonly #args: Float64Array;
  readonly #names: string[];
  readonly #kernels: Readonly<Record<string, KernelFunction>>;
  readonly #thread: number;

  /** `exports`: of this thread's instance. All threads have the same module, and so the same names in the same order. */
  constructor(memory: WebAssembly.Memory, exports: Readonly<Record<string, unknown>>, thread: number) {
    this.#words = new Int32Array(memory.buffer, words.address, words.length);
    this.#args = new Float64Array(memory.buffer, args.address, args.length);
    this.#kernels = exports as Record<string, KernelFunction>;
    this.#names = Object.keys(exports);
    this.#thread = thread;
  }

  /** Runs all tasks of a kernel on all threads. The caller's side. */
  run(kernel: string, tasks: number, values: readonly number[], canWait: boolean): void {
    const w = this.#words;
    this.#args.set(values);
    w[ARGUMENTS] = values.length;
    w[KERNEL] = this.#names.indexOf(kernel);
    w[TASKS] = tasks;
    w[FAILED] = 0;
    Atomics.store(w, DONE, 0);
    Atomics.store(w, LEFT, tasks); // from here on, workers join
    Atomics.notify(w, LEFT);
    this.#takeAll();
    for (let spin = 0; ; spin++) {
      const done = Atomics.load(w, DONE);
      if (done === tasks) break;
      if (canWait && spin > spins) Atomics.wait(w, DONE, done, 1000);
    }
    if (w[FAILED] !== 0) throw new Error(`a thread failed in ${kernel}`);
  }

  /** A worker's life. It ends with the thread. */
  work(): never {
    for (;;) {
      for (let spin = 0; spin < spins && Atomics.load(this.#words, LEFT) === 0; spin++);
      Atomics.wait(this.#words, LEFT, 0);
      this.#takeAll();
    }
  }

  #takeAll(): void {
    const w = this.#words;
    for (;;) {
      const left = Atomics.load(w, LEFT);
      if (left === 0) return;
      if (Atomics.compareExchange(w, LEFT, left, left - 1) !== left) continue;
      const tasks = w[TASKS];
      try {
        const kernel = this.#kernels[this.#names[w[KERNEL]]];
        kernel(...this.#args.subarray(0, w[ARGUMENTS]), left - 1, tasks, this.#thread);
      } catch {
        w[FAILED] = 1;
      }
      if (Atomics.add(w, DONE, 1) === tasks - 1) Atomics.notify(w, DONE);
    }
  }
}
