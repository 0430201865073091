/** Finds documents by words. There are few enough of them to look at each: that takes a millisecond or two, and needs no index. */
import type { Document } from './documents.js';

export interface Found {
  readonly document: Document;
  /** What stands around the first word that was found in the text. */
  readonly excerpt: string;
}

const MOST = 20;

/** The best first. Every word of the query must be there; `language` is that of the reader, whose chapters come before the others. */
export function search(query: string, documents: readonly Document[], language: string): Found[] {
  const words = wordsOf(query);
  if (words.length === 0) return [];
  return documents
    .map((document) => ({ document, score: scoreOf(words, document, language) }))
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score)
    .slice(0, MOST)
    .map(({ document }) => ({ document, excerpt: excerptOf(document.text, words) }));
}

/** A word of a query. Chinese has no spaces: what is written without one may be several words. */
interface Word {
  readonly whole: string;
  readonly parts: readonly string[];
}

/** PyTorch's names are understood, too: `F.max_pool2d`, `torch.nn.Conv2d`. */
export function wordsOf(query: string): Word[] {
  return query
    .trim()
    .split(/\s+/)
    .map((word) => folded(word.replace(/^torch\./i, '').replace(/^(nn\.functional|F)\./i, 'functional.')))
    .filter((word) => /[\p{L}\p{N}]/u.test(word))
    .map((whole) => ({ whole, parts: partsOf(whole) }));
}

function partsOf(text: string): string[] {
  if (!/\p{Script=Han}/u.test(text)) return [];
  const segments = [...new Intl.Segmenter('zh', { granularity: 'word' }).segment(text)];
  return segments.filter(({ isWordLike }) => isWordLike).map(({ segment }) => segment);
}

/** `max_pool2d` and `maxPool2d` are the same. */
const folded = (text: string) => text.normalize('NFKC').toLowerCase().replaceAll('_', '');

/** 0 if a word is missing. */
function scoreOf(words: readonly Word[], document: Document, language: string): number {
  const [title, place, text] = [document.title, document.place, document.text].map(folded);
  // What a chapter or a section is about says more than a name, and a name more than one of its members.
  const weight = document.language ? 2 : document.isMember ? 0.5 : 1;
  const scoreIn = (word: string) =>
    inTitle(word, title) * weight + (place.includes(word) ? 4 : 0) + (text.includes(word) ? 2 : 0);
  let sum = 0;
  for (const { whole, parts } of words) {
    const apart = parts.map(scoreIn);
    // Several words that stand apart say less than all of them together.
    const score = scoreIn(whole) || (apart.every((one) => one > 0) ? Math.max(0, ...apart) / 4 : 0);
    if (score === 0) return 0;
    sum += score;
  }
  const isForeign = document.language !== undefined && document.language !== language;
  // Of two that have the words, the shorter title says them more clearly.
  return Math.max(sum - title.length / 100, 0.1) * (isForeign ? 0.01 : 1);
}

function inTitle(word: string, title: string): number {
  if (title === word || title.endsWith(`.${word}`)) return 40;
  const at = title.indexOf(word);
  if (at < 0) return 0;
  return at === 0 || /[^\p{L}\p{N}]/u.test(title[at - 1]) ? 20 : 10;
}

const BEFORE = 40;
const LENGTH = 140;

function excerptOf(text: string, words: readonly Word[]): string {
  // Folding may shorten a text: where a word is there is found in the text as it stands.
  const places = words
    .flatMap(({ whole, parts }) => [whole, ...parts])
    .map((word) => text.toLowerCase().indexOf(word))
    .filter((at) => at >= 0);
  const start = places.length === 0 ? 0 : Math.max(0, Math.min(...places) - BEFORE);
  const part = text.slice(start, start + LENGTH);
  return `${start > 0 ? '… ' : ''}${part.trim()}${start + LENGTH < text.length ? ' …' : ''}`;
}
