/**
 * Where a link of a chapter leads on the site. In the repository it is a path from the chapter's file: to another chapter, or to a
 * source. Throws where there is nothing.
 */
import { existsSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { pathOf, read, sourceFiles } from './repository.js';

/** `file`: the chapter's, on the disk. */
export function addressOf(link: string, file: string): string {
  if (/^https?:/.test(link)) return link;
  const [path, anchor] = link.split('#');
  const target = path === '' ? file : resolve(dirname(file), path);
  const place = pathOf(target);
  const found = addressIn(place, target, languageOf(file), anchor);
  if (found === null) throw new Error(`${pathOf(file)}: the link ${link} leads nowhere`);
  return path === '' ? found.slice(found.indexOf('#')) : found;
}

function addressIn(place: string, target: string, language: string, anchor: string | undefined): string | null {
  if (!existsSync(target)) return null;
  const [, name, itsLanguage] = /^docs\/learn\/(.+)\.(\w+)\.md$/.exec(place) ?? [];
  if (name) {
    const at = anchor === undefined ? null : headings(read(place)).findIndex(({ slug }) => slug === anchor);
    return at === -1 ? null : `learn.html?chapter=${name}&lang=${itsLanguage}${at === null ? '' : `#s${at + 1}`}`;
  }
  files ??= sourceFiles();
  const isFolder = statSync(target).isDirectory();
  if (!files.some((file) => (isFolder ? file.startsWith(`${place}/`) : file === place))) return null;
  const line = anchor === undefined ? undefined : lineAt(read(place), anchor);
  return line === null ? null : sourceAddress(place, language, line);
}

let files: string[] | undefined;

/** The page of a source, as a chapter in a language links to it. */
export function sourceAddress(path: string, language: string, line?: number): string {
  return `source.html?file=${path}&lang=${language}${line === undefined ? '' : `#L${line}`}`;
}

/** Of a chapter: `3-convolution.en.md`. */
export const languageOf = (file: string) => /\.(\w+)\.md$/.exec(file)?.[1] ?? 'en';

/** `L57`, `L57-L60`, or a heading of Markdown. */
function lineAt(text: string, anchor: string): number | null {
  const [, number] = /^L(\d+)(?:-L\d+)?$/.exec(anchor) ?? [];
  if (number) return Number(number) <= text.split('\n').length ? Number(number) : null;
  return headings(text).find(({ slug }) => slug === anchor)?.line ?? null;
}

/** The headings below the title, with the anchors that GitHub gives them. */
function headings(text: string): { slug: string; line: number }[] {
  let isCode = false;
  return text.split('\n').flatMap((line, i) => {
    if (/^ *```/.test(line)) isCode = !isCode;
    const [, heading] = (!isCode && /^##+ (.*)/.exec(line)) || [];
    return heading ? [{ slug: slugOf(heading), line: i + 1 }] : [];
  });
}

const slugOf = (heading: string) =>
  heading
    .trim()
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .replace(/\s/g, '-');
