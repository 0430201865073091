/** Reports from files. */
import * as v from 'valibot';
import { backendSchema, environmentSchema } from '../testing/reportHead.js';
import type { BenchReport } from './report.js';

const sampled = v.object({ median: v.number(), mad: v.number(), samples: v.array(v.number()) });

const contender = v.object({
  ...backendSchema.entries,
  peaks: v.nullable(v.object({ compute: sampled, bandwidth: sampled })),
  emptyWait: sampled,
});

const result = v.object({
  cold: v.number(),
  steady: sampled,
  rounds: v.optional(v.array(v.number())),
  gpu: v.nullable(v.object({ ms: sampled, untrusted: v.nullable(v.string()) })),
  checked: v.nullable(v.object({ against: v.string(), error: v.number() })),
});

const row = v.object({
  group: v.picklist(['steps', 'layers', 'threads', 'batch', 'growth']),
  name: v.string(),
  pass: v.string(),
  parameter: v.nullable(v.object({ name: v.string(), value: v.number() })),
  flops: v.number(),
  bytes: v.number(),
  results: v.array(v.nullable(result)),
});

const report = v.object({
  format: v.literal('receptive bench'),
  version: v.literal(1),
  partial: v.boolean(),
  seed: v.number(),
  environment: environmentSchema,
  contenders: v.array(contender),
  rows: v.array(row),
  growth: v.array(
    v.object({
      contender: v.number(),
      name: v.string(),
      parameter: v.string(),
      exponent: v.number(),
      expected: v.number(),
    }),
  ),
  crossovers: v.array(
    v.object({ network: v.string(), slower: v.number(), faster: v.number(), batch: v.nullable(v.number()) }),
  ),
  warnings: v.array(v.string()),
});

/** A report from the JSON that it was saved as. Throws an error of one line if it isn't one; `name` is what the line calls it. */
export function readBenchReport(json: string, name = 'this'): BenchReport {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    throw new Error(`${name} isn't a report of receptive bench: it isn't JSON`);
  }
  const { format, version } = (value ?? {}) as Partial<BenchReport>;
  if (format !== 'receptive bench') throw new Error(`${name} isn't a report of receptive bench`);
  if (version !== 1) throw new Error(`${name} is a report of version ${version}, and this is version 1: measure again`);
  const parsed = v.safeParse(report, value);
  if (!parsed.success) {
    const [issue] = parsed.issues;
    throw new Error(`${name} is a damaged report: ${v.getDotPath(issue) ?? 'it'}: ${issue.message.split('\n')[0]}`);
  }
  const { contenders, rows } = parsed.output;
  const odd = rows.find(({ results }) => results.length !== contenders.length);
  if (odd) {
    throw new Error(
      `${name} is a damaged report: '${odd.name}' has ${odd.results.length} results for ${contenders.length} contenders`,
    );
  }
  return parsed.output as BenchReport;
}
