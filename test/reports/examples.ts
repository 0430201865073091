/** Reports as a machine could leave them, made without one, with what is hard to show among them. */
import type { AdapterDescription, Environment } from '../../src/backends/environment.js';
import type {
  BenchContender,
  BenchGroup,
  BenchReport,
  BenchResult,
  BenchRow,
  Change,
  Sampled,
} from '../../src/measure/report.js';
import { operationNames } from '../../src/ops/index.js';
import { cases } from '../../src/testing/index.js';
import type { CheckReport, CheckRow } from '../../src/testing/report.js';

const environment: Environment = {
  runtime: 'Node 24.11.0',
  machine: 'linux x64, AMD EPYC 7B13',
  cores: 2,
  isolated: true,
  timerStep: 0.00004,
  version: '0.1.0 (8fda061)',
  date: '2026-02-03T04:05:06.789Z',
};

export const swiftShader: AdapterDescription = {
  vendor: 'google',
  architecture: 'swiftshader',
  device: '0xc0de',
  description: 'SwiftShader Device (Subzero)',
  computesOnCpu: true,
  powerPreference: 'high-performance',
};

export const gpu: AdapterDescription = {
  vendor: 'apple',
  architecture: 'metal-3',
  device: '',
  description: 'Apple M3 Max',
  computesOnCpu: false,
  powerPreference: 'high-performance',
};

/** The same numbers every time. */
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1664525 + 1013904223) % 2 ** 32;
    return state / 2 ** 32;
  };
}

function sampled(median: number, random: () => number, noise = 0.01): Sampled {
  const mad = median * noise * (0.5 + random());
  return { median, mad, samples: [median - 2 * mad, median, median + mad, median - mad, median + 3 * mad] };
}

interface Speed {
  readonly contender: BenchContender;
  /** GFLOP/s, and milliseconds that a call takes at least. */
  readonly rate: number;
  readonly least: number;
}

function contenders(adapter: AdapterDescription | null, random: () => number): Speed[] {
  const none = { threads: null, build: null, adapter: null, emptyWait: { median: 0, mad: 0, samples: [0] } };
  const peaks = (compute: number, bandwidth: number) => ({
    compute: sampled(compute, random),
    bandwidth: sampled(bandwidth, random, 0.03),
  });
  const wasm = (threads: number, build: string): BenchContender => ({
    ...none,
    label: `wasm x ${threads}`,
    backend: 'wasm',
    threads,
    build,
    peaks: peaks(71.6 * threads, 11.8 * threads),
  });
  const isCpu = adapter?.computesOnCpu ?? false;
  const webgpu: BenchContender = {
    ...none,
    label: 'webgpu',
    backend: 'webgpu',
    adapter,
    peaks: isCpu ? peaks(9.1, 7.7) : peaks(11_900, 356),
    emptyWait: sampled(isCpu ? 0.07 : 0.12, random, 0.2),
  };
  return [
    { contender: { ...none, label: 'reference', backend: 'reference', peaks: null }, rate: 0.55, least: 0 },
    { contender: wasm(1, 'relaxed'), rate: 58, least: 0.004 },
    { contender: wasm(2, 'relaxed-threads'), rate: 108, least: 0.009 },
    ...(adapter ? [{ contender: webgpu, rate: isCpu ? 4.1 : 5200, least: isCpu ? 1.4 : 0.31 }] : []),
  ];
}

/** The lecture's networks, which the reference trains as well, and larger ones. */
const NETS: readonly (readonly [name: string, gflop: number])[] = [
  ['mlp, batch 64', 0.026],
  ['mnistNet, batch 64', 0.19],
  ['inceptionNet, batch 64', 1.62],
  ['residualNet, batch 64', 0.71],
  ['resnet20, batch 32', 7.9],
  ['resnet18, batch 2 of 64x64', 1.79],
  ['googlenet, batch 2 of 64x64', 1.55],
  ['densenet121, batch 2 of 64x64', 2.8],
];

const LAYERS: readonly (readonly [name: string, gflop: number, intensity: number])[] = [
  ['conv2d, mnistNet 1 to 10 channels, batch 64', 0.018, 5.1],
  ['conv2d, mnistNet 10 to 20 channels, batch 64', 0.041, 31],
  ['conv2d, ResNet-18 64 channels 56x56, batch 8', 1.85, 140],
  ['conv2d, ResNet-18 512 channels 7x7, batch 8', 1.85, 188],
  ['conv2d, GoogLeNet 1x1 192 to 64, batch 8', 0.154, 24],
  ['conv2d, depthwise 3x3 of 32 channels, batch 8', 0.0072, 2.2],
  ['linear, 320 to 50, batch 64', 0.002, 11],
  ['maxPool2d, 2x2 of mnistNet, batch 64', 0.0011, 0.8],
  ['avgPool2d, 8x8 of DenseNet, batch 8', 0.0009, 0.25],
  ['batchNorm2d, ResNet-18 64 channels, batch 8', 0.008, 0.9],
];

/** `adapter` null: there is no WebGPU. */
export function benchExample(adapter: AdapterDescription | null = gpu): BenchReport {
  const random = numbers(20);
  const speeds = contenders(adapter, random);
  const result = (flops: number, { contender, rate, least }: Speed, efficiency = 1): BenchResult => {
    const isGpu = contender.backend === 'webgpu';
    const ms = flops / (rate * efficiency * 1e6);
    const steady = least + ms * (0.85 + 0.3 * random());
    const own = sampled(ms, random, 0.02);
    return {
      cold: contender.backend === 'reference' ? steady * 1.1 : steady * 4 + (isGpu ? 240 : 3),
      steady: sampled(steady, random, isGpu ? 0.03 : 0.008),
      gpu: isGpu ? { ms: own, untrusted: null } : null,
      checked: contender.backend === 'reference' ? null : { against: 'the maths', error: 0.1 + 0.5 * random() },
    };
  };
  const row = (
    group: BenchGroup,
    name: string,
    pass: string,
    gflop: number,
    more: Partial<BenchRow> & { efficiency?: number } = {},
  ): BenchRow => {
    const { efficiency, ...given } = more;
    const results = speeds.map((speed) => result(gflop * 1e9, speed, efficiency));
    return { group, name, pass, parameter: null, flops: gflop * 1e9, bytes: 0, results, ...given };
  };
  const withoutReference = (whole: BenchRow): BenchRow => ({
    ...whole,
    results: whole.results.map((one, i) => (i === 0 ? null : one)),
  });
  const steps = NETS.map(([name, gflop], i) => {
    const whole = row('steps', name, 'step', gflop);
    return i < 4 ? whole : withoutReference(whole);
  });

  const layers = LAYERS.flatMap(([name, gflop, intensity]) =>
    (name.startsWith('conv2d') ? ['forward', 'dx', 'dw'] : ['forward', 'backward']).map((pass) => {
      // Winograd's way stands above the roof.
      const efficiency =
        name.startsWith('conv2d, ResNet-18 64') && pass === 'forward' ? 1.55 : Math.min(0.95, intensity / 12);
      return row('layers', name, pass, gflop, { bytes: (gflop * 1e9) / intensity, efficiency });
    }),
  );
  // A clock that counts in other units.
  const odd = layers[0]!;
  layers[0] = {
    ...odd,
    results: odd.results.map((result) =>
      result?.gpu
        ? {
            ...result,
            gpu: { ms: sampled(41.7, random), untrusted: 'its own clock says 41.7 ms, and the wall clock 0.32 ms' },
          }
        : result,
    ),
  };

  const threads = NETS.slice(1, 5).flatMap(([name, gflop]) =>
    [1, 2].map((value) => {
      const parameter = { name: 'threads', value };
      const whole = row('threads', `${name}, threads ${value}`, 'step', gflop, { parameter });
      return { ...whole, results: whole.results.map((result, i) => (i === value ? result : null)) };
    }),
  );
  const batches = ['mnistNet', 'residualNet'].flatMap((net, i) =>
    [1, 4, 16, 64, 256].map((value) =>
      withoutReference(
        row('batch', `${net} training, batch ${value}`, 'step', [0.003, 0.011][i]! * value, {
          parameter: { name: 'batch', value },
        }),
      ),
    ),
  );
  const growing = (
    parameter: string,
    sizes: readonly number[],
    gflop: (size: number) => number,
    named: (size: number) => string,
  ) =>
    sizes.map((value) => {
      const pass = parameter === 'depth' ? 'step' : 'forward';
      return withoutReference(
        row('growth', named(value), pass, gflop(value), { parameter: { name: parameter, value } }),
      );
    });
  const growth = [
    ...growing(
      'batch',
      [1, 2, 4, 8, 16],
      (n) => 0.23 * n,
      (n) => `conv2d 3x3, batch ${n}`,
    ),
    ...growing(
      'side',
      [14, 28, 56, 112],
      (n) => 7.4e-5 * n * n,
      (n) => `conv2d 3x3, side ${n}`,
    ),
    ...growing(
      'channels',
      [16, 32, 64, 128],
      (n) => 5.6e-5 * n * n,
      (n) => `conv2d 3x3, channels ${n}`,
    ),
    ...growing(
      'depth',
      [8, 14, 20, 32],
      (n) => 0.39 * n,
      (n) => `preactResnet, batch 4, depth ${n}`,
    ),
  ];
  const expected: Readonly<Record<string, number>> = { batch: 1, side: 2, channels: 2, depth: 1 };
  return {
    format: 'receptive bench',
    version: 1,
    partial: false,
    seed: 20,
    environment,
    contenders: speeds.map(({ contender }) => contender),
    rows: [...steps, ...layers, ...threads, ...batches, ...growth],
    growth: Object.entries(expected).flatMap(([parameter, exponent]) =>
      [...speeds.keys()].slice(1).map((contender) => ({
        contender,
        name: parameter === 'depth' ? 'preactResnet' : 'conv2d 3x3, forward',
        parameter,
        exponent: slope(
          growth.filter((one) => one.parameter!.name === parameter),
          contender,
        ),
        expected: exponent,
      })),
    ),
    crossovers: adapter
      ? ['mnistNet', 'residualNet'].map((network) => ({
          network,
          slower: 2,
          faster: 3,
          batch: firstWin(batches.filter(({ name }) => name.startsWith(network))),
        }))
      : [],
    warnings: [],
  };
}

/** Least squares on logarithms. */
function slope(rows: readonly BenchRow[], contender: number): number {
  const points = rows.map(({ parameter, results }) => [
    Math.log(parameter!.value),
    Math.log(results[contender]!.steady.median),
  ]);
  const mean = (i: number) => points.reduce((sum, point) => sum + point[i]!, 0) / points.length;
  const [x, y] = [mean(0), mean(1)];
  const sum = (of: (point: readonly number[]) => number) => points.reduce((total, point) => total + of(point), 0);
  return sum(([a, b]) => (a! - x) * (b! - y)) / sum(([a]) => (a! - x) ** 2);
}

/** From which batch on the contender 3 is faster than 2. */
function firstWin(rows: readonly BenchRow[]): number | null {
  const wins = rows.map(({ results }) => results[3]!.steady.median < results[2]!.steady.median);
  const first = wins.lastIndexOf(false) + 1;
  return rows[first]?.parameter?.value ?? null;
}

/** It was interrupted on a restless machine, has no GPU, and says so in characters that HTML and Markdown read as theirs. */
export function partialBench(): BenchReport {
  const whole = benchExample(swiftShader);
  return {
    ...whole,
    partial: true,
    warnings: [
      'the machine drifted: mnistNet took 2.71 ms at the beginning and 3.44 ms at the end (27 %)',
      'noise: 14 of 60 rows spread by more than 5 % (median 7.2 %) <close other programs & run it again>',
    ],
    rows: whole.rows.slice(0, 24),
    growth: [],
    crossovers: [],
  };
}

/** One contender, and nothing to compare it with. */
export function loneBench(): BenchReport {
  const whole = benchExample(null);
  const alone = (one: BenchRow) => ({ ...one, results: one.results.slice(1, 2) });
  return {
    ...whole,
    contenders: whole.contenders.slice(1, 2),
    rows: whole.rows.filter(({ group }) => group !== 'threads').map(alone),
    growth: whole.growth.filter(({ contender }) => contender === 1).map((one) => ({ ...one, contender: 0 })),
  };
}

/** Nothing was measured. */
export function emptyBench(): BenchReport {
  return { ...benchExample(null), partial: true, contenders: [], rows: [], growth: [], crossovers: [] };
}

/** `slowed`: one kernel was planted 20 % slower. */
export function changesExample({ rows, contenders }: BenchReport, slowed: boolean): Change[] {
  const random = numbers(5);
  return rows
    .filter(({ group }) => group === 'steps' || group === 'layers')
    .flatMap(({ name, pass, results }) =>
      results.flatMap((result, i): Change[] => {
        if (!result || i === 0) return [];
        const isSlower = slowed && name.startsWith('maxPool2d');
        const isFaster = slowed && name.startsWith('mlp') && i === 1;
        const ratio = (isSlower ? 1.2 : isFaster ? 0.71 : 1) * (0.99 + 0.02 * random());
        const half = 0.015 + 0.02 * random();
        return [
          {
            name,
            pass,
            contender: contenders[i]!.label,
            before: result.steady.median,
            after: result.steady.median * ratio,
            ratio,
            interval: [ratio * (1 - half), ratio * (1 + half)],
            verdict: isSlower ? 'slower' : isFaster ? 'faster' : 'no change',
          },
        ];
      }),
    );
}

/** The text of a failure, with all that a report must not take for its own. */
export const failure = {
  message: [
    "conv2d (webgpu) breaks the law 'forward':",
    'y[12] is 0.7431640625, but 0.74316418170929 ± 1.2e-8 expected: the error is 9.93 times its budget & more <script>alert("x")</script>',
    `x (1, 3, 7, 5) = [${Array.from({ length: 60 }, (_, i) => (i * 0.137).toFixed(4)).join(', ')}]`,
    'weight (2, 3, 3, 3), bias null, { stride: 2, padding: 1, dilation: 1, groups: 1, \'layout\': "NCHW" } | ```',
    'found in run 17 of 200, shrunk 12 times, seed 1234567',
  ].join('\n'),
  command:
    "npx receptive check --backend webgpu --operation conv2d --law forward --seed 1234567 --runs 200 --path '16:0:1:4'",
};

const NOT_FINITE =
  "results of NaN or ∞ are something else (4 elements; first 0 instead of NaN as y[3] in problem 17: x (1, 3, 5, 5), numbers 'notFinite' of seed 7)";

/** Every operation and law, of a GPU that flushes subnormal numbers. */
export function checkExample(adapter: AdapterDescription | null = gpu): CheckReport {
  const random = numbers(7);
  return {
    format: 'receptive check',
    version: 1,
    partial: false,
    runs: 200,
    seed: 1234567,
    environment,
    backend: {
      label: adapter ? 'webgpu' : 'wasm x 2',
      backend: adapter ? 'webgpu' : 'wasm',
      threads: adapter ? null : 2,
      build: adapter ? null : 'relaxed-threads',
      adapter,
    },
    rows: operationNames.flatMap((operation) =>
      cases[operation].laws
        .filter((law) => law !== 'gradient' && law !== 'windows')
        .map((law, i): CheckRow => {
          const worst = i % 4 === 3 ? 0 : random() * 0.9;
          return {
            operation,
            law,
            verdict: adapter && law === 'notFinite' ? 'allowed' : 'holds',
            problems: 200 + Math.floor(random() * 9),
            worst,
            where: worst === 0 ? null : `y[${Math.floor(random() * 400)}] of x (2, 3, ${Math.ceil(random() * 9)}, 7)`,
            allowed: adapter && law === 'notFinite' ? NOT_FINITE : null,
            milliseconds: 20 + random() * 1800,
            failure: null,
          };
        }),
    ),
  };
}

/** Ended early, with what is wrong, and an error without bounds. */
export function wrongCheck(): CheckReport {
  const whole = checkExample(swiftShader);
  const lost = {
    message: 'the device was lost at problem 41 of 200: x (64, 64, 56, 56): out of memory',
    command: failure.command.replace('forward', 'adjoint'),
  };
  return {
    ...whole,
    partial: true,
    rows: whole.rows.slice(0, 90).map((row) => {
      const { operation, law } = row;
      if (operation === 'conv2d' && law === 'forward') return { ...row, verdict: 'wrong', worst: 9.93, failure };
      if (operation === 'conv2d' && law === 'adjoint')
        return { ...row, verdict: 'failed', problems: 41, failure: lost };
      if (operation === 'batchNorm2d' && law === 'backward') {
        return {
          ...row,
          verdict: 'wrong',
          worst: Number.POSITIVE_INFINITY,
          failure: { ...failure, message: 'batchNorm2d: dx[0] is \u0000 NaN' },
        };
      }
      return row;
    }),
  };
}
