/** Kernel calls as work. */
import type { OperationName } from '../ops/index.js';
import type { TypedArray } from '../tensor/tensorBackend.js';
import { backendCandidate } from '../testing/candidate.js';
import { cases } from '../testing/cases/index.js';
import { compare } from '../testing/compare.js';
import { type Draft, type Problem, problem } from '../testing/problem.js';
import { dyName, forwardArguments, owedBackward, owedForward, type Subject } from '../testing/run.js';
import { type Call, callsOf } from './calls.js';
import type { Contender } from './contender.js';
import { PreparedProblem } from './preparedProblem.js';
import type { BenchResult } from './report.js';
import type { PreparedWork, Work } from './work.js';

export interface KernelRows extends Pick<Work, 'group' | 'name' | 'family' | 'parameter' | 'withReference'> {
  readonly operation: OperationName;
  readonly draft: Draft<unknown>;
  /** Which calls: 'forward', 'backward', 'dx', 'dw'. */
  readonly passes: readonly string[];
  readonly seed: number;
}

/** A row for each of the passes that the operation has. The problem's numbers are drawn when the first of them gets ready. */
export function kernelWork({ operation, draft, passes, seed, ...row }: KernelRows): Work[] {
  const held = new Held(operation, draft, seed);
  return held.calls
    .filter(({ label }) => passes.includes(label))
    .map((call) => ({
      ...row,
      pass: call.label,
      flops: call.flops,
      bytes: held.bytes(call),
      prepare: (contender) => held.prepare(contender, call),
    }));
}

type Given = Record<string, TypedArray | null>;

/** A problem, and what the maths says of it. */
class Held {
  readonly #problem: Problem;
  readonly calls: readonly Call[];
  /** What every backward pass reads, where that isn't a result of its own forward pass: so the maths answers once for all. */
  #given: Given | null = null;

  constructor(
    private readonly operation: OperationName,
    draft: Draft<unknown>,
    seed: number,
  ) {
    this.#problem = problem(draft, { kind: 'uniform', seed });
    this.calls = callsOf(operation, this.#problem);
  }

  get #case() {
    return cases[this.operation];
  }

  /** Of all arrays of a call, each once. */
  bytes({ pass, gradients }: Call): number {
    const lengths = new Map<string, number>();
    for (const argument of forwardArguments(this.#case, this.#problem)) {
      if (argument) lengths.set(argument.name, argument.values.length);
    }
    const { writes, reads } = this.#case[pass]!;
    const touched = pass === 'forward' ? [...writes, ...reads] : [...gradients, ...reads];
    const lengthOf = (name: string) => lengths.get(name) ?? lengths.get(name.slice(1)) ?? 0; // dx is as long as x
    return touched.reduce((sum, name) => sum + 4 * lengthOf(name), 0);
  }

  prepare({ backend }: Contender, call: Call): PreparedWork {
    const prepared = new PreparedProblem(backend, this.operation, this.#problem);
    const start = prepared.caller(call);
    return {
      start,
      finished: () => prepared.finished(),
      restore: () => prepared.restore(),
      check: () => this.#check(prepared, backend, call),
      free: () => prepared.free(),
    };
  }

  async #check(prepared: PreparedProblem, backend: Contender['backend'], call: Call): Promise<BenchResult['checked']> {
    const subject: Subject = {
      operation: this.#case,
      candidate: backendCandidate(backend),
      u: backend.unitRoundoff,
      compare: () => {},
    };
    const { exact, budget } =
      call.pass === 'forward'
        ? owedForward(subject, this.#problem)
        : owedBackward(subject, await this.#givenTo(prepared), this.#problem.sizes);
    let worst = 0;
    const isOpen = backend.name === 'webgpu';
    const terms = {
      mayFlush: isOpen,
      mayIgnoreNotFinite: isOpen,
      measured: (ratio: number) => {
        worst = Math.max(worst, ratio);
      },
      allowed: () => {},
    };
    for (const name of call.pass === 'forward' ? this.#case.forward.writes : call.gradients) {
      const got = await prepared.content(name);
      if (!got || !exact[name]) continue;
      compare(terms, name, got, exact[name], budget[name]);
    }
    return { against: 'the maths', error: worst };
  }

  async #givenTo(prepared: PreparedProblem): Promise<Given> {
    if (this.#given) return this.#given;
    const { reads } = this.#case.backward!;
    const { inputs } = this.#problem;
    const given: Given = { ...inputs };
    for (const name of reads) given[name] ??= await prepared.content(name);
    const isShared = reads.every((name) => name in inputs || name === dyName(this.#case));
    if (isShared) this.#given = given;
    return given;
  }
}
