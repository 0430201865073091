/** README stays true: its table is the list of operations, its code runs, its links lead somewhere. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { transformWithOxc } from 'vite';
import { beforeAll, describe, expect, test } from 'vitest';
import { networksByGroup } from '../src/catalog/index.js';
import { type OperationName, operationNames, ops } from '../src/ops/index.js';
import { chapterFiles, read } from '../web/plugins/repository.js';
import { missingForMpi, mpiEnvironment } from './mpi.js';

const root = new URL('../', import.meta.url);
const readme = await readFile(new URL('README.md', root), 'utf8');

/** `conv2d: 2-D cross-correlation, …`: what an operation's file begins with. */
async function headOf(name: OperationName): Promise<{ file: string; head: string }> {
  const file = `src/ops/${name === 'clipGrad' ? 'gradNorm' : name}.ts`;
  const text = await readFile(new URL(file, root), 'utf8');
  const paragraph = /^\/\*\*\n \* \w+: ((?:.+\n)+?) \*\n/m.exec(text)?.[1] ?? '';
  return { file, head: paragraph.replace(/\n \* /g, ' ').trim() };
}

test('the table of operations is the list of operations', async () => {
  const rows = await Promise.all(
    operationNames.map(async (name) => {
      const { file, head } = await headOf(name);
      expect(head, file).not.toBe('');
      return `| [\`${name}\`](${file}) | ${head} | ${Object.keys(ops[name]).join(', ')} |`;
    }),
  );
  const table = ['| operation | what it computes | passes |', '|---|---|---|', ...rows].join('\n');
  expect(readme, `README should have this table:\n${table}\n`).toContain(table);
});

test('the table of chapters is the list of chapters', () => {
  const title = (path: string) => /^# (.+)/.exec(read(path))![1];
  const rows = chapterFiles()
    .filter(({ language }) => language === 'en')
    .map(({ name, path }) => {
      const chinese = path.replace('.en.md', '.zh.md');
      return `| ${Number.parseInt(name, 10)} | [${title(path)}](${path}) | [${title(chinese)}](${chinese}) |`;
    });
  const table = ['| | chapter | 中文 |', '|---|---|---|', ...rows].join('\n');
  expect(readme, `README should have this table:\n${table}\n`).toContain(table);
});

/** `8,490, 97,298` where they are few, otherwise `11,689,512 to 60,192,808`. */
function listed(numbers: readonly number[]): string {
  const distinct = [...new Set(numbers)];
  const ends = [Math.min(...distinct), Math.max(...distinct)];
  const [shown, between] = distinct.length > 4 ? [ends, ' to '] : [distinct, ', '];
  return shown.map((number) => number.toLocaleString('en-US')).join(between);
}

test('the table of networks is the catalog', () => {
  const rows = networksByGroup().map(({ group: { title, paper, about }, members }) => {
    const files = new Set(members.map(([, { file }]) => file));
    const links = [...files].map((file) => {
      const names = members.filter(([, network]) => network.file === file).map(([name]) => `\`${name}\``);
      return `[${names.join(', ')}](src/models/${file})`;
    });
    const origin = `${paper ? `[${title}](${paper})` : title}${about ? `, ${about}` : ''}`;
    return `| ${links.join(', ')} | ${origin} | ${listed(members.map(([, { parameters }]) => parameters))} |`;
  });
  const table = ['| networks | from | parameters |', '|---|---|---|', ...rows].join('\n');
  expect(readme, `README should have this table:\n${table}\n`).toContain(table);
});

test('every link into the repository leads to a file', () => {
  const links = [...readme.matchAll(/\]\((?!https?:)([^)#]+)\)/g)].map((match) => match[1]);
  expect(links.length).toBeGreaterThan(30);
  expect(links.filter((link) => !existsSync(new URL(link, root)))).toEqual([]);
});

test('the line that it quotes from conv2d is there', async () => {
  const quoted = /is the line\s+`([^`]+)`/.exec(readme)?.[1];
  expect(quoted).toBeDefined();
  expect(await readFile(new URL('src/ops/conv2d.ts', root), 'utf8')).toContain(quoted);
});

const examples = [...readme.matchAll(/```ts\n([\s\S]*?)```/g)].map((match) => match[1]);

describe('its code runs against the built package', () => {
  test('all examples are found', () => expect(examples).toHaveLength(10));

  /** The run whose checkpoint an example opens. */
  beforeAll(async () => {
    const options = ['train', 'mnist', '--limit', '64', '--test-limit', '64', '--out', 'build/readme/mnist'];
    await promisify(execFile)(process.execPath, ['dist/cli/main.js', ...options], { cwd: root.pathname });
  });

  test.for(examples.map((code, i) => [i, code] as const))('example %i', async ([i, code], { skip }) => {
    const isForRanks = code.includes('receptive/distributed');
    skip(isForRanks && missingForMpi !== null, `there is no ${missingForMpi}`);
    const few = code
      .replaceAll('await mnist({ train: true })', '(await mnist({ train: true })).take(128)')
      .replaceAll('await mnist({ train: false })', '(await mnist({ train: false })).take(64)')
      .replaceAll("'runs/mpi'", "'build/readme/ranks'")
      .replaceAll("'runs/residual'", "'build/readme/run'")
      .replaceAll("'runs/mnist/", "'build/readme/mnist/")
      .replaceAll("'mnist.safetensors'", "'build/readme/mnist.safetensors'");
    const folder = new URL('build/readme/', root); // inside the package, so that it can import it by name
    await mkdir(folder, { recursive: true });
    const file = new URL(`example${i}.mjs`, folder);
    await writeFile(file, (await transformWithOxc(few, 'example.ts')).code);
    const node = [process.execPath, file.pathname];
    const [program, ...args] = isForRanks ? ['mpirun', '-n', '2', ...node] : node;
    const { stdout } = await promisify(execFile)(program, args, { cwd: root.pathname, env: mpiEnvironment });
    expect(stdout).not.toMatch(/NaN|undefined/);
    await rm(file);
  });
});
