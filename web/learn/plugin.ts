/**
 * Chapters (`docs/learn/*.md`) as modules: `import chapter from '….md'` gives its headings and its HTML, and `….md?title` its title
 * alone. They are Markdown that reads well in the repository; on the site,
 *
 *   $…$, $$…$$                                     become MathML
 *   [conv2dForward](../../src/ops/conv2d.ts)       alone in a line becomes that function, cut from the source: of TypeScript,
 *                                                  AssemblyScript or WGSL; `Tensor.backward` is a method of a class
 *   a block `figure`                               becomes a live figure: `conv2d x=1,1,5,5 weight=1,1,3,3`
 *   a block `exercise`                             becomes a question that checks its answer: see `exerciseOf`
 *   other links                                    lead to the site's own pages: a chapter, or a source with its lines; pictures are
 *                                                  in the page
 */
import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, extname, resolve } from 'node:path';
import { Marked, type TokenizerAndRendererExtension } from 'marked';
import temml from 'temml';
import type { Plugin } from 'vite';
import { addressOf, languageOf, sourceAddress } from '../plugins/addresses.js';
import { escaped } from '../plugins/docstrings.js';
import { pathOf, titleOf } from '../plugins/repository.js';
import type { Chapter } from './chapter.js';

export const chapters: Plugin = {
  name: 'chapters',
  enforce: 'pre',
  async transform(text, id) {
    if (id.endsWith('.md?title')) return { code: `export default ${JSON.stringify(titleOf(text))};`, map: null };
    if (!id.endsWith('.md')) return null;
    const chapter = await render(text, id);
    for (const source of chapter.sources) this.addWatchFile(source);
    return { code: `export default ${JSON.stringify(chapter)};`, map: null };
  },
};

const chinese = '[\\u3001-\\u303f\\u4e00-\\u9fff\\uff01-\\uff5e]';

/** Chinese has no spaces between words, so the end of a line between two of its characters is none. In a block it stays. */
function joined(text: string): string {
  const ends = new RegExp(`^\`\`\`.*?^\`\`\`|(${chinese})\\n(?=${chinese})`, 'gms');
  return text.replace(ends, (all, before?: string) => before ?? all);
}

export async function render(written: string, file: string): Promise<Chapter> {
  const text = joined(written);
  const headings: { id: string; text: string }[] = [];
  const excerpts = await excerptsOf(text, file);
  const marked = new Marked({
    extensions: [math('block', /^\$\$([^$]+)\$\$/, true), math('inline', /^\$([^$\n]+)\$/, false)],
    renderer: {
      heading({ depth, text: content, tokens }) {
        const inline = this.parser.parseInline(tokens);
        if (depth === 1) return `<h1>${inline}</h1>`;
        const id = `s${headings.length + 1}`;
        headings.push({ id, text: content });
        return `<h${depth} id="${id}">${inline}</h${depth}>`;
      },
      paragraph({ text: content, tokens }) {
        const excerpt = excerpts.get(content.trim());
        return excerpt ?? `<p>${this.parser.parseInline(tokens)}</p>`;
      },
      link({ href, tokens }) {
        return `<a href="${escaped(addressOf(href, file))}">${this.parser.parseInline(tokens)}</a>`;
      },
      image: ({ href, text: content }) =>
        // On a phone it is scrolled, by keyboard, too.
        `<span class="picture" tabindex="0"><img src="${pictureOf(resolve(dirname(file), href))}" alt="${escaped(content)}"></span>`,
      code({ lang = '', text: content }) {
        if (lang === 'figure') return figureOf(content);
        if (lang === 'exercise') return exerciseOf(content);
        return `<pre tabindex="0"><code class="language-${escaped(lang)}">${escaped(content)}</code></pre>`;
      },
    },
  });
  // On a phone a wide table is scrolled, by keyboard, too.
  const body = (await marked.parse(text))
    .replaceAll('<table>', '<div class="scroll" tabindex="0"><table>')
    .replaceAll('</table>', '</table></div>');
  return { headings, html: body, sources: [...excerpts.keys()].map((link) => sourceOf(link, file).path) };
}

/** A link alone in its line: `[name](file)`. */
const LINK = /^\[(\w+(?:\.\w+)?)\]\(([^)\s]+\.(?:ts|wgsl))\)$/;

function sourceOf(link: string, file: string): { name: string; path: string } {
  const [, name, target] = LINK.exec(link)!;
  return { name, path: resolve(dirname(file), target) };
}

async function excerptsOf(text: string, file: string): Promise<Map<string, string>> {
  const links = text.split('\n').filter((line) => LINK.test(line));
  const excerpts = links.map(async (link): Promise<[string, string]> => {
    const { name, path } = sourceOf(link, file);
    const { line, code } = cut(await readFile(path, 'utf8'), name, path);
    const place = pathOf(path);
    const address = escaped(sourceAddress(place, languageOf(file), line));
    return [
      link,
      `<figure class="excerpt"><figcaption><a href="${address}"><code>${escaped(`${place}:${line}`)}</code></a></figcaption><pre tabindex="0"><code>${escaped(code)}</code></pre></figure>`,
    ];
  });
  return new Map(await Promise.all(excerpts));
}

/** A function, class, interface or constant of a source, or a method of a class, with the comment above it. Throws if it isn't there. */
export function cut(source: string, name: string, path: string): { line: number; code: string } {
  const lines = source.split('\n');
  const [outer, method] = name.split('.');
  let at = lines.findIndex((line) =>
    new RegExp(`^(export )?(default )?(async |abstract )?(function|class|interface|type|const|fn) ${outer}\\b`).test(
      line,
    ),
  );
  const margin = method === undefined ? '' : '  ';
  if (method !== undefined && at >= 0) {
    const end = lines.indexOf('}', at);
    const inside = lines.slice(at, end).findIndex((line) => new RegExp(`^  (\\w+ )*${method}\\b[(<]`).test(line));
    at = inside < 0 ? -1 : at + inside;
  }
  if (at < 0) throw new Error(`${path} has no function ${name}`);
  const isOneLine = lines[at].endsWith(';');
  const end = isOneLine ? at : lines.findIndex((line, i) => i > at && new RegExp(`^${margin}[})\\]]+;?$`).test(line));
  let start = at;
  while (start > 0 && new RegExp(`^${margin}(/\\*\\*| \\*|//|@)`).test(lines[start - 1])) start--;
  const code = lines.slice(start, end + 1).map((line) => (line.startsWith(margin) ? line.slice(margin.length) : line));
  return { line: start + 1, code: code.join('\n') };
}

/** MathML, without styles of its own: the policy of the site has none. */
function math(level: 'block' | 'inline', rule: RegExp, displayMode: boolean): TokenizerAndRendererExtension {
  return {
    name: `math-${level}`,
    level,
    start: (text) => text.indexOf(displayMode ? '$$' : '$'),
    tokenizer(text) {
      const match = rule.exec(text);
      return match ? { type: `math-${level}`, raw: match[0], tex: match[1].trim() } : undefined;
    },
    renderer({ tex }) {
      const formula = temml.renderToString(tex, { displayMode, throwOnError: true }).replace(/ style="[^"]*"/g, '');
      // On a phone a long one is scrolled, by keyboard, too.
      return displayMode ? `<div class="formula" tabindex="0">${formula}</div>` : formula;
    },
  };
}

/** `conv2d x=1,1,5,5 padding=1` → `<rc-conv2d x="1,1,5,5" padding="1">`. */
function figureOf(text: string): string {
  const [operation, ...options] = text.trim().split(/\s+/);
  return `<rc-${operation}${attributesOf(options)}></rc-${operation}>`;
}

/**
 * The question, what is asked for, and behind it a hint for who answers wrongly. Asked for is `= answer`; or a figure with blanks,
 * `fill conv2d x=1,1,3,3 weight=1,1,2,2 grid=dx cells=0,4`; or one with a wrong number, `find conv2d … grid=y`.
 * `show=dbias` shows another gradient, too.
 */
function exerciseOf(text: string): string {
  const lines = text.trim().split('\n');
  const at = lines.findIndex((line) => /^(= |(fill|find) .*\bgrid=)/.test(line));
  if (at < 0) throw new Error(`an exercise asks for nothing: ${text}`);
  const [question, hint] = [lines.slice(0, at), lines.slice(at + 1)].map((part) => part.join(' '));
  const [, kind, figure] = /^(\S+) (.*)/.exec(lines[at])!;
  const asked =
    kind === '='
      ? ` answer="${escaped(figure)}"`
      : attributesOf([`kind=${kind}`, ...`operation=${figure}`.trim().split(/\s+/)]);
  return `<rc-exercise question="${escaped(question)}"${asked} hint="${escaped(hint)}"></rc-exercise>`;
}

/** `x=1,1,5,5` → ` x="1,1,5,5"`. */
function attributesOf(options: readonly string[]): string {
  const pairs = options.map((option) => option.split('='));
  return pairs.map(([name, value]) => ` ${escaped(name)}="${escaped(value)}"`).join('');
}

/** A picture as an address that has all of it. */
function pictureOf(path: string): string {
  const type = { '.svg': 'image/svg+xml', '.png': 'image/png' }[extname(path)];
  if (!type) throw new Error(`${path} is no picture that a chapter can show`);
  return `data:${type};base64,${readFileSync(path, 'base64')}`;
}
