/** A model's forward pass as a graph: it runs on the trace backend, in evaluation mode, and each operation becomes its nodes. */
import {
  type Operand,
  operandOf,
  TraceBackend,
  type TracedCall,
  type TracedMemory,
} from '../../backends/trace/index.js';
import { kindOf } from '../../nn/kind.js';
import type { AnyModule } from '../../nn/module.js';
import { around, borrow, pathsOf } from '../../nn/trial.js';
import { formatShape, numel, type Shape, sameShape } from '../../ops/shape.js';
import { Storage } from '../../tensor/storage.js';
import { Tensor } from '../../tensor/tensor.js';
import { type Graph, GraphBuilder, type GraphValue } from './graph.js';
import { type NamedCall, writers } from './operations.js';

/** An operation, and where in the model it was asked for. */
interface PlacedCall extends TracedCall {
  /** '' in the model itself. */
  readonly path: string;
  readonly kind: string;
}

/** What ran, and the memory of what came in and out. */
interface Trace {
  readonly calls: readonly PlacedCall[];
  readonly inputs: readonly Operand[];
  readonly outputs: readonly (readonly [name: string, Operand])[];
  /** The model's state. */
  readonly state: ReadonlyMap<TracedMemory, GraphValue>;
}

/** The graph of this model for inputs of these shapes. Throws what forward throws, and a TypeError if that gives no tensors. */
export function graphOf(model: AnyModule, shapes: readonly Shape[]): Graph {
  return written(traced(model, shapes));
}

function traced(model: AnyModule, shapes: readonly Shape[]): Trace {
  const backend = new TraceBackend();
  const undo = [borrow(model, backend)];
  try {
    model.eval();
    const calls: PlacedCall[] = [];
    const within: Pick<PlacedCall, 'path' | 'kind'>[] = [];
    /** What ran since the last look was asked for by the module that is entered or left now. */
    const place = () => {
      for (const call of backend.calls.splice(0)) calls.push({ ...call, ...within.at(-1)! });
    };
    for (const [module, path] of pathsOf(model)) {
      const restore = around(module, (forward) => {
        place();
        within.push({ path, kind: kindOf(module) });
        const output = forward();
        place();
        within.pop();
        return output;
      });
      undo.push(restore);
    }
    const inputs = shapes.map((shape) => new Tensor(Storage.allocate(backend, 'float32', numel(shape)), shape));
    const outputs = tensorsOf(model.forward(...inputs)).map(([name, tensor]) => [name, operandOf(tensor)] as const);
    return { calls, inputs: inputs.map(operandOf), outputs, state: stateOn(backend, model) };
  } finally {
    for (const restore of undo.reverse()) restore();
  }
}

/** The parameters and buffers by their memory there; one that has several keys has the first. */
function stateOn(backend: TraceBackend, model: AnyModule): Map<TracedMemory, GraphValue> {
  const state = new Map<TracedMemory, GraphValue>();
  for (const [name, tensor] of Object.entries(model.stateDict())) {
    if (tensor.backend !== backend) continue; // a counter
    const { memory, shape } = operandOf(tensor);
    if (!state.has(memory)) state.set(memory, { name, shape });
  }
  return state;
}

/** A forward's output by name: of one tensor `output`, of several `output_0`, … or the names of an object's fields. */
function tensorsOf(output: unknown): [string, Tensor][] {
  if (output instanceof Tensor) return [['output', output]];
  const isList = Array.isArray(output);
  const entries = typeof output === 'object' && output !== null ? Object.entries(output) : [];
  if (entries.length === 0 || !entries.every(([, tensor]) => tensor instanceof Tensor)) {
    throw new TypeError('it must return a tensor, or an array or an object of tensors');
  }
  return entries.map(([name, tensor]) => [isList ? `output_${name}` : name, tensor]);
}

function written(trace: Trace): Graph {
  const { inputs, outputs, state } = trace;
  const graph = new GraphBuilder([...state.values()].map(({ name }) => name));
  const used = new Set<string>();
  const values = new Map<TracedMemory, GraphValue>();
  const views = new Map<string, string>();

  function nameOf({ memory, shape }: Operand): string {
    const value = values.get(memory) ?? leaf(memory, shape);
    values.set(memory, value);
    if (sameShape(value.shape, shape)) return value.name;
    const view = `${value.name} ${formatShape(shape)}`;
    const name = views.get(view) ?? graph.reshape(value.name, value.shape, shape);
    views.set(view, name);
    return name;
  }

  /** What no operation has made: the model's state, or a constant. */
  function leaf(memory: TracedMemory, shape: Shape): GraphValue {
    const own = state.get(memory);
    if (own) used.add(own.name);
    if (own) return own;
    const name = memory.values
      ? graph.floats(memory.values, shape)
      : graph.refuse('it reads values that no operation of the forward pass has made');
    return { name, shape };
  }

  const graphInputs = inputs.map(({ memory, shape }, i) => {
    const value = { name: graph.unique(inputs.length === 1 ? 'input' : `input_${i}`), shape };
    values.set(memory, value);
    return value;
  });
  for (const call of neededOf(trace)) {
    const before = graph.problems.length;
    graph.path = call.path;
    values.set(call.y.memory, { name: write(graph, call, nameOf), shape: call.y.shape });
    const where = call.path === '' ? call.kind : `${call.path} (${call.kind})`;
    for (let i = before; i < graph.problems.length; i++) {
      graph.problems[i] = `${where}: ${call.name}: ${graph.problems[i]}`;
    }
  }
  graph.path = '';
  const outputNames = new Map<string, string>();
  const graphOutputs = outputs.map(([name, operand]) => {
    const value = nameOf(operand);
    const isFree = graph.nodes.some(({ output }) => output === value) && !outputNames.has(value);
    const output = { name: graph.unique(name), shape: operand.shape };
    outputNames.set(isFree ? value : graph.node('Identity', [value]), output.name);
    return output;
  });
  const renamed = (name: string) => outputNames.get(name) ?? name;
  const nodes = graph.nodes.map((node) => ({
    ...node,
    inputs: node.inputs.map(renamed),
    output: renamed(node.output),
  }));
  const initializers = [...state.values()].flatMap(({ name }) => (used.has(name) ? [name] : []));
  return { nodes, inputs: graphInputs, outputs: graphOutputs, initializers, problems: graph.problems };
}

/** The calls that the outputs depend on. */
function neededOf({ calls, outputs }: Trace): PlacedCall[] {
  const needed = new Set(outputs.map(([, { memory }]) => memory));
  const found = calls.toReversed().filter(({ y, inputs, constants }) => {
    if (!needed.has(y.memory)) return false;
    for (const operand of [...inputs, ...constants]) if (operand) needed.add(operand.memory);
    return true;
  });
  return found.reverse();
}

function write(graph: GraphBuilder, call: PlacedCall, nameOf: (operand: Operand) => string): string {
  const writer = writers[call.name] as string | ((graph: GraphBuilder, call: NamedCall, sizes: unknown) => string);
  if (typeof writer === 'string') return graph.refuse(writer);
  const names = (operands: readonly (Operand | null)[]) => operands.map((operand) => operand && nameOf(operand));
  const named: NamedCall = {
    inputs: names(call.inputs),
    constants: names(call.constants),
    shapes: call.inputs.flatMap((operand) => (operand ? [operand.shape] : [])),
    shape: call.y.shape,
  };
  return writer(graph, named, call.sizes);
}
