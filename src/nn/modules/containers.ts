/** Modules that only hold others, for a `forward` elsewhere to call. Source: https://pytorch.org/docs/stable/nn.html#containers */
import { type AnyModule, Module } from '../module.js';

/** Modules in a list, called 0, 1, 2, … in a state_dict. `for (const layer of list)` goes through them. */
export class ModuleList<Item extends AnyModule = Module> extends Module<[], never> {
  static readonly kind: string = 'ModuleList';
  readonly #items: Item[] = [];

  constructor(modules: Iterable<Item> = []) {
    super();
    this.extend(modules);
  }

  protected override fields(): [string, unknown][] {
    return this.#items.map((module, i) => [String(i), module]);
  }

  get length(): number {
    return this.#items.length;
  }

  /** The module of that number; −1 is the last. */
  at(index: number): Item | undefined {
    return this.#items.at(index);
  }

  append(module: Item): this {
    return this.insert(this.length, module);
  }

  extend(modules: Iterable<Item>): this {
    for (const module of modules) this.append(module);
    return this;
  }

  /** Puts a module before the one of that number. */
  insert(index: number, module: Item): this {
    requireModule('ModuleList', module);
    this.#items.splice(index, 0, module);
    return this;
  }

  [Symbol.iterator](): Iterator<Item> {
    return this.#items[Symbol.iterator]();
  }

  override forward(): never {
    throw noForward('ModuleList');
  }
}

/** Modules by name, as a Map has them; the names are those in a state_dict. */
export class ModuleDict<Item extends AnyModule = Module> extends Module<[], never> {
  static readonly kind: string = 'ModuleDict';
  readonly #items = new Map<string, Item>();

  constructor(modules: Readonly<Record<string, Item>> | Iterable<readonly [string, Item]> = {}) {
    super();
    for (const [name, module] of Symbol.iterator in modules ? modules : Object.entries(modules)) this.set(name, module);
  }

  protected override fields(): [string, unknown][] {
    return [...this.#items];
  }

  get size(): number {
    return this.#items.size;
  }

  get(name: string): Item | undefined {
    return this.#items.get(name);
  }

  has(name: string): boolean {
    return this.#items.has(name);
  }

  set(name: string, module: Item): this {
    requireModule('ModuleDict', module);
    if (name === '' || name.includes('.')) {
      throw new RangeError(`ModuleDict: a name can't be empty or have a dot, but is '${name}'`);
    }
    this.#items.set(name, module);
    return this;
  }

  delete(name: string): boolean {
    return this.#items.delete(name);
  }

  keys(): Iterable<string> {
    return this.#items.keys();
  }

  values(): Iterable<Item> {
    return this.#items.values();
  }

  [Symbol.iterator](): Iterator<[string, Item]> {
    return this.#items[Symbol.iterator]();
  }

  override forward(): never {
    throw noForward('ModuleDict');
  }
}

function requireModule(container: string, module: unknown): void {
  if (!(module instanceof Module)) throw new TypeError(`${container}: takes modules, but was given ${String(module)}`);
}

function noForward(container: string): TypeError {
  return new TypeError(`${container}: it only holds its modules; call those`);
}
