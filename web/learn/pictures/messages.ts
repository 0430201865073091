/** What chapters have a worker do: a page stays alive beside it. */
import type { Normalization, Pixels } from 'receptive/data';
import type { InceptionRun } from './branches.js';
import type { Stage } from './stages.js';

/** The longer side of what a figure shows: a photograph is made smaller. */
export const longest = 512;

/** A picture as a figure shows it. */
export interface OwnPicture {
  readonly name: string;
  readonly picture: Pixels;
  /** As it was before it was made smaller. Null: it wasn't. */
  readonly size: { readonly width: number; readonly height: number } | null;
}

/** What can be asked, and what comes back. */
export interface Questions {
  /** A file with a picture. */
  picture: { asked: File; answer: OwnPicture };
  /** A network by its name, and the (C, H, W) of an image. */
  stages: { asked: { readonly network: string; readonly image: readonly number[] }; answer: readonly Stage[] };
  /** The lecture's Inception module; asked is the (C, H, W) of an image. */
  inception: { asked: readonly number[]; answer: InceptionRun };
  /** Mean and deviation of the first `count` training images of the site, which is at the address `site`. */
  normalization: {
    asked: { readonly site: string; readonly count: number };
    answer: { readonly count: number; readonly found: Normalization };
  };
}

export type Order = {
  [K in keyof Questions]: { readonly what: K; readonly asked: Questions[K]['asked'] };
}[keyof Questions];

export type News =
  | { readonly answer: unknown }
  | { readonly failed: string }
  | { readonly done: number; readonly of: number };

/** Has a worker of its own answer, which ends then. Rejects with a sentence. `onProgress`: bytes that were loaded. */
export function ask<K extends keyof Questions>(
  what: K,
  asked: Questions[K]['asked'],
  onProgress: (done: number, of: number) => void = () => {},
): Promise<Questions[K]['answer']> {
  const worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' });
  return new Promise<Questions[K]['answer']>((resolve, reject) => {
    worker.onmessage = ({ data: news }: MessageEvent<News>) => {
      if ('answer' in news) resolve(news.answer as Questions[K]['answer']);
      else if ('failed' in news) reject(new Error(news.failed));
      else onProgress(news.done, news.of);
    };
    worker.onerror = ({ message }) => reject(new Error(message || 'the worker can’t be loaded'));
    worker.postMessage({ what, asked } as Order);
  }).finally(() => worker.terminate());
}
