/** A network as ONNX sees it, while it is being written: nodes by what they read and make, by name. */
import { numel, type Shape, sameShape } from '../../ops/shape.js';

export type Attributes = Readonly<Record<string, number | string | readonly number[]>>;

export interface GraphNode {
  readonly op: string;
  /** Names of values; '' for one that is left out. */
  readonly inputs: readonly string[];
  readonly output: string;
  readonly attributes: Attributes;
  /** Of a Constant: what it is. Whole numbers (int64) tell of shapes, floats are values. */
  readonly constant?: { readonly shape: Shape; readonly floats?: Float32Array; readonly integers?: readonly number[] };
  /** Of a Reshape: the shape of its output. */
  readonly target?: Shape;
}

export interface GraphValue {
  readonly name: string;
  readonly shape: Shape;
}

export interface Graph {
  readonly nodes: readonly GraphNode[];
  readonly inputs: readonly GraphValue[];
  readonly outputs: readonly GraphValue[];
  /** Keys of the model's state that nodes read, in its order. */
  readonly initializers: readonly string[];
  /** What can't be written: each with its module, its operation and the reason. */
  readonly problems: readonly string[];
}

/** Makes the nodes of a graph. Names are unique: that of the module and the operation, and a number where there are more of them. */
export class GraphBuilder {
  readonly nodes: GraphNode[] = [];
  readonly problems: string[] = [];
  /** Where nodes are from: a module's path. */
  path = '';
  readonly #names: Set<string>;

  /** `taken`: names that are in use, such as the state's keys. */
  constructor(taken: Iterable<string>) {
    this.#names = new Set(taken);
  }

  /** A name that nothing has yet, such as this one. */
  unique(name: string): string {
    let own = name;
    for (let i = 1; this.#names.has(own); i++) own = `${name}_${i}`;
    this.#names.add(own);
    return own;
  }

  /** Adds a node, and returns the name of what it makes. Inputs that are null at the end are left out. */
  node(
    op: string,
    inputs: readonly (string | null)[],
    attributes: Attributes = {},
    more: Partial<GraphNode> = {},
  ): string {
    const output = this.unique(this.path === '' ? op : `${this.path}/${op}`);
    const last = inputs.findLastIndex((name) => name !== null);
    const given = inputs.slice(0, last + 1).map((name) => name ?? '');
    this.nodes.push({ op, inputs: given, output, attributes, ...more });
    return output;
  }

  floats(values: ArrayLike<number>, shape: Shape = []): string {
    return this.node('Constant', [], {}, { constant: { shape, floats: Float32Array.from(values) } });
  }

  integers(integers: readonly number[]): string {
    return this.node('Constant', [], {}, { constant: { shape: [integers.length], integers } });
  }

  /** The same elements in another shape. */
  reshape(x: string, from: Shape, to: Shape): string {
    if (sameShape(from, to)) return x;
    const flat = to.length === 2 && to[0] === from[0] && numel(from.slice(1)) === to[1];
    return flat ? this.node('Flatten', [x], { axis: 1 }) : this.node('Reshape', [x], {}, { target: to });
  }

  /** Notes that what is asked for can't be written. */
  refuse(reason: string): string {
    this.problems.push(reason);
    return '';
  }
}

/** A size that depends on how many images there are. */
export const BATCH = -1;

/**
 * One graph for any number of images, from those for two different numbers: sizes in which they differ are marked `BATCH`. If they differ
 * in anything else, or a reshape would have to find out two sizes, `problems` says so.
 */
export function forAnyBatch(one: Graph, other: Graph): Graph {
  const problems: string[] = [];
  const sizes = (a: Shape, b: Shape) => a.map((size, d) => (size === b[d] ? size : BATCH));
  const values = (a: readonly GraphValue[], b: readonly GraphValue[]) =>
    a.map(({ name, shape }, i) => ({ name, shape: sizes(shape, b[i].shape) }));
  const nodes = one.nodes.map((node, i): GraphNode => {
    const { target, ...rest } = node;
    const { target: otherTarget, ...otherRest } = other.nodes[i] ?? {};
    if (!same(rest, otherRest)) problems.push(`${node.output}: what is computed depends on how many images there are`);
    if (!target) return node;
    const merged = sizes(target, otherTarget ?? target);
    if (merged.filter((size) => size === BATCH).length > 1) {
      problems.push(`${node.output}: two sizes of a reshape depend on how many images there are`);
    }
    return { ...rest, target: merged };
  });
  if (problems.length === 0 && other.nodes.length !== one.nodes.length) {
    problems.push('what is computed depends on how many images there are');
  }
  return {
    nodes,
    inputs: values(one.inputs, other.inputs),
    outputs: values(one.outputs, other.outputs),
    initializers: one.initializers,
    // Where one thing differs, all that follows may: the first says enough.
    problems: problems.slice(0, 1),
  };
}

/** Whether two plain values are equal, field by field. */
function same(a: unknown, b: unknown): boolean {
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return Object.is(a, b);
  const keys = Object.keys(a);
  if (keys.length !== Object.keys(b).length) return false;
  return keys.every((key) => same(a[key as keyof typeof a], b[key as keyof typeof b]));
}
