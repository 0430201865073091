/** Module: the base of layers and networks. Its parameters, buffers and children are simply its fields, or lie in arrays, objects,
 *  Maps and Sets that are. */

import { host } from '../backends/reference/index.js';
import { requireOptions } from '../ops/options.js';
import { formatShape, sameShape } from '../ops/shape.js';
import { inspect, requireTensor, Tensor } from '../tensor/tensor.js';
import { requireBackend, type TensorBackend } from '../tensor/tensorBackend.js';
import { privateLayersOf, REMEDY, warnOnce } from './hidden.js';
import { addForwardHook, type RemovableHandle } from './hooks.js';
import { kindOf } from './kind.js';
import { Buffer, Parameter } from './parameter.js';

export interface LoadOptions {
  /** Refuse keys that are missing or unexpected. Default true. Wrong shapes are always refused. */
  strict?: boolean;
  /** Taken off the front of every key that has it, such as `'module.'`, which PyTorch's DataParallel puts there. Default: ''. */
  prefix?: string;
}

/** The keys that only the module has (missing), or only the dict (unexpected). */
export interface LoadResult {
  readonly missingKeys: readonly string[];
  readonly unexpectedKeys: readonly string[];
}

/** A module whose forward takes `Inputs` and returns `Output`: by default a tensor each. */
export abstract class Module<Inputs extends unknown[] = [x: Tensor], Output = Tensor> {
  /** Whether it is in training mode, or else in evaluation mode; `train()` and `eval()` switch. */
  training = true;

  abstract forward(...inputs: Inputs): Output;

  /** The fields that make up the module, by their PyTorch names: parameters, buffers, modules. What lies in a field's array, object, Map
   *  or Set has the field's name and its own number or key. Throws where two fields would share a name. */
  protected fields(): [string, unknown][] {
    const fieldOf = new Map<string, string>();
    return Object.entries(this).flatMap(([field, value]) => {
      const found = statesIn(stateName(field), value);
      for (const [name] of found) {
        const other = fieldOf.get(name);
        if (other !== undefined && other !== field) {
          throw new Error(
            `${kindOf(this)}: its fields ${other} and ${field} are both ${name} in a state_dict; rename one of them`,
          );
        }
        fieldOf.set(name, field);
      }
      return found;
    });
  }

  /** The modules that this one holds directly. */
  namedChildren(): [string, AnyModule][] {
    return this.fields().filter((field): field is [string, AnyModule] => field[1] instanceof Module);
  }

  /** This module and all below it, with the path of each: '' for this one. A shared module has several paths. */
  namedModules(prefix = ''): [string, AnyModule][] {
    const below = this.namedChildren().flatMap(([name, child]) => child.namedModules(join(prefix, name)));
    return [[prefix, this as AnyModule], ...below];
  }

  /** This module and all below it; a shared one once. */
  modules(): AnyModule[] {
    return [...new Set(this.namedModules().map(([, module]) => module))];
  }

  /** Every parameter with its state_dict key; a shared one once. */
  namedParameters(): [string, Parameter][] {
    const seen = new Set<Parameter>();
    return this.namedState().filter((entry): entry is [string, Parameter] => {
      const [, tensor] = entry;
      if (!(tensor instanceof Parameter) || seen.has(tensor)) return false;
      seen.add(tensor);
      return true;
    });
  }

  /** Warns, once, of layers that it can tell are there, but can't find; so do `stateDict`, `loadStateDict` and `to`. */
  parameters(): Parameter[] {
    return this.namedParameters().map(([, parameter]) => parameter);
  }

  buffers(): Buffer[] {
    return [...new Set(this.namedState().flatMap(([, tensor]) => (tensor instanceof Buffer ? [tensor] : [])))];
  }

  /** Parameters and buffers with their keys, in PyTorch's order: of each module its parameters, its buffers, its children. */
  private namedState(): [string, Parameter | Buffer][] {
    const modules = this.namedModules();
    const state = modules.flatMap(([path, module]) => {
      const own = module.fields().map(([name, value]): [string, unknown] => [join(path, name), value]);
      return [
        ...own.filter((entry): entry is [string, Parameter] => entry[1] instanceof Parameter),
        ...own.filter((entry): entry is [string, Buffer] => entry[1] instanceof Buffer),
      ];
    });
    const seen = new Map<string, Tensor>();
    for (const [key, tensor] of state) {
      if ((seen.get(key) ?? tensor) !== tensor) {
        throw new Error(
          `${kindOf(this)}: two tensors are called ${key} in its state_dict; rename one of their modules`,
        );
      }
      seen.set(key, tensor);
      if (tensor instanceof Parameter) tensor.isKnown = true;
    }
    warnOfHiddenLayers(new Set(modules.map(([, module]) => module)), new Set(seen.values()));
    return state;
  }

  /** Every parameter and buffer by its PyTorch key, such as `conv1.weight`. The tensors share the module's memory, so they
   *  change as it learns. */
  stateDict(): Record<string, Tensor> {
    return Object.fromEntries(this.namedState().map(([key, tensor]) => [key, tensor.detach().retain()]));
  }

  /**
   * Copies values into the parameters and buffers. Throws, and changes nothing, if a key or a shape is wrong. A counter such as
   * `num_batches_tracked` may be missing, as in PyTorch, since old files don't have it; it then begins at 0.
   */
  loadStateDict(dict: Readonly<Record<string, Tensor>>, options: LoadOptions = {}): LoadResult {
    requireOptions('loadStateDict', options, { strict: true, prefix: true });
    for (const [key, value] of Object.entries(dict)) requireTensor('loadStateDict', key, value);
    dict = this.withOwnKeys(dict, options.prefix ?? '');
    const own = new Map(this.namedState());
    const problems: string[] = [];
    const absent = [...own].filter(([key]) => !Object.hasOwn(dict, key));
    const missingKeys = absent.filter(([, tensor]) => !isCounter(tensor)).map(([key]) => key);
    const unexpectedKeys = Object.keys(dict).filter((key) => !own.has(key));
    if (options.strict ?? true) {
      if (missingKeys.length > 0) problems.push(`missing keys: ${missingKeys.join(', ')}`);
      if (unexpectedKeys.length > 0) problems.push(`unexpected keys: ${unexpectedKeys.join(', ')}`);
      const prefix = commonPrefix(unexpectedKeys, own);
      if (prefix !== '') problems.push(`without '${prefix}' in front they fit: give { prefix: '${prefix}' }`);
    }
    const shared = [...own].filter(([key]) => Object.hasOwn(dict, key));
    for (const [key, tensor] of shared) {
      if (!sameShape(tensor.shape, dict[key].shape)) {
        problems.push(`${key} is ${formatShape(tensor.shape)} here, but ${formatShape(dict[key].shape)} there`);
      }
    }
    if (problems.length > 0) throw new Error(`loadStateDict: ${problems.join('; ')}`);
    const assignments = shared.map(([key, tensor]) => tensor.assignment(dict[key], 'loadStateDict'));
    for (const assign of assignments) assign();
    for (const [, tensor] of absent) {
      if (isCounter(tensor)) tensor.copyFrom(new Int32Array(tensor.numel));
    }
    return { missingKeys, unexpectedKeys };
  }

  /** Names that files may have for fields of this module, each with the field's own. Default: none. */
  protected earlierNames(): Readonly<Record<string, string>> {
    return {};
  }

  /** The same tensors by the keys that they have here. */
  private withOwnKeys(dict: Readonly<Record<string, Tensor>>, prefix: string): Record<string, Tensor> {
    const earlier = this.namedModules().flatMap(([path, module]) =>
      Object.entries(module.earlierNames()).map(([name, own]) => [`${join(path, name)}.`, `${join(path, own)}.`]),
    );
    const ownKey = (key: string): string => {
      const bare = key.startsWith(prefix) ? key.slice(prefix.length) : key;
      const found = earlier.find(([name]) => bare.startsWith(name));
      return found ? bare.replace(found[0], found[1]) : bare;
    };
    const entries = new Map<string, Tensor>();
    for (const [key, tensor] of Object.entries(dict)) {
      const own = ownKey(key);
      if (entries.has(own)) throw new Error(`loadStateDict: two keys stand for ${own}, of which one is ${key}`);
      entries.set(own, tensor);
    }
    return Object.fromEntries(entries);
  }

  /** Moves all parameters and buffers to a backend. Counters stay on the host: no kernel needs them. */
  to(backend: TensorBackend): this {
    requireBackend('to', backend);
    for (const [, tensor] of this.namedState()) tensor.moveTo(isCounter(tensor) ? host : backend);
    return this;
  }

  /** Switches this module and all below it to training mode: batch statistics, dropout. `false`: to evaluation mode. */
  train(training = true): this {
    for (const module of this.modules()) module.training = training;
    return this;
  }

  /** Switches to evaluation mode: running statistics, no dropout. */
  eval(): this {
    return this.train(false);
  }

  /** Calls `fn` with every module below, and then with this one. */
  apply(fn: (module: AnyModule) => void): this {
    for (const child of new Set(this.namedChildren().map(([, module]) => module))) child.apply(fn);
    fn(this as AnyModule);
    return this;
  }

  /**
   * Has `hook` see the inputs and the output of every `forward` of this module, hooks in the order in which they came. If it returns
   * something, that is what `forward` returns instead. `remove()` of the handle ends it. As in PyTorch. Throws a TypeError unless the
   * hook is a function.
   *
   * @example
   * const handle = model.conv1.registerForwardHook((module, inputs, y) => console.log(y.shape));
   * model.forward(x);
   * handle.remove();
   */
  // biome-ignore lint/suspicious/noConfusingVoidType: a hook that only looks returns nothing.
  registerForwardHook(hook: (module: this, inputs: Inputs, output: Output) => Output | void): RemovableHandle {
    if (typeof hook !== 'function') throw new TypeError('registerForwardHook: the hook must be a function');
    return addForwardHook(this, (inputs, output) => hook(this, inputs as Inputs, output as Output));
  }

  /** Freezes all parameters (false), or has them learn again. */
  requiresGrad_(requiresGrad = true): this {
    for (const parameter of this.parameters()) parameter.requiresGrad_(requiresGrad);
    return this;
  }

  /** The modules that it is made of, line by line, without their values. */
  toString(): string {
    const lines = this.namedChildren().map(([name, child]) => `(${name}): ${child}`.replaceAll(/^/gm, '  '));
    return lines.length === 0 ? kindOf(this) : [`${kindOf(this)}(`, ...lines, ')'].join('\n');
  }

  [inspect](): string {
    return this.toString();
  }

  zeroGrad(): void {
    for (const parameter of this.parameters()) clearGrad(parameter);
  }
}

// biome-ignore lint/suspicious/noExplicitAny: a parent holds modules of any inputs and output.
export type AnyModule = Module<any[], any>;

/** Whether it only counts, such as the batches that a running mean has seen: counters are int32. */
function isCounter({ dtype }: Tensor): boolean {
  return dtype === 'int32';
}

/** Forgets a gradient and returns its memory. */
export function clearGrad(parameter: Tensor): void {
  parameter.grad?.release('zeroGrad()');
  parameter.grad = null;
}

/** The parameters, buffers and modules that a field holds, by their names. `around`: the arrays and the like that it lies in. */
function statesIn(name: string, value: unknown, around: readonly unknown[] = []): [string, unknown][] {
  if (value instanceof Module || value instanceof Parameter || value instanceof Buffer) return [[name, value]];
  if (around.includes(value)) return []; // it contains itself
  return itemsOf(value).flatMap(([key, item]) => statesIn(`${name}.${key}`, item, [...around, value]));
}

/** What is in an array, a Set (by number), a Map or a plain object (by key). Other things keep to themselves. */
function itemsOf(value: unknown): [string | number, unknown][] {
  if (typeof value !== 'object' || value === null) return [];
  if (Array.isArray(value) || value instanceof Set) return [...value].map((item, i) => [i, item]);
  if (value instanceof Map) return [...value].map(([key, item], i) => [isName(key) ? key : i, item]);
  return isPlain(value) ? Object.entries(value) : [];
}

function isName(key: unknown): key is string | number {
  return typeof key === 'string' || typeof key === 'number';
}

function isPlain(value: object): boolean {
  const prototype = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

/** Warns of layers that these modules hold, and that aren't among them or their tensors. */
function warnOfHiddenLayers(modules: ReadonlySet<AnyModule>, tensors: ReadonlySet<Tensor>): void {
  const isFound = (part: object) => modules.has(part as AnyModule) || tensors.has(part as Tensor);
  for (const module of modules) {
    for (let type = module.constructor; type !== Module && type.prototype; type = Object.getPrototypeOf(type)) {
      const names = privateLayersOf(type);
      if (names.length === 0) continue;
      const fields = names.map((name) => `#${name}`).join(', ');
      warnOnce(`parameters: ${kindOf(module)} has layers in ${fields}, where they can't be found: ${REMEDY}`);
    }
    for (const [field, value] of Object.entries(module)) {
      const hidden = hiddenIn(value).find((part) => !isFound(part));
      if (hidden) {
        const [owner, kind] = [`${kindOf(module)}.${field}`, kindOf(hidden)];
        warnOnce(`parameters: ${owner} isn't a module, so the ${kind} in it isn't found: ${REMEDY}`);
      }
    }
  }
}

/** The modules and parameters that are fields of something that isn't a module. */
function hiddenIn(value: unknown, around: readonly unknown[] = []): object[] {
  if (typeof value !== 'object' || value === null || value instanceof Module || value instanceof Tensor) return [];
  if (ArrayBuffer.isView(value) || around.includes(value)) return [];
  const items = itemsOf(value);
  if (items.length > 0) return items.flatMap(([, item]) => hiddenIn(item, [...around, value]));
  return Object.values(value).filter((part) => part instanceof Module || part instanceof Parameter);
}

/** A field's name in a state_dict: `running_mean` for `runningMean`, as in PyTorch. */
function stateName(field: string): string {
  return field.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/** What stands in front of all these keys, if behind it each is one of `own`; else ''. */
function commonPrefix(keys: readonly string[], own: ReadonlyMap<string, unknown>): string {
  const [first = ''] = keys;
  for (let dot = first.indexOf('.'); dot >= 0; dot = first.indexOf('.', dot + 1)) {
    const prefix = first.slice(0, dot + 1);
    if (keys.every((key) => key.startsWith(prefix) && own.has(key.slice(prefix.length)))) return prefix;
  }
  return '';
}

function join(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`;
}
