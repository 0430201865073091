/**
 * The graph, and the walk back through it.
 *
 * Every recorded operation leaves a node with its output: which tensors it read, and how the gradient of its output turns
 * into gradients of those. Nodes are numbered as they are made, so a node's inputs always have smaller numbers, and going
 * through the numbers downwards meets each node after everything that used its output: the order of the chain rule.
 *
 * The graph owns what it made. Once the walk has passed a node, nothing needs its output any more: that memory returns to
 * the pool, where the next step finds it.
 *
 * Chapter: docs/learn/11-autograd.en.md
 *
 * Source: reverse-mode automatic differentiation, e.g. Baydin et al. (2018), https://arxiv.org/abs/1502.05767
 */
import type { Kernels } from '../ops/index.js';
import type { Storage } from './storage.js';
import type { DeviceBuffer, TensorBackend } from './tensorBackend.js';

/** Writes the gradients of the inputs (null where none is asked for) from dy, the gradient of the output y. */
export type BackwardPass = (
  kernels: Kernels<DeviceBuffer>,
  dy: DeviceBuffer,
  gradients: readonly (DeviceBuffer | null)[],
  y: DeviceBuffer,
) => void;

/** What the graph needs to know of a tensor. `Tensor` is one; the graph doesn't import it, since tensors import the graph. */
export interface GraphTensor {
  readonly requiresGrad: boolean;
  readonly grad: GraphTensor | null;
  node: GraphNode | typeof consumed | null;
  readonly retained: boolean;
  readonly storage: Storage;
  readonly backend: TensorBackend;
  describe(): string;
  assertAlive(operation: string): void;
  accumulateGrad(gradient: Storage): void;
  release(by: string): void;
}

export interface GraphNode {
  /** The operation, for messages. */
  readonly name: string;
  readonly number: number;
  readonly inputs: readonly (GraphTensor | null)[];
  /** What the forward pass kept for the backward pass besides inputs and output. */
  readonly saved: readonly GraphTensor[];
  /** How often each input had been changed in place when it was read. */
  readonly versions: readonly number[];
  /** 'view': the output shows the input's own memory in another shape, and so does its gradient. */
  readonly backward: BackwardPass | 'view';
  /** The input whose gradient is dy itself, if there is one: it gets dy, and not a copy. */
  readonly passesTo: GraphTensor | null;
}

/** Left in a node's place when a walk has used it up. */
export const consumed = Symbol('consumed');

let nodes = 0;

export function graphNode(
  name: string,
  inputs: readonly (GraphTensor | null)[],
  saved: readonly GraphTensor[],
  backward: BackwardPass | 'view',
  passesTo: GraphTensor | null,
): GraphNode {
  const versions = inputs.map((x) => x?.storage.version ?? 0);
  return { name, number: nodes++, inputs, saved, versions, backward, passesTo };
}

/** Is told of every gift: the node of `output` has given `gradient` to its input `i`, to which `sum` has come so far. */
export type Watch = (output: GraphTensor, i: number, gradient: Storage, sum: Storage) => void;

/** Adds the gradient of `root` with respect to every leaf that it depends on to that leaf's `grad`. Takes over `seed`. */
export function walkBack(root: GraphTensor, seed: Storage, retainGraph: boolean, watch?: Watch): void {
  const arrived = new Map<GraphTensor, Storage>([[root, seed]]); // for each tensor, the sum of the gradients that came so far
  const owned = new Set<Storage>([seed]); // every gradient that isn't a leaf's yet
  const release = (gradient: Storage) => {
    owned.delete(gradient);
    gradient.release();
  };
  const give = (output: GraphTensor, i: number, gradient: Storage) => {
    const input = (output.node as GraphNode).inputs[i]!;
    const sum = arrived.get(input);
    if (sum) sum.add(gradient);
    else arrived.set(input, gradient);
    watch?.(output, i, gradient, sum ?? gradient);
    if (sum) release(gradient);
  };

  try {
    for (const output of outputsInReverse(root)) {
      const node = output.node as GraphNode;
      const dy = arrived.get(output)!;
      arrived.delete(output);
      if (node.backward === 'view') {
        give(output, 0, dy);
      } else {
        const passed = node.inputs.findIndex((x) => x?.requiresGrad && x === node.passesTo);
        const gradients = node.inputs.map((x, i) => {
          if (!x?.requiresGrad) return null;
          if (i === passed) return dy;
          const gradient = x.storage.sibling();
          owned.add(gradient);
          return gradient;
        });
        const buffers = gradients.map((gradient) => (gradient === dy ? null : (gradient?.buffer ?? null)));
        if (buffers.some((buffer) => buffer)) {
          node.backward(output.backend.kernels, dy.buffer, buffers, output.storage.buffer);
        }
        if (passed < 0) release(dy);
        gradients.forEach((gradient, i) => {
          if (gradient) give(output, i, gradient);
        });
      }
      if (!retainGraph) consume(output, output === root);
    }
    // Only leaves are left. They get their gradients here, where nothing can fail any more: all of them, or after an error none.
    for (const [leaf, gradient] of arrived) {
      owned.delete(gradient);
      leaf.accumulateGrad(gradient);
    }
  } finally {
    for (const gradient of owned) gradient.release();
  }
}

/** Every recorded output that `root` depends on, itself included, the newest first. Throws before anything is changed if
 *  one of them, or something that its backward pass reads or adds to, is gone. */
function outputsInReverse(root: GraphTensor): GraphTensor[] {
  const found = new Set<GraphTensor>();
  const search = [root];
  for (let output = search.pop(); output; output = search.pop()) {
    if (output.node === consumed) {
      throw new Error(
        `backward: the graph behind ${output.describe()} was used up by an earlier backward(), which returned its intermediate tensors to the pool. Run the forward pass again, or pass { retainGraph: true } to the earlier one`,
      );
    }
    output.assertAlive('backward');
    output.grad?.assertAlive('backward');
    if (output.node === null || found.has(output)) continue;
    found.add(output);
    for (const tensor of output.node.saved) tensor.assertAlive('backward');
    const { name, inputs, versions } = output.node;
    inputs.forEach((x, i) => {
      if (x) assertUnchanged(name, x, output, versions[i]);
    });
    for (const input of inputs) if (input?.requiresGrad) search.push(input);
  }
  return [...found].sort((a, b) => (b.node as GraphNode).number - (a.node as GraphNode).number);
}

/** What the forward pass read must still be there, with its content, and on the same backend. */
function assertUnchanged(name: string, x: GraphTensor, output: GraphTensor, version: number): void {
  if (x.requiresGrad && x.node === consumed) return; // outputsInReverse throws when it comes to x
  x.assertAlive('backward');
  if (x.backend !== output.backend) {
    throw new Error(
      `backward: ${x.describe()} was moved to '${x.backend.name}' after ${name} had read it; run the forward pass again`,
    );
  }
  if (x.storage.version !== version) {
    throw new Error(
      `backward: ${x.describe()} was changed in place after ${name} had read it; run the forward pass again`,
    );
  }
}

function consume(output: GraphTensor, isRoot: boolean): void {
  const node = output.node as GraphNode;
  for (const tensor of node.saved) tensor.release('backward()');
  output.node = consumed;
  if (!isRoot && !output.retained) output.release('backward()');
}
