/** `llms.txt` (llmstxt.org): what the site has, for programs that read text, and the reference as Markdown. `llms-full.txt` has all of it. */
import type { Plugin } from 'vite';
import type { Entry, Item } from '../reference/entry.js';
import { firstSentence, markdownOf } from './docstrings.js';
import { entries } from './reference.js';
import { chapterFiles, read, titleOf } from './repository.js';

export const llms: Plugin = {
  name: 'llms',
  apply: 'build',
  generateBundle() {
    const emit = (fileName: string, source: string) => this.emitFile({ type: 'asset', fileName, source });
    for (const entry of entries()) emit(`reference/${entry.id}.md`, referenceMarkdown(entry));
    emit('llms.txt', overview());
    emit('llms-full.txt', everything());
  },
};

export function overview(): string {
  const manifest = JSON.parse(read('package.json')) as { description: string };
  const chapters = chapterFiles().map(({ path, language }) => ({ path, language, title: titleOf(read(path)) }));
  const links = (language: string) =>
    chapters.filter((one) => one.language === language).map(({ path, title }) => `- [${title}](${path})`);
  return `${[
    '# Receptive',
    `> ${manifest.description}.`,
    'Receptive is a convolutional-network library for Node and browsers, with the semantics, names and seeds of PyTorch. Every operation is ' +
      'there three times: as readable TypeScript (`src/ops`), for the processor (`assembly`, WebAssembly SIMD), and for the GPU ' +
      '(`src/backends/webgpu`, WebGPU). Property tests hold the three equal. The files below are Markdown, and their links work from where they are.',
    `- [README](README.md): what it is, how it is used, how fast it is\n- [Everything in one file](llms-full.txt)`,
    '## Reference',
    entries()
      .map(({ id, specifier, doc }) => `- [${specifier}](reference/${id}.md): ${about(doc)}`)
      .join('\n'),
    '## Chapters',
    links('en').join('\n'),
    '## Optional',
    [
      ...links('zh'),
      '- [CONTRIBUTING](CONTRIBUTING.md): how the code is arranged, how to add an operation or a network',
      '- [CHANGELOG](CHANGELOG.md)',
    ].join('\n'),
  ].join('\n\n')}\n`;
}

function everything(): string {
  const chapters = chapterFiles().filter(({ language }) => language === 'en');
  return [read('README.md'), ...chapters.map(({ path }) => read(path)), ...entries().map(referenceMarkdown)].join(
    '\n\n---\n\n',
  );
}

/** All names of an entry. */
export function referenceMarkdown({ specifier, doc, sections }: Entry): string {
  const parts = sections.map(({ name, doc: about, items }) =>
    [`## ${name}`, markdownOf(about), ...items.map(itemMarkdown)].filter((part) => part !== '').join('\n\n'),
  );
  return `${[`# ${specifier}`, markdownOf(doc), ...parts].join('\n\n')}\n`;
}

function itemMarkdown({ name, declarations, members, chapters }: Item): string {
  const code = [
    ...declarations.map(({ code: line }) => line),
    ...members.map(
      ({ code: line, doc }) => `  ${line.replaceAll('\n', '\n  ')}${doc === '' ? '' : ` // ${firstSentence(doc)}`}`,
    ),
  ];
  const docs = [...new Set(declarations.map(({ doc }) => markdownOf(doc)))].filter((doc) => doc !== '');
  const [file, line] = declarations[0].source.split('#');
  const links = chapters.map((chapter) => `[chapter ${chapter}](../docs/learn/${chapter}.en.md)`);
  return [
    `### ${name}`,
    `\`\`\`ts\n${code.join('\n')}\n\`\`\``,
    ...docs,
    [`Source: [${file}, line ${line.slice(1)}](../${file})`, ...links].join('. '),
  ].join('\n\n');
}

/** Behind the name of the entry, which a header begins with: "`receptive/data` in Node: …". */
const about = (doc: string) =>
  doc
    .replace(/\s+/g, ' ')
    .replace(/^`[\w/]+`( in Node)?: /, '')
    .split('. ')[0]
    .replace(/\.?$/, '.');
