/** A bench run on contenders whose clock goes on by itself never: what it measures is what they were told to take. */
import { describe, expect, test } from 'vitest';
import type { Environment } from '../src/backends/environment.js';
import { ReferenceBackend } from '../src/backends/reference/index.js';
import type { DeviceClock, WebGPUStats } from '../src/backends/webgpuBackend.js';
import { networks } from '../src/catalog/index.js';
import { clockDisagrees, deviceTime, type Profiled } from '../src/measure/deviceTime.js';
import { crossovers, growths } from '../src/measure/growth.js';
import {
  type BenchContender,
  type BenchEvent,
  type BenchOptions,
  type BenchReport,
  type BenchResult,
  type BenchRow,
  compareReports,
  measureAll,
  networkStep,
  readBenchReport,
} from '../src/measure/index.js';
import { kernelWork } from '../src/measure/kernelWork.js';
import { plan } from '../src/measure/plan.js';
import { exponentOf, median, ratioInterval, sampled } from '../src/measure/statistics.js';
import { stepWork } from '../src/measure/stepWork.js';
import type { Work } from '../src/measure/work.js';
import { ops } from '../src/ops/index.js';
import { cases } from '../src/testing/cases/index.js';
import { generator } from '../src/testing/problem.js';

let clock = 0;
const now = () => clock;

const environment: Environment = {
  runtime: 'Node 24.0.0',
  machine: 'none',
  cores: 2,
  isolated: true,
  timerStep: 0.001,
  version: '0.1.0',
  date: '2026-01-01T00:00:00.000Z',
};

class Named extends ReferenceBackend {
  constructor(
    override readonly name: 'reference',
    /** Milliseconds of a wait. */
    readonly wait = 0,
  ) {
    super();
  }

  override async read(buffer: Parameters<ReferenceBackend['read']>[0]) {
    clock += this.wait;
    return super.read(buffer);
  }
}

/** `wasm` by its name, the maths by what it does. */
const contender = (label: string, wait = 0) => ({ label, backend: new Named('wasm' as 'reference', wait) });

interface Fake {
  readonly ms: (label: string, call: number) => number;
  readonly check?: (label: string) => void;
  readonly wait?: number;
}

function fakeWork(name: string, { ms, check, wait = 0 }: Fake, more: Partial<Work> = {}): Work {
  return {
    group: 'layers',
    name,
    family: name,
    pass: 'forward',
    parameter: null,
    flops: 1e6,
    bytes: 0,
    withReference: true,
    ...more,
    prepare({ label }) {
      let call = 0;
      return {
        start() {
          clock += ms(label, call++);
        },
        async finished() {
          clock += wait;
        },
        async check() {
          check?.(label);
          return { against: 'the maths', error: 0.5 };
        },
        free() {},
      };
    },
  };
}

async function run(labels: readonly string[], work: readonly Work[], options: Partial<BenchOptions> = {}, wait = 0) {
  clock = 0;
  const events: BenchEvent[] = [];
  const contenders = labels.map((label) => contender(label, wait));
  for await (const event of measureAll(contenders, { environment, now, quick: true, work, ...options }))
    events.push(event);
  const last = events.at(-1)!;
  if (last.kind !== 'report') throw new Error('the last event should be the report');
  expect(readBenchReport(JSON.stringify(last.report))).toEqual(last.report);
  return { events, report: last.report };
}

describe('a run', () => {
  test('gives cold and steady times, in rounds; a contender that is slower is so much slower', async () => {
    const ms = (label: string, call: number) => (call === 0 ? 100 : call < 4 ? 9 : 2) * (label === 'slow' ? 3 : 1);
    const { report, events } = await run(['fast', 'slow'], [fakeWork('a', { ms }), fakeWork('b', { ms })]);
    expect(report.rows.map(({ name }) => name)).toEqual(['a', 'b']);
    const [fast, slow] = report.rows[0].results;
    expect(fast).toMatchObject({ cold: 100, steady: { median: 2, mad: 0 }, rounds: [2, 2], gpu: null });
    expect(slow).toMatchObject({ cold: 300, steady: { median: 6, mad: 0 } });
    expect(fast!.checked).toEqual({ against: 'the maths', error: 0.5 });
    expect(fast!.steady.samples.length).toBeGreaterThan(10);
    expect(report).toMatchObject({ partial: false, warnings: [] });
    expect(events.filter(({ kind }) => kind === 'row')).toHaveLength(4);
  });

  test('what is wrong is not timed, and the others are', async () => {
    const check = (label: string) => {
      if (label === 'broken') throw new Error('y[3] is 1, but 2 expected\nmore');
    };
    const { report } = await run(['right', 'broken'], [fakeWork('a', { ms: () => 1, check })]);
    expect(report.rows[0].results[0]!.steady.median).toBe(1);
    expect(report.rows[0].results[1]).toBeNull();
    expect(report.warnings).toEqual(["a, forward on broken isn't measured: y[3] is 1, but 2 expected"]);
  });

  test('where waiting takes long, calls are spread until it is 2 % of them', async () => {
    const { report } = await run(['far'], [fakeWork('a', { ms: () => 0.5, wait: 2 })], {}, 2);
    const { median } = report.rows[0].results[0]!.steady;
    expect(median).toBeGreaterThan(0.5);
    expect(median).toBeLessThan(0.5 * 1.021);
    expect(report.contenders[0].emptyWait.median).toBe(2);
  });

  test('is interrupted between turns, and keeps what it has, marked as partial', async () => {
    const signal = { aborted: false };
    const ms = (_: string, call: number) => {
      if (call > 5) signal.aborted = true;
      return 1;
    };
    const work = [fakeWork('a', { ms: () => 1 }), fakeWork('b', { ms }), fakeWork('c', { ms: () => 1 })];
    const { report } = await run(['x'], work, { signal });
    expect(report.partial).toBe(true);
    expect(report.rows.map(({ name }) => name)).not.toContain('c');
    expect(report.rows[0].results[0]!.steady.median).toBe(1);
  });

  test('keeps to its time, and says what it left out', async () => {
    const work = ['a', 'b', 'c'].map((name) => fakeWork(name, { ms: () => 1000 }));
    const { report } = await run(['x'], work, { limit: 4 });
    expect(report.rows.map(({ name }) => name)).toEqual(['a']);
    expect(report.warnings).toEqual(['time was up before 2 rows, which are left out: b, forward; c, forward']);
  });

  test('a machine that becomes slower, and one that is busy, are said to be so', async () => {
    const ms = (_: string, call: number) => (call % 2 === 0 ? 3 : 5);
    const { report } = await run(['x'], [fakeWork('a', { ms })]);
    expect(report.warnings.join()).toMatch(
      /^a noisy run: half of the samples of a typical row are more than \d+ % off/,
    );
  });
});

describe('results are held to the maths', () => {
  const rows = { group: 'layers', name: 'r', family: 'r', parameter: null, withReference: true, seed: 0 } as const;
  const layer = cases.conv2d.named['Inception 3x3'];

  test.each(['forward', 'backward', 'dw'])('a kernel: %s', async (pass) => {
    const [work] = kernelWork({ ...rows, operation: 'conv2d', draft: layer, passes: [pass] });
    const right = work.prepare(contender('right'));
    right.start();
    expect(await right.check()).toMatchObject({ against: 'the maths' });
    expect((await right.check())!.error).toBeLessThanOrEqual(1);

    const broken = new (class extends ReferenceBackend {
      override readonly kernels = {
        ...ops,
        conv2d: {
          forward(...args: Parameters<typeof ops.conv2d.forward>) {
            ops.conv2d.forward(...args);
            args[0][5] += 1e-3;
          },
          backward(...args: Parameters<typeof ops.conv2d.backward>) {
            ops.conv2d.backward(...args);
            args[1]![5] *= 1.001;
          },
        },
      };
    })();
    const wrong = work.prepare({ label: 'broken', backend: broken });
    wrong.start();
    await expect(wrong.check()).rejects.toThrow(pass === 'forward' ? 'y[5] is' : 'dweight[5] is');
  });

  test('its bytes and operations: every array once', () => {
    const [work] = kernelWork({
      ...rows,
      operation: 'relu',
      draft: cases.relu.named[Object.keys(cases.relu.named)[0]],
      passes: ['forward'],
    });
    expect(work.bytes).toBeGreaterThan(0);
    const [conv, dw] = kernelWork({ ...rows, operation: 'conv2d', draft: layer, passes: ['forward', 'dw'] });
    // x 16·12·12, weight 24·16·9 and bias 24, y 24·12·12; dweight is as long as weight
    expect(conv.bytes).toBe(4 * (2304 + 3456 + 24 + 3456));
    expect(dw.bytes).toBe(4 * (3456 + 2304 + 3456 + 3456));
  });

  test('a step: its losses before and after an update', async () => {
    const problem = {
      ...networkStep('mnistNet', 4),
      make: () => networks.mnistNet.make({ inChannels: 1, numClasses: 10 }),
    };
    const work = stepWork({ ...rows, problem, checkUpTo: 1e9 });
    expect(work.flops).toBe(3 * 2 * 4 * (10 * 24 * 24 * 25 + 20 * 8 * 8 * 250 + 3200));
    const right = work.prepare(contender('right'));
    right.start();
    await right.finished();
    expect(await right.check()).toEqual({ against: 'the losses of the maths', error: 0 });
    const broken = new (class extends ReferenceBackend {
      override readonly name = 'wasm' as 'reference';
      override readonly kernels = {
        ...ops,
        relu: { ...ops.relu, backward: (dx: Float32Array) => void dx.fill(1) },
      } as typeof ops;
    })();
    const wrong = work.prepare({ label: 'broken', backend: broken });
    wrong.start();
    await wrong.finished();
    await expect(wrong.check()).rejects.toThrow(/its loss after a step is .*, and .* by the losses of the maths/);
    for (const one of [right, wrong]) one.free();
  });
});

test('rows are found by group, name and pass, and have names of their own', () => {
  for (const quick of [true, false]) {
    const all = plan({ quick, seed: 0, filter: 'conv2d' });
    expect(new Set(all.map(({ name, pass }) => `${name}, ${pass}`)).size).toBe(all.length);
  }
  const found = plan({ quick: true, seed: 0, filter: 'layers, conv2d, MNIST net, conv1, batch 64, back' });
  expect(found.map(({ name, pass }) => [name, pass])).toEqual([['conv2d, MNIST net, conv1, batch 64', 'backward']]);
  expect(plan({ quick: true, seed: 0, filter: 'nothing' })).toEqual([]);
});

describe("the device's clock", () => {
  /** Work of 1 ms a call on the device, which takes as long by the clock, and 0.2 ms of waiting. */
  function device(tell: (ms: number, calls: number) => Partial<DeviceClock & { milliseconds: number }>) {
    let calls = 0;
    const profiled = {
      profiling: false,
      resetStats() {
        calls = 0;
      },
      deviceClock: () => ({ span: calls, step: 1e-6, backwards: 0, ...tell(calls, calls) }),
      stats() {
        const { milliseconds = calls } = tell(calls, calls);
        const kernel = { dispatches: calls, flops: 0, bytes: 0, milliseconds };
        return { kernels: { a: kernel } } as unknown as WebGPUStats;
      },
    } satisfies Profiled;
    const work = {
      start() {
        calls++;
        clock += 1;
      },
      async finished() {
        clock += 0.2;
      },
    };
    return { profiled, work };
  }

  test('is believed where it agrees with the wall', async () => {
    const { profiled, work } = device(() => ({}));
    expect(await deviceTime(profiled, work, 4, now)).toMatchObject({ ms: { median: 1 }, untrusted: null });
    expect(await clockDisagrees(profiled, work, 0.2, now)).toBeNull();
    expect(profiled.profiling).toBe(false);
  });

  test('that is coarse is read after 50 of its steps', async () => {
    let most = 0;
    const coarse = (ms: number, calls: number) => {
      most = Math.max(most, calls);
      return { step: 2, span: 2 * Math.floor(ms / 2), milliseconds: 0 };
    };
    const { profiled, work } = device(coarse);
    expect(await deviceTime(profiled, work, 4, now)).toMatchObject({ ms: { median: 1 }, untrusted: null });
    expect(most).toBe(100);
  });

  test.each([
    [
      'counts in other units',
      (ms: number) => ({ span: 52 * ms, milliseconds: 52 * ms }),
      /^the device says .* by the clock$/,
    ],
    ['is set back', () => ({ backwards: 2 }), /^2 of 4 dispatches ended before they began$/],
    ['stands still', () => ({ span: 0, milliseconds: 0, step: 0 }), /stands still/],
    ['is too coarse', () => ({ step: 100, span: 100, milliseconds: 0 }), /^it is less than 50 steps/],
  ])('that %s is not trusted', async (_, tell, reason) => {
    const { profiled, work } = device(tell);
    expect((await deviceTime(profiled, work, 4, now))!.untrusted).toMatch(reason);
  });

  test('that counts too slowly shows beside arithmetic alone', async () => {
    const { profiled, work } = device((ms) => ({ milliseconds: ms / 52 }));
    expect(await clockDisagrees(profiled, work, 0.2, now)).toBe(
      "of 1.0 ms by the clock, the device's own says 0.019 ms",
    );
  });
});

describe('statistics', () => {
  const normal = (random: () => number) => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());

  test('median and the distances from it', () => {
    expect(sampled([5, 1, 100, 2, 3])).toEqual({ median: 3, mad: 2, samples: [5, 1, 100, 2, 3] });
    expect(median([4, 1, 3, 2])).toBe(2.5);
    expect(median([])).toBeNaN();
  });

  test.each([5, 12, 60])(
    "of %i samples, 95 %% of the intervals hold the true ratio, whatever the samples' distribution",
    (n) => {
      const random = generator(n);
      for (const draw of [
        () => Math.exp(0.1 * normal(random)),
        () => 1 - 0.3 * Math.log(1 - random()),
        () => 1 + random(),
      ]) {
        // Both medians are the same by their distribution, so that the true ratio is 1.7.
        let held = 0;
        const rounds = 600;
        for (let round = 0; round < rounds; round++) {
          const before = Array.from({ length: n }, draw);
          const after = Array.from({ length: n }, () => 1.7 * draw());
          const [low, high] = ratioInterval(after, before);
          if (low <= 1.7 && 1.7 <= high) held++;
        }
        expect(held / rounds).toBeGreaterThan(0.92);
      }
    },
  );

  test('more samples, a shorter interval; of one sample none', () => {
    const random = generator(1);
    const width = (n: number) => {
      const draw = () => Array.from({ length: n }, () => Math.exp(0.1 * normal(random)));
      const [low, high] = ratioInterval(draw(), draw());
      return Math.log(high / low);
    };
    expect(width(400) / width(25)).toBeLessThan(0.5);
    expect(ratioInterval([1], [1])).toEqual([0, Number.POSITIVE_INFINITY]);
    expect(ratioInterval([2, 2, 2], [1, 1, 1])).toEqual([2, 2]);
  });

  test('exponents of growth', () => {
    expect(exponentOf([1, 2, 4, 8].map((x) => [x, 3 * x ** 1.7]))).toBeCloseTo(1.7, 12);
    expect(exponentOf([[1, 2]])).toBeNull();
  });
});

/** A report of rows of 1, 2, 3 … ms with 3 % of noise, on a machine that wanders by 2 % from round to round. */
function reportOf(seed: number, factor: (row: number) => number = () => 1, machine = 1): BenchReport {
  const random = generator(seed);
  const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  const rows = Array.from({ length: 30 }, (_, row): BenchRow => {
    const rounds = Array.from({ length: 3 }, () => {
      const round = machine * (row + 1) * factor(row) * Math.exp(0.02 * normal());
      return Array.from({ length: 12 }, () => round * Math.exp(0.03 * normal()));
    });
    const result: BenchResult = {
      cold: 1,
      steady: sampled(rounds.flat()),
      rounds: rounds.map(median),
      gpu: null,
      checked: null,
    };
    const group = 'layers';
    return { group, name: `row ${row}`, pass: 'forward', parameter: null, flops: 0, bytes: 0, results: [result] };
  });
  const peaks = { compute: sampled([100 / machine]), bandwidth: sampled([10]) };
  const wasm: BenchContender = {
    ...{ label: 'wasm x 1', backend: 'wasm', threads: 1, build: 'simd', adapter: null },
    ...{ peaks, emptyWait: sampled([0]) },
  };
  const head = { format: 'receptive bench', version: 1, partial: false, seed, environment } as const;
  return { ...head, contenders: [wasm], rows, growth: [], crossovers: [], warnings: [] };
}

describe('two reports', () => {
  const verdicts = (before: BenchReport, after: BenchReport) =>
    compareReports(before, after).map(({ verdict }) => verdict);

  test('of the same code say no change, on a machine that is slower the second time, too', () => {
    for (let seed = 0; seed < 20; seed++) {
      for (const machine of [1, 1.15]) {
        const changed = verdicts(reportOf(2 * seed), reportOf(2 * seed + 1, undefined, machine)).filter(
          (verdict) => verdict !== 'no change',
        );
        expect(changed.length).toBeLessThanOrEqual(machine === 1 ? 0 : 1);
      }
    }
  });

  test('find the kernel that became 20 % slower, and the one that became faster, and no others', () => {
    for (let seed = 0; seed < 20; seed++) {
      const after = reportOf(2 * seed + 1, (row) => (row === 4 ? 1.2 : row === 9 ? 0.8 : 1));
      const found = verdicts(reportOf(2 * seed), after);
      expect(found[4]).toBe('slower');
      expect(found[9]).toBe('faster');
      expect(found.filter((verdict) => verdict === 'no change')).toHaveLength(28);
    }
  });

  test('find it if all became 20 % slower while the machine did not', () => {
    const found = verdicts(
      reportOf(0),
      reportOf(1, () => 1.2),
    );
    expect(found.filter((verdict) => verdict === 'slower').length).toBeGreaterThan(27);
  });

  test('are compared by the names of rows and contenders', () => {
    const [before, after] = [reportOf(0), reportOf(1)];
    const other = { ...after, contenders: [{ ...after.contenders[0], label: 'wasm x 4' }] };
    expect(compareReports(before, other)).toEqual([]);
    const [change] = compareReports(before, { ...after, rows: after.rows.slice(3, 4) });
    expect(change).toMatchObject({ name: 'row 3', pass: 'forward', contender: 'wasm x 1', verdict: 'no change' });
    expect(change.ratio).toBeCloseTo(change.after / change.before, 12);
    expect(change.interval[0]).toBeLessThan(change.ratio);
    expect(change.interval[1]).toBeGreaterThan(change.ratio);
  });
});

describe('growth', () => {
  /** Batches of one network on WASM with one thread, with two, and on a GPU. */
  const times = (batch: number) => [batch, 0.5 + 0.6 * batch, 20 + 0.1 * batch];
  const rows = [1, 4, 16, 64, 256].map((value): BenchRow => {
    const results = times(value).map(
      (ms): BenchResult => ({ cold: 1, steady: sampled([ms]), rounds: [ms], gpu: null, checked: null }),
    );
    const parameter = { name: 'batch', value };
    return {
      group: 'batch',
      name: `net, batch ${value}`,
      pass: 'step',
      parameter,
      flops: 1e6 * value,
      bytes: 0,
      results,
    };
  });
  const families = new Map(rows.map(({ name }) => [name, 'net']));
  const [wasm] = reportOf(0).contenders;
  const contenders: BenchContender[] = [
    wasm,
    { ...wasm, label: 'wasm x 2', threads: 2 },
    { ...wasm, label: 'webgpu', backend: 'webgpu', threads: null },
  ];

  test('exponents beside that of the operations', () => {
    const [one, two, gpu] = growths(rows, families);
    expect(one).toMatchObject({ contender: 0, name: 'net', parameter: 'batch' });
    expect(one.exponent).toBeCloseTo(1, 12);
    expect(one.expected).toBeCloseTo(1, 12);
    expect(two.exponent).toBeLessThan(1);
    expect(gpu.exponent).toBeLessThan(0.4);
    expect(growths(rows.slice(0, 2), families)).toEqual([]);
  });

  test('from which batch on the GPU wins, and threads pay', () => {
    expect(crossovers(rows, families, contenders)).toEqual([
      { network: 'net', slower: 1, faster: 2, batch: 64 },
      { network: 'net', slower: 0, faster: 1, batch: 4 },
    ]);
    expect(crossovers(rows.slice(0, 3), families, contenders)[0].batch).toBeNull();
  });
});

test('files that are no report, of another version, or damaged: one line each', () => {
  const report = reportOf(0);
  const read = (change: object) => () => readBenchReport(JSON.stringify({ ...report, ...change }), 'old.json');
  expect(readBenchReport(JSON.stringify(report))).toEqual(report);
  expect(() => readBenchReport('{"format": "rec', 'old.json')).toThrow(
    "old.json isn't a report of receptive bench: it isn't JSON",
  );
  for (const json of ['null', '3', '[]', '{"format":"receptive check","version":1}']) {
    expect(() => readBenchReport(json, 'old.json')).toThrow(/^old\.json isn't a report of receptive bench$/);
  }
  expect(read({ version: 2 })).toThrow(/^old\.json is a report of version 2, and this is version 1: measure again$/);
  expect(read({ rows: [{ ...report.rows[0], flops: 'many' }] })).toThrow(
    /^old\.json is a damaged report: rows\.0\.flops: .*$/,
  );
  expect(read({ rows: [{ ...report.rows[0], results: [] }] })).toThrow("'row 0' has 0 results for 1 contenders");
  expect(read({ contenders: undefined })).toThrow(/^old\.json is a damaged report: contenders: [^\n]*$/);
});
