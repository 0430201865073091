/** The reference, the search and `llms.txt`: everything that is exported has a page, and what is looked for is found. Needs `npm run build`. */
import { existsSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { operationNames } from '../src/ops/index.js';
import { htmlOf, markdownOf } from '../web/plugins/docstrings.js';
import { overview, referenceMarkdown } from '../web/plugins/llms.js';
import { entries, shown } from '../web/plugins/reference.js';
import { chapterFiles, chaptersNamedIn, read, root, sourceFiles } from '../web/plugins/repository.js';
import { namesToFind, sectionsToFind } from '../web/plugins/search.js';
import { find } from '../web/reference/names.js';
import { search, wordsOf } from '../web/search/search.js';

const chapters = new Set(chapterFiles().map(({ name }) => name));
const itemsOf = ({ sections }: (typeof all)[number]) => sections.flatMap(({ items }) => items);
const all = entries();

test('every entry of the package is there', () => {
  const { exports } = JSON.parse(read('package.json')) as { exports: Record<string, unknown> };
  const specifiers = Object.keys(exports).filter((path) => path !== './package.json');
  expect(all.map(({ specifier }) => specifier)).toEqual(specifiers.map((path) => `receptive${path.slice(1)}`));
});

describe.each(all)('$specifier', (entry) => {
  test('every name that it exports has a page', async () => {
    const missing: string[] = [];
    const look = (exported: object, prefix: string) => {
      for (const [name, value] of Object.entries(exported)) {
        // `cases` is a module, too, and has a type that says so.
        const isNamespace =
          name !== 'cases' && (value as { [Symbol.toStringTag]?: string })?.[Symbol.toStringTag] === 'Module';
        if (isNamespace) look(value as object, `${prefix}${name}.`);
        else if (!itemsOf(entry).some((item) => item.name === `${prefix}${name}`)) missing.push(`${prefix}${name}`);
      }
    };
    look(await import(/* @vite-ignore */ entry.specifier), '');
    expect(missing).toEqual([]);
  });

  test('every function, class and constant has a docstring', () => {
    const bare = itemsOf(entry).filter(
      ({ kind, declarations }) => kind !== 'type' && declarations.every(({ doc }) => doc === ''),
    );
    expect(bare.map(({ name, declarations }) => `${name} (${declarations[0].source})`)).toEqual([]);
  });

  test('what it says of its source is there', () => {
    for (const item of itemsOf(entry)) {
      for (const { source, name } of [
        ...item.declarations.map((one) => ({ ...one, name: item.name.split('.').at(-1)! })),
        ...item.members.filter((one) => /^\w+$/.test(one.name)),
      ]) {
        const [file, line] = source.split('#L');
        expect(read(file).split('\n')[Number(line) - 1], `${item.name}: ${source}`).toContain(name);
      }
      for (const chapter of item.chapters) expect(chapters).toContain(chapter);
    }
  });

  test('as HTML it has nothing that the policy of the site would refuse, and its links lead to names', () => {
    const html = JSON.stringify(shown(entry));
    expect(html).not.toMatch(/\sstyle=|<script|\son\w+=/);
    const links = [...html.matchAll(/href=\\"\?entry=([\w-]+)&amp;name=([^"\\]+)/g)];
    for (const [, id, name] of links) expect([id, find(entry, name)]).toEqual([entry.id, expect.anything()]);
  });

  test('as Markdown it has every name', () => {
    const headings = [...referenceMarkdown(entry).matchAll(/^### (\S+)$/gm)].map(([, name]) => name);
    expect(headings).toEqual(itemsOf(entry).map(({ name }) => name));
  });
});

test('names say what they are: members, ancestors, platforms, chapters', () => {
  const [receptive, data] = all;
  const conv = find(receptive, 'nn.Conv2d')!.item;
  expect(conv.declarations).toEqual([
    expect.objectContaining({
      code: 'class Conv2d extends Module',
      source: expect.stringMatching(/^src\/nn\/modules\/layers\.ts#L\d+$/),
    }),
  ]);
  expect(conv.members.map(({ name }) => name)).toEqual(expect.arrayContaining(['weight', 'constructor', 'forward']));
  expect(conv.inherited).toEqual([{ from: 'nn.Module', names: expect.arrayContaining(['parameters', 'stateDict']) }]);
  expect(conv.chapters).toEqual(['3-convolution', '4-padding-stride']);
  expect(find(receptive, 'functional.crossEntropy')!.item.chapters).toEqual(['13-cross-entropy']);
  expect(find(receptive, 'Conv2d', 'nn.init')!.item).toBe(conv);
  expect(find(receptive, 'F.conv2d')!.item.name).toBe('functional.conv2d');
  expect(find(receptive, 'Tensor.backward')).toMatchObject({ item: { name: 'Tensor' }, member: 'backward' });
  expect(find(receptive, 'Tensor.forwards')).toBeNull();
  const platforms = (name: string) => find(data, name)!.item.declarations.map(({ platform }) => platform);
  expect([platforms('imageFolder'), platforms('DataLoader')]).toEqual([['node', 'browser'], [undefined]]);
});

// Until then others are being written.
test.skipIf(chapters.size < 17)('each operation names chapters that exist', () => {
  const files = [...read('src/ops/index.ts').matchAll(/import \{ (\w+?)(?:Forward|Backward)\b.*'\.\/(\w+)\.js'/g)];
  expect(files.length).toBeGreaterThanOrEqual(operationNames.length - 1); // clipGrad is in gradNorm's file
  for (const [, , file] of files) {
    const named = chaptersNamedIn(read(`src/ops/${file}.ts`));
    expect(named.length, file).toBeGreaterThan(0);
    for (const chapter of named) expect(chapters, file).toContain(chapter);
  }
});

describe('docstrings', () => {
  test('an equation and an example become code', () => {
    const doc = 'Text.\n\n  y = x\n    + 1\n\nMore.\n\n@example What it shows.\nf(1)\n// 2';
    expect(markdownOf(doc)).toBe(
      'Text.\n\n```text\ny = x\n  + 1\n```\n\nMore.\n\nWhat it shows.\n\n```ts\nf(1)\n// 2\n```',
    );
    expect(markdownOf('@example\nf(1)')).toBe('```ts\nf(1)\n```');
  });

  test('a name in backticks becomes a link, and what looks like HTML stays text', () => {
    const html = htmlOf('`f(x)` of Array<number>, not `g`', (name) => (name === 'f' ? '?name=f' : null));
    expect(html).toBe('<p><a href="?name=f"><code>f(x)</code></a> of Array&lt;number&gt;, not <code>g</code></p>');
    expect(htmlOf('```ts\nArray<b>\n```', () => null)).toBe('<pre tabindex="0"><code>Array&lt;b&gt;</code></pre>');
  });
});

describe('the search', () => {
  const documents = [...namesToFind(), ...sectionsToFind('en'), ...sectionsToFind('zh')];
  const titles = (query: string, language = 'en') =>
    search(query, documents, language).map(({ document }) => document.title);

  test.each([
    ['Conv2d', 'nn.Conv2d'],
    ['F.max_pool2d', 'functional.maxPool2d'],
    ['torch.nn.functional.cross_entropy', 'functional.crossEntropy'],
    ['state_dict', 'nn.Module.stateDict'],
    ['initProcessGroup', 'initProcessGroup'],
    ['padding', 'Padding: zeros around the picture'],
    ['stride', 'Stride: bigger steps'],
  ])('%s finds %s', (query, title) => {
    expect(titles(query).slice(0, 2)).toContain(title);
  });

  test.each([
    ['卷积核', '卷积'],
    ['步长', '填充、步长、空洞、分组'],
    ['池化 梯度', '池化'],
    ['每个卷积核的大小', '卷积'], // as one writes, without spaces
  ])('%s finds the chapter %s', (query, place) => {
    const found = search(query, documents, 'zh').map(({ document }) => document);
    expect(found.length).toBeGreaterThan(0);
    expect(found.slice(0, 6).map((document) => document.place)).toContain(place);
    for (const { language } of found) expect(language).toBe('zh');
  });

  test('all words must be there, and nothing is found for none', () => {
    expect(titles('batch norm momentum').length).toBeGreaterThan(0);
    expect(titles('batch norm xyzzy')).toEqual([]);
    expect([titles(''), titles('  '), titles('，')]).toEqual([[], [], []]);
    expect(wordsOf('F.max_pool2d')).toEqual([{ whole: 'functional.maxpool2d', parts: [] }]);
  });

  test('chapters in the reader’s language come first', () => {
    const languages = (language: string) =>
      search('dilation', documents, language).flatMap(({ document }) => document.language ?? []);
    expect([languages('en')[0], languages('zh')[0]]).toEqual(['en', 'zh']);
  });

  test('an excerpt shows what was found', () => {
    const [{ excerpt }] = search(
      'upright',
      [{ title: 'a', place: 'b', address: '', text: `${'x '.repeat(90)}upright ${'y '.repeat(90)}` }],
      'en',
    );
    expect(excerpt).toMatch(/^… (x )+upright (y )+…$/);
  });

  test('an exercise’s answer is no document', () => {
    for (const { text } of sectionsToFind('en'))
      expect(text).not.toMatch(/The kernel's top row can lie on the first row/);
  });
});

test('what llms.txt links to is in the site', () => {
  const links = [...overview().matchAll(/\]\(([^)]+)\)/g)].map(([, link]) => link);
  const files = new Set([
    ...sourceFiles(),
    ...chapterFiles().map(({ path }) => path),
    ...all.map(({ id }) => `reference/${id}.md`),
    'llms-full.txt',
  ]);
  expect(links.length).toBeGreaterThan(all.length + chapters.size);
  for (const link of links) expect(files).toContain(link);
});

test('the sources of the site are files that people write', () => {
  const files = sourceFiles();
  for (const file of ['src/ops/conv2d.ts', 'assembly/tiles.ts', 'src/backends/webgpu/tile.wgsl', 'README.md']) {
    expect(files).toContain(file);
  }
  for (const file of files) {
    expect(existsSync(`${root}${file}`), file).toBe(true);
    expect(read(file).slice(0, 200), file).not.toMatch(/^\/\/ (Made|Generated) by/);
  }
});
