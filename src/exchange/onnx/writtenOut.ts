/**
 * The local response normalisation that `operations.ts` writes out, since ONNX's own takes windows of an odd number of channels alone:
 *
 *   y = x / D^beta      D = Conv(x · x, band, k)      band: alpha / size in a window of channels, 0 outside
 *
 * In a file that is read it is found again, so that such a network comes back as it was.
 */
import { FormatError, type ReadOnnxGraph, type ReadOnnxNode } from '../../formats/index.js';
import * as F from '../../nn/functional/index.js';
import { numel } from '../../ops/shape.js';
import { constantOf } from './constant.js';
import type { OnnxStep } from './module.js';
import { NodeReader, shortest } from './nodeReader.js';
import { Constant } from './values.js';

/** Those of a graph: the step in place of each last node, and the nodes that nothing else needs then. */
export interface WrittenOut {
  readonly steps: ReadonlyMap<ReadOnnxNode, OnnxStep>;
  readonly replaced: ReadonlySet<ReadOnnxNode>;
}

export function writtenOutIn({ node, output }: ReadOnnxGraph): WrittenOut {
  const makers = new Map(node.map((one) => [one.output[0], one]));
  const uses = new Map<string, number>();
  const read = [...node.flatMap(({ input }) => input), ...output.map(({ name = '' }) => name)];
  for (const name of read) uses.set(name, (uses.get(name) ?? 0) + 1);
  const steps = new Map<ReadOnnxNode, OnnxStep>();
  const replaced = new Set<ReadOnnxNode>();
  for (const div of node) {
    const found = div.opType === 'Div' ? normalisationOf(div, makers) : null;
    if (!found?.inner.every((one) => uses.get(one.output[0]) === 1)) continue;
    steps.set(div, found.step);
    for (const one of found.inner) replaced.add(one);
  }
  return { steps, replaced };
}

function normalisationOf(div: ReadOnnxNode, makers: ReadonlyMap<string, ReadOnnxNode>) {
  const made = (name: string, op: string) => {
    const maker = makers.get(name);
    return maker?.opType === op ? maker : undefined;
  };
  const [x, divisor] = div.input;
  const pow = made(divisor, 'Pow');
  const conv = pow && made(pow.input[0], 'Conv');
  const square = conv && made(conv.input[0], 'Mul');
  if (!square || square.input.some((name) => name !== x)) return null;
  const constants = [conv.input[1], conv.input[2], pow.input[1]].map((name) => made(name, 'Constant'));
  const [band, shift, exponent] = constants.map(floatsOf);
  if (!band || !shift || exponent?.values.length !== 1 || !isPointwise(conv)) return null;
  const window = windowOf(band);
  const [k] = shift.values;
  if (!window || shift.values.length !== band.shape[0] || shift.values.some((value) => value !== k)) return null;
  const options = { alpha: window.alpha, beta: shortest(exponent.values[0]), k: shortest(k) };
  const [output] = div.output;
  const step: OnnxStep = {
    name: div.name || output,
    inputs: [x],
    output,
    run: (operands) => F.localResponseNorm(operands.tensor(0), window.size, options),
  };
  return { step, inner: [pow, conv, square, ...constants.flatMap((one) => one ?? [])] };
}

/** A Constant's floats. One that isn't as it should be is refused where it is read as a node. */
function floatsOf(node: ReadOnnxNode | undefined): Constant | null {
  try {
    const value = node && constantOf(new NodeReader(node));
    return value instanceof Constant ? value : null;
  } catch (error) {
    if (error instanceof FormatError) return null;
    throw error;
  }
}

/** Whether a convolution of one pixel has no other option. */
function isPointwise(conv: ReadOnnxNode): boolean {
  return conv.attribute.length === 0;
}

/** The size of the window that a band (C, C, 1, …) has, and alpha. */
function windowOf({ values, shape: [C, ...rest] }: Constant): { size: number; alpha: number } | null {
  if (rest[0] !== C || numel(rest) !== C || C === 0) return null;
  const [ratio] = values;
  const back = values.subarray(0, C).lastIndexOf(ratio);
  const front = C - 1 - values.subarray(C * (C - 1)).indexOf(ratio);
  const size = front + back + 1;
  if (front !== Math.floor(size / 2)) return null;
  const isIn = (c: number, j: number) => j >= c - front && j <= c + back;
  const isBand = values.every((value, i) => value === (isIn(Math.floor(i / C), i % C) ? ratio : 0));
  // The shortest alpha that gives this ratio.
  const short = Number((ratio * size).toPrecision(7));
  return isBand ? { size, alpha: Math.fround(short / size) === ratio ? short : ratio * size } : null;
}
