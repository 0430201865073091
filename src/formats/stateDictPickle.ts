/**
 * The pickle of a state dict, read without running it. A pickle is a program for a machine with a stack, which can call any function of
 * Python; this one knows the few steps that make an OrderedDict of tensors, does them by itself, and refuses all others by their names.
 *
 *   tensor = torch._utils._rebuild_tensor_v2(storage, offset, size, stride, …)      storage = ('storage', type, key, device, length)
 *   nn.Parameter = torch._utils._rebuild_parameter(tensor, …)
 *
 * Source: https://github.com/python/cpython/blob/3.11/Lib/pickletools.py, whose names of opcodes messages have
 */
import { FormatError } from './error.js';
import { quote, type SafetensorsDtype } from './safetensorsHeader.js';

/** The storages' types, in PyTorch, with what safetensors calls their values. */
const STORAGES: Readonly<Record<string, SafetensorsDtype>> = {
  DoubleStorage: 'F64',
  FloatStorage: 'F32',
  HalfStorage: 'F16',
  BFloat16Storage: 'BF16',
  LongStorage: 'I64',
  IntStorage: 'I32',
  ShortStorage: 'I16',
  CharStorage: 'I8',
  ByteStorage: 'U8',
  BoolStorage: 'BOOL',
};

/** Numbers that lie in the entry `data/<key>` of the file. */
export interface PickledStorage {
  readonly dtype: SafetensorsDtype;
  readonly key: string;
  readonly length: number;
}

/** A view of a storage: value [i, j, …] is its number offset + i · stride[0] + j · stride[1] + … */
export class PickledTensor {
  constructor(
    readonly storage: PickledStorage,
    readonly offset: number,
    readonly shape: readonly number[],
    readonly strides: readonly number[],
  ) {}
}

const REBUILD_TENSOR = 'torch._utils._rebuild_tensor_v2';
/** Of a tensor, whether it has a gradient, and hooks; the file has no more of it than the tensor. */
const REBUILD_PARAMETER = 'torch._utils._rebuild_parameter';

/** What stands for a function or a class of Python. */
class Global {
  constructor(readonly name: string) {}
}

/** Arrays are tuples. */
class List {}

class Storage implements PickledStorage {
  constructor(
    readonly dtype: SafetensorsDtype,
    readonly key: string,
    readonly length: number,
  ) {}
}

/** So long a pickle may be, so high its stack, so many dicts, lists, tuples and tensors it may make, and so many dimensions a tensor may
 *  have; the largest networks have a tenth of that. It bounds the memory and the time that a hostile file takes. */
const MOST_BYTES = 8 * 2 ** 20;
const MOST_ON_STACK = 2 ** 13;
const MOST_OBJECTS = 2 ** 18;
const MOST_DIMENSIONS = 64;

const REMEDY = 'save the state dict of the model alone, torch.save(model.state_dict(), FILE)';

/** Pushed before a list of arguments. */
const MARK = Symbol('MARK');

/** The steps that are known, by their bytes. */
const NAMES: Readonly<Record<number, string>> = {
  40: 'MARK',
  41: 'EMPTY_TUPLE',
  46: 'STOP',
  66: 'BINBYTES',
  67: 'SHORT_BINBYTES',
  71: 'BINFLOAT',
  73: 'INT',
  74: 'BININT',
  75: 'BININT1',
  77: 'BININT2',
  78: 'NONE',
  81: 'BINPERSID',
  82: 'REDUCE',
  88: 'BINUNICODE',
  93: 'EMPTY_LIST',
  97: 'APPEND',
  98: 'BUILD',
  99: 'GLOBAL',
  101: 'APPENDS',
  104: 'BINGET',
  105: 'INST',
  106: 'LONG_BINGET',
  111: 'OBJ',
  113: 'BINPUT',
  114: 'LONG_BINPUT',
  115: 'SETITEM',
  116: 'TUPLE',
  117: 'SETITEMS',
  125: 'EMPTY_DICT',
  128: 'PROTO',
  129: 'NEWOBJ',
  130: 'EXT1',
  131: 'EXT2',
  132: 'EXT4',
  133: 'TUPLE1',
  134: 'TUPLE2',
  135: 'TUPLE3',
  136: 'NEWTRUE',
  137: 'NEWFALSE',
  138: 'LONG1',
  147: 'STACK_GLOBAL',
};

/** The tensors of a pickled state dict by their names. Throws a FormatError, which begins with `where`, if it is anything else. */
export function readStateDictPickle(bytes: Uint8Array, where: string): Map<string, PickledTensor> {
  const result = new Machine(bytes, where).run();
  if (!(result instanceof Map)) throw new FormatError(`${where}: it holds ${kindOf(result)}: ${REMEDY}`);
  const inner = [...result].flatMap(([name, value]) =>
    typeof name === 'string' && isStateDict(value) ? [quote(name)] : [],
  );
  if (inner.length > 0) {
    // Its owner may see which of them is meant.
    const [has, save] = inner.length === 1 ? ['one', 'that'] : ['some', 'one of them'];
    throw new FormatError(
      `${where}: it isn't a state dict, but has ${has} under ${inner.slice(0, 4).join(', ')}: save ${save} alone, torch.save(torch.load(FILE)[${inner[0]}], FILE)`,
    );
  }
  const tensors = new Map<string, PickledTensor>();
  for (const [name, value] of result) {
    if (typeof name !== 'string') throw new FormatError(`${where}: a key is ${kindOf(name)}, not a text`);
    if (!(value instanceof PickledTensor))
      throw new FormatError(`${where}: ${quote(name)} is ${kindOf(value)}, not a tensor: ${REMEDY}`);
    tensors.set(name, value);
  }
  return tensors;
}

/** Of a checkpoint of a training, that is what is wanted of it. */
function isStateDict(value: unknown): boolean {
  return (
    value instanceof Map &&
    value.size > 0 &&
    [...value].every(([name, tensor]) => typeof name === 'string' && tensor instanceof PickledTensor)
  );
}

function kindOf(value: unknown): string {
  if (value === null) return 'None';
  if (value instanceof Map) return 'a dict';
  if (value instanceof List) return 'a list';
  if (value instanceof PickledTensor) return 'a tensor';
  if (value instanceof Storage) return 'a storage';
  if (value instanceof Global) return value.name;
  return Array.isArray(value) ? 'a tuple' : `a ${typeof value}`;
}

class Machine {
  readonly #view: DataView;
  readonly #stack: unknown[] = [];
  readonly #memo = new Map<number, unknown>();
  #at = 0;
  #objects = 0;
  /** Where the step under way begins, for messages. */
  #step = 0;

  constructor(
    private readonly bytes: Uint8Array,
    private readonly where: string,
  ) {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    if (bytes.length > MOST_BYTES) throw new FormatError(`${where}: its pickle has ${bytes.length} bytes, over 8 MiB`);
  }

  run(): unknown {
    for (;;) {
      this.#step = this.#at;
      const code = this.#byte();
      if (NAMES[code] === 'STOP') return this.#end();
      this.#do(code);
      if (this.#stack.length > MOST_ON_STACK) throw this.#refused(`more than ${MOST_ON_STACK} values on its stack`);
    }
  }

  /** Counts what is made. */
  #made<T>(object: T): T {
    if (++this.#objects > MOST_OBJECTS) throw this.#refused(`more than ${MOST_OBJECTS} objects`);
    return object;
  }

  #do(code: number): void {
    const stack = this.#stack;
    switch (NAMES[code]) {
      case 'PROTO': {
        const version = this.#byte();
        if (version !== 2) throw this.#refused(`pickle protocol ${version}, where torch.save has 2`);
        return;
      }
      case 'MARK':
        stack.push(MARK);
        return;
      case 'NONE':
        stack.push(null);
        return;
      case 'NEWTRUE':
        stack.push(true);
        return;
      case 'NEWFALSE':
        stack.push(false);
        return;
      case 'BININT':
        stack.push(this.#view.getInt32(this.#take(4), true));
        return;
      case 'BININT1':
        stack.push(this.#byte());
        return;
      case 'BININT2':
        stack.push(this.#view.getUint16(this.#take(2), true));
        return;
      case 'LONG1':
        stack.push(this.#long(this.#byte()));
        return;
      case 'BINFLOAT':
        stack.push(this.#view.getFloat64(this.#take(8)));
        return;
      case 'BINUNICODE':
        stack.push(this.#text(this.#view.getUint32(this.#take(4), true)));
        return;
      case 'EMPTY_DICT':
        stack.push(this.#made(new Map()));
        return;
      case 'EMPTY_TUPLE':
        stack.push(this.#made([]));
        return;
      case 'TUPLE1':
        stack.push(this.#made([this.#pop()]));
        return;
      case 'TUPLE2':
        stack.push(this.#made([this.#pop(), this.#pop()].reverse()));
        return;
      case 'TUPLE3':
        stack.push(this.#made([this.#pop(), this.#pop(), this.#pop()].reverse()));
        return;
      case 'TUPLE':
        stack.push(this.#made(this.#sinceMark()));
        return;
      case 'EMPTY_LIST':
        stack.push(this.#made(new List()));
        return;
      // Of a list in a checkpoint, only that it is there is of interest, to say what the file holds.
      case 'APPEND':
        this.#pop();
        this.#list();
        return;
      case 'APPENDS':
        this.#sinceMark();
        this.#list();
        return;
      case 'BINPUT':
        this.#memo.set(this.#byte(), this.#top());
        return;
      case 'LONG_BINPUT':
        this.#memo.set(this.#view.getUint32(this.#take(4), true), this.#top());
        return;
      case 'BINGET':
        stack.push(this.#remembered(this.#byte()));
        return;
      case 'LONG_BINGET':
        stack.push(this.#remembered(this.#view.getUint32(this.#take(4), true)));
        return;
      case 'GLOBAL':
        stack.push(this.#global(`${this.#line()}.${this.#line()}`));
        return;
      case 'BINPERSID':
        stack.push(this.#storage(this.#pop()));
        return;
      case 'REDUCE': {
        const args = this.#pop();
        stack.push(this.#call(this.#pop(), args));
        return;
      }
      case 'SETITEM': {
        const value = this.#pop();
        this.#fill([this.#pop(), value]);
        return;
      }
      case 'SETITEMS':
        this.#fill(this.#sinceMark());
        return;
      case 'BUILD':
        // The versions of the modules, which an OrderedDict of PyTorch has as an attribute.
        if (!(this.#pop() instanceof Map) || !(this.#top() instanceof Map)) throw this.#refused('BUILD of no dict');
        return;
      default:
        throw this.#refused(`the opcode ${NAMES[code] ?? `0x${code.toString(16)}`}`);
    }
  }

  #refused(what: string): FormatError {
    return new FormatError(
      `${this.where}: its pickle has ${what} at byte ${this.#step}, which isn't a part of a state dict of tensors; nothing of it was run`,
    );
  }

  #end(): unknown {
    const result = this.#pop();
    if (this.#stack.length > 0) throw this.#refused('more on its stack than one result');
    return result;
  }

  /** Where the next bytes begin; they are there. */
  #take(count: number): number {
    const at = this.#at;
    if (count > this.bytes.length - at) throw new FormatError(`${this.where}: its pickle ends in the middle of a step`);
    this.#at += count;
    return at;
  }

  #byte(): number {
    return this.bytes[this.#take(1)];
  }

  #text(length: number): string {
    const at = this.#take(length);
    try {
      return new TextDecoder('utf-8', { fatal: true }).decode(this.bytes.subarray(at, at + length));
    } catch (error) {
      throw new FormatError(`${this.where}: its pickle has a text that isn't UTF-8`, { cause: error });
    }
  }

  #line(): string {
    const end = this.bytes.indexOf(10, this.#at);
    const text = this.#text((end < 0 ? this.bytes.length : end) - this.#at);
    this.#take(1);
    return text;
  }

  /** A whole number in so many bytes, the lowest first, the highest with the sign. */
  #long(length: number): number {
    const at = this.#take(length);
    let value = 0n;
    for (let i = 0; i < length; i++) value |= BigInt(this.bytes[at + i]) << BigInt(8 * i);
    return Number(BigInt.asIntN(8 * length, value));
  }

  #pop(): unknown {
    const value = this.#top();
    this.#stack.pop();
    return value;
  }

  #top(): unknown {
    const value = this.#stack.at(-1);
    if (value === undefined || value === MARK) throw this.#refused('a step without what it needs');
    return value;
  }

  #sinceMark(): unknown[] {
    const mark = this.#stack.lastIndexOf(MARK);
    if (mark < 0) throw this.#refused('a step without its MARK');
    return this.#stack.splice(mark).slice(1);
  }

  #remembered(index: number): unknown {
    if (!this.#memo.has(index)) throw this.#refused(`a memo ${index} that nothing was put in`);
    return this.#memo.get(index);
  }

  #fill(items: readonly unknown[]): void {
    const dict = this.#top();
    if (!(dict instanceof Map) || items.length % 2 === 1) throw this.#refused('SETITEMS of no dict');
    for (let i = 0; i < items.length; i += 2) dict.set(items[i], items[i + 1]);
  }

  #list(): void {
    if (!(this.#top() instanceof List)) throw this.#refused('APPENDS to no list');
  }

  #global(name: string): Global {
    const [, storage] = /^torch\.(\w+)$/.exec(name) ?? [];
    const isKnown = storage !== undefined && Object.hasOwn(STORAGES, storage);
    if (isKnown || name === 'collections.OrderedDict' || name === REBUILD_TENSOR || name === REBUILD_PARAMETER) {
      return new Global(name);
    }
    // A whole model, or a training's options, has classes of its own.
    throw new FormatError(`${this.#refused(`the global ${quote(name)}`).message}: ${REMEDY}`);
  }

  #storage(id: unknown): Storage {
    const [what, type, key, , length] = Array.isArray(id) ? id : [];
    const dtype = type instanceof Global ? STORAGES[type.name.slice('torch.'.length)] : undefined;
    if (what !== 'storage' || dtype === undefined || typeof key !== 'string' || !isSize(length)) {
      throw this.#refused('a persistent id that is no storage');
    }
    return this.#made(new Storage(dtype, key, length));
  }

  #call(of: unknown, args: unknown): unknown {
    if (!(of instanceof Global) || !Array.isArray(args)) throw this.#refused('REDUCE of no function');
    if (of.name === 'collections.OrderedDict' && args.length === 0) return this.#made(new Map());
    const [tensor] = args;
    if (of.name === REBUILD_PARAMETER && tensor instanceof PickledTensor) return tensor;
    if (of.name !== REBUILD_TENSOR) throw this.#refused(`a call of ${of.name} with ${args.length} arguments`);
    const [storage, offset, shape, strides] = args;
    if (Array.isArray(shape) && shape.length > MOST_DIMENSIONS) {
      throw this.#refused(`a tensor of ${shape.length} dimensions, over ${MOST_DIMENSIONS},`);
    }
    if (Array.isArray(shape) && Array.isArray(strides) && shape.length !== strides.length)
      throw this.#refused(`a tensor of ${shape.length} sizes and ${strides.length} strides`);
    if (!(storage instanceof Storage && isSize(offset) && areSizes(shape) && areSizes(strides))) {
      throw this.#refused('a tensor without storage, offset, size and stride');
    }
    return this.#made(new PickledTensor(storage, offset, shape, strides));
  }
}

function isSize(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function areSizes(values: unknown): values is number[] {
  return Array.isArray(values) && values.every(isSize);
}
