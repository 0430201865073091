/** `--data folder`: a folder of pictures trained on, tested and predicted by the command. Needs `npm run build`. */
import { execFile } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { encodePng } from '../src/formats/index.js';
import { loadCheckpoint } from '../src/node/folderStore.js';
import { Generator } from '../src/tensor/random.js';

const main = fileURLToPath(new URL('../dist/cli/main.js', import.meta.url));
const fixtures = fileURLToPath(new URL('golden/pictures/', import.meta.url));
let folder: string;

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

function run(...args: string[]): Promise<Ended> {
  return new Promise((resolve) => {
    execFile(process.execPath, [main, ...args, '--threads', '1'], { cwd: folder }, (error, stdout, stderr) =>
      resolve({ code: error ? Number(error.code) : 0, stdout, stderr }),
    );
  });
}

const random = new Generator(0);
/** A picture of one colour, with noise. */
function picture(channel: number, width: number, height: number): Uint8Array {
  const data = Uint8Array.from(
    { length: width * height * 3 },
    (_, i) => (i % 3 === channel ? 180 : 40) + (random.random() % 40),
  );
  return encodePng({ width, height, channels: 3, data });
}

async function put(name: string, bytes: Uint8Array): Promise<void> {
  await mkdir(dirname(join(folder, name)), { recursive: true });
  await writeFile(join(folder, name), bytes);
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'receptive-pictures-'));
  for (const [channel, name] of ['red', 'green', 'blue'].entries()) {
    for (let i = 0; i < 10; i++) await put(`colours/${name}/${i}.png`, picture(channel, 20 + i, 30 - i));
  }
  await put('colours/red/notes.txt', new Uint8Array(3));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const recipe = [
  'train',
  'resnet20',
  '--data',
  'folder',
  '--data-dir',
  'colours',
  '--image-size',
  '16',
  '--batch-size',
  '8',
];
const losses = async (out: string) =>
  (await readFile(join(folder, out, 'log.jsonl'), 'utf8'))
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line).loss);

test('trains, tests and predicts: the checkpoint knows the classes', async () => {
  const trained = await run(...recipe, '--lr', '0.05', '--epochs', '3', '--out', 'run');
  expect(trained.stderr).toBe('');
  expect(trained.stdout).toContain('3 classes: blue, green, red');
  expect(trained.stdout).toContain('24 pictures to train on, 6 to test with (drawn by the seed)');
  expect(trained.stdout).toContain("1 files are left out: by their names they aren't pictures");
  const accuracy = /test accuracy ([\d.]+ %) after/.exec(trained.stdout)?.[1];
  const tested = await run('eval', '--weights', 'run/last.safetensors', '--workers', '0');
  expect(tested.stdout).toContain(`test accuracy ${accuracy} on 6 test images of folder`);

  const flags = ['--weights', 'run/last.safetensors', '--json', 'predictions.json'];
  await copyFile(join(fixtures, 'lossy.webp'), join(folder, 'one.webp'));
  await put('cut.jpg', (await readFile(join(fixtures, 'colour.jpg'))).subarray(0, 300));
  const predicted = await run('predict', 'colours/red', 'one.webp', 'cut.jpg', ...flags);
  expect(predicted.code).toBe(1);
  expect(predicted.stderr).toBe('receptive: JPEG cut.jpg: ends before its end-of-image marker\n');
  expect(predicted.stdout.trim().split('\n')).toHaveLength(11);
  const predictions = JSON.parse(await readFile(join(folder, 'predictions.json'), 'utf8'));
  expect(predictions).toHaveLength(12);
  expect(predictions[0]).toMatchObject({
    file: join('colours', 'red', '0.png'),
    class: expect.stringMatching(/^(red|green|blue)$/),
  });
  const { probabilities } = predictions[10];
  expect(Object.keys(probabilities)).toEqual(['blue', 'green', 'red']);
  expect(Object.values<number>(probabilities).reduce((sum, p) => sum + p, 0)).toBeCloseTo(1, 5);
  expect(predictions[11]).toEqual({ file: 'cut.jpg', error: 'JPEG cut.jpg: ends before its end-of-image marker' });

  const one = await run('predict', 'one.webp', '--weights', 'run/last.safetensors');
  expect(one.stdout).toMatch(/[▀▄█].*one\.webp shows: (red|green|blue)/s);
});

test('augmented images are the same on any number of threads, and after a resume', async () => {
  const flags = [...recipe, '--augment'];
  await run(...flags, '--epochs', '2', '--workers', '0', '--out', 'whole');
  expect((await run(...flags, '--workers', '2', '--epochs', '1', '--out', 'parts')).code).toBe(0);
  const resumed = await run(...flags, '--epochs', '2', '--workers', '1', '--resume', '--out', 'parts');
  expect(resumed.stderr).toBe('');
  expect(await losses('parts')).toEqual(await losses('whole'));
  await run(...recipe, '--epochs', '2', '--out', 'plain');
  expect(await losses('plain')).not.toEqual(await losses('whole'));

  await put('colours/red/new.png', picture(0, 9, 9));
  const changed = await run(...flags, '--resume', '--epochs', '3', '--out', 'parts');
  expect(changed.stderr).toContain("aren't those that the run to resume began with");
  expect(changed.code).toBe(1);
  await rm(join(folder, 'colours/red/new.png'));
});

test('train and val lie apart; damaged pictures stop the run before, or are left out', async () => {
  for (const [channel, name] of ['red', 'green'].entries()) {
    for (let i = 0; i < 4; i++) await put(`parts/train/${name}/${i}.png`, picture(channel, 24, 24));
    await put(`parts/val/${name}/x.png`, picture(channel, 24, 24));
  }
  const flags = [
    'train',
    'resnet20',
    '--data',
    'folder',
    '--data-dir',
    'parts',
    '--image-size',
    '16',
    '--batch-size',
    '4',
  ];
  const { stdout } = await run(...flags, '--out', 'apart');
  expect(stdout).toContain(`8 pictures to train on, 2 to test with (of ${join(folder, 'parts', 'val')})`);

  await put('parts/train/red/cut.jpg', (await readFile(join(fixtures, 'colour.jpg'))).subarray(0, 300));
  const stopped = await run(...flags, '--out', 'stopped');
  expect(stopped.stderr).toMatch(/^receptive: JPEG .*train\/red\/cut\.jpg: ends before its end-of-image marker\n$/);
  expect(stopped.code).toBe(1);
  const skipped = await run(...flags, '--skip-damaged', '--out', 'skipped');
  expect(skipped.stdout).toMatch(/1 pictures are left out: JPEG .*cut\.jpg: ends before its end-of-image marker/);
  expect(skipped.code).toBe(0);

  await mkdir(join(folder, 'parts/val/blue'));
  expect((await run(...flags, '--out', 'strange')).stderr).toContain(
    "val has a folder 'blue', which isn't one of the classes green, red",
  );
});

test('large colour images are drawn, and limits are drawn from all classes', async () => {
  const flags = ['--image-size', '224', '--limit', '6', '--test-limit', '2', '--batch-size', '3', '--out', 'large'];
  const trained = await run('train', 'resnet20', '--data', 'folder', '--data-dir', 'colours', ...flags);
  expect(trained.stdout).toContain('6 pictures to train on, 2 to test with');
  const weights = join(folder, 'large', 'last.safetensors');
  expect((await loadCheckpoint(weights)).about.classes).toEqual(['blue', 'green', 'red']);
  const { code, stdout } = await run('predict', 'colours/red/0.png', '--weights', weights);
  expect(code).toBe(0);
  const drawn = stdout.split('\n\n')[0].split('\n');
  expect(drawn).toHaveLength(40);
  expect(Math.max(...drawn.map((line) => line.length))).toBeLessThanOrEqual(80);
});

test.each([
  [['--data', 'folder'], '--data folder needs --data-dir, the folder of its files'],
  [['--data', 'folder', '--data-dir', 'nowhere'], "nowhere can't be read: there is no such file or folder"],
  [['--data', 'folder', '--data-dir', 'colours/red'], 'has no folders: it needs one for each class'],
  [['--data', 'mnist', '--augment'], 'augment is for cifar10 with its images of 3x32x32, and for a folder of pictures'],
  [['--data', 'mnist', '--skip-damaged'], 'skipDamaged is for a folder of pictures, and not for mnist'],
])('%s is an error of one line', async (flags, message) => {
  const { code, stderr } = await run('train', 'resnet20', '--out', 'none', ...flags);
  expect(stderr).toContain(message);
  expect(stderr.trim().split('\n')).toHaveLength(1);
  expect(code).toBe(1);
});
