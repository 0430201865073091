/** Networks as ONNX files, for any runtime that reads those. */
import {
  attributeTypes,
  encodeOnnx,
  FLOAT,
  INT64,
  type OnnxAttribute,
  type OnnxNode,
  type OnnxTensor,
  type OnnxValue,
} from '../../formats/index.js';
import type { AnyModule } from '../../nn/module.js';
import { requireOptions } from '../../ops/options.js';
import { formatShape, type Shape } from '../../ops/shape.js';
import { Tensor } from '../../tensor/tensor.js';
import type { TypedArray } from '../../tensor/tensorBackend.js';
import { BATCH, forAnyBatch, type Graph, type GraphNode, type GraphValue } from './graph.js';
import { graphOf } from './trace.js';

/** Of the file. Runtimes refuse what is newer than they are. */
const OPSET = 18;
const IR_VERSION = 8;
/** What the size of a batch is called in the shapes of inputs and outputs. */
const BATCH_NAME = 'N';
/** Two numbers of images: what differs between them depends on the batch. Neither is 1, which would broadcast. */
const BATCHES = [2, 3];

export interface SaveOptions {
  /** Texts that are kept in the file beside the network. Default: none. */
  metadata?: Readonly<Record<string, string>>;
}

/**
 * The bytes of an ONNX file with this network in evaluation mode, and its weights: opset 18, IR 8. `example` is an input, or an array of
 * them for a forward that takes several; their shapes matter, not their values, and the first dimension, the number of images, may be any
 * in the file. Weights have their keys of `stateDict()` as names. Inputs are called `input`, or `input_0`, …, outputs `output`, or as in
 * the object that forward returns.
 *
 * Forward is followed, not read: what it calls for tensors of that shape is what the file does, so whatever JavaScript decides in it is
 * decided once. The model stays as it is, on its backend.
 *
 * Throws an Error that names all that ONNX can't say, with the modules that ask for it, or with what forward threw.
 */
export async function save(
  model: AnyModule,
  example: Tensor | readonly Tensor[],
  options: SaveOptions = {},
): Promise<Uint8Array<ArrayBuffer>> {
  requireOptions('onnx', options, { metadata: true });
  const { metadata = {} } = options;
  if (!Object.values(metadata).every((text) => typeof text === 'string')) {
    throw new TypeError('onnx: metadata must map names to texts');
  }
  const shapes = shapesOf(example);
  const state = model.stateDict();
  for (const [key, { dtype }] of Object.entries(state)) {
    if (dtype === 'float64') throw new TypeError(`onnx: ${key} is float64, but the file is of float32`);
  }
  const [one, other] = BATCHES.map((N) => graphFor(model, N, shapes));
  refuse(one.problems);
  const { nodes, inputs, outputs, initializers, problems } = forAnyBatch(one, other);
  refuse(problems);
  // All reads begin before the first is awaited, so that no training step comes between them.
  const values = await Promise.all(initializers.map((key) => state[key].data()));
  return encodeOnnx({
    irVersion: IR_VERSION,
    producerName: 'receptive',
    opsetImport: [{ domain: '', version: OPSET }],
    graph: {
      name: 'network',
      node: nodes.flatMap(nodeOf),
      initializer: initializers.map((key, i) => tensorOf(key, state[key].shape, values[i])),
      input: inputs.map(infoOf),
      output: outputs.map(infoOf),
    },
    metadataProps: Object.entries(metadata).map(([key, value]) => ({ key, value })),
  });
}

function shapesOf(example: unknown): Shape[] {
  return [example].flat().map((input) => {
    if (!(input instanceof Tensor)) {
      throw new TypeError(`onnx: the example is a tensor, or an array of tensors, but is ${String(input)}`);
    }
    const { shape } = input;
    if (shape.length === 0 || shape.slice(1).includes(0)) {
      throw new TypeError(
        `onnx: the example ${formatShape(shape)} must have a dimension for the images, and no image may be empty`,
      );
    }
    return shape;
  });
}

/** The graph for so many images, instead of those of the example. */
function graphFor(model: AnyModule, N: number, example: readonly Shape[]): Graph {
  const shapes = example.map(([, ...image]) => [N, ...image]);
  try {
    return graphOf(model, shapes);
  } catch (error) {
    const reason = error instanceof Error ? error.message : error;
    throw new Error(`onnx: forward fails for an input ${shapes.map(formatShape).join(' and ')}: ${reason}`, {
      cause: error,
    });
  }
}

function refuse(problems: readonly string[]): void {
  if (problems.length > 0) throw new Error(`onnx: this can't be written: ${[...new Set(problems)].join('; ')}`);
}

function nodeOf(node: GraphNode): OnnxNode[] {
  const { op, inputs, output, constant, target } = node;
  if (constant) return [constantNode(output, constant)];
  const attribute = Object.entries(node.attributes).map(([name, value]) => attributeOf(name, value));
  const own = { opType: op, name: output, output: [output], attribute };
  if (!target) return [{ ...own, input: inputs }];
  const shape = `${output}/shape`;
  return [constantNode(shape, { shape: [target.length], integers: target }), { ...own, input: [...inputs, shape] }];
}

function constantNode(name: string, { shape, floats, integers }: NonNullable<GraphNode['constant']>): OnnxNode {
  const t = floats ? tensorOf('', shape, floats) : { dims: shape, dataType: INT64, int64Data: integers };
  const attribute = [{ name: 'value', type: attributeTypes.tensor, t }];
  return { opType: 'Constant', name, input: [], output: [name], attribute };
}

/** The attributes that are floats, however whole their values. */
const FLOATS = new Set(['alpha', 'beta', 'bias', 'epsilon', 'momentum']);

function attributeOf(name: string, value: number | string | readonly number[]): OnnxAttribute {
  if (typeof value === 'string') return { name, type: attributeTypes.text, s: new TextEncoder().encode(value) };
  if (typeof value !== 'number') return { name, type: attributeTypes.ints, ints: value };
  return FLOATS.has(name)
    ? { name, type: attributeTypes.float, f: value }
    : { name, type: attributeTypes.int, i: value };
}

/** Values are little-endian in the file, as they are on every machine that this library runs on. */
function tensorOf(name: string, shape: Shape, values: TypedArray): OnnxTensor {
  const rawData = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  return { name, dims: shape, dataType: FLOAT, rawData };
}

function infoOf({ name, shape }: GraphValue): OnnxValue {
  const dim = shape.map((size) => (size === BATCH ? { dimParam: BATCH_NAME } : { dimValue: size }));
  return { name, type: { tensorType: { elemType: FLOAT, shape: { dim } } } };
}
