/** `receptive export`: what a run has learned, for other libraries. Needs `npm run build`. */
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { host } from '../src/backends/reference/index.js';
import { openCheckpoint } from '../src/catalog/index.js';
import { models, onnx, safetensors } from '../src/node/index.js';
import { Generator, manualSeed } from '../src/tensor/random.js';
import { scoresOf } from '../src/training/index.js';
import { run } from './command.js';
import { expectClose } from './golden/golden.js';
import { runOnnx } from './onnxRuntime.js';
import { smallMnist } from './smallMnist.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'receptive-export-'));
  const data = await smallMnist(folder);
  const { code, stderr } = await run(folder, 'train', 'mnist', '--data-dir', data, '--threads', '1');
  expect([code, stderr]).toEqual([0, '']);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const inFolder = (...path: string[]) => readFile(join(folder, ...path));
const exported = (...args: string[]) => run(folder, 'export', ...args, '--to', 'onnx');

test('a run becomes an ONNX file beside its weights, which onnxruntime runs, and which says what it is of', async () => {
  const from = join('runs', 'mnist', 'best.safetensors');
  const out = join('runs', 'mnist', 'best.onnx');
  const { code, stdout, stderr } = await exported(join('runs', 'mnist'));
  const bytes = await inFolder(out);
  const size = bytes.length.toLocaleString('en-US');
  expect([code, stderr]).toEqual([0, '']);
  expect(stdout).toBe(
    `${out}: mnistNet of ${from}, ${size} bytes; it takes 'input' (N, 1, 28, 28), and gives 'output' (N, 10)\n`,
  );
  const digits = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'];
  const { classes, mean, std, ...about } = onnx.metadata(bytes);
  expect([classes, mean, std].map((text) => JSON.parse(text))).toEqual([digits, [0.1307], [0.3081]]);
  expect(about).toEqual({
    network: 'mnistNet',
    data: 'mnist',
    source: from,
    receptive: expect.stringMatching(/^\d+\.\d+/),
  });

  const { model } = await openCheckpoint(await inFolder(from));
  const generator = new Generator();
  const values = Float32Array.from({ length: 2 * 784 }, () => generator.uniform64());
  const shape = [2, 1, 28, 28];
  const [{ output }] = await runOnnx(bytes, { input: { shape, values } });
  const own = scoresOf(model.eval().forward(host.tensor(values, shape)));
  expectClose(output.values, await own.data(), 1e-5, 'output');
});

test('what is there already stays, unless --force is given', async () => {
  const out = join('runs', 'kept.onnx');
  await writeFile(join(folder, out), 'mine');
  const refused = await exported(join('runs', 'mnist'), '--out', out);
  expect([refused.code, refused.stdout]).toEqual([1, '']);
  expect(refused.stderr).toBe(`receptive: ${out} is there already: --force replaces it, --out writes elsewhere\n`);
  expect(await inFolder(out)).toEqual(Buffer.from('mine'));
  expect((await exported(join('runs', 'mnist'), '--out', out, '--force')).code).toBe(0);
  expect(onnx.load(await inFolder(out)).parameters()).toHaveLength(6);
});

test('of weights from elsewhere, with names of their classes', async () => {
  manualSeed(0);
  await safetensors.saveFile(models.resnet20({ numClasses: 2 }).stateDict(), join(folder, 'pets.safetensors'));
  await writeFile(join(folder, 'names.txt'), 'cat\ndog\n');
  const { code, stderr } = await exported('pets.safetensors', '--model', 'resnet20', '--classes', 'names.txt');
  expect([code, stderr]).toEqual([0, '']);
  expect(onnx.metadata(await inFolder('pets.onnx')).classes).toBe('["cat","dog"]');
});

test('mistakes are said in a line, and leave nothing behind', async () => {
  await mkdir(join(folder, 'empty'), { recursive: true });
  const say = async (...args: string[]) => (await run(folder, 'export', ...args)).stderr;
  const mnist = join('runs', 'mnist');
  expect(await say(mnist)).toBe('receptive: say with --to what to export to: onnx, torch\n');
  expect(await say(mnist, '--to', 'pickle')).toBe('receptive: --to must be one of onnx, torch\n');
  expect(await say('empty', '--to', 'onnx')).toMatch(
    /^receptive: empty has no run: there is neither empty.best\.safetensors nor .*\n$/,
  );
  expect(await say('none', '--to', 'onnx')).toBe("receptive: none can't be read: there is no such file or folder\n");
  expect(await say(mnist, '--to', 'onnx', '--out', join('none', 'x.onnx'))).toMatch(
    /none.x\.onnx can't be written: there is no/,
  );
  expect(await say(join(mnist, 'log.jsonl'), '--to', 'onnx')).toMatch(/^receptive: .*log\.jsonl.*\n$/);
});
