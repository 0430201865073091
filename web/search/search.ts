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

/** Words of a query. PyTorch's names are understood, too: `F.max_pool2d`, `torch.nn.Conv2d`. */
export function wordsOf(query: string): string[] {
  return query
    .trim()
    .split(/\s+/)
    .flatMap((word) => apart(word.replace(/^torch\./i, '').replace(/^(nn\.functional|F)\./i, 'functional.')))
    .map(folded)
    .filter((word) => word !== '');
}

/** Chinese has no spaces between words. */
function apart(text: string): string[] {
  if (!/\p{Script=Han}/u.test(text)) return [text];
  const segments = [...new Intl.Segmenter('zh', { granularity: 'word' }).segment(text)];
  return segments.filter(({ isWordLike }) => isWordLike).map(({ segment }) => segment);
}

/** `max_pool2d` and `maxPool2d` are the same. */
const folded = (text: string) => text.normalize('NFKC').toLowerCase().replaceAll('_', '');

/** 0 if a word is missing. */
function scoreOf(words: readonly string[], document: Document, language: string): number {
  const [title, place, text] = [document.title, document.place, document.text].map(folded);
  // What a chapter or a section is about says more than a name, and a name more than one of its members.
  const weight = document.language ? 2 : document.isMember ? 0.5 : 1;
  let sum = 0;
  for (const word of words) {
    const score = inTitle(word, title) * weight + (place.includes(word) ? 4 : 0) + (text.includes(word) ? 2 : 0);
    if (score === 0) return 0;
    sum += score;
  }
  const isForeign = document.language !== undefined && document.language !== language;
  // Of two that have the words, the shorter title says them more clearly.
  return (sum - title.length / 100) * (isForeign ? 0.3 : 1);
}

function inTitle(word: string, title: string): number {
  if (title === word || title.endsWith(`.${word}`)) return 40;
  const at = title.indexOf(word);
  if (at < 0) return 0;
  return at === 0 || /[^\p{L}\p{N}]/u.test(title[at - 1]) ? 20 : 10;
}

const BEFORE = 40;
const LENGTH = 140;

function excerptOf(text: string, words: readonly string[]): string {
  // Folding may shorten a text: where a word is there is found in the text as it stands.
  const places = words.map((word) => text.toLowerCase().indexOf(word)).filter((at) => at >= 0);
  const start = places.length === 0 ? 0 : Math.max(0, Math.min(...places) - BEFORE);
  const part = text.slice(start, start + LENGTH);
  return `${start > 0 ? '… ' : ''}${part}${start + LENGTH < text.length ? ' …' : ''}`;
}
