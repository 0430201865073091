/** A run of training as a page sees it. The worker computes, the page draws what the signals hold. */
import { signal } from '@preact/signals';
import type { EpochRecord, StepRecord } from 'receptive';
import type {
  Failure,
  Inside,
  KernelShare,
  Loading,
  RunOrder,
  Started,
  Test,
  TrainingNews,
  TrainingOrder,
} from './messages.js';

const newWorker = () => new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' });

/** `pausing`: it was asked to, and is at a step that it finishes first. */
export type TrainerState = 'idle' | 'loading' | 'training' | 'pausing' | 'paused' | 'done' | 'failed';

export interface SavedFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

export class Trainer {
  readonly state = signal<TrainerState>('idle');
  readonly loading = signal<Loading | null>(null);
  readonly started = signal<Started | null>(null);
  /** All steps so far, those of the run before it went on here left out. A new array whenever there are more. */
  readonly steps = signal<readonly StepRecord[]>([]);
  readonly epochs = signal<readonly EpochRecord[]>([]);
  readonly imagesPerSecond = signal<number | null>(null);
  readonly test = signal<Test | null>(null);
  readonly inside = signal<Inside | null>(null);
  /** Milliseconds of each kernel so far, the most expensive first. */
  readonly kernels = signal<readonly KernelShare[]>([]);
  /** The browser keeps the run as it was after this step. */
  readonly kept = signal<number | null>(null);
  /** Why the browser doesn't keep the run. */
  readonly notKept = signal<string | null>(null);
  readonly failure = signal<string | null>(null);
  readonly failureReason = signal<Failure['reason'] | null>(null);
  #worker: Worker | null = null;
  #files: { resolve(file: SavedFile): void; reject(error: Error): void }[] = [];

  get isBusy(): boolean {
    return ['loading', 'training', 'pausing'].includes(this.state.value);
  }

  /** Whatever was at work before is given up. */
  start(order: RunOrder): void {
    this.end();
    this.started.value = null;
    this.steps.value = [];
    this.epochs.value = [];
    this.imagesPerSecond.value = null;
    this.test.value = null;
    this.inside.value = null;
    this.kernels.value = [];
    this.kept.value = null;
    this.notKept.value = null;
    this.failure.value = null;
    this.failureReason.value = null;
    this.state.value = 'loading';
    const worker = newWorker();
    this.#worker = worker;
    worker.onmessage = ({ data }: MessageEvent<TrainingNews>) => this.#hear(data);
    worker.onerror = (event) => this.#hear({ failed: event.message || 'the worker can’t be loaded', reason: 'other' });
    this.#tell({ start: order, site: new URL('.', document.baseURI).href });
  }

  pause(): void {
    this.state.value = 'pausing';
    this.#tell({ go: false });
  }

  goOn(): void {
    this.state.value = 'training';
    this.#tell({ go: true });
  }

  oneStep(): void {
    this.state.value = 'pausing';
    this.#tell({ step: true });
  }

  setLr(lr: number): void {
    this.#tell({ lr });
  }

  /** Keeps `inside` up to date for this test image; null: no more. */
  watch(index: number | null, every = 10): void {
    this.#tell({ watch: index === null ? null : { index, every } });
  }

  /** Keeps `test` up to date, now. */
  testNow(): void {
    this.#tell({ test: true });
  }

  /** A file for the user to keep. Works while it trains, when it is paused, and after the end; after a failure, the checkpoint is the last
   *  one, and the promise is rejected where there is none. */
  save(what: 'checkpoint' | 'weights'): Promise<SavedFile> {
    const file = new Promise<SavedFile>((resolve, reject) => this.#files.push({ resolve, reject }));
    this.#tell({ save: what });
    return file;
  }

  /** Gives the worker up. What was found stays. */
  end(): void {
    this.#worker?.terminate();
    this.#worker = null;
    this.#files = [];
  }

  #tell(order: TrainingOrder): void {
    this.#worker?.postMessage(order);
  }

  #hear(news: TrainingNews): void {
    if ('loading' in news) this.loading.value = news.loading;
    else if ('started' in news) {
      this.started.value = news.started;
      this.epochs.value = news.started.history;
      this.state.value = 'training';
    } else if ('steps' in news) {
      this.steps.value = [...this.steps.value, ...news.steps];
      this.imagesPerSecond.value = news.imagesPerSecond;
    } else if ('epoch' in news) this.epochs.value = [...this.epochs.value, news.epoch];
    else if ('test' in news) this.test.value = news.test;
    else if ('inside' in news) this.inside.value = news.inside;
    else if ('kernels' in news) this.kernels.value = news.kernels;
    else if ('paused' in news) this.state.value = 'paused';
    else if ('file' in news) this.#files.shift()?.resolve(news.file);
    else if ('noFile' in news) this.#files.shift()?.reject(new Error(news.noFile));
    else if ('kept' in news) {
      this.notKept.value = 'refused' in news.kept ? news.kept.refused : null;
      if ('step' in news.kept) this.kept.value = news.kept.step;
    }
    // After the end, the worker stays: it tests, shows and saves what was trained.
    else if ('done' in news) this.state.value = 'done';
    else if ('failed' in news) {
      this.failure.value = news.failed;
      this.failureReason.value = news.reason;
      this.state.value = 'failed';
    }
  }
}
