/** The network and what it makes of the picture, as the page sees it. The worker computes, the page draws what the signals hold. */
import { signal } from '@preact/signals';
import type { Pixels } from 'receptive/data';
import type { Answer, News, Opened, Order, Question, Source } from './messages.js';

const newWorker = () => new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' });

/** The site itself, from which its network and its images are loaded. */
export const site = new URL('./', document.baseURI).href;

/** Training images that are searched for similar ones. */
export const searched = 10_000;

/** Makes the picture that is asked about, when its turn has come. */
type Picture = () => Pixels | File;

export class Predictor {
  readonly opened = signal<Opened | null>(null);
  /** Where the network that is open comes from, or the one that is being opened. */
  readonly source = signal<Source | null>(null);
  readonly isOpening = signal(false);
  /** Why a network couldn't be opened. The one before stays. */
  readonly notOpened = signal<string | null>(null);
  /** A file with weights alone: somebody must say of which of the networks. */
  readonly unnamed = signal<{ readonly file: File; readonly networks: readonly string[] } | null>(null);
  readonly answer = signal<Answer | null>(null);
  /** Why there is no answer. */
  readonly notAnswered = signal<string | null>(null);
  /** What is asked about the picture: see `Question`. */
  readonly asked = signal<Omit<Question, 'picture'>>({ label: null, layer: 0, mapped: null });
  readonly learning = signal<{ readonly done: number; readonly of: number } | null>(null);
  readonly hasLearned = signal(false);
  readonly notLearned = signal<string | null>(null);
  readonly failure = signal<string | null>(null);
  #worker: Worker | null = null;
  /** Of the network that is open. */
  #openedFrom: Source | null = null;
  #picture: Picture | null = null;
  /** The worker hasn't seen the picture yet. */
  #isNew = false;
  #isAsking = false;
  /** Something changed while the worker was at an answer: of what was asked meanwhile only the newest counts. */
  #isStale = false;

  open(source: Source): void {
    this.notOpened.value = null;
    this.unnamed.value = null;
    this.failure.value = null;
    this.#open(source);
  }

  #open(source: Source): void {
    this.source.value = source;
    this.isOpening.value = true;
    this.#tell({ open: source });
  }

  /** Null: there is no picture. */
  show(picture: Picture | null): void {
    this.#picture = picture;
    this.#isNew = picture !== null;
    if (picture) this.#ask();
    else {
      this.answer.value = null;
      this.notAnswered.value = null;
    }
  }

  ask(change: Partial<Omit<Question, 'picture'>>): void {
    this.asked.value = { ...this.asked.value, ...change };
    this.#ask();
  }

  /** Has answers name the training images that are similar. */
  learnImages(): void {
    this.notLearned.value = null;
    this.learning.value = { done: 0, of: searched };
    this.#tell({ learnImages: { count: searched, site } });
  }

  #ask(): void {
    if (!this.#picture) return;
    if (this.#isAsking || this.isOpening.value || !this.opened.value) {
      this.#isStale = true;
      return;
    }
    this.#isAsking = true;
    this.#isStale = false;
    this.#tell({ ask: { ...this.asked.value, picture: this.#isNew ? this.#picture() : null } });
    this.#isNew = false;
  }

  #askAgain(): void {
    this.#isAsking = false;
    if (this.#isStale) this.#ask();
  }

  #tell(order: Order): void {
    this.#worker ??= this.#start();
    this.#worker.postMessage(order);
  }

  #start(): Worker {
    const worker = newWorker();
    worker.onmessage = ({ data }: MessageEvent<News>) => this.#hear(data);
    worker.onerror = (event) => this.#hear({ failed: event.message || 'the worker can’t be loaded' });
    return worker;
  }

  #end(): void {
    this.#worker?.terminate();
    this.#worker = null;
    this.#isAsking = false;
    this.#isNew = this.#picture !== null;
    this.learning.value = null;
  }

  #hear(news: News): void {
    if ('opened' in news) this.#begin(news.opened);
    else if ('needsModel' in news) {
      const source = this.source.value;
      if (source && 'file' in source) this.unnamed.value = { file: source.file, networks: news.needsModel };
      this.#goBack();
    } else if ('notOpened' in news) {
      this.notOpened.value = news.notOpened;
      this.#goBack();
    } else if ('answer' in news) {
      if (this.#picture) {
        this.answer.value = news.answer;
        this.notAnswered.value = null;
      }
      this.#askAgain();
    } else if ('notAnswered' in news) {
      if (this.#picture) {
        this.answer.value = null;
        this.notAnswered.value = news.notAnswered;
        this.#isNew = true; // another network may be able to look at it
      }
      this.#askAgain();
    } else if ('learning' in news) this.learning.value = news.learning;
    else if ('learned' in news) {
      this.learning.value = null;
      this.hasLearned.value = true;
      this.#ask();
    } else if ('notLearned' in news) {
      this.learning.value = null;
      this.notLearned.value = news.notLearned;
    } else {
      this.failure.value = news.failed;
      this.isOpening.value = false;
      this.#end();
    }
  }

  /** To the network that is open still; where there is none, to that of the site. */
  #goBack(): void {
    this.isOpening.value = false;
    const failed = this.source.value;
    this.source.value = this.#openedFrom;
    if (!this.#openedFrom && failed && !('site' in failed)) this.#open({ site });
    else this.#askAgain();
  }

  #begin(opened: Opened): void {
    this.opened.value = opened;
    this.#openedFrom = this.source.value;
    this.isOpening.value = false;
    this.asked.value = { label: null, layer: 0, mapped: opened.mappedFirst };
    this.answer.value = null;
    this.notAnswered.value = null;
    this.hasLearned.value = false;
    this.notLearned.value = null;
    this.#isStale = false;
    this.#isAsking = false;
    this.#ask();
  }
}
