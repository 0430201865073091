/** Pictures are decoded on threads, beside the training. */
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { PictureJob, PictureReader } from '../data/pictures.js';
import type { TensorImage } from '../data/transforms/index.js';
import { FormatError, type Pixels } from '../formats/index.js';
import type { PictureAnswer, PictureOrder } from './pictureThread.js';

/** How long threads wait for the next pass, in milliseconds. */
const LINGER = 5000;

/** A picture that is wanted. */
interface Wanted {
  readonly order: PictureOrder;
  resolve(image: Pixels | TensorImage): void;
  reject(error: Error): void;
}

/**
 * Threads that share a queue of pictures. They start with the first one that is wanted, and end some seconds after the last pass, since
 * another often follows and a start takes a tenth of a second. A program that has nothing else to do may end while they wait. If one dies, the picture that it was at, and all that are wanted later, are errors.
 */
export class PictureWorkers implements PictureReader {
  readonly #queue: Wanted[] = [];
  /** What each thread is at. */
  readonly #busy = new Map<Worker, Wanted | null>();
  #death: Error | null = null;
  /** Ends the threads. */
  #timer: NodeJS.Timeout | undefined;

  /** Throws a RangeError if `count` isn't a whole number ≥ 1. */
  constructor(
    private readonly folder: string,
    private readonly count: number,
  ) {
    if (!Number.isInteger(count) || count < 1) {
      throw new RangeError(`imageFolder: workers must be a whole number ≥ 0, but is ${count}`);
    }
  }

  read(job: PictureJob): Promise<Pixels | TensorImage> {
    clearTimeout(this.#timer);
    return new Promise((resolve, reject) => {
      if (this.#death) return reject(this.#death);
      this.#queue.push({ order: { path: join(this.folder, job.name), job }, resolve, reject });
      this.#loadScript()
        .then((script) => {
          if (this.#busy.size < this.count && !this.#idle() && this.#queue.length > 0) this.#start(script);
          this.#hand();
        })
        .catch(reject);
    });
  }

  /** The thread's script, decoders included: 0.5 MB, which are loaded with the first picture. */
  async #loadScript(): Promise<string> {
    return (await import('../../dist/wasm/pictureThread.embedded.js')).default;
  }

  endPass(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#end(), LINGER).unref();
  }

  #end(): void {
    if ([...this.#busy.values()].some((wanted) => wanted !== null)) {
      this.endPass(); // a pass that was left early is still being read
      return;
    }
    for (const worker of this.#busy.keys()) {
      this.#busy.delete(worker);
      void worker.terminate();
    }
  }

  #idle(): Worker | undefined {
    return [...this.#busy].find(([, wanted]) => wanted === null)?.[0];
  }

  /** Gives what is wanted to those who have nothing to do. */
  #hand(): void {
    for (let worker = this.#idle(); worker && this.#queue.length > 0; worker = this.#idle()) {
      const wanted = this.#queue.shift()!;
      this.#busy.set(worker, wanted);
      worker.ref();
      worker.postMessage(wanted.order);
    }
  }

  #start(script: string): void {
    // Without the program's own flags, such as a loader or coverage, which a worker doesn't need.
    const worker = new Worker(script, { eval: true, execArgv: [] });
    worker.unref();
    let reason: string | null = null;
    worker.on('message', (answer: PictureAnswer) => {
      const wanted = this.#busy.get(worker);
      this.#busy.set(worker, null);
      worker.unref();
      if ('image' in answer) wanted?.resolve(answer.image);
      else wanted?.reject(errorOf(answer.error));
      this.#hand();
    });
    worker.on('error', (error) => {
      reason = error instanceof Error ? error.message : String(error);
    });
    worker.on('exit', (code) => {
      if (!this.#busy.has(worker)) return;
      const file = this.#busy.get(worker)?.order.path;
      const at = file ? ` at ${file}` : '';
      this.#die(new Error(`imageFolder: a thread that decodes pictures ended${at}: ${reason ?? `exit code ${code}`}`));
    });
    this.#busy.set(worker, null);
  }

  /** Nobody waits for what will never come. */
  #die(error: Error): void {
    this.#death = error;
    const waiting = [...this.#busy.values(), ...this.#queue.splice(0)];
    for (const worker of this.#busy.keys()) void worker.terminate();
    this.#busy.clear();
    for (const wanted of waiting) wanted?.reject(error);
  }
}

function errorOf({ name, message }: { readonly name: string; readonly message: string }): Error {
  return name === 'FormatError' ? new FormatError(message) : Object.assign(new Error(message), { name });
}
