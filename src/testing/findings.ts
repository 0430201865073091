/** What is found while a law is tried on problem after problem: the worst error, and what only WGSL allows. */
import type { Allowance, Terms } from './compare.js';
import type { FoundProblem } from './draw.js';
import { outline } from './problem.js';

const words: Readonly<Record<Allowance, string>> = {
  flushed: 'subnormal numbers are 0',
  notFinite: 'results of NaN or ∞ are something else',
  signOfZero: 'zeros have the other sign',
};

export class Findings {
  /** The largest error in units of its budget. */
  worst = 0;
  #where: string | null = null;
  readonly #allowed = new Map<Allowance, { count: number; first: string }>();
  #at: FoundProblem | null = null;

  /** Terms under which this is told. */
  terms(freedom: Pick<Terms, 'mayFlush' | 'mayIgnoreNotFinite'>): Terms {
    return {
      ...freedom,
      measured: (ratio, what, i) => {
        if (ratio <= this.worst) return;
        this.worst = ratio;
        this.#where = this.#place(what, i);
      },
      allowed: (how, what, i, got, expected) => {
        const known = this.#allowed.get(how);
        if (known) known.count++;
        else {
          const first = `${text(got)} instead of ${text(expected)} as ${this.#place(what, i)}`;
          this.#allowed.set(how, { count: 1, first });
        }
      },
    };
  }

  /** From now on, this problem is tried. */
  begin(found: FoundProblem): void {
    this.#at = found;
  }

  /** Where the worst was: `y[12] in problem 30: x (1, 3), numbers 'uniform' of seed 7`; null where all was exact. */
  get where(): string | null {
    return this.#where;
  }

  /** What passed only because WGSL allows it: how many elements, and the first of them. null: nothing. */
  get allowed(): string | null {
    if (this.#allowed.size === 0) return null;
    return [...this.#allowed]
      .map(([how, { count, first }]) => `${words[how]} (${count} elements; first ${first})`)
      .join('; ');
  }

  #place(what: string, i: number): string {
    const { which, problem } = this.#at!;
    return `${what}[${i}] in problem ${which}: ${outline(problem)}`;
  }
}

function text(value: number): string {
  return Object.is(value, -0) ? '−0' : String(value);
}
