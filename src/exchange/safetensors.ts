/**
 * `safetensors`: tensors by name as the bytes of a safetensors file, for exchange with PyTorch. The functions are those of
 * Python's `safetensors.torch`.
 *
 * @example
 * const bytes = await safetensors.save(model.stateDict(), { dtype: 'F16' });
 * model.loadStateDict(safetensors.load(bytes));
 *
 * Source: https://huggingface.co/docs/safetensors/api/torch
 */
import { host } from '../backends/reference/index.js';
import {
  checkInt32,
  defaultDtype,
  entryOf,
  isDtype,
  parseSafetensors,
  quote,
  type Safetensors,
  type SafetensorsDtype,
  type SafetensorsEntry,
  type SafetensorsValues,
  serializeSafetensors,
  valuesOf,
} from '../formats/index.js';
import { requireOptions } from '../ops/options.js';
import { Tensor } from '../tensor/tensor.js';
import type { DType } from '../tensor/tensorBackend.js';

export type { SafetensorsDtype } from '../formats/index.js';

const FLOATS = ['F32', 'F64', 'F16', 'BF16'] as const;

export interface SaveOptions {
  /**
   * How all float tensors are written: rounded to the nearest value, ties to even; what is too large becomes infinity.
   * Default: float32 as F32, float64 as F64. An int32 tensor is written as I64, in which PyTorch counts.
   */
  dtype?: (typeof FLOATS)[number];
  /** How single tensors are written, by their names. An integer dtype must hold every value exactly. */
  dtypes?: Readonly<Record<string, SafetensorsDtype>>;
  /** Texts that are kept in the file beside the tensors. Default: none. */
  metadata?: Readonly<Record<string, string>>;
}

/**
 * The bytes of a file with these tensors, in their order, with their values at the time of the call. They may have any shape, and
 * be on any backend. Throws, naming tensor and value, if a value doesn't fit an integer dtype that was asked for.
 */
export async function save(tensors: Readonly<Record<string, Tensor>>, options: SaveOptions = {}): Promise<Uint8Array> {
  requireOptions('safetensors', options, { dtype: true, dtypes: true, metadata: true });
  checkOptions(tensors, options);
  const { dtype, dtypes = {}, metadata } = options;
  const names = Object.keys(tensors);
  // All reads begin before the first is awaited, so that no training step comes between them.
  const values = await Promise.all(names.map((name) => tensors[name].data()));
  const entries = names.map((name, i) => {
    const general = tensors[name].dtype === 'int32' ? undefined : dtype;
    const own = Object.hasOwn(dtypes, name) ? dtypes[name] : undefined;
    const chosen = own ?? general ?? defaultDtype(values[i]);
    return [name, entryOf(values[i], tensors[name].shape, chosen, `safetensors: ${quote(name)}`)] as const;
  });
  return serializeSafetensors(new Map(entries), metadata);
}

/**
 * The tensors of a file, on the host: F32, F16 and BF16 as float32, F64 as float64, integers and BOOL as int32, all of
 * them exactly. They come in the header's order, but for names that are whole numbers, which JavaScript puts first.
 *
 * Throws a FormatError, before a tensor is made, if the file breaks a rule of the format or has an I64 that isn't an int32.
 * `name` is the file's, for messages.
 */
export function load(bytes: Uint8Array, name = 'bytes'): Record<string, Tensor> {
  return tensorsOf(parse(bytes, name), name);
}

/** The texts that a file keeps beside its tensors. Throws as `load` does. */
export function metadata(bytes: Uint8Array, name = 'bytes'): Record<string, string> {
  return parse(bytes, name).metadata;
}

function parse(bytes: Uint8Array, name: string): Safetensors {
  requireBytes(bytes, 'safetensors');
  return parseSafetensors(bytes, name);
}

/** Throws a TypeError, which begins with `format`, unless they are bytes. */
export function requireBytes(bytes: Uint8Array, format: string): void {
  // By its tag: one of another window or context is an instance of another Uint8Array.
  if (Object.prototype.toString.call(bytes) !== '[object Uint8Array]') {
    throw new TypeError(`${format}: a file is given by its bytes, a Uint8Array`);
  }
}

/** The tensors of a file that has been read. `format` is its kind, for messages. */
export function tensorsOf({ tensors }: Safetensors, name: string, format = 'safetensors'): Record<string, Tensor> {
  const entries = [...tensors].map(([key, entry]) => ({ key, entry, where: `${format} ${name}: ${quote(key)}` }));
  for (const { entry, where } of entries) checkInt32(entry, where);
  // fromEntries makes properties, so that `__proto__` is a name like any other.
  return Object.fromEntries(entries.map(({ key, entry, where }) => [key, tensorOf(entry, where)]));
}

/** One tensor of a file, on the host. Throws a FormatError, which begins with `where`, if it has an I64 that isn't an int32. */
export function tensorOf(entry: SafetensorsEntry, where: string): Tensor {
  const values = valuesOf(entry, where);
  return host.tensor(values, entry.shape, { dtype: dtypeOf(values) }).retain();
}

function dtypeOf(values: SafetensorsValues): DType {
  if (values instanceof Int32Array) return 'int32';
  return values instanceof Float32Array ? 'float32' : 'float64';
}

function checkOptions(tensors: Readonly<Record<string, Tensor>>, { dtype, dtypes = {} }: SaveOptions): void {
  for (const [name, tensor] of Object.entries(tensors)) {
    if (!(tensor instanceof Tensor)) {
      throw new TypeError(`safetensors: ${quote(name)} isn't a tensor; save takes tensors by name: model.stateDict()`);
    }
  }
  if (dtype !== undefined && !FLOATS.includes(dtype)) {
    throw new TypeError(`safetensors: dtype ${quote(dtype)} isn't one of ${FLOATS.join(', ')}`);
  }
  for (const [name, own] of Object.entries(dtypes)) {
    if (!Object.hasOwn(tensors, name)) throw new TypeError(`safetensors: dtypes has ${quote(name)}, but no tensor has`);
    if (!isDtype(own)) throw new TypeError(`safetensors: dtypes gives ${quote(name)} the dtype ${quote(own)}`);
  }
}
