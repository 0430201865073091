/** Whether operations are recorded for backward(), and which tensors a noGrad block has made so far. */

/** What a block needs to know of a tensor. */
interface BlockTensor {
  readonly requiresGrad: boolean;
  readonly retained: boolean;
  release(by: string): void;
}

/** References are weak, so that JavaScript can collect what a long block no longer uses. */
let blocks: WeakRef<BlockTensor>[][] = [];

/** Whether operations are recorded: everywhere but in a noGrad block. */
export function isGradEnabled(): boolean {
  return blocks.length === 0;
}

/** Adds a new tensor to the innermost block, if there is one. */
export function madeInBlock(tensor: BlockTensor): void {
  blocks.at(-1)?.push(new WeakRef(tensor));
}

/**
 * Runs `fn` without recording it, and then returns to the pool every tensor that it made, except its result (tensors in
 * arrays and plain objects too), leaves that require a gradient, and what was asked to stay with `retain()`.
 * An async `fn` keeps recording off until it settles, for everything that runs meanwhile; in one that goes through many
 * batches, a noGrad for each batch returns memory sooner.
 */
export function noGrad<T>(fn: () => T): T {
  const made: WeakRef<BlockTensor>[] = [];
  blocks.push(made);
  const close = (result: unknown) => {
    blocks = blocks.filter((block) => block !== made);
    const kept = new Set(tensorsIn(result));
    for (const ref of made) {
      const tensor = ref.deref();
      if (!tensor) continue;
      if (kept.has(tensor)) madeInBlock(tensor);
      else if (!tensor.requiresGrad && !tensor.retained) tensor.release('noGrad()');
    }
  };
  let result: T;
  try {
    result = fn();
  } catch (error) {
    close(null);
    throw error;
  }
  if (result instanceof Promise) {
    return result.then(
      (value) => {
        close(value);
        return value;
      },
      (error) => {
        close(null);
        throw error;
      },
    ) as T;
  }
  close(result);
  return result;
}

function tensorsIn(value: unknown, seen = new Set<unknown>()): BlockTensor[] {
  if (typeof value !== 'object' || value === null || seen.has(value)) return [];
  seen.add(value);
  if (isTensor(value)) return [value];
  const plain = Array.isArray(value) || Object.getPrototypeOf(value) === Object.prototype;
  return plain ? Object.values(value).flatMap((item) => tensorsIn(item, seen)) : [];
}

function isTensor(value: object): value is BlockTensor {
  return 'retained' in value && 'release' in value;
}
