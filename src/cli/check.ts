/** `receptive check`: whether a backend computes on this machine what the maths says. */
import type { AnyBackend } from '../backends/create.js';
import { describeBackend } from '../backends/describe.js';
import { setGroupsAcross } from '../backends/groupsAcross.js';
import { setElementsPerTask } from '../backends/wasm/taskCount.js';
import { environment } from '../node/environment.js';
import { checkWritable, writeFileAtomically } from '../node/files.js';
import { checkHtml, checkMarkdown } from '../reports/index.js';
import { backendCandidate, type CheckReport, lawsToCheck, newSeed, toCheckReport } from '../testing/index.js';
import { openBackend } from './backend.js';
import { headText } from './benchText.js';
import { CheckProgress } from './checkProgress.js';
import { failuresText, rowText, rowTitles, summaryText } from './checkText.js';
import { COULD_NOT_RUN, WRONG } from './exitCodes.js';
import { checkFlagGroups, checkFlags, type Typed } from './flags.js';
import { listenForInterruption } from './interruption.js';
import { UsageError } from './usageError.js';

const { Problems, Computing, Output } = checkFlagGroups;

export async function check(typed: Typed): Promise<number> {
  const { operation: operations, law: laws, seed = newSeed(), ...problems } = checkFlags(Problems, typed);
  const computing = checkFlags(Computing, typed);
  const { json, html, markdown } = checkFlags(Output, typed);
  if (json === '-' && markdown) throw new UsageError('--json - and --markdown both go to standard output: give a file');
  if (problems.problem !== undefined && operations?.length !== 1) {
    throw new UsageError('--problem belongs to one operation: name it with --operation');
  }
  for (const path of [json === '-' ? undefined : json, html]) if (path !== undefined) await checkWritable(path);
  // Standard output is the report's alone if that goes there.
  const output = json === '-' || markdown ? process.stderr : process.stdout;
  const print = (line: string) => void output.write(`${line}\n`);

  const backend = await openBackend(computing);
  const progress = new CheckProgress(print);
  const say = (text: string) => {
    progress.stop();
    print(text);
  };
  const interruption = await listenForInterruption('finishing the problem', say, output.fd);
  try {
    // Problems are small: without these, nearly all of them would be one task, which threads have nothing to share of, and a grid
    // of workgroups that has one row.
    if (threadsOf(backend) > 1) setElementsPerTask(64);
    setGroupsAcross(3);
    const candidate = backendCandidate(backend);
    const toCheck = lawsToCheck(candidate, operations, laws);
    if (toCheck.length === 0)
      throw new UsageError(`no such law is kept by ${operations ? operations.join(', ') : 'any operation'}`);
    const about = { environment: await environment(), backend: describeBackend(backend) };
    print(`${headText(about.environment, [about.backend], output)}`);
    print(
      `${problems.problem === undefined ? `${problems.runs} problems a law` : `problem ${problems.problem}`}, seed ${seed}\n`,
    );
    print(rowTitles(output));
    const report = await toCheckReport(candidate, {
      ...about,
      ...problems,
      seed,
      operations,
      laws,
      signal: interruption.signal,
      onProblem: (operation, law, done, of) => progress.at(operation, law, done, of, toCheck.length),
      onRow: (row) => progress.print(rowText(row, output)),
    });
    progress.stop();
    print(`\n${failuresText(report, output)}${summaryText(report, output)}`);
    await write(report, { json, html, markdown }, print);
    if (interruption.signal.aborted) return interruption.code;
    return exitCode(report);
  } finally {
    progress.stop();
    await interruption.end();
    await backend.close().catch(() => {}); // its device may be gone
  }
}

function threadsOf(backend: AnyBackend): number {
  return backend.name === 'wasm' ? backend.threads : 1;
}

function exitCode({ rows }: CheckReport): number {
  if (rows.some(({ verdict }) => verdict === 'wrong')) return WRONG;
  return rows.length === 0 || rows.some(({ verdict }) => verdict === 'failed') ? COULD_NOT_RUN : 0;
}

async function write(
  report: CheckReport,
  { json, html, markdown }: { readonly json?: string; readonly html?: string; readonly markdown: boolean },
  print: (line: string) => void,
): Promise<void> {
  const texts: [path: string | undefined, text: () => string][] = [
    [json, () => `${JSON.stringify(report)}\n`],
    [html, () => checkHtml(report)],
    [markdown ? '-' : undefined, () => checkMarkdown(report)],
  ];
  for (const [path, text] of texts) {
    if (path === undefined) continue;
    if (path === '-') await written(text());
    else {
      await writeFileAtomically(path, new TextEncoder().encode(text()));
      print(`wrote ${path}`);
    }
  }
}

function written(text: string): Promise<void> {
  return new Promise((resolve, reject) => process.stdout.write(text, (error) => (error ? reject(error) : resolve())));
}
