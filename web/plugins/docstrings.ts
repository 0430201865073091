/** Docstrings as Markdown that others read, and as HTML. */
import { Marked } from 'marked';

/** Equations, which docstrings indent by two spaces, and examples become blocks of code. */
export function markdownOf(docstring: string): string {
  const [text, ...examples] = docstring.split(/^@example\b/m);
  const isIndented = (paragraph: string) => paragraph.split('\n').every((line) => line.startsWith('  '));
  const paragraphs = text.split(/\n\n+/).map((paragraph) => {
    const part = paragraph.replace(/^\n+|\s+$/g, '');
    return part !== '' && isIndented(part) ? fenced(part, 'text') : part;
  });
  // The text behind @example in its line says what it shows.
  const shown = examples.flatMap((example) => {
    const end = example.indexOf('\n');
    return [example.slice(0, end).trim(), fenced(example.slice(end + 1).trimEnd(), 'ts')];
  });
  return [...paragraphs, ...shown].filter((part) => part !== '').join('\n\n');
}

function fenced(code: string, language: string): string {
  const lines = code.split('\n');
  const margin = Math.min(...lines.filter((line) => line.trim() !== '').map((line) => line.search(/\S/)));
  return [`\`\`\`${language}`, ...lines.map((line) => line.slice(margin)), '```'].join('\n');
}

/** `address` gives the page of a name in backticks, if it has one. */
export function htmlOf(markdown: string, address: (name: string) => string | null): string {
  const marked = new Marked({
    renderer: {
      html: ({ text }) => escaped(text), // such as `Array<Tensor>`, where it isn't in backticks
      code: ({ text }) => `<pre tabindex="0"><code>${escaped(text)}</code></pre>`,
      codespan({ text }) {
        const page = address(text.replace(/\(.*\)$/, ''));
        const code = `<code>${escaped(text)}</code>`;
        return page === null ? code : `<a href="${escaped(page)}">${code}</a>`;
      },
    },
  });
  return marked.parse(markdown, { async: false }).trim();
}

/** Text in HTML. */
export function escaped(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/"/g, '&quot;');
}

/** The first sentence of a docstring, as plain text. */
export function firstSentence(docstring: string): string {
  const [paragraph] = docstring.split(/\n\n|@example/);
  const line = paragraph.replace(/\s+/g, ' ').trim();
  return /^.*?[.:](?= |$)/.exec(line)?.[0].replace(/:$/, '.') ?? line;
}
