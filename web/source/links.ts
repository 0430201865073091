/** Where a part of a source leads: a file that is imported, a chapter that is named. */
import type { Token } from './tokens.js';

/** The path of the file that `'./shape.js'` means in a file of these; null if it means none. */
export function importedFile(token: Token, file: string, files: readonly string[]): string | null {
  const [, path] = /^['"](\.\.?\/[^'"]*)['"]$/.exec(token.text) ?? [];
  if (token.kind !== 'text' || !path) return null;
  const parts = file.split('/').slice(0, -1);
  for (const step of path.split('/')) {
    if (step === '..') parts.pop();
    else if (step !== '.') parts.push(step);
  }
  const found = parts.join('/');
  return (
    [found, found.replace(/\.js$/, '.ts'), `${found}.ts`, `${found}/index.ts`].find((one) => files.includes(one)) ??
    null
  );
}

/** `docs/learn/3-convolution.en.md`: the chapter's name. */
export const CHAPTER = /(docs\/learn\/[\w-]+\.en\.md)/;
export const chapterIn = (path: string) => path.replace(/^docs\/learn\/|\.en\.md$/g, '');
