/** What the search field looks through, as modules: `virtual:search/en` and `/zh` are the chapters, `virtual:search/reference` the names. */
import { Marked, type Token } from 'marked';
import type { Plugin } from 'vite';
import type { Document } from '../search/documents.js';
import { markdownOf } from './docstrings.js';
import { entries } from './reference.js';
import { chapterFiles, read } from './repository.js';

const NAME = 'virtual:search/';

export function search(): Plugin {
  return {
    name: 'search',
    resolveId: (id) => (id.startsWith(NAME) ? `\0${id}` : undefined),
    load(id) {
      if (!id.startsWith(`\0${NAME}`)) return;
      const what = id.slice(NAME.length + 1);
      return `export default ${JSON.stringify(what === 'reference' ? namesToFind() : sectionsToFind(what))};`;
    },
  };
}

/** The sections of all chapters in a language. */
export function sectionsToFind(language: string): Document[] {
  return chapterFiles()
    .filter((file) => file.language === language)
    .flatMap(({ name, path }) => sectionsOf(name, language, read(path)));
}

function sectionsOf(chapter: string, language: string, text: string): Document[] {
  const sections: { title: string; words: string[] }[] = [];
  for (const token of new Marked().lexer(withoutFormulas(text))) {
    if (token.type === 'heading') sections.push({ title: token.text, words: [] });
    else sections.at(-1)?.words.push(...wordsOf(token));
  }
  // The title is the first, and headings are numbered from 1.
  return sections.map(({ title, words }, i) => ({
    title,
    place: sections[0].title,
    address: `learn.html?chapter=${chapter}&lang=${language}${i === 0 ? '' : `#s${i}`}`,
    text: words.join(' ').replace(/\s+/g, ' '),
    language,
  }));
}

/** Letters of formulas in the text stay, as `C_out`; what stands in a line of its own goes. */
const withoutFormulas = (text: string) =>
  text
    .replace(/^\$\$[^$]+\$\$/gm, '')
    .replace(/\$([^$\n]+)\$/g, (_, formula: string) =>
      formula.replace(/\\[a-zA-Z]+|[{}\\]/g, ' ').replace(/\s+/g, ' '),
    );

/** What is read of a part: no code, no figure, and of an exercise its question alone. */
function wordsOf(token: Token): string[] {
  if (token.type === 'code') return token.lang === 'exercise' ? [token.text.split(/^(?:= |fill |find )/m)[0]] : [];
  if ('tokens' in token && token.tokens) return token.tokens.flatMap(wordsOf);
  if (token.type === 'list') return token.items.flatMap(({ tokens }: { tokens: Token[] }) => tokens.flatMap(wordsOf));
  if (token.type === 'text' || token.type === 'codespan' || token.type === 'escape') return [token.text];
  return [];
}

/** All names of the reference, and the members that have a docstring. */
export function namesToFind(): Document[] {
  return entries().flatMap(({ id, specifier, sections }) =>
    sections.flatMap(({ items }) =>
      items.flatMap(({ name, declarations, members }): Document[] => {
        const document = (title: string, doc: string): Document => ({
          title,
          place: specifier,
          address: `reference.html?entry=${id}&name=${title}`,
          text: plain(doc),
          ...(title !== name && { isMember: true }),
        });
        const documented = members.filter(({ name: member, doc }) => doc !== '' && /^\w+$/.test(member));
        return [
          document(name, declarations.map(({ doc }) => doc).join(' ')),
          ...documented.map((member) => document(`${name}.${member.name}`, member.doc)),
        ];
      }),
    ),
  );
}

const plain = (doc: string) =>
  markdownOf(doc)
    .replace(/```[\s\S]*?```/g, '')
    .replace(/[`*]/g, '')
    .replace(/\s+/g, ' ')
    .trim();
