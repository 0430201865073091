/** What the recording backend has written down of a network's forward pass, as operations with sizes and numbers. */
import type { Classifier, Tensor } from 'receptive';
import type { RecordedCall } from 'receptive/insight';
import type { Operation } from './messages.js';

export interface Parameter {
  readonly name: string;
  readonly shape: readonly number[];
}

/** By the buffers that they lie in. */
export const parametersOf = (model: Classifier<Tensor>): ReadonlyMap<unknown, Parameter> =>
  new Map(model.namedParameters().map(([name, { buffer, shape }]) => [buffer, { name, shape }]));

/** An operation that was called, and the buffers that its numbers lie in. */
export interface Called {
  readonly operation: Operation;
  readonly y: unknown;
  readonly values: Float32Array;
  readonly shape: readonly number[];
  /** By the names of the figure's grids: where what it read comes from. */
  readonly read: Readonly<Record<string, unknown>>;
}

type Values = Float32Array;
type Sizes = Readonly<
  Record<
    | 'N'
    | 'C'
    | 'C_in'
    | 'H'
    | 'W'
    | 'C_out'
    | 'H_out'
    | 'W_out'
    | 'K_h'
    | 'K_w'
    | 'S_h'
    | 'S_w'
    | 'P_h'
    | 'P_w'
    | 'D_h'
    | 'D_w',
    number
  >
>;

export class Forward {
  /** In the order of the calls. */
  readonly called: Called[] = [];
  readonly #shapes = new Map<unknown, readonly number[]>();
  readonly #parameters: ReadonlyMap<unknown, Parameter>;
  readonly #target: number;

  /** `target`: the class that the loss asks for. */
  constructor(
    parameters: ReadonlyMap<unknown, Parameter>,
    target: number,
    x: { buffer: unknown; shape: readonly number[] },
  ) {
    this.#parameters = parameters;
    this.#target = target;
    this.#shapes.set(x.buffer, x.shape);
  }

  /** Of a call that is no operation of a network's forward pass: null. */
  add(call: RecordedCall): Called | null {
    const called = call.pass === 'forward' ? this.#read(call) : null;
    if (!called) return null;
    this.#shapes.set(called.y, called.shape);
    this.called.push(called);
    return called;
  }

  /** What gave this buffer, if it isn't the image. */
  maker(buffer: unknown): Called | undefined {
    return this.called.findLast(({ y }) => y === buffer);
  }

  #read({ operation, passed, after }: RecordedCall): Called | null {
    const [y, second, third, fourth] = after as Values[];
    const s = after.at(-1) as Sizes;
    const dy = new Float32Array(y.length);
    const shapeOf = (buffer: unknown) => this.#shapes.get(buffer)!;
    switch (operation) {
      case 'conv2d': {
        const { name, shape } = this.#parameters.get(passed[2])!;
        const options = { stride: [s.S_h, s.S_w], padding: [s.P_h, s.P_w], dilation: [s.D_h, s.D_w] };
        return {
          operation: {
            operation,
            layer: name.replace('.weight', ''),
            sizes: [[s.N, s.C_in, s.H, s.W], shape, options],
            inputs: { x: second, weight: third, bias: fourth, dy },
          },
          y: passed[0],
          values: y,
          shape: [s.N, s.C_out, s.H_out, s.W_out],
          read: { x: passed[1] },
        };
      }
      case 'linear': {
        const { name, shape } = this.#parameters.get(passed[2])!;
        return {
          operation: {
            operation,
            layer: name.replace('.weight', ''),
            sizes: [[1, second.length], shape],
            inputs: { x: second, weight: third, bias: fourth, dy },
          },
          y: passed[0],
          values: y,
          shape: [1, y.length],
          read: { x: passed[1] },
        };
      }
      case 'maxPool2d':
      case 'avgPool2d': {
        const at = operation === 'maxPool2d' ? 2 : 1; // behind y, and the places of the maxima
        const options = { stride: [s.S_h, s.S_w], padding: [s.P_h, s.P_w] };
        return {
          operation: {
            operation,
            layer: 'pooling',
            sizes: [[s.N, s.C, s.H, s.W], [s.K_h, s.K_w], options],
            inputs: { x: after[at] as Values, dy },
          },
          y: passed[0],
          values: y,
          shape: [s.N, s.C, s.H_out, s.W_out],
          read: { x: passed[at] },
        };
      }
      case 'relu': {
        const shape = shapeOf(passed[1]);
        return {
          operation: { operation, layer: '', sizes: [shape], inputs: { x: second, dy } },
          y: passed[0],
          values: y,
          shape,
          read: { x: passed[1] },
        };
      }
      case 'add': {
        const shape = shapeOf(passed[1]);
        return {
          operation: {
            operation,
            layer: '',
            sizes: [shape, shapeOf(passed[2])],
            inputs: { a: second, b: third, dy },
          },
          y: passed[0],
          values: y,
          shape,
          read: { a: passed[1], b: passed[2] },
        };
      }
      case 'cat':
        return this.#join(passed, y, second, dy);
      case 'crossEntropy': {
        const inputs = { x: second, dloss: Float32Array.of(1) };
        return {
          operation: { operation, layer: '', sizes: [shapeOf(passed[1]), [this.#target]], inputs },
          y: passed[0],
          values: y,
          shape: [1],
          read: { x: passed[1] },
        };
      }
      default:
        return null;
    }
  }

  /** Each of the tensors that are joined is a call of its own, and the last one has all. */
  #join([y, x]: readonly unknown[], values: Values, joined: Values, dy: Values): Called {
    const before = this.called.at(-1)?.y === y ? this.called.pop() : undefined;
    const shape = this.#shapes.get(x)!;
    const name = String.fromCharCode('a'.charCodeAt(0) + Object.keys(before?.read ?? {}).length);
    const shapes = [...((before?.operation.sizes[0] as number[][] | undefined) ?? []), shape];
    const [N, , ...rest] = shape;
    return {
      operation: {
        operation: 'cat',
        layer: '',
        sizes: [shapes, 1],
        inputs: { ...before?.operation.inputs, [name]: joined, dy },
      },
      y,
      values,
      shape: [N, shapes.reduce((sum, [, C]) => sum + C, 0), ...rest],
      read: { ...before?.read, [name]: x },
    };
  }
}
