/**
 * How threads share the work of one kernel call. Its tasks are numbered, and every thread has a part of them of its own:
 *
 *   tasks      0  1  2  3 | 4  5  6  7        left[0]  4 → 3 → 2 → 1 → 0     a thread that brings it from k to k − 1
 *   thread     0          | 1                 left[1]  4 → 3 → 2 → 1 → 0     has taken the k-th of that part
 *                                             done     0 → 1 → … → 8         the caller returns when all are done
 *
 * A thread takes tasks from its own part first, and then from the others'. So it works on the same images in the next kernel, and
 * finds them in its own cache. The caller is thread 0, and takes tasks like the others. It returns when all tasks
 * are done, so that their arguments stay valid until then. It doesn't wait for a worker that sleeps or has died: others do that
 * worker's part. The result of a task doesn't depend on the thread that does it.
 *
 * With a timeline: docs/learn/15-lanes-tiles.en.md
 *
 * To wake a thread takes as long as a small kernel, so only one that sleeps is woken. It writes that it sleeps before it looks a last
 * time (`Atomics.wait` does), and others bring the work before they look whether it sleeps: one of the two sees the other.
 */

/** The first bytes of the memory: words (i32) from address 64, arguments (f64) from 256, the struct that a call may have (i32)
 *  from 512, and `left` from 1024, where each thread's number has a cache line to itself. The kernels' own data begin at 4096
 *  (`memoryBase` in asconfig.json). */
const words = { address: 64, length: 16 };
const args = { address: 256, length: 32 };
export const structs = { address: 512, length: 128 };
const left = { address: 1024, line: 16 };
export const maximumThreads = 48;
const DONE = 0;
const FAILED = 1;
const KERNEL = 2;
const ARGUMENTS = 3;
const TASKS = 4;
const CALL = 5;
/** Whether the caller sleeps until DONE changes. */
const CALLER_SLEEPS = 6;
/** In a thread's line of `left`, behind the count: whether that thread sleeps until the count changes. */
const SLEEPS = 1;

export type KernelFunction = (...args: number[]) => void;

/** How often a thread looks for work before it sleeps. The next call usually comes within microseconds; waking up takes longer. */
const spins = 50_000;
/** How many milliseconds the caller waits for the next task to be done. Tasks take far less than a second. */
const patience = 60_000;

export class Tasks {
  readonly #words: Int32Array;
  /** Where the caller writes a kernel's arguments before `run`. */
  readonly args: Float64Array;
  readonly #left: Int32Array;
  readonly #names: string[];
  readonly #numbers: ReadonlyMap<string, number>;
  readonly #kernels: Readonly<Record<string, KernelFunction>>;
  /** The last call that was read, with its number. */
  #call = { number: -1, kernel: (() => {}) as KernelFunction, args: [] as number[] };

  /** `exports`: of this thread's instance. All threads have the same module, and so the same names in the same order. */
  constructor(
    memory: WebAssembly.Memory,
    exports: Readonly<Record<string, unknown>>,
    private readonly thread: number,
    private readonly threads: number,
  ) {
    this.#words = new Int32Array(memory.buffer, words.address, words.length);
    this.args = new Float64Array(memory.buffer, args.address, args.length);
    this.#left = new Int32Array(memory.buffer, left.address, threads * left.line);
    this.#kernels = exports as Record<string, KernelFunction>;
    this.#names = Object.keys(exports);
    this.#numbers = new Map(this.#names.map((name, i) => [name, i]));
  }

  /** Runs all tasks of a kernel on all threads. The caller's side. */
  run(kernel: string, tasks: number, count: number, canWait: boolean): void {
    const w = this.#words;
    w[ARGUMENTS] = count;
    w[KERNEL] = this.#numbers.get(kernel)!;
    w[TASKS] = tasks;
    w[CALL]++;
    w[FAILED] = 0;
    Atomics.store(w, DONE, 0);
    for (let part = 0; part < this.threads; part++) {
      const at = part * left.line;
      // From here on, workers take tasks of this part.
      Atomics.store(this.#left, at, this.#first(part + 1, tasks) - this.#first(part, tasks));
      if (Atomics.load(this.#left, at + SLEEPS) !== 0) Atomics.notify(this.#left, at);
    }
    this.#takeAll();
    this.#awaitOthers(kernel, tasks, canWait);
    if (w[FAILED] !== 0) throw new Error(`a thread failed in ${kernel}`);
  }

  /** Waits until the tasks that others have taken are done. Throws if one never is: the thread that took it has died. */
  #awaitOthers(kernel: string, tasks: number, canWait: boolean): void {
    let before = -1;
    let since = 0;
    for (let spin = 0; ; spin++) {
      const done = Atomics.load(this.#words, DONE);
      if (done === tasks) return;
      if (spin <= spins) continue;
      if (done !== before) [before, since] = [done, Date.now()];
      if (Date.now() - since > patience)
        throw new Error(`a thread died in ${kernel}, or took more than a minute for a task`);
      if (!canWait) continue;
      Atomics.store(this.#words, CALLER_SLEEPS, 1);
      Atomics.wait(this.#words, DONE, done, 1000);
      Atomics.store(this.#words, CALLER_SLEEPS, 0);
    }
  }

  /** What a worker does until its thread is ended: it waits for tasks, and does them. */
  work(): never {
    const own = this.thread * left.line;
    for (;;) {
      for (let spin = 0; spin < spins && Atomics.load(this.#left, own) === 0; spin++);
      Atomics.store(this.#left, own + SLEEPS, 1);
      Atomics.wait(this.#left, own, 0);
      Atomics.store(this.#left, own + SLEEPS, 0);
      this.#takeAll();
    }
  }

  /** The first task of a part. */
  #first(part: number, tasks: number): number {
    return Math.ceil((part * tasks) / this.threads);
  }

  #takeAll(): void {
    for (let i = 0; i < this.threads; i++) this.#takeFrom((this.thread + i) % this.threads);
  }

  #takeFrom(part: number): void {
    const at = part * left.line;
    for (;;) {
      const count = Atomics.load(this.#left, at);
      if (count === 0) return;
      if (Atomics.compareExchange(this.#left, at, count, count - 1) !== count) continue;
      const w = this.#words;
      const tasks = w[TASKS];
      if (this.#call.number !== w[CALL]) this.#readCall();
      try {
        this.#call.kernel(...this.#call.args, this.#first(part + 1, tasks) - count, tasks, this.thread);
      } catch {
        w[FAILED] = 1;
      }
      if (Atomics.add(w, DONE, 1) === tasks - 1 && Atomics.load(w, CALLER_SLEEPS) !== 0) Atomics.notify(w, DONE);
    }
  }

  #readCall(): void {
    const w = this.#words;
    const args: number[] = [];
    for (let i = 0; i < w[ARGUMENTS]; i++) args.push(this.args[i]); // Array.from takes longer than many a kernel
    this.#call = { number: w[CALL], kernel: this.#kernels[this.#names[w[KERNEL]]], args };
  }
}
