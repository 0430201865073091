/** Where a figure asks its worker. Of several questions of one kind that come while it is busy, the newest counts. */
import type { Answer, Asked, Kind, News, Question } from './messages.js';

interface Waiting {
  readonly question: unknown;
  readonly then: (answer: never) => void;
}

export class Desk {
  readonly #worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' });
  readonly #site = new URL('./', document.baseURI).href;
  readonly #asked = new Map<Kind, Waiting>();
  readonly #next = new Map<Kind, Waiting>();

  /** `fail` hears why there is no answer. */
  constructor(fail: (reason: string) => void) {
    this.#worker.onmessage = ({ data: news }: MessageEvent<News>) => {
      const { kind } = news;
      const asked = this.#asked.get(kind)!;
      this.#asked.delete(kind);
      if ('failed' in news) fail(news.failed);
      else if (!this.#next.has(kind)) asked.then(news.answer as never);
      const next = this.#next.get(kind);
      this.#next.delete(kind);
      if (next) this.#send(kind, next);
    };
    this.#worker.onerror = ({ message }) => fail(message || 'the worker can’t be loaded');
  }

  ask<K extends Kind>(kind: K, question: Question<K>, then: (answer: Answer<K>) => void): void {
    const waiting: Waiting = { question, then };
    if (this.#asked.has(kind)) this.#next.set(kind, waiting);
    else this.#send(kind, waiting);
  }

  #send(kind: Kind, waiting: Waiting): void {
    this.#asked.set(kind, waiting);
    this.#worker.postMessage({ kind, question: waiting.question, site: this.#site } satisfies Asked);
  }

  close(): void {
    this.#worker.terminate();
  }
}
