/**
 * A whole bench run. It goes through all rows several times: a first round warms up, checks results against the maths and gives every
 * row its first numbers; further rounds come back minutes later, so that it shows when the machine wanders. Within a row contenders
 * take turns. A run keeps to its time by leaving out what would take too long, and says so.
 */
import { describeBackend } from '../backends/describe.js';
import type { Environment } from '../backends/environment.js';
import { type Contender, isReference } from './contender.js';
import { clockDisagrees, deviceTime, type Profiled, profiledOf } from './deviceTime.js';
import { crossovers, growths } from './growth.js';
import { emptyWaits, leastAttempt, measurePeak, type Peak } from './peaks.js';
import { plan } from './plan.js';
import type { BenchContender, BenchReport, BenchResult, BenchRow } from './report.js';
import { median, sampled } from './statistics.js';
import { turn } from './timing.js';
import { driftWarnings, noiseWarnings } from './warnings.js';
import type { PreparedWork, Work } from './work.js';

export interface BenchOptions {
  /** Where it runs: what the platform's `environment` says. */
  readonly environment: Environment;
  /** Fewer and smaller rows. Default: false. */
  readonly quick?: boolean;
  /** Only rows for which `group, name, pass` contains this. Default: all. */
  readonly filter?: string;
  /** Of weights and numbers. Default: 0. */
  readonly seed?: number;
  /** Milliseconds that a contender is measured in a row, in all rounds together. Default: 300; 200 if quick. */
  readonly time?: number;
  /** Seconds after which no more work is begun. Default: 540; 160 if quick. */
  readonly limit?: number;
  /** Ends it early: what was measured is reported as partial. */
  readonly signal?: { readonly aborted: boolean };
  /** The clock, in milliseconds. Default: `performance.now`. */
  readonly now?: () => number;
  /** The rows. Default: those of `plan`. */
  readonly work?: readonly Work[];
}

export type BenchEvent =
  /** Before a row is measured: `done` of `total` are, counting each round. */
  | {
      readonly kind: 'progress';
      readonly done: number;
      readonly total: number;
      readonly round: number;
      readonly what: string;
    }
  /** A row, again after each round with more samples. `soFar` makes a partial report of all that has been measured. */
  | { readonly kind: 'row'; readonly row: BenchRow; readonly soFar: () => BenchReport }
  | { readonly kind: 'warning'; readonly message: string }
  /** The last one. */
  | { readonly kind: 'report'; readonly report: BenchReport };

/** Rounds through all rows. */
const roundsOf = (quick: boolean) => (quick ? 2 : 3);
/** Milliseconds of a turn, about. */
const turnTime = 20;
/** Share of the time that the first round may take, as it checks results, too. */
const firstRound = 0.6;

/** Measures all rows on all contenders, in turn. */
export async function* measureAll(
  contenders: readonly Contender[],
  options: BenchOptions,
): AsyncGenerator<BenchEvent, void, undefined> {
  const { quick = false, filter = '', seed = 0, signal, now = () => performance.now() } = options;
  const { time = quick ? 200 : 300, limit = quick ? 160 : 540 } = options;
  const work = options.work ?? plan({ quick, filter, seed });
  const rounds = roundsOf(quick);
  const begin = now();
  const warnings: string[] = [];
  const runners: Runner[] = [];
  const warn = (message: string): BenchEvent => {
    warnings.push(message);
    return { kind: 'warning', message };
  };

  for (const contender of contenders) {
    yield { kind: 'progress', done: 0, total: work.length * rounds, round: 0, what: `the peaks of ${contender.label}` };
    const runner = await Runner.open(contender, now, quick);
    runners.push(runner);
    for (const message of runner.complaints) yield warn(message);
    if (signal?.aborted) break;
  }

  const rows = work.map((one) => new Row(one, runners));
  const soFar = () => reportOf(options, rows, runners, [...warnings], true);
  let done = 0;
  for (let round = 0; round < rounds && !signal?.aborted; round++) {
    const end =
      begin + 1000 * limit * (round === 0 ? firstRound : firstRound + (round * (1 - firstRound)) / (rounds - 1));
    const leftOut: string[] = [];
    for (const row of rows) {
      if (signal?.aborted) break;
      const what = `${row.work.name}, ${row.work.pass}`;
      await pause();
      yield { kind: 'progress', done: done++, total: work.length * rounds, round, what };
      if (now() > end) {
        leftOut.push(what);
        continue;
      }
      for (const message of await row.measure(time / rounds, signal)) yield warn(message);
      if (row.hasResults) yield { kind: 'row', row: row.result(), soFar };
    }
    if (round === 0 && leftOut.length > 0) {
      yield warn(`time was up before ${leftOut.length} rows, which are left out: ${leftOut.join('; ')}`);
    }
    for (const runner of runners) if (!signal?.aborted) await runner.measurePeak();
  }

  for (const runner of runners) {
    if (runner.skipped.length === 0) continue;
    yield warn(`too slow for its time, ${runner.contender.label} is left out of: ${runner.skipped.join('; ')}`);
  }
  const report = reportOf(options, rows, runners, warnings, signal?.aborted === true);
  for (const message of [...driftWarnings(report.contenders), ...noiseWarnings(report.rows)]) yield warn(message);
  yield { kind: 'report', report };
}

/** `warnings` may grow still. */
function reportOf(
  { environment, seed = 0 }: BenchOptions,
  rows: readonly Row[],
  runners: readonly Runner[],
  warnings: readonly string[],
  partial: boolean,
): BenchReport {
  const measured = rows.filter((row) => row.hasResults);
  const contenders = runners.map((runner) => runner.describe());
  const results = [...measured.map((row) => row.result()), ...threadRows(measured, runners)];
  const families = new Map(measured.map((row) => [row.work.name, row.work.family]));
  return {
    format: 'receptive bench',
    version: 1,
    partial,
    seed,
    environment,
    contenders,
    rows: results,
    growth: growths(results, families),
    crossovers: crossovers(results, families, contenders),
    warnings,
  };
}

/** A part of its peak that a contender is thought to reach before any row has shown it. */
const unseen = 8;

/** A contender, with what was found out about it before and between the rows. */
class Runner {
  readonly complaints: string[] = [];
  /** Rows that it would take too long for. */
  readonly skipped: string[] = [];
  readonly #peaks: Peak[] = [];
  #waits: readonly number[] = [0];
  /** Why its device's clock isn't trusted. */
  clockTrouble: string | null = null;
  /** The lowest GFLOP/s that a row of some size has shown. null: none yet. */
  #slowest: number | null = null;

  private constructor(
    readonly contender: Contender,
    readonly now: () => number,
    private readonly quick: boolean,
  ) {}

  static async open(contender: Contender, now: () => number, quick: boolean): Promise<Runner> {
    const runner = new Runner(contender, now, quick);
    const { backend, label } = contender;
    const profiled = runner.profiled;
    if (profiled) profiled.profiling = false;
    if (!isReference(contender)) runner.#waits = await emptyWaits(backend, now);
    await runner.measurePeak();
    const adapter = describeBackend(backend).adapter;
    if (adapter?.computesOnCpu) {
      runner.complaints.push(
        `${label} computes on the CPU here (${adapter.description || adapter.vendor}): it says nothing about GPUs`,
      );
    }
    if (profiled) await runner.#checkClock(profiled);
    if (runner.clockTrouble)
      runner.complaints.push(`times on the device of ${label} aren't trusted: ${runner.clockTrouble}`);
    return runner;
  }

  get profiled(): Profiled | null {
    return profiledOf(this.contender.backend);
  }

  get emptyWait(): number {
    return median(this.#waits);
  }

  async measurePeak(): Promise<void> {
    const peak = await measurePeak(this.contender.backend, this.now, leastAttempt(this.#waits));
    if (peak) this.#peaks.push(peak);
  }

  /** Arithmetic alone keeps the device busy for some twenty empty waits. */
  async #checkClock(profiled: Profiled): Promise<void> {
    const { backend } = this.contender;
    const { peakKernels } = backend;
    const [peak] = this.#peaks;
    if (!peakKernels || !peak) return;
    const flag = backend.allocate(1, 'float32');
    const finished = () => backend.read(flag);
    const operations = peak.compute * 1e6 * Math.max(20, 20 * this.emptyWait);
    const iterations = Math.max(1, Math.round(operations / peakKernels.multiplyAdd(1)));
    await finished();
    // Many short dispatches, in which the clock's step shows.
    const [y, x] = [backend.allocate(4, 'float32'), backend.allocate(4, 'float32')];
    profiled.profiling = true;
    for (let i = 0; i < 64; i++) peakKernels.copy(y, x);
    await finished();
    const start = () => void peakKernels.multiplyAdd(iterations);
    this.clockTrouble = await clockDisagrees(profiled, { start, finished }, this.emptyWait, this.now);
    for (const buffer of [flag, y, x]) backend.free(buffer);
  }

  /** Whether it should be asked: not if the row would take it longer than its share, by the slowest it has been. */
  takes({ flops, withReference }: Work): boolean {
    if (isReference(this.contender)) return withReference && flops <= (this.quick ? 5e8 : 3e9);
    const rate = this.#slowest ?? (this.#peaks[0]?.compute ?? Number.POSITIVE_INFINITY) / unseen;
    const calls = 6; // the first one, those that check and warm up, and some that are timed
    return !(flops / rate / 1e6 > (this.quick ? 4000 : 15_000) / calls);
  }

  /** Remembers how fast it was. In small rows it does other things than computing. */
  saw({ flops }: Work, ms: number): void {
    const gflops = flops / ms / 1e6;
    if (flops >= 1e8 && !(gflops >= (this.#slowest ?? Number.POSITIVE_INFINITY))) this.#slowest = gflops;
  }

  describe(): BenchContender {
    const { backend, label } = this.contender;
    const peaks = this.#peaks.length > 0 && {
      compute: sampled(this.#peaks.map(({ compute }) => compute)),
      bandwidth: sampled(this.#peaks.map(({ bandwidth }) => bandwidth)),
    };
    return { ...describeBackend(backend, label), peaks: peaks || null, emptyWait: sampled(this.#waits) };
  }
}

/** One contender in one row. */
interface Entry {
  readonly runner: Runner;
  cold: number;
  checked: BenchResult['checked'];
  gpu: BenchResult['gpu'];
  /** Calls that are waited for together. */
  calls: number;
  /** The samples of each round, in milliseconds of a call. */
  readonly rounds: number[][];
}

class Row {
  #entries: (Entry | null)[] | null = null;

  constructor(
    readonly work: Work,
    private readonly runners: readonly Runner[],
  ) {}

  get hasResults(): boolean {
    return this.#entries?.some((entry) => entry && entry.rounds.length > 0) ?? false;
  }

  /** One round, of so many milliseconds for each contender. Gives what went wrong, in lines. */
  async measure(time: number, signal?: { readonly aborted: boolean }): Promise<string[]> {
    const isFirst = this.#entries === null;
    const warnings: string[] = [];
    const prepared = new Map<Entry, PreparedWork>();
    try {
      const entries: (Entry | null)[] = [];
      for (const [i, runner] of this.runners.entries()) {
        const known = this.#entries?.[i] ?? null;
        entries.push(known);
        if (isFirst ? !this.#asked(runner) : !known) continue;
        try {
          const entry = known ?? { runner, cold: 0, checked: null, gpu: null, calls: 1, rounds: [] };
          entries[i] = entry;
          prepared.set(entry, this.work.prepare(runner.contender));
          if (isFirst) await this.#begin(entry, prepared.get(entry)!);
          await warmUp(entry, prepared.get(entry)!, time);
        } catch (error) {
          const entry = entries[i];
          entries[i] = null;
          if (entry) prepared.get(entry)?.free();
          if (entry) prepared.delete(entry);
          const reason = error instanceof Error ? error.message.split('\n')[0] : error;
          warnings.push(`${this.work.name}, ${this.work.pass} on ${runner.contender.label} isn't measured: ${reason}`);
        }
      }
      this.#entries = entries;
      await takeTurns(prepared, time, signal);
      for (const { runner, rounds } of prepared.keys()) {
        if (rounds.length > 0) runner.saw(this.work, median(rounds.at(-1)!));
      }
      if (isFirst) for (const [entry, at] of prepared) await timeDevice(entry, at);
    } finally {
      for (const at of prepared.values()) at.free();
    }
    return warnings;
  }

  #asked(runner: Runner): boolean {
    if (runner.takes(this.work)) return true;
    const { name, pass } = this.work;
    if (!isReference(runner.contender)) runner.skipped.push(`${name}, ${pass}`);
    return false;
  }

  /** The first call, as whoever doesn't measure meets it, and whether its results are right. */
  async #begin(entry: Entry, at: PreparedWork): Promise<void> {
    const { now } = entry.runner;
    const start = now();
    at.start();
    await at.finished();
    entry.cold = now() - start;
    entry.checked = await at.check();
  }

  result(): BenchRow {
    const { family: _family, withReference: _withReference, prepare: _prepare, ...row } = this.work;
    const results = (this.#entries ?? []).map((entry): BenchResult | null => {
      if (!entry || entry.rounds.length === 0) return null;
      const { cold, gpu, checked, rounds } = entry;
      return { cold, steady: sampled(rounds.flat()), rounds: rounds.map(median), gpu, checked };
    });
    return { ...row, results: this.runners.map((_, i) => results[i] ?? null) };
  }
}

/** Repeats the work until it doesn't become faster any more, and finds out how many calls to wait for together. */
async function warmUp(entry: Entry, at: PreparedWork, time: number): Promise<void> {
  const { now, emptyWait, contender } = entry.runner;
  // Waiting must be nothing beside the work, 2 % of it; and a sample is many steps of the clock.
  const least = Math.min(Math.max(50 * emptyWait, contender.backend.name === 'reference' ? 0 : 1), 2 * time);
  const begin = now();
  const inARow = 3;
  let before = Number.POSITIVE_INFINITY;
  let recent: number[] = [];
  for (let repeat = 0; repeat < 100; repeat++) {
    at.restore?.();
    const start = now();
    for (let i = 0; i < entry.calls; i++) at.start();
    await at.finished();
    const ms = now() - start;
    if (ms < least && entry.calls < 2 ** 16 && ms > 0) {
      entry.calls = Math.min(Math.ceil((1.2 * entry.calls * least) / ms), 8 * entry.calls);
      recent = [];
    } else {
      recent.push(ms);
    }
    if (recent.length === inARow) {
      const now = median(recent);
      if (now > 0.98 * before) return;
      before = now;
      recent = [];
    }
    if (now() - begin > time && recent.length > 0) return;
  }
}

/** A turn of the event loop, in which Ctrl-C is heard. */
const pause = () => new Promise<void>((resolve) => setTimeout(resolve, 0));

/** Turn by turn, each time another one first. */
async function takeTurns(
  prepared: ReadonlyMap<Entry, PreparedWork>,
  time: number,
  signal?: { readonly aborted: boolean },
): Promise<void> {
  const entries = [...prepared];
  const turns = Math.max(1, Math.round(time / turnTime));
  const samples = new Map<Entry, number[]>(entries.map(([entry]) => [entry, []]));
  const spent = new Map<Entry, number>(entries.map(([entry]) => [entry, 0]));
  for (let t = 0; t < turns && !signal?.aborted; t++) {
    await pause();
    for (let i = 0; i < entries.length; i++) {
      const [entry, at] = entries[(i + t) % entries.length];
      if (spent.get(entry)! >= time) continue; // whose calls are longer than turns
      const run = async () => {
        for (let call = 0; call < entry.calls; call++) at.start();
        await at.finished();
      };
      const { now } = entry.runner;
      const taken = await turn({ run, prepare: () => at.restore?.() }, { time: turnTime, now });
      spent.set(entry, spent.get(entry)! + taken.reduce((sum, ms) => sum + ms, 0));
      samples.get(entry)!.push(...taken.map((ms) => ms / entry.calls));
    }
  }
  for (const [entry, taken] of samples) {
    if (taken.length === 0) continue;
    entry.rounds.push(taken);
  }
}

async function timeDevice(entry: Entry, at: PreparedWork): Promise<void> {
  const { profiled, clockTrouble, now } = entry.runner;
  if (!profiled || entry.rounds.length === 0) return;
  at.restore?.();
  const gpu = await deviceTime(profiled, at, entry.calls, now);
  entry.gpu = gpu && { ...gpu, untrusted: clockTrouble ?? gpu.untrusted };
}

/** The steps of networks once more, by threads: a row for each number of threads that a contender has. */
function threadRows(rows: readonly Row[], runners: readonly Runner[]): BenchRow[] {
  const threads = runners.map(({ contender }) => describeBackend(contender.backend).threads);
  if (new Set(threads.filter((count) => count !== null)).size < 2) return [];
  return rows
    .filter(({ work }) => work.group === 'steps')
    .flatMap((row) =>
      threads.flatMap((count, i): BenchRow[] => {
        const whole = row.result();
        if (count === null || !whole.results[i]) return [];
        const parameter = { name: 'threads', value: count };
        const results = whole.results.map((result, at) => (at === i ? result : null));
        return [{ ...whole, group: 'threads', name: `${whole.name}, threads ${count}`, parameter, results }];
      }),
    );
}
