/**
 * ONNX's operations as ours, opset 13 to 21: each reads its node's attributes, and returns what runs. In these opsets they differ in
 * attributes and types alone.
 *
 * Source: https://onnx.ai/onnx/operators/
 */
import * as F from '../../nn/functional/index.js';
import type { PadMode } from '../../ops/pad.js';
import { normalizeDim, numel, type Shape } from '../../ops/shape.js';
import { Tensor } from '../../tensor/tensor.js';
import { constantOf, valuesOf } from './constant.js';
import { filled, joined, listOf, reshaped, sliced, transposed } from './integers.js';
import type { NodeReader } from './nodeReader.js';
import { type Integers, type Operands, Transposed, type Value } from './values.js';

export type Step = (operands: Operands) => Value;

export const readers: Readonly<Record<string, (node: NodeReader) => Step>> = {
  Add: () => (x) => x.tensor(0).add(x.tensor(1)),
  AveragePool: readAveragePool,
  BatchNormalization: (node) => {
    const eps = node.float('epsilon', 1e-5);
    const momentum = 1 - node.float('momentum', 0.9);
    node.only('training_mode', 0);
    return (x) => {
      const options = { training: x.training, momentum, eps };
      return F.batchNorm2d(x.tensor(0), x.tensor(3), x.tensor(4), x.tensor(1), x.tensor(2), options);
    };
  },
  Cast: (node) => {
    const to = node.int('to', 0);
    if (to !== 1 && to !== 7)
      node.refuse(`a cast to type ${to} isn't supported, only one to float (1) or int64 (7) is`);
    return (x) => (to === 1 ? x.tensor(0) : x.integers(0));
  },
  Clip: () => (x) =>
    atMost(atLeast(x.tensor(0), x.number(1, Number.NEGATIVE_INFINITY)), x.number(2, Number.POSITIVE_INFINITY)),
  Concat: (node) => {
    const axis = node.int('axis', 0);
    return (x) => {
      const lists = x.values.map((_, i) => x.maybeIntegers(i));
      if (lists.every((list) => list !== null)) return joined(lists);
      return F.cat(
        x.values.map((_, i) => x.tensor(i)),
        axis,
      );
    };
  },
  Constant: (node) => {
    const value = constantOf(node);
    return () => value;
  },
  ConstantOfShape: (node) => {
    const value = node.tensor('value');
    const fill = value && valuesOf(value);
    if (!fill || !('integers' in fill)) return node.refuse("floats aren't supported, only int64 is");
    return (x) => filled(fill.integers[0], x.integers(0).integers);
  },
  Conv: readConv,
  Div: () => (x) => x.tensor(0).div(x.tensor(1)),
  Dropout: (node) => {
    node.int('seed', 0);
    if (node.inputs[2]) node.refuse("training_mode as an input isn't supported");
    return (x) => (x.training ? F.dropout(x.tensor(0), x.number(1, 0.5)) : x.tensor(0));
  },
  Flatten: (node) => {
    const axis = node.int('axis', 1);
    return (operands) => {
      const x = operands.tensor(0);
      const d = axis === x.shape.length ? axis : normalizeDim('Flatten', axis, x.shape.length);
      return x.reshape([numel(x.shape.slice(0, d)), numel(x.shape.slice(d))]);
    };
  },
  Gather: (node) => {
    node.only('axis', 0);
    return (x) => {
      const { integers } = x.integers(0);
      const { integers: indices, shape } = x.integers(1);
      return { integers: indices.map((i) => integers[normalizeDim('Gather', i, integers.length)]), shape };
    };
  },
  Gemm: readGemm,
  GlobalAveragePool: () => (x) => F.adaptiveAvgPool2d(x.tensor(0), 1),
  GlobalMaxPool: () => (operands) => {
    const x = operands.tensor(0);
    return F.maxPool2d(x, [x.shape[2], x.shape[3]]);
  },
  Identity: () => (x) => x.values[0]!,
  LogSoftmax: (node) => {
    const axis = node.int('axis', -1);
    return (x) => F.logSoftmax(x.tensor(0), axis);
  },
  LRN: (node) => {
    const [size, k] = [node.int('size', 0), node.float('bias', 1)];
    const options = { alpha: node.float('alpha', 1e-4), beta: node.float('beta', 0.75), k };
    if (size % 2 !== 1) node.refuse(`a window of ${size} channels isn't supported, only one of an odd number is`);
    return (x) => F.localResponseNorm(x.tensor(0), size, options);
  },
  MatMul: () => (x) => {
    const [, weight] = x.values;
    return weight instanceof Transposed ? F.linear(x.tensor(0), weight.of, null) : x.tensor(0).matmul(x.tensor(1));
  },
  MaxPool: readMaxPool,
  Mul: () => (x) => x.tensor(0).mul(x.tensor(1)),
  Neg: () => (x) => x.tensor(0).mul(-1),
  Pad: readPad,
  ReduceMean: (node) => readReduction(node, 'mean'),
  ReduceSum: (node) => readReduction(node, 'sum'),
  Relu: () => (x) => F.relu(x.tensor(0)),
  Reshape: (node) => {
    const copiesZeros = node.int('allowzero', 0) === 0;
    return (operands) => {
      const x = shaped(operands);
      const { integers } = operands.integers(1);
      const shape = integers.map((size, d) => (size === 0 && copiesZeros ? (x.shape[d] ?? 0) : size));
      return x instanceof Tensor ? x.reshape(shape) : reshaped(x, shape);
    };
  },
  Shape: (node) => {
    node.only('start', 0);
    return (x) => listOf(x.tensor(0).shape);
  },
  Sigmoid: () => (x) => F.sigmoid(x.tensor(0)),
  Slice: () => (x) => {
    const [start, end, axis, step] = [1, 2, 3, 4].map((i) => x.maybeIntegers(i)?.integers);
    const isOneOfRows = start?.length === 1 && end?.length === 1 && (axis ?? [0]).join() === '0';
    if (!isOneOfRows || step?.[0] === 0) throw new TypeError('onnx: Slice is supported along the first dimension only');
    return sliced(x.integers(0), start[0], end[0], step?.[0] ?? 1);
  },
  Softmax: (node) => {
    const axis = node.int('axis', -1);
    return (x) => F.softmax(x.tensor(0), axis);
  },
  Squeeze: () => (x) => {
    const value = shaped(x);
    const axes = x.maybeIntegers(1)?.integers.map((axis) => normalizeDim('Squeeze', axis, value.shape.length));
    return inShape(
      value,
      value.shape.filter((size, d) => (axes ? !axes.includes(d) : size !== 1)),
    );
  },
  Sub: () => (x) => x.tensor(0).sub(x.tensor(1)),
  Sum: () => (x) => x.values.map((_, i) => x.tensor(i)).reduce((sum, term) => sum.add(term)),
  Tanh: () => (x) => F.tanh(x.tensor(0)),
  Transpose: (node) => {
    const perm = node.ints('perm') ?? [1, 0];
    if (perm.join() !== '1,0') node.refuse(`perm [${perm.join(', ')}] isn't supported, only [1, 0] is, of a matrix`);
    return (operands) => {
      const x = shaped(operands);
      if (x.shape.length !== 2) throw new TypeError('onnx: Transpose is supported for matrices only');
      return x instanceof Tensor ? new Transposed(x) : transposed(x);
    };
  },
  Unsqueeze: () => (x) => {
    const value = shaped(x);
    const { integers } = x.integers(1);
    const rank = value.shape.length + integers.length;
    const axes = integers.map((axis) => normalizeDim('Unsqueeze', axis, rank));
    const rest = [...value.shape];
    return inShape(
      value,
      Array.from({ length: rank }, (_, d) => (axes.includes(d) ? 1 : (rest.shift() ?? 1))),
    );
  },
};

/** The first operand, of which only the shape is to change. */
function shaped(x: Operands): Tensor | Integers {
  return x.maybeIntegers(0) ?? x.tensor(0);
}

function inShape(value: Tensor | Integers, shape: Shape): Value {
  return value instanceof Tensor ? value.reshape(shape) : { integers: value.integers, shape };
}

/** max(x, bound), exactly, by a max-pooling: each value stands beside the bound. A NaN stays one. */
function atLeast(x: Tensor, bound: number): Tensor {
  if (bound === Number.NEGATIVE_INFINITY) return x;
  if (bound === 0) return F.relu(x);
  const rows = x.reshape([1, numel(x.shape.slice(0, 2)), numel(x.shape.slice(2)), 1]);
  return F.maxPool2d(F.pad(rows, [0, 1, 0, 0], { value: bound }), [1, 2]).reshape(x.shape);
}

/** min(x, bound). */
function atMost(x: Tensor, bound: number): Tensor {
  return bound === Number.POSITIVE_INFINITY ? x : atLeast(x.mul(-1), -bound).mul(-1);
}

/** `[top, left, bottom, right]`. */
type Pads = readonly [number, number, number, number];
type Pair = readonly [number, number];

/** How wide the border of an image is, for a window that spans so many pixels, and its strides. */
type PadsOf = (x: Tensor, span: Pair, stride: Pair) => Pads;

/** null: what the node says itself, `pads`. */
function automaticPads(node: NodeReader): PadsOf | null {
  const auto = node.text('auto_pad', 'NOTSET');
  if (auto === 'NOTSET' || auto === 'VALID') return null;
  if (auto !== 'SAME_UPPER' && auto !== 'SAME_LOWER') node.refuse(`auto_pad '${auto.slice(0, 20)}' isn't supported`);
  return ({ shape }, span, stride) => {
    // As many windows as there are strides in the image; an odd pixel of border is at the end, or else at the beginning.
    const total = shape
      .slice(-2)
      .map((size, i) => Math.max(0, (Math.ceil(size / stride[i]) - 1) * stride[i] + span[i] - size));
    const [less, more] = [total.map((width) => Math.floor(width / 2)), total.map((width) => Math.ceil(width / 2))];
    const [before, after] = auto === 'SAME_UPPER' ? [less, more] : [more, less];
    return [before[0], before[1], after[0], after[1]];
  };
}

/** The pixels from a window's first to its last. */
function spanOf([K_h, K_w]: Pair, [D_h, D_w]: Pair): Pair {
  return [(K_h - 1) * D_h + 1, (K_w - 1) * D_w + 1];
}

/** Whether a pooling's padding may be its option: the same at both ends, and at most half the kernel. */
function isPooling([top, left, bottom, right]: Pads, [K_h, K_w]: Pair): boolean {
  return top === bottom && left === right && 2 * top <= K_h && 2 * left <= K_w;
}

function padded(x: Tensor, [top, left, bottom, right]: Pads, value = 0): Tensor {
  return F.pad(x, [left, right, top, bottom], { value });
}

function readConv(node: NodeReader): Step {
  node.ints('kernel_shape'); // the weight says it, too
  const [auto, pads] = [automaticPads(node), node.pads()];
  const [stride, dilation] = [node.pair('strides', 1), node.pair('dilations', 1)];
  const options = { stride, dilation, groups: node.int('group', 1) };
  return (operands) => {
    const [x, weight, bias] = [operands.tensor(0), operands.tensor(1), operands.maybeTensor(2)];
    const [K_h, K_w] = weight.shape.slice(-2);
    const own = auto?.(x, spanOf([K_h, K_w], dilation), stride) ?? pads;
    const [top, left, bottom, right] = own;
    if (top === bottom && left === right) return F.conv2d(x, weight, bias, { ...options, padding: [top, left] });
    return F.conv2d(padded(x, own), weight, bias, options);
  };
}

function readMaxPool(node: NodeReader): Step {
  node.only('storage_order', 0);
  const kernelSize = node.pair('kernel_shape', null);
  const [auto, pads] = [automaticPads(node), node.pads()];
  const [stride, dilation] = [node.pair('strides', 1), node.pair('dilations', 1)];
  const ceilMode = node.int('ceil_mode', 0) === 1 && auto === null;
  const options = { stride, dilation, ceilMode };
  return (operands) => {
    const x = operands.tensor(0);
    const own = auto?.(x, spanOf(kernelSize, dilation), stride) ?? pads;
    if (isPooling(own, kernelSize)) return F.maxPool2d(x, kernelSize, { ...options, padding: [own[0], own[1]] });
    return F.maxPool2d(padded(x, own, Number.NEGATIVE_INFINITY), kernelSize, options);
  };
}

function readAveragePool(node: NodeReader): Step {
  const kernelSize = node.pair('kernel_shape', null);
  const [auto, pads] = [automaticPads(node), node.pads()];
  const ceilMode = node.int('ceil_mode', 0) === 1 && auto === null;
  const countIncludePad = node.int('count_include_pad', 0) === 1;
  const stride = node.pair('strides', 1);
  const options = { stride, ceilMode };
  if (node.pair('dilations', 1).some((distance) => distance !== 1)) node.refuse("dilations aren't supported");
  if (ceilMode && !isPooling(pads, kernelSize)) {
    node.refuse(`ceil_mode with pads [${pads.join(', ')}] isn't supported`);
  }
  return (operands) => {
    const x = operands.tensor(0);
    const own = auto?.(x, kernelSize, stride) ?? pads;
    if (isPooling(own, kernelSize)) {
      return F.avgPool2d(x, kernelSize, { ...options, padding: [own[0], own[1]], countIncludePad });
    }
    if (countIncludePad) return F.avgPool2d(padded(x, own), kernelSize, options);
    // The sum of each window, by the number of its pixels, which is the same sum over an image of ones.
    const sums = (x: Tensor) => F.avgPool2d(padded(x, own), kernelSize, { ...options, divisorOverride: 1 });
    const [, , H, W] = x.shape;
    return sums(x).div(sums(operands.fixed(new Float32Array(H * W).fill(1), [1, 1, H, W])));
  };
}

function readGemm(node: NodeReader): Step {
  const [alpha, beta] = [node.float('alpha', 1), node.float('beta', 1)];
  node.only('transA', 0);
  const isTransposed = node.int('transB', 0) === 1;
  const times = (x: Tensor, factor: number) => (factor === 1 ? x : x.mul(factor));
  return (operands) => {
    const [x, weight, shift] = [operands.tensor(0), operands.tensor(1), operands.maybeTensor(2)];
    const isBias = shift?.shape.length === 1 && shift.shape[0] === weight.shape[0] && alpha === 1 && beta === 1;
    if (isTransposed && isBias) return F.linear(x, weight, shift);
    const product = times(isTransposed ? F.linear(x, weight, null) : x.matmul(weight), alpha);
    return shift ? product.add(times(shift, beta)) : product;
  };
}

const PAD_MODES: Readonly<Record<string, PadMode>> = {
  constant: 'constant',
  reflect: 'reflect',
  edge: 'replicate',
  wrap: 'circular',
};

function readPad(node: NodeReader): Step {
  const name = node.text('mode', 'constant');
  if (!Object.hasOwn(PAD_MODES, name)) node.refuse(`mode '${name.slice(0, 20)}' isn't supported`);
  if (node.inputs[3]) node.refuse("axes as an input isn't supported");
  const mode = PAD_MODES[name];
  return (operands) => {
    const x = operands.tensor(0);
    const { integers: widths } = operands.integers(1);
    const rank = x.shape.length;
    const [before, after] = [widths.slice(0, rank), widths.slice(rank)];
    const isOfImage = [before, after].every(
      (side) => side.length === rank && side.slice(0, -2).every((width) => width === 0),
    );
    if (!isOfImage)
      throw new TypeError(
        `onnx: Pad by [${widths.join(', ')}] isn't supported: only the last two dimensions can be padded`,
      );
    const [left, right, top = 0, bottom = 0] = [before.at(-1)!, after.at(-1)!, before.at(-2), after.at(-2)];
    const value = mode === 'constant' ? operands.number(2, 0) : 0;
    return F.pad(x, rank > 1 ? [left, right, top, bottom] : [left, right], { mode, value });
  };
}

function readReduction(node: NodeReader, name: 'mean' | 'sum'): Step {
  const given = node.ints('axes');
  const keepdim = node.int('keepdims', 1) === 1;
  node.only('noop_with_empty_axes', 0);
  return (x) => x.tensor(0)[name](given ?? x.maybeIntegers(1)?.integers, { keepdim });
}
