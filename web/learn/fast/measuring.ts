/** A measurement in a worker, begun by a click. */
import { signal } from '@preact/signals';
import type { MeasureNews, MeasureOrder } from './messages.js';

export type MeasuredRow = Extract<MeasureNews, { readonly row: unknown }>;

export class Measuring {
  readonly rows = signal<readonly MeasuredRow[]>([]);
  readonly isBusy = signal(false);
  readonly failure = signal<string | null>(null);
  #worker: Worker | null = null;

  start(order: MeasureOrder): void {
    this.stop();
    this.rows.value = [];
    this.failure.value = null;
    this.isBusy.value = true;
    const worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' });
    this.#worker = worker;
    worker.onmessage = ({ data }: MessageEvent<MeasureNews>) => {
      if ('row' in data) this.rows.value = [...this.rows.value, data];
      else {
        if ('failed' in data) this.failure.value = data.failed;
        this.stop();
      }
    };
    worker.onerror = ({ message }) => {
      this.failure.value = message || 'the worker can’t be loaded';
      this.stop();
    };
    worker.postMessage(order);
  }

  stop(): void {
    this.#worker?.terminate();
    this.#worker = null;
    this.isBusy.value = false;
  }
}
