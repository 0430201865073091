/** What a check leaves: a row for each law, plain JSON. */
import * as v from 'valibot';
import type { BackendDescription, Environment } from '../backends/environment.js';
import type { OperationName } from '../ops/index.js';
import type { LawName } from './case.js';
import { backendSchema, environmentSchema } from './reportHead.js';

/**
 * holds; allowed: wrong by IEEE 754, and allowed by WGSL's specification (`Allowance` in compare.ts has the three ways); wrong;
 * failed: it couldn't be run, for the reason that `failure` has.
 */
export type Verdict = (typeof verdicts)[number];

const verdicts = ['holds', 'allowed', 'wrong', 'failed'] as const;

export interface CheckRow {
  readonly operation: OperationName;
  readonly law: LawName;
  readonly verdict: Verdict;
  /** Problems that it was tried on. */
  readonly problems: number;
  /** The largest error ÷ its budget; at most 1 where the law holds. Infinity where something had to be exact and isn't: in JSON
   *  that is null, and `readCheckReport` makes it Infinity again. */
  readonly worst: number;
  /** Where that was: the element and the problem. null where all was exact. */
  readonly where: string | null;
  /** What passed only because WGSL allows it: how many elements, and the first of them. null: nothing. */
  readonly allowed: string | null;
  readonly milliseconds: number;
  /** What is wrong, with the smallest problem that shows it, and the command that tries exactly it again. */
  readonly failure: { readonly message: string; readonly command: string } | null;
}

export interface CheckReport {
  readonly format: 'receptive check';
  readonly version: 1;
  /** It was interrupted, or its time was up before all laws had been tried. */
  readonly partial: boolean;
  /** Problems drawn for each law, and the seed that they are drawn from. */
  readonly runs: number;
  readonly seed: number;
  readonly environment: Environment;
  readonly backend: BackendDescription;
  readonly rows: readonly CheckRow[];
}

const whole = v.pipe(v.number(), v.integer(), v.minValue(0));

const row = v.object({
  // Names of another version are read, too: they are only shown.
  operation: v.pipe(
    v.string(),
    v.transform((name) => name as OperationName),
  ),
  law: v.pipe(
    v.string(),
    v.transform((name) => name as LawName),
  ),
  verdict: v.picklist(verdicts),
  problems: whole,
  worst: v.pipe(
    v.nullable(v.number()),
    v.transform((worst) => worst ?? Number.POSITIVE_INFINITY),
  ),
  where: v.nullable(v.string()),
  allowed: v.nullable(v.string()),
  milliseconds: v.number(),
  failure: v.nullable(v.object({ message: v.string(), command: v.string() })),
});

const report = v.object({
  format: v.literal('receptive check'),
  version: v.literal(1),
  partial: v.boolean(),
  runs: whole,
  seed: v.number(),
  environment: environmentSchema,
  backend: backendSchema,
  rows: v.array(row),
});

/** A report as it was saved, from what `JSON.parse` gives. Throws one line if it is something else, or of another version. */
export function readCheckReport(json: unknown): CheckReport {
  const head = v.safeParse(v.object({ format: v.string(), version: v.number() }), json);
  if (!head.success || head.output.format !== 'receptive check') throw new Error("this isn't a report of a check");
  const { version } = head.output;
  if (version !== 1) throw new Error(`this report of a check is of version ${version}, and only version 1 can be read`);
  const read = v.safeParse(report, json);
  if (read.success) return read.output;
  const [issue] = read.issues;
  throw new Error(`this report of a check is damaged: ${v.getDotPath(issue) ?? 'it'} is ${issue.received}`);
}
