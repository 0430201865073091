/** The command, as a user runs it: in a process of its own, with files and signals. Needs `npm run build`. */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, test } from 'vitest';
import { dataSetNames, networkNames, networksByGroup } from '../src/catalog/index.js';
import { commands } from '../src/cli/commands.js';
import { usageOf } from '../src/cli/help.js';
import { pngFromImage } from '../src/data/index.js';
import { readBenchReport } from '../src/measure/index.js';
import { mnist } from '../src/node/data.js';
import { loadCheckpoint } from '../src/node/index.js';
import { Generator } from '../src/tensor/random.js';
import { literally } from './command.js';
import { smallMnist } from './smallMnist.js';

const MAIN = new URL('../dist/cli/main.js', import.meta.url).pathname;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'receptive-cli-'));
});

interface Ended {
  code: number | null;
  stdout: string;
  stderr: string;
}

function start(args: readonly string[]): { child: ChildProcess; ended: Promise<Ended> } {
  const child = spawn(process.execPath, [MAIN, ...args], { cwd: folder });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk) => {
    stdout += chunk;
  });
  child.stderr.on('data', (chunk) => {
    stderr += chunk;
  });
  const ended = new Promise<Ended>((resolve) => child.on('close', (code) => resolve({ code, stdout, stderr })));
  return { child, ended };
}

const run = (...args: string[]) => start(args).ended;

const sha = async (path: string) =>
  createHash('sha256')
    .update(await readFile(path))
    .digest('hex');
const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

describe('train', () => {
  test('shows progress in plain lines, saves weights and log, and ends with accuracy, confusion and curve', async () => {
    const dir = await smallMnist(folder);
    const { code, stdout, stderr } = await run('train', 'mnist', '--data-dir', dir, '--out', 'plain', '--epochs', '2');
    expect(stderr).toBe('');
    expect(code).toBe(0);
    expect(stdout).toMatch(/mnistNet \(8,490 parameters\) on '\w+': 160 images 1x28x28 of mnist, batch 64, seed 0/);
    expect(stdout).toMatch(/epoch 2\/2 {2}step 3\/3 {2}loss \d\.\d{4} {2}acc \d+\.\d\d % {2}\d+ images\/s {2}ETA 0:00/);
    expect(stdout).toMatch(/test accuracy \d+\.\d\d % after/);
    expect(stdout).toMatch(/loss [▁▂▃▄▅▆▇█]{6} /);
    expect(stdout).not.toContain('\x1b');
    const log = (await readFile(join(folder, 'plain', 'log.jsonl'), 'utf8'))
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(log.map(({ epoch, step }) => [epoch, step])).toEqual([
      [1, 1],
      [1, 2],
      [1, 3],
      [2, 4],
      [2, 5],
      [2, 6],
    ]);
  });

  test('a run that is killed at any moment, and resumed, ends with the bytes of one that never was', async () => {
    const dir = await smallMnist(folder);
    const options = [
      'train',
      'mnist',
      '--data-dir',
      dir,
      '--batch-size',
      '4',
      '--epochs',
      '2',
      '--checkpoint-every',
      '1',
    ];
    expect((await run(...options, '--out', 'whole')).code).toBe(0);
    let kills = 0;
    for (let attempt = 0; ; attempt++) {
      const resume = kills > 0 ? ['--resume'] : [];
      const { child, ended } = start([...options, '--out', 'killed', ...resume]);
      const begun = new Promise((resolve) => child.stdout?.once('data', resolve));
      const killing = begun.then(() => sleep(attempt < 4 ? 60 + ((attempt * 137) % 600) : 60_000)).then(() => null);
      const first = await Promise.race([ended, killing]);
      if (first) {
        expect(first.stderr).toBe('');
        expect(first.code).toBe(0);
        break;
      }
      child.kill('SIGKILL');
      await ended;
      const saved = await loadCheckpoint(join(folder, 'killed', 'last.safetensors')).catch(() => null);
      if (saved) kills++;
      else expect(kills).toBe(0); // once there is a checkpoint, there always is one
    }
    expect(kills).toBeGreaterThan(0);
    expect(await sha(join(folder, 'killed', 'last.safetensors'))).toBe(
      await sha(join(folder, 'whole', 'last.safetensors')),
    );
    expect(await sha(join(folder, 'killed', 'log.jsonl'))).toBe(await sha(join(folder, 'whole', 'log.jsonl')));
  });

  test('Ctrl-C finishes the step, saves, says how to resume, and exits with 130', async () => {
    const { child, ended } = start(['train', 'mnist', '--out', 'ctrl-c', '--log', 'ctrl-c.csv']);
    child.stdout?.once('data', async () => {
      await sleep(1000); // past the first line, in the middle of the steps
      child.kill('SIGINT');
    });
    const { code, stdout } = await ended;
    expect(code).toBe(130);
    expect(stdout).toMatch(/interrupted after step \d+; saved .*last\.safetensors/);
    expect(stdout).toContain('npx receptive train mnist --resume --out ctrl-c --epochs 1 --log ctrl-c.csv');
    const { position } = await loadCheckpoint(join(folder, 'ctrl-c', 'last.safetensors'));
    expect(position.stepInEpoch).toBeGreaterThan(0);
    expect((await readFile(join(folder, 'ctrl-c.csv'), 'utf8')).split('\n')[0]).toBe('epoch,step,lr,loss,accuracy');
    const other = await run('train', 'mnist', '--resume', '--out', 'ctrl-c', '--lr', '0.5');
    expect(other.stderr).toContain('the run to resume has --lr 0.01, not 0.5');
    const stranger = await run('train', 'resnet20', '--resume', '--out', 'ctrl-c');
    expect(stranger.stderr).toContain('the run to resume has --model mnistNet, not resnet20');
  });
});

describe('a run loses nothing', () => {
  test('Ctrl-C during the validation saves the epoch’s steps, and a resume begins with the validation', async () => {
    const flags = ['--limit', '64', '--test-limit', '2000', '--out', 'my run', '--threads', '1', '--no-relaxed-simd'];
    const { child, ended } = start(['train', 'resnet20', ...flags]);
    child.stdout?.on('data', (chunk) => {
      if (String(chunk).includes('step 1/1')) setTimeout(() => child.kill('SIGINT'), 500);
    });
    const { code, stdout } = await ended;
    expect(code).toBe(130);
    expect(stdout).toContain('interrupted after step 1; saved my run/last.safetensors');
    expect(stdout).toContain("--out 'my run' --epochs 1 --threads 1 --no-relaxed-simd");
    const { position } = await loadCheckpoint(join(folder, 'my run', 'last.safetensors'));
    expect(position).toEqual({ epoch: 0, stepInEpoch: 1, step: 1 });
    const resumed = await run('train', 'resnet20', '--resume', '--out', 'my run');
    expect(resumed.stdout).toMatch(/epoch 1: loss \d\.\d{4}, .* test accuracy/);
    expect(resumed.code).toBe(0);
  });

  test('a start that fails leaves the run before it, and its log', async () => {
    const flags = ['train', 'mnist', '--data-dir', await smallMnist(folder), '--out', 'finished'];
    await run(...flags);
    const files = () =>
      Promise.all(['last.safetensors', 'log.jsonl'].map((name) => sha(join(folder, 'finished', name))));
    const before = await files();
    expect((await run(...flags, '--log', 'nowhere/log.csv')).stderr).toContain("nowhere/log.csv can't be written");
    expect(await files()).toEqual(before);
    await run(...flags);
    expect(await sha(join(folder, 'finished', 'last.previous.safetensors'))).toBe(before[0]);
    expect(await sha(join(folder, 'finished', 'log.previous.jsonl'))).toBe(before[1]);
    await writeFile(join(folder, 'thesis.txt'), 'Chapter 1\n');
    expect((await run(...flags, '--log', 'thesis.txt')).stderr).toContain("thesis.txt isn't the log of a run");
    expect(await readFile(join(folder, 'thesis.txt'), 'utf8')).toBe('Chapter 1\n');
    expect(await files()).toEqual(before);
  });

  test('a run whose reader leaves saves as for Ctrl-C', async () => {
    const { child, ended } = start(['train', 'mnist', '--out', 'unread']);
    child.stdout?.once('data', () => child.stdout?.destroy());
    const { code, stderr } = await ended;
    expect(stderr).toBe('');
    expect(code).toBe(130);
    expect((await loadCheckpoint(join(folder, 'unread', 'last.safetensors'))).position.step).toBeGreaterThan(0);
  });

  test('the folder of the data may have moved; a batch larger than the data is all of them', async () => {
    const flags = ['train', 'mnist', '--out', 'moved', '--batch-size', '1000000000'];
    expect((await run(...flags, '--data-dir', await smallMnist(folder))).code).toBe(0);
    const { code, stdout } = await run(...flags, '--resume', '--epochs', '2', '--data-dir', await smallMnist(folder));
    expect(code).toBe(0);
    expect(stdout).toContain('epoch 2/2  step 1/1');
  });

  test('a pass does not end with a single image where there is batch normalisation', async () => {
    const flags = ['--data-dir', await smallMnist(folder), '--limit', '9', '--batch-size', '4'];
    expect((await run('train', 'resnet18', ...flags)).stdout).toContain('epoch 1/1  step 2/2');
    expect((await run('train', 'mnistNet', ...flags)).stdout).toContain('epoch 1/1  step 3/3');
  });
});

describe('eval, predict and summary', () => {
  test('read what train saved', async () => {
    const dir = await smallMnist(folder);
    await run('train', 'mnist', '--data-dir', dir, '--out', 'runs/mnist');
    const evaluation = await run('eval');
    expect(evaluation.stdout).toMatch(/mnistNet on '\w+': test loss \d\.\d{4}, test accuracy \d+\.\d\d %/);

    const digits = await mnist({ train: false, normalize: false });
    const image = new Float32Array(784);
    digits.read(0, image, 0);
    await writeFile(join(folder, 'seven.png'), pngFromImage(image, [1, 28, 28]));
    const prediction = await run('predict', 'seven.png');
    expect(prediction.code).toBe(0);
    expect(prediction.stdout).toMatch(/seven\.png shows: \d/);
    expect(prediction.stdout).toContain('▀');

    const far = new Float32Array(96 * 60);
    for (let i = 0; i < 784; i++) far[(Math.floor(i / 28) + 32) * 96 + (i % 28) + 66] = image[i];
    await writeFile(join(folder, 'far.png'), pngFromImage(far, [1, 60, 96]));
    const answer = ({ stdout }: { stdout: string }) => stdout.replaceAll(/\w+\.png/g, '');
    expect(answer(await run('predict', 'far.png'))).toBe(answer(prediction));
    expect(answer(await run('predict', 'far.png', '--as-is'))).not.toBe(answer(prediction));
    await writeFile(join(folder, 'empty.png'), pngFromImage(new Float32Array(784), [1, 28, 28]));
    const nothing = await run('predict', 'empty.png');
    expect(nothing.code).toBe(1);
    expect(nothing.stderr).toBe('receptive: empty.png: there is no digit: nothing on the page stands out as ink\n');
  });

  test('summary lists layers, shapes, parameters and multiply-adds', async () => {
    const { stdout } = await run('summary', 'inceptionNet');
    expect(stdout).toMatch(/incep1\.branch1x1 +Conv2d +\(1, 16, 12, 12\) +176 +23,040/);
    expect(stdout).toMatch(/total +97,298/);
  });
});

/** Pictures of noise in CIFAR-10's binary format: 8 in each training file, 8 for testing. */
async function smallCifar10(): Promise<string> {
  const dir = await mkdtemp(join(folder, 'cifar10-'));
  const names = [1, 2, 3, 4, 5].map((batch) => `data_batch_${batch}.bin`);
  for (const [seed, name] of [...names, 'test_batch.bin'].entries()) {
    const generator = new Generator(seed);
    const bytes = Uint8Array.from({ length: 8 * 3073 }, (_, i) => generator.random() % (i % 3073 === 0 ? 10 : 256));
    await writeFile(join(dir, name), bytes);
  }
  return dir;
}

describe('other networks and data', () => {
  test('a network for small images is trained on CIFAR-10, tested, and asked', async () => {
    const flags = ['--data', 'cifar10', '--data-dir', await smallCifar10(), '--batch-size', '8'];
    const variant = ['--depth', '8', '--shortcut', 'conv1x1', '--activation', 'original'];
    const { code, stdout, stderr } = await run('train', 'preactResnet', ...flags, ...variant, '--limit', '16');
    expect(stderr).toBe('');
    expect(code).toBe(0);
    expect(stdout).toContain('16 images 3x32x32 of cifar10, batch 8');
    expect(stdout).toMatch(/airplane │/);
    const weights = join('runs', 'preactResnet', 'last.safetensors');
    expect((await run('eval', '--weights', weights)).stdout).toMatch(/preactResnet on '\w+': test loss/);
    await writeFile(join(folder, 'red.png'), pngFromImage(new Float32Array(3 * 9 * 7).fill(1, 0, 63), [3, 9, 7]));
    expect((await run('predict', 'red.png', '--weights', weights)).stdout).toMatch(/red\.png shows: [a-z]+/);
  });

  test('the lecture’s network sees CIFAR-10 in grey and 28x28', async () => {
    const { stdout } = await run('train', 'mnistNet', '--data', 'cifar10', '--data-dir', await smallCifar10());
    expect(stdout).toContain('40 images 1x28x28 of cifar10');
  });

  test('fit sums the losses of GoogLeNet’s three outputs, on Fashion-MNIST made larger', async () => {
    const flags = [
      '--data',
      'fashion-mnist',
      '--data-dir',
      await smallMnist(folder),
      '--image-size',
      '32',
      '--limit',
      '4',
    ];
    const { stdout } = await run('train', 'googlenet', ...flags);
    expect(stdout).toContain('4 images 1x32x32 of fashion-mnist');
    expect(Number(/epoch 1: loss ([\d.]+)/.exec(stdout)?.[1])).toBeGreaterThan(1.5 * Math.log(10)); // 1.6 of about ln 10
    expect(stdout).toContain('ankle boot');
  });
});

describe('experiments', () => {
  test('leave a figure, a table and what they showed', async () => {
    const dir = await smallMnist(folder);
    const flags = ['--data-dir', dir, '--limit', '64', '--test-limit', '10', '--epochs', '1', '--out', 'cost'];
    const { code, stdout, stderr } = await run('experiments', 'inception-cost', ...flags);
    expect(stderr).toBe('');
    expect(code).toBe(0);
    expect(stdout).toContain('1x1 to 8, 5x5: epoch 1/1  step 1/1');
    expect(stdout).toContain('2,408,448 + 10,035,200 = 12,443,648');
    const report = await readFile(join(folder, 'cost', 'report.md'), 'utf8');
    expect(report).toMatch(/\| 1x1 to 16, 5x5 \| +27,066 \| +2,923,776 \|/);
    expect(report).toMatch(
      /Against the direct 5x5 .* 1x1 to 4, 5x5: 17\.23 % of the multiply-adds, [+−]\d+\.\d\d points\./,
    );
    const figure = await readFile(join(folder, 'cost', 'figure.svg'), 'utf8');
    expect(figure.match(/<circle /g)).toHaveLength(5);
    expect(JSON.parse(await readFile(join(folder, 'cost', 'runs.json'), 'utf8')).runs).toHaveLength(5);
  });
});

describe('--help', () => {
  test('of the command lists the commands, a line each', async () => {
    const { code, stdout } = await run('--help');
    expect(code).toBe(0);
    for (const { usage, help } of commands)
      expect(stdout).toMatch(new RegExp(`^ {2}${literally(usage)} +${literally(help)}$`, 'm'));
  });

  test.each(commands)(
    'of $usage has every flag once, in lines that a terminal has room for',
    async ({ usage, flags }) => {
      const { code, stdout } = await run(usage.split(' ')[0], '--help');
      expect(code).toBe(0);
      for (const [title, group] of Object.entries(flags)) {
        const [, body] = new RegExp(`^${title}:\n((?: {2}.*\n)+)`, 'm').exec(`${stdout}\n`)!;
        const listed = [...body.matchAll(/^ {2}--([a-z-]+)/gm)].map(([, name]) => name);
        expect(listed).toEqual(
          Object.entries(group).map((entry) =>
            usageOf(...entry)
              .split(' ')[0]
              .slice(2),
          ),
        );
      }
      expect(Math.max(...stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(120);
    },
  );

  test('lists the networks by group, a line each, and the defaults', async () => {
    const { stdout } = await run('train', '--help');
    for (const { group, members } of networksByGroup()) {
      const [first] = members[0];
      expect(stdout).toMatch(new RegExp(`^ {2}${group.title}.*\n {4}${first} `, 'm'));
    }
    for (const name of [...networkNames, ...dataSetNames]) {
      expect(stdout.match(new RegExp(`^ +${name} +\\d+x\\d+x\\d+ `, 'gm'))).toHaveLength(1);
    }
    expect(stdout).toMatch(/^ {2}--batch-size <n> +Images a step \(default: 64\)$/m);
    expect(stdout).toMatch(/^ {2}--threads <threads> +Threads to compute with \(default: one for each core\)$/m);
    expect(stdout).toMatch(/^ {2}--resume +Go on with the run in --out$/m);
  });
});

test('relaxed SIMD is switched on where Node has it behind a flag, unless it was left out', async () => {
  const program = `import { openBackend } from ${JSON.stringify(new URL('../dist/cli/backend.js', import.meta.url).href)};
    const open = async (relaxedSimd) => (await openBackend({ backend: 'wasm', threads: 1, relaxedSimd })).build;
    console.log(await open(false), await open(true));`;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', program]);
  expect(stdout.trim()).toBe('simd relaxed');
});

describe('bench', () => {
  const tiny = ['bench', '--quick', '--filter', 'layers, maxPool2d', '--backend', 'reference,wasm', '--time', '20'];

  test('prints tables, and writes every kind of report; the same again, compared', async () => {
    const outputs = [
      '--json',
      'bench.json',
      '--html',
      'bench.html',
      '--github-action-benchmark',
      'action.json',
      '--markdown',
    ];
    const { code, stdout, stderr } = await run(...tiny, ...outputs);
    expect([stderr, code]).toEqual(['', 0]);
    expect(stdout).toMatch(/^receptive .*Node/);
    expect(stdout).toMatch(/maxPool2d, MNIST net, after conv1, batch 64, backward +[\d.]+/);
    expect(stdout).not.toContain('\x1b');
    const text = await readFile(join(folder, 'bench.json'), 'utf8');
    const { rows, contenders } = readBenchReport(text);
    expect(rows.map(({ pass }) => pass)).toEqual(['forward', 'backward']);
    expect(contenders[0].label).toBe('reference');
    for (const { results } of rows) for (const result of results) expect(result!.checked!.error).toBeLessThanOrEqual(1);
    expect(await readFile(join(folder, 'bench.html'), 'utf8')).toMatch(/^<!doctype html>/i);
    expect(JSON.parse(await readFile(join(folder, 'action.json'), 'utf8'))[0]).toMatchObject({ unit: 'ms' });

    const again = await run(...tiny, '--json', '-', '--compare', 'bench.json');
    expect(readBenchReport(again.stdout).rows).toHaveLength(2);
    expect(again.stderr).toMatch(/\d+ of \d+: no change/);
  });

  test('Ctrl-C keeps what was measured, marked as partial', async () => {
    const { child, ended } = start([
      'bench',
      '--quick',
      '--filter',
      'layers',
      '--backend',
      'wasm',
      '--json',
      'part.json',
    ]);
    child.stdout!.on('data', (chunk) => {
      if (String(chunk).includes('peaks of')) child.kill('SIGINT');
    });
    expect((await ended).code).toBe(130);
    expect(readBenchReport(await readFile(join(folder, 'part.json'), 'utf8')).partial).toBe(true);
  });
});

describe('bad input ends with one line and a code that isn’t 0', () => {
  test.each([
    [['train', 'mnist', '--batch-size', '0'], '--batch-size must be a whole number ≥ 1'],
    [['train', 'mnist', '--epochs', '1.5'], '--epochs must be a whole number ≥ 1'],
    [['train', 'mnist', '--lr', 'fast'], '--lr must be a number above 0'],
    [['train', 'mnist', '--lr', '-1'], '--lr must be a number above 0'],
    [['train', 'nonsense'], '--model must be one of mnistNet'],
    [['train', 'resnet21'], "; near 'resnet21' are resnet20, "],
    [['train', 'mnist', '--backend', 'abacus'], '--backend must be one of auto'],
    [['train', 'mnist', '--threads', '49'], 'threads must be a whole number from 1 to 48, but is 49'],
    [['train', 'mnist', '--backend', 'reference', '--threads', '2'], 'there is no option threads'],
    [['train', 'mnist', '--data-dir', 'nowhere'], 'nowhere'],
    [['train', 'mnist', '--out', '/dev/null/run'], "/dev/null/run can't be written to"],
    [['train', 'mnist', '--out', MAIN], 'there is a file of that name'],
    [['train', 'mnist', '--resume', '--out', 'nothing-here'], "last.safetensors can't be read"],
    [['train', 'mnist', '--wrong'], 'Unknown option `--wrong`'],
    [['predict', 'missing.png', '--weights', 'none'], "none can't be read"],
    [['eval', '--weights', MAIN], 'safetensors'],
    [['eval', '--weights', '5'], "5 can't be read"],
    [['eval', '--weights', 'a', '--weights', 'b'], '--weights must be a file'],
    [['summary', 'mlp', '--num-classes', '3'], 'mlp takes images of 1x28x28 and gives 10 scores, and no others'],
    [['summary', 'nonsense'], "there is no model 'nonsense'"],
    [['juggle'], "there is no command 'juggle'"],
    [['train', 'mnistNet', '--depth', '20'], 'mnistNet has no --depth; preactResnet has'],
    [['train', 'preactResnet', '--depth', '21'], 'depth 21 must be 6n + 2'],
    [['train', 'preactResnet', '--shortcut', 'none'], '--shortcut must be one of identity'],
    [['train', 'resnet20', '--data', 'cifar10'], '--data cifar10 needs --data-dir'],
    [['train', 'mnistNet', '--image-size', '32'], 'mnistNet takes images of 28x28 and no others'],
    [['train', 'densenet121', '--image-size', '8'], 'densenet121 takes images of 29x29 and larger, not 8'],
    [['summary', 'densenet121', '--image-size', '16'], "avgPool2d: a window of 2x2 pixels doesn't fit"],
    [['experiments', 'nonsense'], "there is no experiment 'nonsense'; there are depth"],
    [['experiments', 'depth', '--lr', '0'], '--lr must be a number above 0'],
    [['bench', '--backend', 'wasm,abacus'], '--backend must be one of webgpu, wasm, reference'],
    [['bench', '--threads', '1,none'], '--threads must be a whole number ≥ 1'],
    [['bench', '--filter', 'nonsense'], '--filter nonsense: no row is called so'],
    [['bench', '--compare', MAIN], "isn't a report of receptive bench: it isn't JSON"],
    [['bench', '--compare', 'missing.json'], "missing.json can't be read"],
    [['bench', '--json', '/dev/null/report.json'], "/dev/null/report.json can't be written"],
    [['bench', '--html', '.'], "can't be written: this is a folder, not a file"],
  ])('%j', async (args, message) => {
    const { code, stdout, stderr } = await run(...args);
    expect(stderr).toContain(message);
    expect(stderr.trim().split('\n')).toHaveLength(1);
    expect(code).toBe(1);
    expect(stdout).toBe('');
  });

  test('a data file that is cut short, and a picture that is none', async () => {
    const dir = await smallMnist(folder);
    const path = join(dir, 'train-images-idx3-ubyte');
    await writeFile(path, (await readFile(path)).subarray(0, 5000));
    const training = await run('train', 'mnist', '--data-dir', dir, '--out', 'cut');
    expect(training.stderr).toMatch(/^receptive: IDX .*train-images-idx3-ubyte/);
    expect(training.code).toBe(1);
    await writeFile(join(folder, 'text.png'), 'not a picture');
    await run('train', 'mnist', '--data-dir', await smallMnist(folder), '--out', 'small');
    const prediction = await run('predict', 'text.png', '--weights', 'small/best.safetensors');
    expect(prediction.stderr).toMatch(/^receptive: text\.png: is no PNG, JPEG or WebP file$/m);
  });

  test('a rate that makes the loss explode is reported as such', async () => {
    const { code, stderr } = await run(
      'train',
      'mnist',
      '--data-dir',
      await smallMnist(folder),
      '--out',
      'exploded',
      '--lr',
      '1e30',
    );
    expect(stderr).toMatch(/^receptive: fit: the loss is NaN at epoch 1, step \d+ \(lr 1e\+30\)/);
    expect(code).toBe(1);
  });
});
