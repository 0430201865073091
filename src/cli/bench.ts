/** `receptive bench`: how fast each backend is on this machine. */
import { spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import type { AnyBackend } from '../backends/create.js';
import {
  type BenchReport,
  compareReports,
  describeBackend,
  measureAll,
  plan,
  readBenchReport,
} from '../measure/index.js';
import { backendNames, createBackend } from '../node/backends.js';
import { environment, isClone } from '../node/environment.js';
import { checkWritable, readFile, writeFileAtomically } from '../node/files.js';
import { mayHaveGpu } from '../node/webgpu.js';
import { benchHtml, benchMarkdown, changesMarkdown, githubActionBenchmark } from '../reports/index.js';
import { openBackend } from './backend.js';
import { BenchProgress } from './benchProgress.js';
import { benchText, changesText, headText } from './benchText.js';
import { benchFlagGroups, checkFlags, type Typed } from './flags.js';
import { listenForInterruption } from './interruption.js';
import { UsageError } from './usageError.js';

const { Rows, Computing, Output } = benchFlagGroups;

export async function bench(typed: Typed): Promise<number> {
  const { peers, ...rows } = checkFlags(Rows, typed);
  const computing = checkFlags(Computing, typed);
  const { json, html, markdown, githubActionBenchmark: action, compare } = checkFlags(Output, typed);
  if (peers && !isClone()) throw new UsageError('--peers: bench/peers is in a clone only, not in the package');
  const before = compare === undefined ? null : readBenchReport(textOf(await readFile(compare)), compare);
  const toStdout = json === '-';
  for (const path of [toStdout ? undefined : json, html, action]) if (path !== undefined) await checkWritable(path);
  const { quick, seed, filter = '' } = rows;
  const work = plan({ quick, seed, filter });
  if (work.length === 0) {
    throw new UsageError(
      `--filter ${filter}: no row is called so; try steps, layers, batch, growth, or a network or an operation`,
    );
  }
  // Standard output is the report's alone if that goes there.
  const output = toStdout ? process.stderr : process.stdout;
  const print = (text: string) => void output.write(`${text}\n`);

  const opened = await open(computing, print);
  const progress = new BenchProgress(print);
  const say = (text: string) => {
    progress.stop();
    print(text);
  };
  const interruption = await listenForInterruption('finishing the row', say, output.fd);
  let report: BenchReport | null = null;
  try {
    const about = await environment();
    print(
      `${headText(
        about,
        opened.map((backend) => describeBackend(backend)),
        output,
      )}\n`,
    );
    const contenders = opened.map((backend) => ({ label: describeBackend(backend).label, backend }));
    for await (const event of measureAll(contenders, {
      ...rows,
      work,
      environment: about,
      signal: interruption.signal,
    })) {
      if (event.kind === 'progress') progress.at(event);
      else if (event.kind === 'report') report = event.report;
    }
  } finally {
    progress.stop();
    await interruption.end();
    for (const backend of opened) await backend.close();
  }
  if (!report) throw new Error('the run ended without a report');

  print(benchText(report, output));
  const changes = before && compareReports(before, report);
  if (changes) print(changesText(changes, output));
  if (markdown) print(`\n${benchMarkdown(report)}`);
  if (markdown && before && changes) print(`\n${changesMarkdown(changes, before, report)}`);
  const texts: [path: string | undefined, text: () => string][] = [
    [json, () => `${JSON.stringify(report)}\n`],
    [html, () => benchHtml(report, undefined, before && changes && { before, changes })],
    [action, () => `${JSON.stringify(githubActionBenchmark(report), null, 1)}\n`],
  ];
  for (const [path, text] of texts) {
    if (path === undefined) continue;
    if (path === '-' && path === json) await written(process.stdout, text());
    else {
      await writeFileAtomically(path, new TextEncoder().encode(text()));
      print(`wrote ${path}`);
    }
  }
  if (report.partial) return interruption.code;
  return peers ? runPeers(filter, toStdout) : 0;
}

const textOf = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

function written(stream: NodeJS.WriteStream, text: string): Promise<void> {
  return new Promise((resolve, reject) => stream.write(text, (error) => (error ? reject(error) : resolve())));
}

interface Asked {
  readonly backend?: readonly (typeof backendNames)[number][];
  readonly threads?: readonly number[];
}

/** The backends in the order of the columns: the reference, wasm by its threads, webgpu. What wasn't named may be missing. */
async function open({ backend, threads = powersUpTo(availableParallelism()) }: Asked, print: (line: string) => void) {
  const withoutGpu = !backend && !mayHaveGpu();
  if (withoutGpu) print('webgpu is left out: this machine shows no GPU; --backend webgpu asks for it all the same');
  const names: readonly string[] = backend ?? backendNames.filter((name) => !(withoutGpu && name === 'webgpu'));
  const opened: AnyBackend[] = [];
  for (const name of ['reference', 'wasm', 'webgpu'] as const) {
    if (!names.includes(name)) continue;
    try {
      if (name === 'wasm') {
        for (const count of new Set(threads))
          opened.push(await openBackend({ backend: name, threads: count, relaxedSimd: true }));
      } else {
        opened.push(await createBackend(name, name === 'webgpu' ? { profile: true } : {}));
      }
    } catch (error) {
      if (backend) {
        for (const other of opened) await other.close();
        throw error;
      }
      print(`${name} is left out: ${error instanceof Error ? error.message : error}`);
    }
  }
  return opened;
}

/** 1, 2, 4 … and the number itself. */
function powersUpTo(most: number): number[] {
  const powers: number[] = [];
  for (let count = 1; count < most; count *= 2) powers.push(count);
  return [...powers, most];
}

/** The same beside peers, which the clone has a program for. */
function runPeers(filter: string, toStderr: boolean): Promise<number> {
  const program = fileURLToPath(new URL('../../bench/peers/main.js', import.meta.url));
  const child = spawn(process.execPath, [program, '--filter', filter], {
    stdio: ['ignore', toStderr ? 2 : 'inherit', 'inherit'],
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (code) => resolve(code ?? 1));
  });
}
