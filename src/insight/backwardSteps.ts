import { type Shape, ShapeError } from '../ops/shape.js';
import { consumed, type GraphTensor, walkBack } from '../tensor/autograd.js';
import { Storage } from '../tensor/storage.js';
import type { Tensor } from '../tensor/tensor.js';
import { type TypedArray, typedArray } from '../tensor/tensorBackend.js';

/** A tensor of a graph. */
export interface GraphEntry {
  /** The operation that made it; null for a leaf, which no operation made. */
  readonly operation: string | null;
  /** What the operation read, by their places in the list: one that is read twice is there twice. null: an input that was left out. */
  readonly inputs: readonly (number | null)[];
  readonly shape: Shape;
  readonly value: TypedArray;
  /** Whether a gradient comes to it. */
  readonly requiresGrad: boolean;
  /** A leaf lives on, and has its gradient; what was computed was released by the walk. */
  readonly tensor: Tensor;
}

/** A gradient that an operation gives to one of its inputs. */
export interface Gift {
  /** The operation's output, by its place in the list. */
  readonly from: number;
  /** Which of its inputs. */
  readonly input: number;
  /** That input, by its place in the list. */
  readonly to: number;
  readonly gradient: TypedArray;
  /** What has come to `to` so far, with this gift. */
  readonly sum: TypedArray;
}

export interface BackwardSteps {
  /** Leaves first, then what was computed, in the order in which it was computed: inputs come before what reads them, `root` comes last. */
  readonly entries: readonly GraphEntry[];
  /** In the order in which backward() gives them. */
  readonly gifts: readonly Gift[];
}

/**
 * Does what `root.backward()` does, and tells it step by step: which tensors are in the graph, and which gradient goes where. Throws a
 * ShapeError unless `root` has one element, and an Error if no gradient is asked for.
 *
 * @example
 * const x = backend.tensor([3], [], { requiresGrad: true });
 * const { gifts } = await backwardSteps(x.mul(x)); // 3 to x, and 3 to x again, which makes 6
 */
export async function backwardSteps(root: Tensor): Promise<BackwardSteps> {
  if (root.numel !== 1) throw new ShapeError(`backwardSteps: ${root.describe()} isn't a scalar`);
  if (!root.requiresGrad) throw new Error(`backwardSteps: ${root.describe()} doesn't require a gradient`);
  const tensors = tensorsBehind(root);
  const place = new Map(tensors.map((tensor, i) => [tensor, i]));
  const entries = await Promise.all(
    tensors.map(
      async (tensor): Promise<GraphEntry> => ({
        operation: nodeOf(tensor)?.name ?? null,
        inputs: (nodeOf(tensor)?.inputs ?? []).map((input) => (input ? place.get(input)! : null)),
        shape: (tensor as Tensor).shape,
        value: await tensor.storage.read(),
        requiresGrad: tensor.requiresGrad,
        tensor: tensor as Tensor,
      }),
    ),
  );

  // The walk can't be paused, and a device may have to be waited for: so it is read from copies, when the walk is over.
  const copies: { from: number; input: number; to: number; gradient: Storage; sum: Storage }[] = [];
  const { backend, dtype } = root;
  try {
    walkBack(root, Storage.of(backend, dtype, typedArray(dtype, [1])), false, (output, input, gradient, sum) => {
      const to = place.get(nodeOf(output)!.inputs[input]!)!;
      copies.push({ from: place.get(output)!, input, to, gradient: gradient.copy(), sum: sum.copy() });
    });
    const gifts: Gift[] = [];
    for (const { gradient, sum, ...where } of copies) {
      gifts.push({ ...where, gradient: await gradient.read(), sum: await sum.read() });
    }
    return { entries, gifts };
  } finally {
    for (const { gradient, sum } of copies) {
      gradient.release();
      sum.release();
    }
  }
}

/** Leaves in the order in which they are met, then what was computed, the oldest first. */
function tensorsBehind(root: GraphTensor): GraphTensor[] {
  const found = new Set<GraphTensor>();
  const search = (tensor: GraphTensor) => {
    if (found.has(tensor)) return;
    found.add(tensor);
    for (const input of nodeOf(tensor)?.inputs ?? []) if (input) search(input);
  };
  search(root);
  const leaves = [...found].filter((tensor) => !nodeOf(tensor));
  const computed = [...found].filter(nodeOf).sort((a, b) => nodeOf(a)!.number - nodeOf(b)!.number);
  return [...leaves, ...computed];
}

function nodeOf({ node }: GraphTensor) {
  return node === consumed ? null : node;
}
