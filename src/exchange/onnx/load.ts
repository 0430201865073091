/** ONNX files as modules. */
import { MetaBackend } from '../../backends/meta/index.js';
import {
  decodeOnnx,
  FLOAT,
  FormatError,
  quote,
  type ReadOnnxGraph,
  type ReadOnnxModel,
  type ReadOnnxValue,
} from '../../formats/index.js';
import { Buffer, Parameter } from '../../nn/parameter.js';
import { borrow } from '../../nn/trial.js';
import { numel } from '../../ops/shape.js';
import { noGrad } from '../../tensor/gradMode.js';
import { Storage } from '../../tensor/storage.js';
import { Tensor } from '../../tensor/tensor.js';
import type { DeviceBuffer, DType } from '../../tensor/tensorBackend.js';
import { valuesOf } from './constant.js';
import { type OnnxInput, OnnxModule, type OnnxStep } from './module.js';
import { NodeReader } from './nodeReader.js';
import { readers } from './readers.js';
import { Constant, type Integers } from './values.js';
import { writtenOutIn } from './writtenOut.js';

/** Whose operations have the attributes and meanings that `readers.ts` knows. */
const OPSETS = { least: 13, most: 21 };
const IR_VERSIONS = { least: 3, most: 10 };
/** Of what is wrong with a file, so much is said. */
const MOST_PROBLEMS = 10;

/** What a file has learned, and what it fixes. */
interface Weights {
  readonly state: Map<string, Parameter | Buffer>;
  readonly constants: Map<string, Constant | Integers>;
}

/**
 * The network of an ONNX file, in evaluation mode, on the host: `.to(backend)`. Its parameters and buffers have the names of the file, so
 * that `model.loadStateDict(onnx.load(bytes).stateDict())` takes them where keys are PyTorch's. Forward takes the graph's inputs in their
 * order.
 *
 * Read are opset 13 to 21 with the operations of `readers.ts`, float and int64, weights in the file itself. Throws a FormatError of one
 * line for all else, which names every operation and attribute that isn't known, and for a file that is damaged. `name` is the file's, for
 * messages.
 */
export function load<Output extends Tensor | Record<string, Tensor> = Tensor>(
  bytes: Uint8Array,
  name = 'bytes',
): OnnxModule<Output> {
  const where = `onnx ${name}`;
  const model = parse(bytes, where);
  const graph = graphOf(model, where);
  const weights = weightsOf(graph, where);
  const { state, constants } = weights;
  const inputs = graph.input.filter((input) => !isWeight(weights, input.name)).map((input) => inputOf(input, where));
  if (inputs.length === 0) throw new FormatError(`${where}: the graph has no input`);
  const steps = stepsOf(graph, inputs, weights, where);
  const outputs = graph.output.map((output) => output.name ?? '');
  const known = new Set([...inputs.map((input) => input.name), ...state.keys(), ...steps.map(({ output }) => output)]);
  if (outputs.length === 0) throw new FormatError(`${where}: the graph has no output`);
  for (const output of outputs) {
    if (!known.has(output)) throw new FormatError(`${where}: no node makes the output ${quote(output)}`);
  }
  const module = new OnnxModule<Output>({ inputs, outputs, steps, state, constants }).train(false);
  tryOut(module, where);
  return module;
}

/** So many numbers a tensor of one image may have: an image of 1024x1024 with 256 channels. */
const MOST_NUMBERS = 2 ** 28;

/** Refuses what a hostile file would have an operation make, before anything goes through it number by number. */
class BoundedMeta extends MetaBackend {
  override allocate(length: number, dtype: DType): DeviceBuffer {
    if (!(length <= MOST_NUMBERS)) throw new RangeError(`onnx: a tensor of ${length} numbers is too large`);
    return super.allocate(length, dtype);
  }
}

/** Lets images through that have sizes and no content, where the file says which sizes, so that what can't run is refused now. */
function tryOut(module: OnnxModule<Tensor | Record<string, Tensor>>, where: string): void {
  const shapes = module.inputs.map(
    ({ shape }) => shape?.map((size, d) => size ?? (d === 0 ? 1 : Number.NaN)) ?? [Number.NaN],
  );
  if (shapes.flat().some(Number.isNaN)) return;
  const meta = new BoundedMeta();
  const putBack = borrow(module, meta);
  try {
    noGrad(() =>
      module.forward(...shapes.map((shape) => new Tensor(Storage.allocate(meta, 'float32', numel(shape)), shape))),
    );
  } catch (error) {
    const reason = error instanceof Error ? error.message.replace(/^onnx: /, '') : error;
    throw new FormatError(`${where}: ${reason}`, { cause: error });
  } finally {
    putBack();
  }
}

/** The texts that a file keeps beside its network. Throws as `load` does, if the bytes aren't an ONNX file. */
export function metadata(bytes: Uint8Array, name = 'bytes'): Record<string, string> {
  const { metadataProps } = parse(bytes, `onnx ${name}`);
  return Object.fromEntries(metadataProps.map(({ key = '', value = '' }) => [key, value]));
}

function parse(bytes: Uint8Array, where: string): ReadOnnxModel {
  // By its tag: one of another window or context is an instance of another Uint8Array.
  if (Object.prototype.toString.call(bytes) !== '[object Uint8Array]') {
    throw new TypeError('onnx: a file is given by its bytes, a Uint8Array');
  }
  return decodeOnnx(bytes, where);
}

/** The graph of a file of versions that are known. */
function graphOf(model: ReadOnnxModel, where: string): ReadOnnxGraph {
  const { irVersion = 0, opsetImport, functions, trainingInfo, graph } = model;
  const refuse = (reason: string): never => {
    throw new FormatError(`${where}: ${reason}`);
  };
  if (!graph) return refuse("there is no graph in it: this isn't an ONNX file");
  if (!within(irVersion, IR_VERSIONS)) refuse(`IR version ${irVersion} isn't one of ${range(IR_VERSIONS)}`);
  const own = opsetImport.filter(({ domain = '' }) => domain === '' || domain === 'ai.onnx');
  const versions = own.map(({ version = 0 }) => version);
  if (versions.length !== 1 || !within(versions[0], OPSETS)) {
    refuse(`opset ${versions.join(' and ') || 'none'} isn't one of ${range(OPSETS)}`);
  }
  if (functions.length > 0) refuse("it has functions of its own, which aren't supported");
  if (trainingInfo.length > 0) refuse("it has graphs for training, which aren't supported");
  if (graph.sparseInitializer.length > 0) refuse("it has sparse weights, which aren't supported");
  return graph;
}

function within(version: number, { least, most }: typeof OPSETS): boolean {
  return version >= least && version <= most;
}

function range({ least, most }: typeof OPSETS): string {
  return `${least} to ${most}`;
}

/** Inputs of operations that aren't learned: running statistics, and numbers that are options. */
const STATISTICS = new Map([['BatchNormalization', [3, 4]]]);
const OPTIONS = new Map([
  ['Pad', [2]],
  ['Dropout', [1]],
  ['Clip', [1, 2]],
]);

function weightsOf({ initializer, node }: ReadOnnxGraph, where: string): Weights {
  const namesIn = (roles: typeof STATISTICS) =>
    new Set(node.flatMap(({ opType = '', input }) => (roles.get(opType) ?? []).map((i) => input[i])));
  const [statistics, options] = [namesIn(STATISTICS), namesIn(OPTIONS)];
  const state = new Map<string, Parameter | Buffer>();
  const constants = new Map<string, Constant | Integers>();
  for (const tensor of initializer) {
    const { name = '' } = tensor;
    const own = `${where}: the weight ${quote(name)}`;
    if (name === '' || state.has(name) || constants.has(name))
      throw new FormatError(`${own}: there are two, or it has no name`);
    const value = explained(`${own}: `, () => valuesOf(tensor));
    if (!(value instanceof Constant) || options.has(name)) constants.set(name, value);
    else state.set(name, statistics.has(name) ? bufferOf(value) : new Parameter(value.values, value.shape));
  }
  return { state, constants };
}

function bufferOf({ values, shape }: Constant): Buffer {
  const buffer = new Buffer(shape, 0);
  buffer.copyFrom(values);
  return buffer;
}

function isWeight({ state, constants }: Weights, name = ''): boolean {
  return state.has(name) || constants.has(name);
}

function inputOf({ name = '', type }: ReadOnnxValue, where: string): OnnxInput {
  const elements = type?.tensorType;
  if (elements?.elemType !== FLOAT) {
    throw new FormatError(`${where}: the input ${quote(name)} isn't a tensor of floats, and only those are supported`);
  }
  const shape = elements.shape?.dim.map(({ dimValue }) => dimValue ?? null) ?? null;
  return { name, shape };
}

/** The nodes as steps, in the file's order, in which each must come after what it reads. */
function stepsOf(graph: ReadOnnxGraph, inputs: readonly OnnxInput[], weights: Weights, where: string): OnnxStep[] {
  const known = new Set(['', ...inputs.map(({ name }) => name), ...weights.state.keys(), ...weights.constants.keys()]);
  const problems: string[] = [];
  const unknown = new Set<string>();
  const writtenOut = writtenOutIn(graph);
  const steps = graph.node.flatMap((node): OnnxStep[] => {
    const { opType = '', domain = '', input } = node;
    const [output = '', ...others] = node.output;
    const name = node.name || output;
    const missing = input.find((value) => !known.has(value));
    if (missing !== undefined) {
      throw new FormatError(
        `${where}: node ${quote(name)} reads ${quote(missing)}, which nothing before it makes: the graph has a cycle, or a gap`,
      );
    }
    if (output === '' || known.has(output)) {
      throw new FormatError(
        `${where}: node ${quote(name)} makes ${quote(output)}, which has no name, or is made twice`,
      );
    }
    for (const made of node.output) known.add(made);
    const whole = writtenOut.steps.get(node);
    if (whole) return [whole];
    if (writtenOut.replaced.has(node)) return [];
    if ((domain !== '' && domain !== 'ai.onnx') || !Object.hasOwn(readers, opType)) {
      unknown.add(domain === '' ? opType : `${domain}.${opType}`);
      return [];
    }
    try {
      const reader = new NodeReader(node);
      if (others.some((other) => other !== '')) reader.refuse('several outputs of a node are not supported');
      const run = readers[opType](reader);
      reader.finish();
      return [{ name, inputs: input, output, run }];
    } catch (error) {
      if (!(error instanceof FormatError)) throw error;
      problems.push(`node ${quote(name)} (${opType}): ${error.message}`);
      return [];
    }
  });
  if (unknown.size > 0)
    problems.unshift(`there is no operation ${[...unknown].slice(0, MOST_PROBLEMS).map(quote).join(', ')} here`);
  if (problems.length > 0) {
    const more = problems.length > MOST_PROBLEMS ? `; and ${problems.length - MOST_PROBLEMS} more` : '';
    throw new FormatError(`${where}: ${problems.slice(0, MOST_PROBLEMS).join('; ')}${more}`);
  }
  return steps;
}

/** Runs `read`, and puts these words in front of a FormatError. */
function explained<T>(words: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    throw new FormatError(words + error.message, { cause: error });
  }
}
