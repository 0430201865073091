/** Small expressions whose graphs are drawn: their leaves, their code, and where each of their tensors stands. */
import { type Backend, createBackend, functional as F, type Tensor } from 'receptive';
import { type BackwardSteps, backwardSteps, differenceQuotient } from 'receptive/insight';

export type Values = Readonly<Record<string, readonly number[]>>;
type Leaves = Readonly<Record<string, Tensor>>;

export interface Expression {
  /** As code. */
  readonly code: string;
  /** Numbers to begin with. */
  readonly values: Values;
  /** The names of what it computes, in order. The last is the result. */
  readonly results: readonly string[];
  compute(leaves: Leaves): Tensor;
  /** [column, row] of every leaf and result. */
  readonly places: Readonly<Record<string, readonly [column: number, row: number]>>;
  /** Long lines go round what is in their way, on this row: by the names at their ends, as `x all`. */
  readonly detours?: Readonly<Record<string, number>>;
}

export const expressions = {
  product: {
    code: 'y = relu(a·b + c)',
    values: { a: [2], b: [3], c: [-1] },
    results: ['u', 'v', 'y'],
    compute: ({ a, b, c }) => F.relu(a.mul(b).add(c)),
    places: { a: [0, 0], b: [0, 1], u: [1, 0.5], c: [1, 1.5], v: [2, 1], y: [3, 1] },
  },
  square: {
    code: 'y = x·x + x',
    values: { x: [3] },
    results: ['u', 'y'],
    compute: ({ x }) => x.mul(x).add(x),
    places: { x: [0, 0.5], u: [1, 0], y: [2, 0.5] },
  },
  net: {
    code: 'loss = (w2·relu(w1·x + b1) − t)²',
    values: { x: [1], w1: [2], b1: [-1], w2: [3], t: [1] },
    results: ['u', 'v', 'h', 'y', 'e', 'loss'],
    compute({ x, w1, b1, w2, t }) {
      const e = w2.mul(F.relu(w1.mul(x).add(b1))).sub(t);
      return e.mul(e);
    },
    places: {
      w1: [0, 0],
      x: [0, 1],
      u: [1, 0.5],
      b1: [1, 1.5],
      v: [2, 1],
      h: [3, 1],
      w2: [3, 0],
      y: [4, 0.5],
      t: [4, 1.5],
      e: [5, 1],
      loss: [6, 1],
    },
  },
  residual: {
    code: 'y = relu(x + w2·relu(w1·x))',
    values: { x: [2], w1: [0.5], w2: [-0.25] },
    results: ['u', 'h', 'f', 's', 'y'],
    compute: ({ x, w1, w2 }) => F.relu(x.add(w2.mul(F.relu(w1.mul(x))))),
    places: { w1: [0, 2], x: [0, 0.5], u: [1, 1.5], h: [2, 1.5], w2: [2, 2.5], f: [3, 1.5], s: [4, 0.5], y: [5, 0.5] },
  },
  dense: {
    code: 'h1 = relu(w1·x); h2 = relu(Σ w2·cat(x, h1)); y = Σ cat(x, h1, h2)',
    values: { x: [1], w1: [2], w2: [3, -0.5] },
    results: ['u', 'h1', 'c', 'p', 's', 'h2', 'all', 'y'],
    compute({ x, w1, w2 }) {
      const h1 = F.relu(w1.mul(x));
      const h2 = F.relu(w2.mul(F.cat([x, h1], 0)).sum(0, { keepdim: true }));
      return F.cat([x, h1, h2], 0).sum();
    },
    places: {
      w1: [0, 0],
      x: [0, 1],
      u: [1, 0],
      h1: [2, 0],
      c: [3, 1],
      w2: [3, 2],
      p: [4, 1],
      s: [5, 1],
      h2: [6, 1],
      all: [7, 1],
      y: [8, 1],
    },
    detours: { 'h1 all': 0, 'x all': 2.9 },
  },
} as const satisfies Readonly<Record<string, Expression>>;

export type ExpressionName = keyof typeof expressions;

export interface GraphRun extends BackwardSteps {
  /** Of each entry. */
  readonly names: readonly string[];
  /** The slopes that differences measure, for every number of every leaf. */
  readonly slopes: Readonly<Record<string, readonly number[]>>;
}

/** In f64, in which differences have digits enough to be compared. */
let backend: Promise<Backend> | undefined;

/** Computes an expression forward and backward, by the package's own autograd. */
export async function runExpression({ compute, results }: Expression, values: Values): Promise<GraphRun> {
  backend ??= createBackend('reference');
  const home = await backend;
  const leaves = Object.fromEntries(
    Object.entries(values).map(([name, numbers]) => [
      name,
      home.tensor(Float64Array.from(numbers), [numbers.length], { dtype: 'float64', requiresGrad: true }),
    ]),
  );
  const scalar = () => compute(leaves).sum();
  const steps = await backwardSteps(compute(leaves));
  const nameOfLeaf = new Map(Object.entries(leaves).map(([name, tensor]) => [tensor, name]));
  const left = results.slice();
  const names = steps.entries.map(({ tensor }) => nameOfLeaf.get(tensor) ?? left.shift()!);
  const slopes: Record<string, number[]> = {};
  for (const [name, leaf] of Object.entries(leaves)) {
    slopes[name] = [];
    for (let i = 0; i < leaf.numel; i++) slopes[name].push(await differenceQuotient(scalar, leaf, i));
  }
  return { ...steps, names, slopes };
}
