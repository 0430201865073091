/** What the command says while it works, to people and to terminals. Needs `npm run build`. */
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { dataSets } from '../src/catalog/index.js';
import { confusionTable } from '../src/cli/charts.js';
import { commands } from '../src/cli/commands.js';
import { TestProgress, TrainingProgress } from '../src/cli/progress.js';
import { StatusLine } from '../src/cli/statusLine.js';
import { smoothedLosses } from '../src/experiments/experiment.js';
import type { Run } from '../src/experiments/index.js';
import { lineChart } from '../src/experiments/lineChart.js';
import type { StepRecord } from '../src/training/index.js';
import { literally, MAIN, run, startIn } from './command.js';
import { smallMnist } from './smallMnist.js';

let folder: string;
let data: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'receptive-says-'));
  data = await smallMnist(folder);
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

const widest = (text: string) => Math.max(...text.split('\n').map((line) => line.length));

describe('a confusion table', () => {
  /** 1000 images a class, of which one in ten is taken for the next class. */
  const confusion = (classes: number): number[][] =>
    Array.from({ length: classes }, (_, row) =>
      Array.from({ length: classes }, (_, column) => (column === row ? 900 : column === (row + 1) % classes ? 100 : 0)),
    );

  test.each(['fashion-mnist', 'cifar10'] as const)(
    'of %s fits in 80 columns, with names where there is room',
    (name) => {
      const { classes } = dataSets[name];
      const narrow = confusionTable(confusion(10), classes);
      expect(widest(narrow)).toBeLessThanOrEqual(80);
      for (const [label, of] of classes.entries())
        expect(narrow).toMatch(new RegExp(`^ *${label} ${of} │.* 900 .*90\\.00 %$`, 'm'));
      const wide = confusionTable(confusion(10), classes, 200);
      for (const line of wide.split('\n').slice(2)) expect(line.indexOf('│')).toBe(wide.indexOf('│'));
      expect(wide.split('\n')[0]).toContain(classes[0]);
    },
  );

  test('of a hundred classes lists the most frequent mistakes', () => {
    const table = confusion(100);
    table[41][7] = 250;
    const text = confusionTable(
      table,
      Array.from({ length: 100 }, (_, i) => `class ${i}`),
    );
    expect(text.split('\n')).toHaveLength(11);
    expect(text.split('\n')[1]).toMatch(/^ {2}250 of 1250 class 41 taken for class 7$/);
    expect(
      confusionTable(
        [
          [3, 0],
          [0, 2],
        ],
        ['a'.repeat(90), 'b'.repeat(90)],
      ),
    ).toContain('│ 100.00 %');
    expect(
      widest(
        confusionTable(
          confusion(4),
          Array.from({ length: 4 }, (_, i) => `${i} ${'long '.repeat(30)}`),
        ),
      ),
    ).toBeLessThanOrEqual(80);
  });
});

test('a chart of four curves of 64,000 steps is drawn, of a few hundred points each', () => {
  const losses = Array.from({ length: 64_000 }, (_, i) => 1 / (1 + i / 1000));
  const run = { losses } as unknown as Run;
  const points = smoothedLosses(run);
  expect(points.length).toBeGreaterThan(250);
  expect(points.length).toBeLessThan(700);
  expect(points.at(-1)![0]).toBe(64_000);
  const axes = { title: '', x: '', y: '' };
  const raw = losses.map((loss, i) => [i, loss] as const);
  const panel = { title: '', curves: [0, 1, 2, 3].map((colour) => ({ label: '', colour, points: raw })) };
  expect(lineChart([panel], axes)).toContain('<path');
  const short = { losses: [4, 2, 3] } as unknown as Run;
  expect(smoothedLosses(short)).toEqual([
    [1, 3],
    [2, 3],
    [3, 2.5],
  ]);
});

describe('progress', () => {
  const printed = () => {
    const lines: string[] = [];
    vi.spyOn(console, 'log').mockImplementation((line) => void lines.push(line));
    return lines;
  };
  const record = (epoch: number, stepInEpoch: number) =>
    ({ epoch, stepInEpoch, stepsPerEpoch: 2, images: 100, runningLoss: 1, runningAccuracy: 0.5 }) as StepRecord;

  test('of training counts the tests that are still to come, and shows them', () => {
    vi.useFakeTimers({ toFake: ['performance'] });
    const lines = printed();
    const progress = new TrainingProgress(2, 3000);
    for (const step of [1, 2]) {
      vi.advanceTimersByTime(20_000);
      progress.step(record(1, step));
    }
    // 200 ms an image; a test is taken for a third of that. Two tests of 200 s, and an epoch of 40 s.
    expect(lines.at(-1)).toBe('epoch 1/2  step 2/2  loss 1.0000  acc 50.00 %  5 images/s  ETA 7:20');
    vi.advanceTimersByTime(15_000);
    progress.tested(1000, 1);
    // 15 ms an image, as is known now.
    expect(lines.at(-1)).toBe('epoch 1/2  testing 1,000/3,000  ETA 1:55');
    vi.advanceTimersByTime(30_000);
    progress.tested(3000, 1);
    expect(lines.at(-1)).toBe('epoch 1/2  testing 3,000/3,000  ETA 1:25');
    vi.advanceTimersByTime(20_000);
    progress.step(record(2, 1));
    expect(lines.at(-1)).toBe('epoch 2/2  step 1/2  loss 1.0000  acc 50.00 %  5 images/s  ETA 1:05');
  });

  test('of a test says how many images there are', () => {
    vi.useFakeTimers({ toFake: ['performance'] });
    const lines = printed();
    const progress = new TestProgress(10_000);
    vi.advanceTimersByTime(10_000);
    progress.tested(2500);
    expect(lines).toEqual(['testing  2,500/10,000  250 images/s  ETA 0:30']);
  });

  test('is one line of a terminal, below which others go; a terminal that can’t do that gets nothing', () => {
    const write = (line: (status: StatusLine) => void) => {
      const written: string[] = [];
      const stream = { isTTY: true, columns: 12, write: (text: string) => written.push(text) };
      line(new StatusLine(stream as unknown as NodeJS.WriteStream));
      return written.join('');
    };
    const shown = (status: StatusLine) => {
      status.show('one');
      status.show('two, which is too long');
      status.keep();
      status.keep();
    };
    vi.stubEnv('TERM', 'xterm');
    expect(write(shown)).toBe('\rone\x1b[K\rtwo, which \x1b[K\n');
    vi.stubEnv('TERM', 'dumb');
    expect(write(shown)).toBe('');
    vi.unstubAllEnvs();
  });
});

test('eval says on how many images, and takes --test-limit', async () => {
  expect((await run(folder, 'train', 'mnist', '--data-dir', data, '--out', 'eval')).code).toBe(0);
  const evaluate = (...flags: string[]) => run(folder, 'eval', '--weights', 'eval/last.safetensors', ...flags);
  expect((await evaluate()).stdout).toMatch(/test accuracy \d+\.\d\d % on 10 test images of mnist\n$/);
  const { stdout } = await evaluate('--test-limit', '4');
  expect(stdout).toMatch(/^testing {2}4\/4 .*\n/);
  expect(stdout).toMatch(/ on 4 test images of mnist\n$/);
});

test('--help lists the commands by group', async () => {
  const { stdout } = await run(folder, '--help');
  for (const { group, usage } of commands) {
    expect(stdout).toMatch(new RegExp(`^${group}:\n(?: {2}.*\n)*? {2}${literally(usage)} `, 'm'));
  }
  expect(stdout).toContain('--version');
  expect(stdout.split('\n').length).toBeLessThan(26);
});

/** util-linux's `script` runs a command on a terminal of its own, and hands its input on. */
describe.skipIf(process.platform !== 'linux')('on a terminal', () => {
  const onTerminal = (term: string, ...flags: string[]) =>
    startIn(
      folder,
      'script',
      [
        '-qec',
        `stty cols 80; ${process.execPath} ${MAIN} train mnist --data-dir ${data} --epochs 1000000 ${flags.join(' ')}`,
        '/dev/null',
      ],
      { ...process.env, TERM: term },
    );
  /** What is left of lines that were drawn again and again. */
  const seen = (text: string) => text.split(/\r?\n/).map((line) => line.split('\r').at(-1)!.split('\x1b[K')[0]);

  test('Ctrl-C takes a line of its own, and so does what follows', async () => {
    const { child, ended, printed } = onTerminal('xterm', '--out', 'terminal', '--batch-size', '1');
    await printed('step 5');
    child.stdin!.write('\x03');
    const { code, stdout } = await ended;
    expect(code).toBe(130);
    const lines = seen(stdout);
    const told = lines.indexOf('finishing the step; Ctrl-C again quits at once');
    expect(lines[told - 1]).toMatch(/^epoch \d+\/1000000 /);
    expect(lines.find((line) => line.startsWith('interrupted after step'))).toMatch(
      /; saved terminal\/last\.safetensors$/,
    );
    for (const line of lines) if (/^epoch \d+\/\d+ /.test(line)) expect(line.length).toBeLessThan(80);
    expect(stdout).not.toContain('\x1b7');
  });

  test('that is dumb gets lines without escapes', async () => {
    const { child, ended, printed } = onTerminal('dumb', '--out', 'dumb');
    await printed('epoch 2:');
    child.stdin!.write('\x03');
    const { stdout } = await ended;
    expect(stdout).toContain('finishing the step');
    expect(stdout).not.toContain('\x1b');
  });
});
