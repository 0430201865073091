/**
 * What each operation is in ONNX, opset 18. Where the two differ, the difference is written out:
 *
 *   - what ceil mode adds to a window is explicit padding at the end, since runtimes differ on `ceil_mode`;
 *   - an average counts the padding if `countIncludePad` says so, but never what overhangs it;
 *   - a window of an even number of channels reaches one further to the front here, and one further to the back there.
 *
 * Source: https://onnx.ai/onnx/operators/
 */
import type { AvgPool2dSizes } from '../../ops/avgPool2d.js';
import type { OperationName, Ops } from '../../ops/index.js';
import type { LocalResponseNormSizes } from '../../ops/localResponseNorm.js';
import type { ReduceSizes } from '../../ops/reduce.js';
import { numel, type Shape, sameShape } from '../../ops/shape.js';
import type { SoftmaxSizes } from '../../ops/softmax.js';
import type { PoolSizes } from '../../ops/windows.js';
import type { GraphBuilder } from './graph.js';

/** An operation whose operands have names. */
export interface NamedCall {
  readonly inputs: readonly (string | null)[];
  readonly constants: readonly (string | null)[];
  /** Of the inputs. */
  readonly shapes: readonly Shape[];
  /** Of y. */
  readonly shape: Shape;
}

type SizesOf<Name extends OperationName> =
  Parameters<Ops[Name]['forward']> extends [...unknown[], infer Sizes] ? Sizes : never;

/** Adds an operation's nodes, and returns the name of its output; or a text: why there are none. */
type Writer<Sizes> = ((graph: GraphBuilder, call: NamedCall, sizes: Sizes) => string) | string;

const aLoss = 'a loss belongs to training';
const aStep = 'a step of an optimizer belongs to training';

export const writers: { readonly [Name in OperationName]: Writer<SizesOf<Name>> } = {
  conv2d: (graph, { inputs }, s) =>
    graph.node('Conv', inputs, {
      kernel_shape: [s.K_h, s.K_w],
      strides: [s.S_h, s.S_w],
      pads: padsOf(s),
      dilations: [s.D_h, s.D_w],
      group: s.G,
    }),
  maxPool2d: (graph, { inputs: [x], shapes }, s) => {
    const pads = padsOf(s);
    // Runtimes take no padding as wide as the kernel, which dilated windows may need.
    const isWide = pads.some((width, i) => width >= [s.K_h, s.K_w][i % 2]);
    const padded = isWide ? padded2d(graph, x!, shapes[0], pads, Number.NEGATIVE_INFINITY) : x;
    return graph.node('MaxPool', [padded], {
      kernel_shape: [s.K_h, s.K_w],
      strides: [s.S_h, s.S_w],
      pads: isWide ? [0, 0, 0, 0] : pads,
      dilations: [s.D_h, s.D_w],
    });
  },
  avgPool2d: writeAvgPool2d,
  adaptiveAvgPool2d: (graph, { inputs }, { H, W, H_out, W_out }) => {
    if (H_out === 1 && W_out === 1) return graph.node('GlobalAveragePool', inputs);
    if (H % H_out !== 0 || W % W_out !== 0) {
      return graph.refuse(`${H}x${W} pixels aren't a multiple of the ${H_out}x${W_out} of the output`);
    }
    const cell = [H / H_out, W / W_out];
    return graph.node('AveragePool', inputs, { kernel_shape: cell, strides: cell });
  },
  linear: (graph, { inputs: [x, weight, bias], shapes }) => {
    if (shapes[0].length === 2) return graph.node('Gemm', [x, weight, bias], { transB: 1 });
    const y = graph.node('MatMul', [x, graph.node('Transpose', [weight], { perm: [1, 0] })]);
    return bias === null ? y : graph.node('Add', [y, bias]);
  },
  matmul: (graph, { inputs }) => graph.node('MatMul', inputs),
  batchNorm2d: (graph, { inputs: [x, weight, bias], constants: [mean, variance] }, { C, training, eps, momentum }) => {
    if (training)
      return graph.refuse('statistics of a batch belong to training: call it with { training: this.training }');
    const scale = weight ?? graph.floats(new Float32Array(C).fill(1), [C]);
    const shift = bias ?? graph.floats(new Float32Array(C), [C]);
    const attributes = { epsilon: eps, momentum: 1 - momentum };
    return graph.node('BatchNormalization', [x, scale, shift, mean, variance], attributes);
  },
  localResponseNorm: writeLocalResponseNorm,
  relu: (graph, { inputs }) => graph.node('Relu', inputs),
  sigmoid: (graph, { inputs }) => graph.node('Sigmoid', inputs),
  tanh: (graph, { inputs }) => graph.node('Tanh', inputs),
  softmax: (graph, { inputs, shape }, s) => graph.node('Softmax', inputs, { axis: axisOf(shape, s) }),
  logSoftmax: (graph, { inputs, shape }, s) => graph.node('LogSoftmax', inputs, { axis: axisOf(shape, s) }),
  crossEntropy: aLoss,
  nllLoss: aLoss,
  mseLoss: aLoss,
  cat: (graph, { inputs, shapes, shape }) => {
    const axis = shape.findIndex((size, d) => size !== shapes[0][d]);
    return graph.node('Concat', inputs, { axis: Math.max(0, axis) });
  },
  pad: (graph, { inputs: [x], shapes: [shape] }, { H, W, H_out, W_out, top, left, mode, value }) => {
    if (mode === 'circular') return graph.refuse("opset 18 has no padding of mode 'circular'");
    const pads = [top, left, H_out - H - top, W_out - W - left];
    const modes = { constant: 'constant', reflect: 'reflect', replicate: 'edge' } as const;
    return padded2d(graph, x!, shape, pads, value, modes[mode]);
  },
  dropout: 'dropping values belongs to training: call it with { training: this.training }',
  add: (graph, { inputs }) => graph.node('Add', inputs),
  sub: (graph, { inputs }) => graph.node('Sub', inputs),
  mul: (graph, { inputs }) => graph.node('Mul', inputs),
  div: (graph, { inputs }) => graph.node('Div', inputs),
  sum: (graph, call, s) => writeReduction('ReduceSum', graph, call, s),
  mean: (graph, call, s) => writeReduction('ReduceMean', graph, call, s),
  sgd: aStep,
  adam: aStep,
  rmsprop: aStep,
  adagrad: aStep,
  gradNorm: aStep,
  clipGrad: aStep,
};

/** The window's padding as `[top, left, bottom, right]`, as far as windows reach: further than the padding before the image if 'same' or
 *  ceil mode says so. */
function padsOf(s: Omit<PoolSizes, 'C'>): number[] {
  const { H, W, K_h, K_w, H_out, W_out, S_h, S_w, P_h, P_w, D_h, D_w } = s;
  const end = (size: number, K: number, out: number, S: number, P: number, D: number) =>
    Math.max(P, (out - 1) * S + D * (K - 1) + 1 - size - P);
  return [P_h, P_w, end(H, K_h, H_out, S_h, P_h, D_h), end(W, K_w, W_out, S_w, P_w, D_w)];
}

/** A border of `[top, left, bottom, right]` pixels around x (…, H, W), or of `[, left, , right]` around x (W). */
function padded2d(
  graph: GraphBuilder,
  x: string,
  shape: Shape,
  pads: readonly number[],
  value: number,
  mode: 'constant' | 'reflect' | 'edge' = 'constant',
): string {
  const [top, left, bottom, right] = pads;
  const around = (row: number, column: number) => [...shape.map(() => 0), row, column].slice(-shape.length);
  const widths = graph.integers([...around(top, left), ...around(bottom, right)]);
  return graph.node('Pad', [x, widths, mode === 'constant' ? graph.floats([value]) : null], { mode });
}

function writeAvgPool2d(graph: GraphBuilder, { inputs: [x], shapes }: NamedCall, s: AvgPool2dSizes): string {
  const { K_h, K_w, S_h, S_w, P_h, P_w, countIncludePad, divisorOverride } = s;
  const pads = padsOf(s);
  const pool = (from: string, pads: readonly number[], count_include_pad: 0 | 1) =>
    graph.node('AveragePool', [from], { kernel_shape: [K_h, K_w], strides: [S_h, S_w], pads, count_include_pad });
  if (divisorOverride !== null) {
    // All taps count, so that the mean times their number is the sum.
    return graph.node('Mul', [pool(x!, pads, 1), graph.floats([(K_h * K_w) / divisorOverride])]);
  }
  const overhangs = pads[2] > P_h || pads[3] > P_w;
  if (!countIncludePad || (P_h === 0 && P_w === 0)) return pool(x!, pads, 0);
  if (!overhangs) return pool(x!, pads, 1);
  // The padding counts, and what overhangs it doesn't: so the padding becomes part of the image.
  const padded = padded2d(graph, x!, shapes[0], [P_h, P_w, P_h, P_w], 0);
  return pool(padded, [0, 0, Math.max(0, pads[2] - P_h), Math.max(0, pads[3] - P_w)], 0);
}

function writeLocalResponseNorm(graph: GraphBuilder, call: NamedCall, s: LocalResponseNormSizes): string {
  const [x] = call.inputs;
  const { C, size, alpha, beta, k } = s;
  if (size % 2 === 1 && call.shape.length === 4) return graph.node('LRN', [x], { size, alpha, beta, bias: k });
  // D = k + (alpha / size) · Σ_j x[j]² is a convolution of x² whose weight has a band of ones.
  const weight = new Float32Array(C * C);
  for (let c = 0; c < C; c++) {
    const last = Math.min(C - 1, c + Math.floor((size - 1) / 2));
    for (let j = Math.max(0, c - Math.floor(size / 2)); j <= last; j++) weight[c * C + j] = alpha / size;
  }
  const band = graph.floats(weight, [C, C, ...call.shape.slice(2).map(() => 1)]);
  const D = graph.node('Conv', [graph.node('Mul', [x, x]), band, graph.floats(new Float32Array(C).fill(k), [C])]);
  return graph.node('Div', [x, graph.node('Pow', [D, graph.floats([beta])])]);
}

/** The dimension that has these sizes before, in and after it. */
function axisOf(shape: Shape, { outer, C, inner }: SoftmaxSizes): number {
  return shape.findIndex(
    (size, d) => size === C && numel(shape.slice(0, d)) === outer && numel(shape.slice(d + 1)) === inner,
  );
}

function writeReduction(
  op: 'ReduceSum' | 'ReduceMean',
  graph: GraphBuilder,
  { inputs: [x], shapes: [from], shape }: NamedCall,
  { yStrides }: ReduceSizes,
): string {
  // Reducing a dimension of one element changes nothing but the shape.
  const axes = from.flatMap((size, d) => (yStrides[d] === 0 && size !== 1 ? [d] : []));
  if (axes.length === 0) return graph.reshape(x!, from, shape);
  const without = from.filter((_, d) => !axes.includes(d));
  const kept = from.map((size, d) => (axes.includes(d) ? 1 : size));
  const keepdims = sameShape(without, shape) ? 0 : 1;
  const y = graph.node(op, [x, graph.integers(axes)], { keepdims });
  return graph.reshape(y, keepdims ? kept : without, shape);
}
