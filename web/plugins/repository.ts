/** Files of the repository that the site carries: chapters, and the source. */
import { readdirSync, readFileSync } from 'node:fs';
import { relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../../', import.meta.url));

/** The text of a file, by its path in the repository. */
export const read = (path: string) => readFileSync(resolve(root, path), 'utf8');

/** Where a file of the disk is in the repository. */
export const pathOf = (file: string) => relative(root, file).replaceAll(sep, '/');

const folders = ['src', 'assembly', 'examples'];
const alone = ['README.md', 'CONTRIBUTING.md', 'CHANGELOG.md', 'LICENSE'];
/** Made by `npm run generate` from files that are there. */
const generated = ['src/backends/webgpu/shaders.ts', 'src/backends/wasm/signatures.ts'];

/** Paths of the files that the page `source` shows. */
export function sourceFiles(): string[] {
  const inFolders = folders.flatMap((folder) =>
    readdirSync(resolve(root, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && /\.(ts|js|mjs|wgsl|json|md)$/.test(entry.name))
      .map((entry) => pathOf(resolve(entry.parentPath, entry.name))),
  );
  return [...inFolders.filter((path) => !generated.includes(path)).sort(), ...alone];
}

export interface ChapterFile {
  /** `3-convolution`. */
  readonly name: string;
  readonly language: string;
  /** In the repository. */
  readonly path: string;
}

/** The chapters, in the order of the lecture. */
export function chapterFiles(): ChapterFile[] {
  return readdirSync(resolve(root, 'docs/learn'))
    .flatMap((file) => {
      const [, name, language] = /^(\d+-.*)\.(\w+)\.md$/.exec(file) ?? [];
      return name ? [{ name, language, path: `docs/learn/${file}` }] : [];
    })
    .sort((a, b) => Number.parseInt(a.name, 10) - Number.parseInt(b.name, 10) || a.language.localeCompare(b.language));
}

/** Of a chapter, whose first line is `# Title`. */
export const titleOf = (chapter: string) => /^# (.+)/.exec(chapter)![1];

/** The chapters that a source's header names: `Chapter: docs/learn/3-convolution.en.md`. */
export function chaptersNamedIn(source: string): string[] {
  const line = /^\W*Chapters?: (docs\/learn\/.*)$/m.exec(source)?.[1] ?? '';
  return [...line.matchAll(/docs\/learn\/([\w-]+)\.en\.md/g)].map(([, name]) => name);
}
