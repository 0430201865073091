/** Training steps as work. */
import { host } from '../backends/reference/index.js';
import { summary } from '../nn/index.js';
import { numel } from '../ops/shape.js';
import { SGD } from '../optim/index.js';
import { manualSeed } from '../tensor/random.js';
import type { Tensor } from '../tensor/tensor.js';
import { type ClassifierOutput, trainingStep } from '../training/index.js';
import type { Contender } from './contender.js';
import type { BenchResult } from './report.js';
import type { StepProblem } from './steps.js';
import type { PreparedWork, Work } from './work.js';

export interface StepRow extends Pick<Work, 'group' | 'name' | 'family' | 'parameter' | 'withReference'> {
  readonly problem: StepProblem<ClassifierOutput>;
  readonly seed: number;
  /** Operations of a step up to which the maths does the same, for the others to be held to. */
  readonly checkUpTo: number;
}

/** How far a loss may be from the maths' (or from another contender's), relatively, before and after the first update. The first is
 *  what the tests hold losses to; the second has gone through backward and update, in a deep network with some more. */
const tolerances = [1e-3, 1e-2];

/** A training step as `fit` takes it, with SGD: the batch goes to the device, and of steps in a row the last one's loss is read. */
export function stepWork({ problem, seed, checkUpTo, ...row }: StepRow): Work {
  const flops = flopsOfStep(problem);
  let expected: { readonly losses: readonly number[]; readonly by: string } | null = null;
  async function check(losses: readonly number[], { backend, label }: Contender): Promise<BenchResult['checked']> {
    if (!expected && flops <= checkUpTo && backend.name !== 'reference') {
      const maths = new Step(problem, seed, { label: 'the maths', backend: host });
      expected = { losses: await maths.losses(), by: 'the losses of the maths' };
      maths.free();
    }
    if (!expected) {
      expected = { losses, by: `the losses of ${label}` };
      return null;
    }
    const { losses: exact, by } = expected;
    const errors = losses.map((loss, i) => Math.abs(loss / exact[i] - 1) / tolerances[i]);
    const wrong = errors.findIndex((error) => !(error <= 1));
    if (wrong >= 0) {
      throw new Error(
        `its loss ${wrong === 0 ? 'is' : 'after a step is'} ${losses[wrong]}, and ${exact[wrong]} by ${by}`,
      );
    }
    return { against: by, error: Math.max(...errors) };
  }
  return {
    ...row,
    pass: 'step',
    flops,
    bytes: 0,
    prepare(contender): PreparedWork {
      const step = new Step(problem, seed, contender);
      return {
        start: () => step.start(),
        finished: () => step.finished(),
        check: async () => check(await step.losses(), contender),
        free: () => step.free(),
      };
    },
  };
}

/** A network in training. */
class Step {
  readonly #model;
  readonly #optimizer;
  readonly #images;
  readonly #labels;
  #loss: Tensor | null = null;

  constructor(
    private readonly problem: StepProblem<ClassifierOutput>,
    seed: number,
    private readonly contender: Contender,
  ) {
    const { make, shape, numClasses } = problem;
    manualSeed(seed); // the same weights for all
    this.#model = make().to(contender.backend);
    this.#optimizer = new SGD(this.#model.parameters(), { lr: 0.01, momentum: 0.5 });
    this.#images = Float32Array.from({ length: numel(shape) }, (_, i) => Math.sin(i));
    this.#labels = Int32Array.from({ length: shape[0] }, (_, i) => i % numClasses);
  }

  start(): void {
    using x = this.contender.backend.tensor(this.#images, this.problem.shape);
    const step = trainingStep(this.#model, this.#optimizer, [x, this.#labels], { loss: this.problem.loss });
    step.scores.release();
    this.#loss?.release();
    this.#loss = step.loss;
  }

  async finished(): Promise<number> {
    return this.#loss ? this.#loss.item() : 0;
  }

  /** Of the first step, which may have been taken already, and of the one after it. */
  async losses(): Promise<readonly number[]> {
    if (!this.#loss) this.start();
    const first = await this.finished();
    this.start();
    return [first, await this.finished()];
  }

  free(): void {
    this.#loss?.release();
    const tensors = [...this.#model.parameters(), ...this.#model.buffers()];
    for (const tensor of tensors) {
      tensor.grad?.release();
      tensor.release();
    }
    this.contender.backend.emptyCache();
  }
}

/** Of forward, and of backward, which has two products for each of forward's. */
function flopsOfStep({ make, shape }: StepProblem<ClassifierOutput>): number {
  return 3 * 2 * summary(make(), shape).multiplyAdds;
}
