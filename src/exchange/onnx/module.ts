import { quote } from '../../formats/index.js';
import { Module } from '../../nn/module.js';
import type { Buffer, Parameter } from '../../nn/parameter.js';
import { formatShape, ShapeError } from '../../ops/shape.js';
import { requireTensor, type Tensor } from '../../tensor/tensor.js';
import type { Step } from './readers.js';
import { type Constant, type Integers, Operands, type Value } from './values.js';

/** An input of a graph; null for a size, or a whole shape, that may be any. */
export interface OnnxInput {
  readonly name: string;
  readonly shape: readonly (number | null)[] | null;
}

/** A node that was read: what it computes, of which values. */
export interface OnnxStep {
  readonly name: string;
  readonly inputs: readonly string[];
  readonly output: string;
  readonly run: Step;
}

export interface OnnxGraph {
  readonly inputs: readonly OnnxInput[];
  readonly outputs: readonly string[];
  readonly steps: readonly OnnxStep[];
  /** What the file has learned, by name. */
  readonly state: ReadonlyMap<string, Parameter | Buffer>;
  readonly constants: ReadonlyMap<string, Constant | Integers>;
}

/**
 * A network that was read from an ONNX file. Its state has the names of the file. In training mode, batch normalisation takes the
 * statistics of the batch, and Dropout drops.
 */
export class OnnxModule<Output extends Tensor | Record<string, Tensor> = Tensor> extends Module<Tensor[], Output> {
  static readonly kind: string = 'OnnxModule';
  readonly #graph: OnnxGraph;

  constructor(graph: OnnxGraph) {
    super();
    this.#graph = graph;
  }

  /** What forward takes, in its order. */
  get inputs(): readonly OnnxInput[] {
    return this.#graph.inputs;
  }

  protected override fields(): [string, unknown][] {
    return [...this.#graph.state];
  }

  /** The graph's output, or of several an object of them by name. Throws a ShapeError for an input of a shape that the file doesn't
   *  allow. */
  forward(...inputs: Tensor[]): Output {
    const { steps, outputs, state, constants } = this.#graph;
    this.#check(inputs);
    const { backend } = inputs[0];
    const values = new Map<string, Value>([...state, ...constants]);
    inputs.forEach((x, i) => {
      values.set(this.inputs[i].name, x);
    });
    for (const { name, inputs, output, run } of steps) {
      const given = inputs.map((input) => (input === '' ? null : values.get(input)!));
      values.set(output, run(new Operands(given, name, backend, this.training)));
    }
    const results = outputs.map((name) => new Operands([values.get(name)!], name, backend, false).tensor(0));
    if (results.length === 1) return results[0] as Output;
    return Object.fromEntries(results.map((tensor, i) => [outputs[i], tensor])) as Output;
  }

  #check(inputs: readonly Tensor[]): void {
    if (inputs.length !== this.inputs.length) {
      throw new TypeError(`onnx: the network takes ${this.inputs.length} inputs, but ${inputs.length} are given`);
    }
    this.inputs.forEach(({ name, shape }, i) => {
      requireTensor('onnx', name, inputs[i]);
      const own = inputs[i].shape;
      if (!shape || (own.length === shape.length && own.every((size, d) => size === (shape[d] ?? size)))) return;
      const takes = shape.map((size) => size ?? '·').join(', ');
      throw new ShapeError(`onnx: ${quote(name)} takes (${takes}), but ${formatShape(own)} is given`);
    });
  }
}
