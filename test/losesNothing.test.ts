/** What could lose somebody's work, provoked. Needs `npm run build`. */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { DataLoader } from '../src/data/index.js';
import { MnistNet } from '../src/models/index.js';
import { mnist } from '../src/node/data.js';
import { loadCheckpoint, openLog } from '../src/node/index.js';
import { FolderLock } from '../src/node/lock.js';
import { ownIdentity } from '../src/node/processIdentity.js';
import { SGD } from '../src/optim/index.js';
import { fit } from '../src/training/index.js';
import { run, start } from './command.js';
import { smallMnist } from './smallMnist.js';

let folder: string;
let data: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'receptive-loses-nothing-'));
  data = await smallMnist(folder);
});

const sha = async (...path: string[]) =>
  createHash('sha256')
    .update(await readFile(join(folder, ...path)))
    .digest('hex');
const last = (out: string) => loadCheckpoint(join(folder, out, 'last.safetensors'));
/** A run of seconds. */
const train = (out: string, ...flags: string[]) =>
  run(folder, 'train', 'mnist', '--data-dir', data, '--limit', '8', '--out', out, ...flags);
/** One that goes on until it's told to end. */
const trainOn = (out: string, ...flags: string[]) =>
  start(folder, 'train', 'mnist', '--data-dir', data, '--out', out, '--epochs', '1000000', ...flags);

describe('a folder has one run at a time', () => {
  test('another one is refused, and changes nothing; a killed one is in nobody’s way', async () => {
    const first = trainOn('one');
    await first.printed('epoch 1:');
    const second = await train('one', '--force');
    expect(second.code).toBe(1);
    expect(second.stderr).toContain(`one is in use by another run, process ${first.child.pid}`);
    expect((await run(folder, 'train', 'mnist', '--resume', '--out', 'one')).stderr).toContain('is in use by');
    expect(first.child.exitCode).toBeNull();
    first.child.kill('SIGKILL');
    await first.ended;
    expect(await readdir(join(folder, 'one'))).toContainEqual(expect.stringMatching(/\.lock$/));
    expect((await train('one')).code).toBe(0);
    expect((await readdir(join(folder, 'one'))).filter((name) => name.endsWith('.lock'))).toEqual([]);
  });

  test('a lock of a process that had the number of a living one is nobody’s; one of another host counts', async () => {
    const locked = await mkdtemp(join(folder, 'locked-'));
    const [pid, start, host] = /(\d+)-(\d*)@(.*)/.exec(ownIdentity)!.slice(1);
    const lock = new FolderLock(locked);
    if (start !== '') await writeFile(join(locked, `.${pid}-${Number(start) + 1}@${host}.lock`), '');
    await lock.acquire();
    expect(await readdir(locked)).toEqual([`.${ownIdentity}.lock`]);
    await lock.release();
    await writeFile(join(locked, '.1-1@elsewhere.lock'), '');
    await expect(lock.acquire()).rejects.toThrow(
      /in use by a run on elsewhere, process 1; .* remove .*elsewhere\.lock/,
    );
    expect(await readdir(locked)).toEqual(['.1-1@elsewhere.lock']);
  });
});

test('names are as they were typed', async () => {
  for (const out of ['1.1', '1.10', '007', '1e3'])
    expect((await train(out)).stdout).toContain(`${out}/last.safetensors`);
  const names = await readdir(folder);
  expect(names).toEqual(expect.arrayContaining(['007', '1.1', '1.10', '1e3']));
  for (const name of ['0', '7', '1000']) expect(names).not.toContain(name);
  const nothing = await train('');
  expect([nothing.code, nothing.stderr]).toEqual([1, 'receptive: --out must be a folder\n']);
  expect((await train('1.10=', '--log', '2.50')).code).toBe(0);
  expect(existsSync(join(folder, '2.50'))).toBe(true);
});

describe('a signal', () => {
  test.each([
    ['SIGHUP', 129],
    ['SIGTERM', 143],
    ['SIGINT', 130],
  ] as const)('%s saves, and ends with %d; the run goes on to its own number of epochs', async (signal, code) => {
    const { child, ended, printed } = trainOn(signal, '--checkpoint-every', '1000000');
    await printed('epoch 1:');
    child.kill(signal);
    if (signal === 'SIGHUP') child.kill(signal); // a shell hands on what the terminal has sent
    const { stdout, ...end } = await ended;
    expect(end).toEqual({ code, signal: null, stderr: '' });
    expect(stdout).toMatch(/interrupted after step \d+; saved/);
    expect((await last(signal)).about.epochs).toBe(1000000);
  });

  test('of Ctrl-C is heard within a step, and the second one quits there', async () => {
    const flags = ['--image-size', '64', '--threads', '1', '--out', 'long', '--data-dir', data];
    const { child, ended, printed } = start(folder, 'train', 'resnet18', ...flags);
    await printed('resnet18');
    await new Promise((resolve) => setTimeout(resolve, 500));
    child.kill('SIGINT');
    await printed('finishing the step; Ctrl-C again quits at once');
    const since = performance.now();
    child.kill('SIGINT');
    const { stdout, signal } = await ended;
    expect(signal).toBe('SIGINT');
    expect(performance.now() - since).toBeLessThan(1000);
    expect(stdout).not.toContain('step 1/');
  });
});

test('last is saved by time, too: after steps, and before a validation', async () => {
  const training = await mnist({ train: true, dir: data });
  const saved: string[] = [];
  const events: string[] = [];
  const model = new MnistNet();
  const options = {
    validation: new DataLoader(training.take(2), { batchSize: 2 }),
    checkpoints: { save: async (name: string) => void (name === 'last' && saved.push(events.join(' '))) },
    onStep: () => void events.push('step'),
    onValidationBatch: () => void events.push('validation'),
  };
  const take = (checkpointMinutes?: number) => {
    saved.length = 0;
    events.length = 0;
    const loader = new DataLoader(training.take(6), { batchSize: 2 });
    return fit(model, new SGD(model.parameters(), { lr: 0.01 }), loader, { ...options, checkpointMinutes });
  };
  await take(1e-9);
  expect(saved).toEqual(['step', 'step step', 'step step step', 'step step step validation']);
  await take(60);
  expect(saved).toEqual(['step step step validation']);
});

describe('--resume', () => {
  test('goes on to the run’s own number of epochs, from another folder, and then says that it is finished', async () => {
    const relative = data.slice(folder.length + 1);
    const flags = ['--data-dir', relative, '--batch-size', '1', '--epochs', '3', '--out', 'own'];
    const { child, ended, printed } = start(folder, 'train', 'mnist', ...flags);
    await printed('epoch 1:');
    child.kill('SIGINT');
    expect((await ended).code).toBe(130);
    await mkdir(join(folder, 'elsewhere'));
    const resume = () => run(join(folder, 'elsewhere'), 'train', 'mnist', '--resume', '--out', '../own');
    const resumed = await resume();
    expect(resumed.stderr).toBe('');
    expect(resumed.stdout).toContain('epoch 3:');
    const bytes = await sha('own', 'last.safetensors');
    const again = await resume();
    expect(again.code).toBe(0);
    expect(again.stdout).toContain('../own/last.safetensors: the run is finished, after 3 epochs\n');
    expect(again.stdout).toContain('--resume --out ../own --epochs 4\n');
    expect(again.stdout).not.toContain('accuracy');
    expect(await sha('own', 'last.safetensors')).toBe(bytes);
  });

  test('beside --force is refused', async () => {
    expect((await train('both', '--resume', '--force')).stderr).toContain('choose one');
  });
});

test.skipIf(process.platform !== 'linux')(
  'a log whose disk is full ends the run, saved; the file is named',
  async () => {
    const { code, stdout, stderr } = await train('full', '--log', '/dev/full', '--epochs', '50');
    expect([code, stderr]).toEqual([1, "receptive: /dev/full can't be written: the disk is full\n"]);
    expect(stdout).toContain('interrupted after step 1; saved full/last.safetensors');
    expect((await last('full')).position.step).toBe(1);
    const log = await openLog('/dev/full');
    await expect(log.write({ epoch: 1, step: 1, lr: 1, loss: 1, accuracy: 1 } as never)).rejects.toThrow('/dev/full');
    await log.close();
  },
);

test('no run is lost by starting others in its folder, unless that is asked for', async () => {
  const shas: string[] = [];
  for (const seed of ['1', '2', '3']) {
    const { stdout } = await train('again', '--seed', seed);
    shas.push(await sha('again', 'last.safetensors'));
    if (seed === '3')
      expect(stdout).toContain('is kept: again/last.previous-2.safetensors, again/best.previous-2.safet');
  }
  const kept = ['last.previous.safetensors', 'last.previous-2.safetensors', 'last.safetensors'];
  expect(await Promise.all(kept.map((name) => sha('again', name)))).toEqual(shas);
  expect(existsSync(join(folder, 'again', 'log.previous-2.jsonl'))).toBe(true);
  const before = (await readdir(join(folder, 'again'))).sort();
  expect((await train('again', '--seed', '4', '--force')).code).toBe(0);
  expect((await readdir(join(folder, 'again'))).sort()).toEqual(before);
  expect(await sha('again', 'last.safetensors')).not.toBe(shas[2]);
});

test('what a run that was killed left half written goes at the next start, and nothing else', async () => {
  const temporary = async () => (await readdir(join(folder, 'half'))).filter((name) => name.endsWith('.tmp'));
  for (let tries = 0; tries === 0 || (await temporary()).length === 0; tries++) {
    expect(tries).toBeLessThan(40);
    const { child, ended, printed } = trainOn('half', '--batch-size', '4', '--checkpoint-every', '1', '--force');
    await printed('epoch 1:');
    await new Promise((resolve) => setTimeout(resolve, 10 + 37 * (tries % 7)));
    child.kill('SIGKILL');
    await ended;
  }
  const mine = 'chapter.tmp';
  const running = `last.safetensors.${ownIdentity}.0.tmp`;
  for (const name of [mine, running]) await writeFile(join(folder, 'half', name), '');
  expect((await run(folder, 'train', 'mnist', '--resume', '--out', 'half', '--epochs', '1')).code).toBe(0);
  expect((await train('half')).code).toBe(0);
  expect((await temporary()).sort()).toEqual([mine, running]);
});

describe('an experiment', () => {
  const flags = () => ['--data-dir', data, '--limit', '64', '--test-limit', '10', '--epochs', '3'];
  const experiment = (...more: string[]) => start(folder, 'experiments', 'inception-cost', ...more);
  const read = async (out: string) => {
    const { runs } = JSON.parse(await readFile(join(folder, out, 'runs.json'), 'utf8'));
    return runs.map(({ seconds, ...run }: { seconds: number }) => run);
  };

  test('that was interrupted goes on, and ends as one that never was; it is replaced by --force alone', async () => {
    expect((await experiment(...flags(), '--out', 'whole').ended).code).toBe(0);
    const { child, ended, printed } = experiment(...flags(), '--out', 'parts');
    await printed('1x1 to 16, 5x5: epoch 1/3');
    child.kill('SIGINT');
    const first = await ended;
    expect(first.code).toBe(130);
    expect(first.stdout).toContain('go on with: npx receptive experiments inception-cost --resume --out parts\n');
    const refused = await experiment(...flags(), '--out', 'parts').ended;
    expect(refused.stderr).toContain('parts has a runs.json already: --resume goes on with it, --force replaces it');
    const other = await experiment('--resume', '--out', 'parts', '--lr', '1').ended;
    expect(other.stderr).toContain('lr 0.01, momentum 0.9, weightDecay 0, seed 0, not ');
    const second = await experiment('--resume', '--out', 'parts').ended;
    expect([second.code, second.stderr]).toEqual([0, '']);
    expect(second.stdout).toContain('done before: 5x5, 1x1 to 32, 5x5\n');
    expect(await read('parts')).toEqual(await read('whole'));
    expect((await readdir(join(folder, 'parts'))).sort()).toEqual(['figure.svg', 'report.md', 'runs.json']);
    const report = await sha('parts', 'report.md');
    expect((await experiment('--resume', '--out', 'parts').ended).stdout).toContain('the experiment is finished');
    expect((await experiment(...flags(), '--out', 'parts').ended).code).toBe(1);
    expect(await sha('parts', 'report.md')).toBe(report);
    expect((await experiment(...flags(), '--seed', '1', '--out', 'parts', '--force').ended).code).toBe(0);
    expect(await sha('parts', 'report.md')).not.toBe(report);
  });
});
