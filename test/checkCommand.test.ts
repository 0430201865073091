/** `receptive check`, as a user runs it. Needs `npm run build`. */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { rowText } from '../src/cli/checkText.js';
import { type CheckRow, readCheckReport } from '../src/testing/index.js';

const main = new URL('../dist/cli/main.js', import.meta.url).pathname;
const folder = await mkdtemp(join(tmpdir(), 'receptive-check-'));

function check(args: readonly string[], onOutput?: (text: string, kill: () => void) => void) {
  const child = spawn(process.execPath, [main, 'check', ...args], { cwd: folder });
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (chunk) => {
    stdout += chunk;
    onOutput?.(stdout, () => child.kill('SIGINT'));
  });
  child.stderr.on('data', (chunk) => {
    stderr += chunk;
  });
  return new Promise<{ code: number | null; stdout: string; stderr: string }>((resolve) =>
    child.on('close', (code) => resolve({ code, stdout, stderr })),
  );
}

const wasm = ['--backend', 'wasm', '--threads', '1', '--seed', '1'];

test('prints a row for each law, writes its report, and ends with 0', async () => {
  const few = [...wasm, '--operation', 'relu,linear', '--runs', '5', '--json', 'check.json', '--html', 'check.html'];
  const { code, stdout, stderr } = await check(few);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toMatch(/^linear +forward +holds +9 +0\.\d{3} +\d+\.\d +y\[\d+\] in problem /m);
  expect(stdout).toMatch(/^11 laws on \d+ problems in 0:\d\d: 11 hold$/m);
  expect(stdout).not.toContain('\x1b');
  const report = readCheckReport(JSON.parse(await readFile(join(folder, 'check.json'), 'utf8')));
  expect(report).toMatchObject({ partial: false, runs: 5, seed: 1, backend: { backend: 'wasm', threads: 1 } });
  expect(report.rows).toHaveLength(11);
  expect(await readFile(join(folder, 'check.html'), 'utf8')).toMatch(/^<!doctype html>/i);
  expect((await readdir(folder)).filter((name) => name.endsWith('.tmp'))).toEqual([]);
}, 60_000);

test('standard output is the report’s alone, if that goes there', async () => {
  const few = [...wasm, '--operation', 'relu', '--law', 'forward', '--problem', 'scalar'];
  const json = await check([...few, '--json', '-']);
  expect(json.code).toBe(0);
  expect(readCheckReport(JSON.parse(json.stdout)).rows).toMatchObject([{ law: 'forward', problems: 1 }]);
  expect(json.stderr).toContain('1 law on 1 problem in');
  const markdown = await check([...few, '--markdown']);
  expect(markdown.stdout).toMatch(/^# /);
  expect(markdown.stdout).toContain('relu');
}, 60_000);

test.each([
  [['--law', 'adjnt'], /^receptive: --law must be one of .* near 'adjnt' are adjoint\n$/],
  [['--operation', 'relu', '--law', 'windows'], /^receptive: no such law is kept by relu\n$/],
  [['--html', '/nowhere/report.html'], /^receptive: \/nowhere\/report\.html can't be written: there is no such/],
  [['--operation', 'relu', '--problem', 'nonsense'], /^receptive: relu: there is no problem 'nonsense'/],
  [['--problem', '0'], /^receptive: --problem belongs to one operation/],
  [['--json', '-', '--markdown'], /^receptive: --json - and --markdown both go to standard output/],
])(
  '%j could not run: one line, 2',
  async (args, line) => {
    const { code, stderr } = await check([...wasm, ...args]);
    expect(stderr).toMatch(line);
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
    expect(code).toBe(2);
  },
  60_000,
);

test('Ctrl-C keeps what was checked, marked as a part, and ends with 130', async () => {
  let isKilled = false;
  const long = [...wasm, '--operation', 'relu,conv2d', '--runs', '100000', '--seconds', '60', '--json', 'part.json'];
  const { code, stdout } = await check(long, (text, kill) => {
    if (isKilled || !/^relu +forward/m.test(text)) return;
    isKilled = true;
    kill();
  });
  expect(code).toBe(130);
  expect(stdout).toContain('finishing the problem');
  expect(existsSync(join(folder, 'part.json'))).toBe(true);
  const report = readCheckReport(JSON.parse(await readFile(join(folder, 'part.json'), 'utf8')));
  expect(report.partial).toBe(true);
  expect(report.rows.length).toBeGreaterThan(0);
}, 90_000);

test('a row is cut to the terminal’s width, if that is known', () => {
  const row: CheckRow = {
    ...{ operation: 'relu', law: 'forward', verdict: 'holds', problems: 102, worst: 0, milliseconds: 100 },
    ...{ where: `y[1] in problem ${'7'.repeat(60)}`, allowed: null, failure: null },
  };
  // biome-ignore lint/suspicious/noControlCharactersInRegex: colours
  const shown = (columns: number, isTTY = true) => rowText(row, { isTTY, columns }).replace(/\x1b\[\d+m/g, '');
  const whole = shown(80, false);
  expect(whole).toMatch(/ 0\.1 {2}y\[1\] in problem 7{60}$/);
  expect(shown(0)).toBe(whole);
  expect(shown(200)).toBe(whole);
  expect(shown(100)).toBe(`${whole.slice(0, 99)}…`);
  expect(shown(40)).toBe(whole.slice(0, whole.indexOf('  y[1]')));
});
