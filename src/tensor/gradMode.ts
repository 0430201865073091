/** Whether operations are recorded for backward(), and which tensors a noGrad block has made so far. */

/** What a block needs to know of a tensor. */
interface BlockTensor {
  readonly requiresGrad: boolean;
  readonly retained: boolean;
  release(by: string): void;
}

interface Block {
  /** References are weak, so that JavaScript can collect what a long block no longer uses. */
  readonly made: WeakRef<BlockTensor>[];
  readonly outer: Block | undefined;
  isOpen: boolean;
}

/** Knows the block around the code that runs. */
interface Scope {
  run<T>(block: Block, fn: () => T): T;
  getStore(): Block | undefined;
}

/** A scope that ends when its function returns. What an async function does after its first `await` is outside of it. */
class SynchronousScope implements Scope {
  #block: Block | undefined;

  run<T>(block: Block, fn: () => T): T {
    const outer = this.#block;
    this.#block = block;
    try {
      return fn();
    } finally {
      this.#block = outer;
    }
  }

  getStore(): Block | undefined {
    return this.#block;
  }
}

let scope: Scope = new SynchronousScope();
let followsAsync = false;
/** How many blocks are open, in all scopes. At 0 the scope needn't be asked. */
let open = 0;

/** A platform brings the scope that follows async functions (Node's AsyncLocalStorage), or null where it has none. */
export function setAsyncScope(asyncScope: Scope | null): void {
  scope = asyncScope ?? new SynchronousScope();
  followsAsync = asyncScope !== null;
}

function currentBlock(): Block | undefined {
  if (open === 0) return undefined;
  let block = scope.getStore();
  while (block && !block.isOpen) block = block.outer;
  return block;
}

/** Whether operations are recorded: everywhere but in a noGrad block. */
export function isGradEnabled(): boolean {
  return currentBlock() === undefined;
}

/** Adds a new tensor to the innermost block, if there is one. */
export function madeInBlock(tensor: BlockTensor): void {
  currentBlock()?.made.push(new WeakRef(tensor));
}

/**
 * Runs `fn` without recording it, and then returns to the pool every tensor that it made, except its result (tensors in
 * arrays, maps, sets and objects too), leaves that require a gradient, and what was asked to stay with `retain()`.
 *
 * Of an async `fn`, the block lasts until it settles, and holds nothing but what `fn` itself does: several may run side by
 * side. That takes AsyncLocalStorage, which Node, Deno and Bun have. Browsers have none, and refuse an async `fn` with a
 * TypeError: compute in noGrad, and await outside of it, `await noGrad(() => model.forward(x)).data()`. In a block that
 * goes through many batches, a noGrad for each batch returns memory sooner.
 */
export function noGrad<T>(fn: () => T): T {
  if (!followsAsync && Object.prototype.toString.call(fn) === '[object AsyncFunction]') {
    throw new TypeError(
      "noGrad: here an async function can't be followed beyond its first await; compute in noGrad, and await outside of it: await noGrad(() => model.forward(x)).data()",
    );
  }
  const block: Block = { made: [], outer: currentBlock(), isOpen: true };
  open++;
  let result: T;
  try {
    result = scope.run(block, fn);
  } catch (error) {
    close(block, null);
    throw error;
  }
  if (isPromise(result)) {
    return result.then(
      (value) => {
        close(block, value);
        return value;
      },
      (error) => {
        close(block, null);
        throw error;
      },
    ) as T;
  }
  close(block, result);
  return result;
}

function close(block: Block, result: unknown): void {
  block.isOpen = false;
  open--;
  const kept = tensorsIn(result);
  for (const ref of block.made) {
    const tensor = ref.deref();
    if (!tensor) continue;
    if (kept.has(tensor)) madeIn(block.outer, tensor);
    else if (!tensor.requiresGrad && !tensor.retained) tensor.release('noGrad()');
  }
}

/** What a block gives back belongs to the block around it, if that one is still open. */
function madeIn(block: Block | undefined, tensor: BlockTensor): void {
  let around = block;
  while (around && !around.isOpen) around = around.outer;
  around?.made.push(new WeakRef(tensor));
}

/** A promise of any realm, or what behaves like one. */
function isPromise(value: unknown): value is Promise<unknown> {
  return typeof value === 'object' && value !== null && typeof (value as { then?: unknown }).then === 'function';
}

/** The tensors in a result: what is reached through arrays, maps, sets and the fields of objects. */
function tensorsIn(result: unknown): Set<unknown> {
  const tensors = new Set<unknown>();
  const seen = new Set<unknown>();
  const waiting = [result];
  while (waiting.length > 0) {
    const value = waiting.pop();
    if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value) || seen.has(value)) continue;
    seen.add(value);
    if (isTensor(value)) {
      tensors.add(value);
    } else {
      if (isCollection(value)) for (const item of value) waiting.push(item);
      else for (const item of Object.values(value)) waiting.push(item);
    }
  }
  return tensors;
}

/** An array, a map or a set, of any realm. */
function isCollection(value: object): value is Iterable<unknown> {
  return ['[object Array]', '[object Map]', '[object Set]'].includes(Object.prototype.toString.call(value));
}

function isTensor(value: object): value is BlockTensor {
  return 'retained' in value && 'release' in value;
}
