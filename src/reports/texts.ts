/** What reports say, in English. Another language has the same keys, or doesn't compile: see texts.zh.ts. */
import type { BenchGroup, Change } from '../measure/report.js';
import type { LawName } from '../testing/case.js';
import type { Verdict } from '../testing/report.js';

export interface Texts {
  /** As HTML's `lang` has it. */
  readonly language: string;
  readonly titles: { readonly bench: string; readonly check: string; readonly changes: string };
  readonly contents: string;
  readonly warnings: string;
  readonly partialBench: string;
  readonly partialCheck: string;
  readonly notMeasured: string;
  /** What an adapter is that computes on the CPU. */
  readonly cpuAdapter: string;
  readonly notAGpu: string;
  /** Of a table that has what figures show. */
  readonly inNumbers: (title: string) => string;
  readonly markdown: string;
  readonly markdownHint: string;
  readonly yes: string;
  readonly no: string;

  readonly head: {
    readonly title: string;
    readonly date: string;
    readonly version: string;
    readonly runtime: string;
    readonly machine: string;
    readonly cores: string;
    readonly isolated: string;
    readonly timerStep: string;
    readonly seed: string;
    readonly runs: string;
    readonly contenders: string;
    readonly contender: string;
    readonly threads: string;
    readonly build: string;
    readonly adapter: string;
    readonly powerPreference: string;
    readonly peak: string;
    readonly bandwidth: string;
    readonly emptyWait: string;
    readonly notice: string;
  };

  readonly glance: {
    /** How many times as fast one contender is as another, over so many training steps. */
    readonly ratio: (name: string, mean: string, base: string, steps: number, least: string, most: string) => string;
  };

  readonly groups: Readonly<Record<BenchGroup, { readonly title: string; readonly about: string }>>;
  readonly bars: { readonly about: string; readonly cut: string };
  readonly columns: {
    readonly work: string;
    readonly steady: string;
    readonly mad: string;
    readonly cold: string;
    readonly device: string;
    readonly rate: string;
    readonly ofPeak: string;
    /** Times as fast as this contender. */
    readonly speedup: (base: string) => string;
    readonly checked: string;
    readonly intensity: string;
    readonly bandwidth: string;
    readonly ofRoof: string;
    /** Which time rates are of. */
    readonly about: string;
  };
  readonly against: (error: string, what: string) => string;
  readonly untrusted: string;
  readonly untrustedTitle: string;
  readonly axes: {
    readonly milliseconds: string;
    readonly intensity: string;
    readonly rate: string;
    /** What grows, by its name in a report. */
    readonly parameter: (name: string) => string;
  };

  readonly roofline: {
    readonly title: string;
    readonly about: string;
    readonly winograd: string;
  };
  readonly threads: { readonly speedup: string };
  readonly growth: {
    readonly parameter: string;
    readonly fitted: string;
    readonly expected: string;
    readonly difference: string;
    readonly exponents: string;
    readonly by: (work: string, parameter: string) => string;
    readonly lines: string;
  };
  readonly crossover: {
    readonly title: string;
    readonly network: string;
    readonly slower: string;
    readonly faster: string;
    readonly from: string;
    readonly batch: (batch: number) => string;
    readonly never: string;
  };

  readonly check: {
    readonly outcome: Readonly<Record<Verdict, string>>;
    readonly nothing: string;
    readonly totals: (laws: number, operations: number, problems: string, time: string) => string;
    readonly backend: string;
    readonly verdictsTitle: string;
    readonly verdicts: Readonly<Record<Verdict, { readonly name: string; readonly meaning: string }>>;
    readonly failures: string;
    readonly again: string;
    readonly matrix: string;
    readonly matrixAbout: string;
    readonly worst: string;
    readonly worstAbout: string;
    readonly budget: string;
    readonly exact: string;
    readonly rows: string;
    readonly operation: string;
    readonly law: string;
    readonly verdict: string;
    readonly problems: string;
    readonly worstColumn: string;
    readonly where: string;
    /** Of what is not right by IEEE 754, and passes. */
    readonly allowed: string;
    readonly time: string;
    readonly lawsTitle: string;
    readonly laws: Readonly<Record<LawName, string>>;
  };

  readonly changes: {
    readonly summary: (slower: number, faster: number, same: number) => string;
    readonly environments: string;
    readonly what: string;
    readonly before: string;
    readonly after: string;
    readonly differs: string;
    readonly figure: string;
    readonly figureAbout: string;
    readonly ratio: string;
    readonly interval: string;
    readonly verdict: string;
    readonly verdicts: Readonly<Record<Change['verdict'], string>>;
    readonly none: string;
  };
}

const parameters: Readonly<Record<string, string>> = {
  batch: 'batch size',
  channels: 'channels',
  depth: 'layers',
  side: 'image side (pixels)',
  threads: 'threads',
};

/** The texts of reports in English. */
export const english: Texts = {
  language: 'en',
  titles: { bench: 'Receptive: bench', check: 'Receptive: check', changes: 'Receptive: what changed' },
  contents: 'Contents',
  warnings: 'Before you read the numbers',
  partialBench: 'This run was interrupted: the report has what was measured until then.',
  partialCheck: 'This check ended before all laws had been tried: the report has those that were.',
  notMeasured: 'not measured',
  cpuAdapter: 'computes on the CPU',
  notAGpu: 'computes on the CPU: this is not a GPU',
  inNumbers: (title) => `${title} in numbers`,
  markdown: 'The same as Markdown',
  markdownHint: 'A click selects all of it, to be copied into an issue.',
  yes: 'yes',
  no: 'no',

  head: {
    title: 'Where and when',
    date: 'Date',
    version: 'Version',
    runtime: 'Runtime',
    machine: 'Machine',
    cores: 'Cores',
    isolated: 'Memory shared with workers',
    timerStep: 'Step of the clock',
    seed: 'Seed',
    runs: 'Problems drawn for each law',
    contenders: 'What ran, and what it can reach at most',
    contender: 'Contender',
    threads: 'Threads',
    build: 'Build',
    adapter: 'Adapter',
    powerPreference: 'Power preference asked',
    peak: 'Peak',
    bandwidth: 'Bandwidth',
    emptyWait: 'Waiting for nothing',
    notice:
      'Peak and bandwidth were measured in this run, through the same WebAssembly and WebGPU. ± is the median distance from the median (MAD): half of all samples are nearer than this.',
  },

  glance: {
    ratio: (name, mean, base, steps, least, most) =>
      steps === 1
        ? `${name} trains ${mean} times as fast as ${base}, in the one training step that both ran.`
        : `${name} trains ${mean} times as fast as ${base}: the geometric mean over ${steps} training steps, which range from ${least} to ${most} times.`,
  },

  groups: {
    steps: {
      title: 'Training steps',
      about: 'One step is forward, loss, backward and the optimizer, on one batch. Shorter is faster.',
    },
    layers: { title: 'Layers', about: 'Single kernels, on layers as networks have them. Shorter is faster.' },
    threads: {
      title: 'Scaling with threads',
      about: 'The dashed line is a step that gets faster in proportion to the threads.',
    },
    batch: {
      title: 'Crossover',
      about:
        'From which batch size on one contender overtakes another: small batches leave a wide processor idle. The dashed line stands where that begins, in the colour of the one that overtakes.',
    },
    growth: {
      title: 'Growth',
      about: 'How time grows with one size while the others stay: milliseconds ~ size ^ exponent.',
    },
  },
  bars: {
    about: 'Bars begin at 0; every box has a scale of its own. The whisker is ± MAD.',
    cut: 'A bar with a gap is more than 12 times as long as the middle one and is cut off: read its number.',
  },
  columns: {
    work: 'Work',
    steady: 'Steady',
    mad: '± MAD',
    cold: 'First call',
    device: 'On the device',
    rate: 'Rate',
    ofPeak: 'Of peak',
    speedup: (base) => `Times as fast as ${base}`,
    checked: 'Worst error ÷ budget, before timing',
    intensity: 'FLOP/byte',
    bandwidth: 'Bandwidth',
    ofRoof: 'Of the roof',
    about:
      'Rates and shares of the peak are by the device’s own time where that is trusted, and by a steady call elsewhere.',
  },
  against: (error, what) => `${error}, against ${what}`,
  untrusted: 'not trusted',
  untrustedTitle: 'Times of the device that are not trusted, and why',
  axes: {
    milliseconds: 'Milliseconds',
    intensity: 'FLOP per byte',
    rate: 'GFLOP/s',
    parameter: (name) => parameters[name] ?? name,
  },

  roofline: {
    title: 'Roofline',
    about:
      'A kernel can be no faster than the arithmetic (flat) and the memory (slope) that were measured in this run; both stand above its figure. To the right, more is computed with each byte. Numbers are those of the table below.',
    winograd:
      'FLOP are counted by the equations. Winograd’s convolution needs fewer multiplications than that, so it may stand above the roof; small arrays that stay in a cache may stand above the slope.',
  },
  threads: { speedup: 'Times as fast as with the fewest threads' },
  growth: {
    parameter: 'What grows',
    fitted: 'Exponent fitted',
    expected: 'Exponent expected',
    difference: 'Difference',
    exponents: 'Exponents',
    by: (work, parameter) => `${work}, by ${parameter}`,
    lines: 'Points are measured; the line has the fitted exponent, and the dashed one that of the operation count.',
  },
  crossover: {
    title: 'Who overtakes whom',
    network: 'Network',
    slower: 'Overtaken',
    faster: 'By',
    from: 'From',
    batch: (batch) => `batch ${batch} on`,
    never: 'at no batch that was measured',
  },

  check: {
    outcome: {
      holds: 'Every law holds.',
      allowed: 'Every law holds, some with what WGSL’s specification allows.',
      wrong: 'Something is wrong.',
      failed: 'Some laws could not be tried.',
    },
    nothing: 'Nothing was tried.',
    totals: (laws, operations, problems, time) =>
      `${laws} laws of ${operations} operations, on ${problems} problems, in ${time}.`,
    backend: 'Backend',
    verdictsTitle: 'What the verdicts mean',
    verdicts: {
      holds: {
        name: 'holds',
        meaning: 'Every number is within the error budget of its operation, or exact where it must be.',
      },
      allowed: {
        name: 'allowed by the specification',
        meaning:
          'Not what IEEE 754 asks for, but WGSL lets a GPU do it: subnormal numbers become 0, NaN and ∞ are not kept apart, the sign of 0 is lost.',
      },
      wrong: {
        name: 'wrong',
        meaning: 'A number is outside its budget, not written, or written where it must not be.',
      },
      failed: { name: 'could not run', meaning: 'It was not tried to its end; the reason stands with it.' },
    },
    failures: 'What is wrong',
    again: 'To see exactly this again:',
    matrix: 'Operations and laws',
    matrixAbout: 'An empty cell: the operation does not have this law.',
    worst: 'Worst error ÷ budget',
    worstAbout:
      'The largest error of each operation in units of its error budget, over all its laws. What holds ends at the line at the latest.',
    budget: 'budget',
    exact: 'exact',
    rows: 'Every law',
    operation: 'Operation',
    law: 'Law',
    verdict: 'Verdict',
    problems: 'Problems',
    worstColumn: 'Worst error ÷ budget',
    where: 'Where',
    allowed: 'What only the specification allows',
    time: 'Time',
    lawsTitle: 'What the laws say',
    laws: {
      forward: 'forward equals the maths within the budget, and writes its outputs whole and nothing else',
      backward: 'so does backward, for every choice of gradients',
      equation: 'every output is what the equation says',
      gradient: 'the gradients of the maths are its derivatives, by finite differences',
      adjoint: '⟨dy, f(x)⟩ = ⟨dx, x⟩',
      linearity: 'f(a·x + b·z) = a·f(x) + b·f(z)',
      shift: 'an image moved by a stride gives a result moved by a pixel',
      windows: 'there are as many windows as counting them one by one gives',
      kernelOfOne: 'a window of one pixel changes nothing',
      constantImage: 'the mean of equal pixels is that pixel',
      maximum: 'the maximum is at least the average, and is found at its index, the first of equals',
      globalMean: 'adaptive pooling to one pixel is the mean',
      idempotent: 'f(f(x)) = f(x)',
      sumsToOne: 'probabilities add up to 1',
      shiftOfScores: 'softmax of x + c is softmax of x',
      logLikelihood: 'cross-entropy is nllLoss of logSoftmax',
      moments: 'a normalised channel has mean bias and variance weight²',
      split: 'what was joined can be taken apart again',
      crop: 'the inside of a padded image is the image',
      notFinite: 'one NaN or ∞ is seen where the maths sees it',
      alias: 'y may be the same memory as a',
      plainStep: 'SGD without momentum is param − lr·g',
    },
  },

  changes: {
    summary: (slower, faster, same) => `${slower} slower, ${faster} faster, ${same} without a change beyond noise.`,
    environments: 'Before and after: where and when',
    what: 'What',
    before: 'Before',
    after: 'After',
    differs: 'differs',
    figure: 'Time after ÷ time before',
    figureAbout:
      'The dot is the ratio of the medians, and the bar the interval in which it lies with 95 % confidence. Where the bar reaches the dashed line at 1, nothing changed beyond noise.',
    ratio: 'Ratio',
    interval: '95 % interval',
    verdict: 'Verdict',
    verdicts: { faster: 'faster', slower: 'slower', 'no change': 'no change' },
    none: 'The two reports have no row in common.',
  },
};
