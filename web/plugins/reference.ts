/** The reference as modules, an entry of the package each: `virtual:reference` lists them, and says how each is loaded. */
import type { Plugin } from 'vite';
import type { Entry, Item, Section } from '../reference/entry.js';
import { find, nameOf } from '../reference/names.js';
import { readEntries } from './declarations.js';
import { htmlOf, markdownOf } from './docstrings.js';
import { chapterFiles, chaptersNamedIn, read, sourceFiles } from './repository.js';

const NAME = 'virtual:reference';

export function reference(): Plugin {
  return {
    name: 'reference',
    resolveId: (id) => (id === NAME || id.startsWith(`${NAME}/`) ? `\0${id}` : undefined),
    load(id) {
      if (id === `\0${NAME}`) {
        const list = entries().map(({ id, specifier }) => {
          const what = JSON.stringify({ id, specifier });
          return `{ ...${what}, load: () => import('${NAME}/${id}') }`;
        });
        return `export const entries = [${list.join(',\n')}];`;
      }
      const entry = entries().find((one) => id === `\0${NAME}/${one.id}`);
      return entry && `export default ${JSON.stringify(shown(entry))};`;
    },
  };
}

let files: string[] | undefined;
let known: Entry[] | undefined;

/** The entries, with docstrings in Markdown. */
export function entries(): Entry[] {
  known ??= withChapters(readEntries());
  return known;
}

/** An entry with its docstrings as HTML. */
export function shown(entry: Entry): Entry {
  /** `own`: the name whose page it is, which isn't linked. */
  const html = (doc: string, section: Section | null, own?: Item) =>
    htmlOf(markdownOf(doc), (name) => {
      files ??= sourceFiles();
      if (files.includes(`src/${name}`)) return `source.html?file=src/${name}`;
      const found = find(entry, name, section?.isNamespace ? section.name : '');
      return found && found.item !== own ? `?entry=${entry.id}&name=${nameOf(found)}` : null;
    });
  return {
    ...entry,
    doc: html(entry.doc, null),
    sections: entry.sections.map((section) => ({
      ...section,
      doc: html(section.doc, section),
      items: section.items.map((item) => ({
        ...item,
        declarations: item.declarations.map((one) => ({ ...one, doc: html(one.doc, section, item) })),
        members: item.members.map((one) => ({ ...one, doc: html(one.doc, section, item) })),
      })),
    })),
  };
}

/** Chapters belong to a name if they show its code, or if its operation's header names them. */
function withChapters(all: Entry[]): Entry[] {
  const showing = new Map<string, string[]>();
  for (const { name, language, path } of chapterFiles()) {
    if (language !== 'en') continue;
    for (const [, code, file] of read(path).matchAll(/^\[(\w+)(?:\.\w+)?\]\(\.\.\/\.\.\/(\S+\.ts)\)$/gm)) {
      const key = `${file} ${code}`;
      showing.set(key, [...(showing.get(key) ?? []), name]);
    }
  }
  const operations = operationFiles();
  const chapters = new Set(chapterFiles().map(({ name }) => name));
  const chaptersOf = ({ name, declarations }: Item): string[] => {
    const own = name.split('.').at(-1)!;
    const [file] = declarations[0].source.split('#');
    const operation = operations.get(/\/(nn|optim|figures|ops)\//.test(file) ? plain(own) : '');
    const named = operation ? chaptersNamedIn(read(operation)) : chaptersNamedIn(read(file));
    const written = named.filter((name) => chapters.has(name));
    return [...new Set([...(showing.get(`${file} ${own}`) ?? []), ...written])].sort(
      (a, b) => Number.parseInt(a, 10) - Number.parseInt(b, 10),
    );
  };
  return all.map((entry) => ({
    ...entry,
    sections: entry.sections.map((section) => ({
      ...section,
      items: section.items.map((item) => ({ ...item, chapters: chaptersOf(item) })),
    })),
  }));
}

/** Files of operations by their names: `Conv2d`, `conv2d` and `conv2dFigure` are about the same. */
function operationFiles(): Map<string, string> {
  const list = [...read('src/ops/index.ts').matchAll(/^import \{.*\} from '\.\/(\w+)\.js';$/gm)];
  return new Map(list.map(([, name]) => [plain(name), `src/ops/${name}.ts`]));
}

const plain = (name: string) => name.replace(/(Figure|Loss|W|Options)$/, '').toLowerCase();
