/** The examples of kernels of one's own, as a user runs them: they are held to the laws, and each with a bug in it is caught. */
import { execFile } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { transformWithOxc } from 'vite';
import { describe, expect, test } from 'vitest';

const root = new URL('../', import.meta.url);
const examples = new URL('examples/', root);
const run = promisify(execFile);

/** A replacement in a file, which must be there once. */
type Bug = readonly [correct: string, wrong: string];

async function textOf(file: string, bug?: Bug): Promise<string> {
  const text = await readFile(new URL(file, examples), 'utf8');
  if (!bug) return text;
  expect(text.split(bug[0]), bug[0]).toHaveLength(2);
  return text.replace(...bug);
}

/** A folder in the package, so that what is in it can import the package by name. */
async function folder(name: string): Promise<URL> {
  const made = new URL(`build/ownKernels/${name}/`, root);
  await mkdir(made, { recursive: true });
  return made;
}

/** Runs an example, and gives what it complains of: nothing if all is well. */
async function complaintOf(folder: URL, text: string): Promise<string> {
  const script = new URL('example.mjs', folder);
  await writeFile(script, (await transformWithOxc(text, 'example.ts')).code);
  return run(process.execPath, [fileURLToPath(script)]).then(
    ({ stderr }) => stderr,
    (error) => error.stderr || String(error),
  );
}

/** The code of a file: its lines without the text at its head and empty ones. */
function codeLines(text: string): number {
  const code = text.replace(/^\/\*\*[\s\S]*?\*\//, '');
  return code.split('\n').filter((line) => line.trim() !== '').length;
}

test('a kernel and its check are under 20 lines', async () => {
  const lines = async (...files: string[]) =>
    (await Promise.all(files.map((file) => textOf(file)))).map(codeLines).reduce((sum, count) => sum + count);
  expect(await lines('own-kernel.ts')).toBeLessThan(20);
  expect(await lines('own-kernel-wasm.ts', 'assembly/linear.ts')).toBeLessThan(20);
  expect(await lines('own-kernel-wgsl.ts')).toBeLessThan(20);
});

describe('TypeScript', () => {
  test('is held to the laws', async () => {
    expect(await complaintOf(await folder('ts'), await textOf('own-kernel.ts'))).toBe('');
  });

  test('that leaves the last sum out is caught', async () => {
    const bug: Bug = ['(sums[2] + sums[3])', 'sums[2]'];
    const complaint = await complaintOf(await folder('ts-wrong'), await textOf('own-kernel.ts', bug));
    expect(complaint).toMatch(/linear \(your kernel\) breaks the law 'forward':\ny\[\d+\] is/);
  });
});

describe('AssemblyScript', () => {
  /** Compiles the kernel as its file says, and runs its check. */
  async function complaint(name: string, bug?: Bug): Promise<string> {
    const made = await folder(name);
    await writeFile(new URL('linear.ts', made), await textOf('assembly/linear.ts', bug));
    const asc = fileURLToPath(new URL('node_modules/assemblyscript/bin/asc.js', root));
    await run(process.execPath, [asc, 'linear.ts', '--optimize', '--outFile', 'linear.wasm'], {
      cwd: fileURLToPath(made),
    });
    return complaintOf(made, await textOf('own-kernel-wasm.ts'));
  }

  test('is held to the laws', async () => {
    expect(await complaint('wasm')).toBe('');
  });

  test('with rows of weight that overlap is caught', async () => {
    const overlapping = await complaint('wasm-wrong', ['(o * I + i)', '(o * N + i)']);
    expect(overlapping).toMatch(/linear \(your kernel\) breaks the law 'forward':\ny\[\d+\] is/);
  });

  test('that writes past the end is caught, in its own memory', async () => {
    expect(await complaint('wasm-past-end', ['o < O;', 'o <= O;'])).toMatch(/\ny: written 1 elements past its end/);
  });
});

describe('WGSL', () => {
  test('is held to the laws', async () => {
    expect(await complaintOf(await folder('wgsl'), await textOf('own-kernel-wgsl.ts'))).toBe('');
  });

  test('that writes past the end is caught', async () => {
    const unbounded = await textOf('own-kernel-wgsl.ts', ['id.x < s.count', 'id.x <= s.count']);
    expect(await complaintOf(await folder('wgsl-past-end'), unbounded)).toMatch(/\ny: written 1 elements past its end/);
  });

  test('that lets through what is below 0 is caught', async () => {
    const wrong = await textOf('own-kernel-wgsl.ts', ['max(0.0, ', 'max(-1.0, ']);
    expect(await complaintOf(await folder('wgsl-wrong'), wrong)).toMatch(
      /relu \(your kernel\) breaks the law 'forward':\ny\[\d+\] is -/,
    );
  });

  test('that does not compile is told with its name and line', async () => {
    const wrong = await textOf('own-kernel-wgsl.ts', ['max(0.0, ', 'maximum(0.0, ']);
    expect(await complaintOf(await folder('wgsl-uncompiled'), wrong)).toMatch(
      /the shader ownRelu\.wgsl doesn't compile \(forward\): line 7: .*maximum/,
    );
  });
});
