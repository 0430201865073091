/** Work in a worker as a page sees it. */
import { signal } from '@preact/signals';
import type { News, Order, Progress, Report, Surroundings } from './messages.js';

const newWorker = () => new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' });

/** `stopping`: it was asked to stop, and is at something that it finishes first. */
export type JobState = 'idle' | 'computing' | 'stopping' | 'stopped' | 'done' | 'failed';

export class Job<R extends Report> {
  readonly state = signal<JobState>('idle');
  readonly progress = signal<Progress | null>(null);
  /** All that there is so far. */
  readonly report = signal<R | null>(null);
  readonly failure = signal<string | null>(null);
  #worker: Worker | null = null;

  get isBusy(): boolean {
    return this.state.value === 'computing' || this.state.value === 'stopping';
  }

  /** Whatever was at work before is given up. */
  start(order: Order): void {
    this.#end();
    this.report.value = null;
    this.progress.value = null;
    this.failure.value = null;
    this.state.value = 'computing';
    const worker = newWorker();
    this.#worker = worker;
    worker.onmessage = ({ data }: MessageEvent<News<R>>) => this.#hear(data);
    worker.onerror = (event) => this.#hear({ failed: event.message || 'the worker can’t be loaded' });
    worker.postMessage(order);
  }

  stop(): void {
    this.state.value = 'stopping';
    this.#worker?.postMessage({ go: false } satisfies Order);
  }

  goOn(): void {
    this.state.value = 'computing';
    this.#worker?.postMessage({ go: true } satisfies Order);
  }

  #hear(news: News<R>): void {
    if ('progress' in news) this.progress.value = news.progress;
    else if ('report' in news) this.report.value = news.report;
    else if ('stopped' in news) this.state.value = 'stopped';
    else if ('done' in news) {
      this.report.value = news.done;
      this.state.value = 'done';
      this.#end();
    } else if ('failed' in news) {
      this.failure.value = news.failed;
      this.state.value = 'failed';
      this.#end();
    }
  }

  #end(): void {
    this.#worker?.terminate();
    this.#worker = null;
  }
}

/** What this browser has. Fails where the worker does. */
export async function look(): Promise<Surroundings> {
  const worker = newWorker();
  const found = new Promise<Surroundings>((resolve, reject) => {
    worker.onmessage = ({ data }: MessageEvent<News>) => {
      if ('found' in data) resolve(data.found);
      else if ('failed' in data) reject(new Error(data.failed));
    };
    worker.onerror = (event) => reject(new Error(event.message || 'the worker can’t be loaded'));
  });
  worker.postMessage({ look: true } satisfies Order);
  return found.finally(() => worker.terminate());
}
