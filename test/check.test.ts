/** Verdicts, the way back to a problem, what ends a check early, and the report that is left. */
import { describe, expect, test } from 'vitest';
import { DeviceLostError } from '../src/backends/backend.js';
import type { BackendDescription, Environment } from '../src/backends/environment.js';
import { type OperationName, ops } from '../src/ops/index.js';
import {
  type ArrayKernels,
  arrayCandidate,
  type Candidate,
  type CheckAllOptions,
  cases,
  checkAll,
  checkKernel,
  type LawName,
  type LawReport,
  lawsFor,
  readCheckReport,
  reference,
  toCheckReport,
} from '../src/testing/index.js';

/** Rounding as WGSL leaves it. */
const open = { u: 2 ** -23, strict: false };
const smallestNormal = 2 ** -126;

async function reportOf(
  kernels: ArrayKernels | Candidate,
  operation: OperationName,
  law: LawName,
  options: CheckAllOptions = {},
): Promise<LawReport> {
  const candidate = 'run' in kernels ? (kernels as Candidate) : arrayCandidate(kernels as ArrayKernels);
  const reports = [];
  const some = { operations: [operation], laws: [law], runs: 100, seed: 1, ...options };
  for await (const report of checkAll(candidate, some)) reports.push(report);
  expect(reports).toHaveLength(1);
  return reports[0];
}

/** Rewrites, in place, what a kernel has written. */
function rewrite(y: Float32Array, value: (y: number) => number): void {
  for (let i = 0; i < y.length; i++) y[i] = value(y[i]);
}

describe('allowed by the specification', () => {
  const flushing: ArrayKernels = {
    sum: {
      backward(dx, dy, s) {
        ops.sum.backward(dx, dy, s);
        rewrite(dx, (value) => (Math.abs(value) < smallestNormal ? 0 : value));
      },
    },
  };

  test('subnormal numbers flushed to 0, where the rounding is open', async () => {
    const report = await reportOf(flushing, 'sum', 'backward', open);
    expect(report).toMatchObject({ verdict: 'allowed', failure: null, worst: 0 });
    expect(report.allowed).toMatch(
      /^subnormal numbers are 0 \(\d+ elements; first 0 instead of -?\d\.\d+e-\d+ as dx\[\d+\] in problem \d+: x \(.+\), numbers 'denormal' of seed \d+\)$/,
    );
  });

  test('and nowhere else', async () => {
    expect(await reportOf(flushing, 'sum', 'backward')).toMatchObject({ verdict: 'wrong', allowed: null });
  });

  test('a small number that is not subnormal is no flushing', async () => {
    const coarse: ArrayKernels = {
      pad: {
        forward(y, x, s) {
          ops.pad.forward(y, x, s);
          rewrite(y, (value) => (Math.abs(value) < 1 / 64 ? 0 : value));
        },
      },
    };
    expect(await reportOf(coarse, 'pad', 'forward', open)).toMatchObject({ verdict: 'wrong' });
  });

  test('0 for −0, of what is moved, on every candidate', async () => {
    const unsigned: ArrayKernels = {
      cat: {
        forward(y, x, s) {
          ops.cat.forward(y, x, s);
          rewrite(y, (value) => value + 0);
        },
      },
    };
    const report = await reportOf(unsigned, 'cat', 'forward');
    expect(report).toMatchObject({ verdict: 'allowed', failure: null });
    expect(report.allowed).toMatch(/^zeros have the other sign \(\d+ elements; first 0 instead of −0 as y\[\d+\] in/);
    await checkKernel('cat', unsigned.cat!, { runs: 50, seed: 1 }); // as it was: the sign is free
  });

  /** A maximum that never sees NaN. */
  const losesNaN = (before: (x: Float32Array) => Float32Array = (x) => x): ArrayKernels => ({
    maxPool2d: {
      forward: (y, indices, x, s) =>
        ops.maxPool2d.forward(
          y,
          indices,
          before(x).map((value) => (Number.isNaN(value) ? -100 : value)),
          s,
        ),
    },
  });

  test('whatever comes of NaN, the place of a maximum too, unless the check is strict', async () => {
    const report = await reportOf(losesNaN(), 'maxPool2d', 'forward', open);
    expect(report).toMatchObject({ verdict: 'allowed', failure: null });
    expect(report.allowed).toMatch(/^results of NaN or ∞ are something else \(\d+ elements; first .+ as y\[\d+\] in/);
    const strict = await reportOf(losesNaN(), 'maxPool2d', 'forward', { u: open.u });
    expect(strict).toMatchObject({ verdict: 'wrong', allowed: null });
    expect(strict.failure?.message).toContain('NaN expected exactly');
    expect(await reportOf(losesNaN(), 'maxPool2d', 'forward', { strict: false })).toMatchObject({ verdict: 'wrong' });
  });

  test('does not hide what is wrong in elements that see no NaN', async () => {
    const andMore = losesNaN((x) => x.map((value) => (value === 2 ? 1 : value)));
    const { verdict, failure } = await reportOf(andMore, 'maxPool2d', 'forward', open);
    expect(verdict).toBe('wrong');
    expect(failure?.message).toMatch(/y\[\d+\] is 1, but 2 expected exactly/);
  });

  test('−∞ that a ReLU makes anything of was looked at', async () => {
    const relu: ArrayKernels = {
      relu: { forward: (y, x) => y.set(x.map((v) => (v === -Infinity ? 7 : Math.max(0, v)))) },
    };
    expect(await reportOf(relu, 'relu', 'forward', open)).toMatchObject({ verdict: 'allowed' });
    expect(await reportOf(relu, 'relu', 'forward', { u: open.u })).toMatchObject({ verdict: 'wrong' });
  });
});

test('the worst error is told with its element and problem, which is found again', async () => {
  const linear: ArrayKernels = { linear: ops.linear };
  const report = await reportOf(linear, 'linear', 'forward');
  const [, element, which] = /^(y\[\d+\]) in problem (.+): x \(\d+, \d+\), weight /.exec(report.where!)!;
  expect(report.verdict).toBe('holds');
  expect(report.worst).toBeGreaterThan(0);
  const again = await reportOf(linear, 'linear', 'forward', { problem: which, runs: 1 });
  expect(again.problems).toBe(1);
  expect(again.worst).toBe(report.worst);
  expect(again.where!.startsWith(element)).toBe(true);
  expect((await reportOf({ relu: ops.relu }, 'relu', 'forward')).where).toBeNull();
});

describe('a failure leads back to its problem', () => {
  const withoutFound = (message: string) => message.replace(/\nfound in .*$/, '');

  test('that was shrunk', async () => {
    const wrong: ArrayKernels = {
      linear: {
        forward(y, x, weight, bias, s) {
          ops.linear.forward(y, x, weight, bias, s);
          if (s.I > 4) y[y.length - 1] += 1;
        },
      },
    };
    const { failure } = await reportOf(wrong, 'linear', 'forward');
    expect(failure!.which).toMatch(/^\d+(:\d+)+$/);
    // Another number of runs leads to the same problem.
    const again = await reportOf(wrong, 'linear', 'forward', { problem: failure!.which, runs: 7 });
    expect(withoutFound(again.failure!.message)).toBe(withoutFound(failure!.message));
    expect(again.failure!.problem.inputs).toEqual(failure!.problem.inputs);
    expect(again).toMatchObject({ problems: 1, verdict: 'wrong' });
  });

  test('that has a name', async () => {
    const name = 'channels of thousands';
    const large = cases.batchNorm2d.named[name].arrays.x!.shape;
    const wrong: ArrayKernels = {
      batchNorm2d: {
        forward(y, ...rest) {
          ops.batchNorm2d.forward(y, ...rest);
          if (y.length === large.reduce((a, b) => a * b)) y[0] = 5;
        },
      },
    };
    const { failure } = await reportOf(wrong, 'batchNorm2d', 'forward', { runs: 5 });
    expect(failure!.which).toBe(name);
    const again = await reportOf(wrong, 'batchNorm2d', 'forward', { problem: name, runs: 5 });
    expect(withoutFound(again.failure!.message)).toBe(withoutFound(failure!.message));
  });

  test('and what leads nowhere says so', async () => {
    await expect(reportOf(reference, 'relu', 'forward', { problem: 'scalr' })).rejects.toThrow(
      "relu: there is no problem 'scalr'; it's a path like 12:0:1, or one of 'scalar'",
    );
    await expect(reportOf(reference, 'relu', 'forward', { problem: '0:99999:3' })).rejects.toThrow(
      "relu: seed 1 doesn't lead to a problem 0:99999:3",
    );
    await expect(checkAll(reference, { problem: '0' }).next()).rejects.toThrow('a problem belongs to one operation');
  });

  test('of a kernel that is right the second time, unshrunk', async () => {
    let calls = 0;
    const races: ArrayKernels = {
      relu: {
        forward(y, x) {
          ops.relu.forward(y, x);
          if (++calls === 10) y.fill(-1);
        },
      },
    };
    const { verdict, failure } = await reportOf(races, 'relu', 'forward');
    expect(verdict).toBe('wrong');
    expect(failure!.which).toMatch(/^\d+$/);
    expect(failure!.message).toMatch(/found in run \d+ of 100, seed 1$/);
  });
});

/** A right candidate whose device is lost at its n-th call. */
function losing(n: number, recovers: boolean): Candidate & { readonly calls: () => number } {
  let calls = 0;
  let lost = false;
  return {
    ...reference,
    calls: () => calls,
    async run(...args) {
      if (++calls === n) lost = true;
      if (lost) throw new DeviceLostError("backend 'fake': the device was lost");
      return reference.run(...args);
    },
    async recover() {
      if (!recovers) throw new Error('there is no adapter any more');
      lost = false;
    },
  };
}

const environment: Environment = {
  runtime: 'Node 24.0.0',
  machine: 'linux x64',
  cores: 2,
  isolated: true,
  timerStep: 0.001,
  version: '0.1.0',
  date: '2026-11-27T00:00:00.000Z',
};
const backend: BackendDescription = {
  label: 'wasm x 2',
  backend: 'wasm',
  threads: 2,
  build: 'simd-threads',
  adapter: null,
};
const about = { environment, backend, runs: 20, seed: 1, operations: ['relu', 'tanh'] as const };

describe('a device that is lost', () => {
  test('fails one law, with its problem, and the check goes on with a fresh one', async () => {
    const report = await toCheckReport(losing(30, true), about);
    expect(report.partial).toBe(false);
    const failed = report.rows.filter(({ verdict }) => verdict !== 'holds');
    expect(failed).toHaveLength(1);
    expect(failed[0]).toMatchObject({ operation: 'relu', law: 'backward', verdict: 'failed' });
    expect(failed[0].failure!.message).toMatch(
      /device was lost\narrays {2}x \(.*\nnumbers '.+\nfound in run \d+ of 20, seed 1/,
    );
    expect(report.rows).toHaveLength(lawsFor('relu', reference).length + lawsFor('tanh', reference).length);
  });

  test('without another one ends the check with what it has', async () => {
    const report = await toCheckReport(losing(30, false), about);
    expect(report.partial).toBe(true);
    expect(report.rows.map(({ verdict }) => verdict)).toEqual(['holds', 'failed']);
  });

  test('while a failure shrinks does not make the problem smaller', async () => {
    const wrong = losing(12, true);
    const candidate: Candidate = {
      ...wrong,
      async run(...args) {
        const results = await wrong.run(...args);
        if (args[2][1]!.values.length > 6) (results[0] as Float32Array).fill(-1);
        return results;
      },
    };
    const report = await toCheckReport(candidate, { ...about, operations: ['relu'] });
    expect(report.rows[0].verdict).toBe('wrong');
    expect(report.rows[0].failure!.message).toContain('expected');
    expect(wrong.calls()).toBeGreaterThan(12);
    expect(report.rows.map(({ verdict }) => verdict)).not.toContain('failed');
  });
});

describe('a check that ends early', () => {
  test('after its time, with a share of it for each law', async () => {
    const start = performance.now();
    const told: LawReport[] = [];
    const some = { operations: ['relu', 'tanh', 'sigmoid'] as const, seconds: 0.6, runs: 100_000, seed: 1 };
    for await (const report of checkAll(reference, some)) told.push(report);
    expect(performance.now() - start).toBeLessThan(20_000);
    expect(told.length).toBeGreaterThan(10);
    for (const { problems } of told) expect(problems).toBeGreaterThan(0);
    expect(Math.max(...told.map(({ problems }) => problems))).toBeLessThan(100_000);
  });

  test('because it was interrupted, is partial and keeps its rows', async () => {
    const interruption = new AbortController();
    const rows: string[] = [];
    const report = await toCheckReport(reference, {
      ...about,
      signal: interruption.signal,
      onRow({ law }, soFar) {
        rows.push(law);
        expect(soFar.partial).toBe(true);
        if (rows.length === 2) interruption.abort();
      },
    });
    expect(report.partial).toBe(true);
    expect(report.rows.map(({ law }) => law)).toEqual(rows);
    expect(rows).toHaveLength(2);
  });
});

describe('a report', () => {
  test('is read as it was written, though JSON has no Infinity', async () => {
    const wrong = arrayCandidate({ relu: { forward: (y, x) => y.set(x) } });
    const report = await toCheckReport(wrong, { ...about, laws: ['forward'] });
    expect(report.rows[0]).toMatchObject({ verdict: 'wrong', worst: Number.POSITIVE_INFINITY });
    expect(report.rows[0].failure!.command).toMatch(
      /^npx receptive check --backend wasm --threads 2 --no-relaxed-simd --operation relu --law forward --seed 1 --problem [\d:]+$/,
    );
    expect(readCheckReport(JSON.parse(JSON.stringify(report)))).toEqual(report);
  });

  test.each([
    [null, "this isn't a report of a check"],
    [{ format: 'receptive bench', version: 1 }, "this isn't a report of a check"],
    [{ format: 'receptive check', version: 2 }, 'is of version 2, and only version 1 can be read'],
    [{ format: 'receptive check', version: 1 }, 'is damaged: partial is undefined'],
  ])('%j is refused', (json, reason) => {
    expect(() => readCheckReport(json)).toThrow(reason);
  });
});
