/**
 * A file of `torch.save(model.state_dict(), FILE)`: a zip archive, whose entries aren't compressed.
 *
 *   <name>/data.pkl   a pickle that says which tensors there are      <name>/data/<key>   the values of a storage
 *
 * Nothing of the pickle is run: see stateDictPickle.ts. A storage is its values, low byte first, and a tensor is a view of one.
 *
 * Source: https://pytorch.org/docs/stable/notes/serialization.html
 */
import { formatShape, numel } from '../ops/shape.js';
import { FormatError } from './error.js';
import type { SafetensorsEntry } from './safetensors.js';
import { BYTES, byteLength, quote } from './safetensorsHeader.js';
import { type PickledTensor, readStateDictPickle } from './stateDictPickle.js';
import { isZip, unzipStored } from './zip.js';

/** Tensors may share storages, and a value of one may stand for many of a tensor, but all of them together aren't larger than the file by
 *  more than this factor. */
const MOST_SHARED = 8;
/** How a file of PyTorch before 1.6 begins: a pickle of this number. */
const OLD_MAGIC = Uint8Array.of(0x80, 0x02, 0x8a, 0x0a, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19);

/** Whether a file looks as if torch.save had made it, now or before 1.6. */
export function isTorchFile(bytes: Uint8Array): boolean {
  return isZip(bytes) || isOld(bytes);
}

function isOld(bytes: Uint8Array): boolean {
  return OLD_MAGIC.every((byte, i) => bytes[i] === byte);
}

/** The tensors by their names, row by row. Throws a FormatError if the file is damaged, or is anything but a state dict of tensors. `name`:
 *  what messages call the file. */
export function parseTorchFile(bytes: Uint8Array, name: string): Map<string, SafetensorsEntry> {
  const where = `torch ${name}`;
  if (isOld(bytes)) {
    throw new FormatError(
      `${where}: this is a file as PyTorch before 1.6 wrote it: torch.save(torch.load(FILE), FILE) with a newer one makes it a zip file`,
    );
  }
  if (!isZip(bytes)) throw new FormatError(`${where}: it isn't a file of torch.save, which is a zip archive`);
  const entries = unzipStored(bytes, where);
  const root = [...entries.keys()].find((entry) => /^[^/]+\/data\.pkl$/.test(entry))?.slice(0, -'data.pkl'.length);
  if (root === undefined)
    throw new FormatError(`${where}: the zip archive has no data.pkl, so torch.save didn't make it`);
  const order = entries.get(`${root}byteorder`);
  if (order && new TextDecoder().decode(order) !== 'little') {
    throw new FormatError(`${where}: its values have their high bytes first`);
  }
  const tensors = readStateDictPickle(entries.get(`${root}data.pkl`)!, where);
  let left = MOST_SHARED * bytes.length;
  const read = [...tensors].map(([key, tensor]) => {
    const what = `${where}: ${quote(key)}`;
    left -= checkView(tensor, entries.get(`${root}data/${tensor.storage.key}`), what);
    if (left < 0)
      throw new FormatError(`${what}: tensors that share values are over ${MOST_SHARED} times the file's size`);
    return [key, tensor] as const;
  });
  return new Map(
    read.map(([key, tensor]) => {
      const { storage, shape } = tensor;
      return [
        key,
        { dtype: storage.dtype, shape, bytes: valuesOf(tensor, entries.get(`${root}data/${storage.key}`)!) },
      ];
    }),
  );
}

/** The bytes that a tensor takes. Throws unless all its values are in its storage. */
function checkView(
  { storage, offset, shape, strides }: PickledTensor,
  data: Uint8Array | undefined,
  what: string,
): number {
  const { key, dtype, length } = storage;
  if (!data) throw new FormatError(`${what}: the file has no storage ${quote(key)}`);
  if (data.length !== length * BYTES[dtype]) {
    throw new FormatError(
      `${what}: storage ${quote(key)} should have ${length} values of ${dtype}, but has ${data.length} bytes`,
    );
  }
  const size = byteLength(dtype, shape, what);
  if (size === 0) return 0;
  const last = shape.reduce((sum, count, i) => sum + (count - 1) * strides[i], offset);
  if (!(last < length)) {
    throw new FormatError(
      `${what}: a view ${formatShape(shape)} with strides ${formatShape(strides)} from ${offset} isn't in a storage of ${length} values`,
    );
  }
  return size;
}

/** The values row by row: a view of the file where they lie so. */
function valuesOf({ storage, offset, shape, strides }: PickledTensor, data: Uint8Array): Uint8Array {
  const width = BYTES[storage.dtype];
  const count = numel(shape);
  let next = 1;
  const isRowByRow = shape
    .map((size, i) => ({ size, stride: strides[i] }))
    .toReversed()
    .every(({ size, stride }) => {
      const fits = size <= 1 || stride === next;
      next *= size;
      return fits;
    });
  if (isRowByRow || count === 0) return data.subarray(offset * width, (offset + count) * width);
  const values = new Uint8Array(count * width);
  const index = new Array<number>(shape.length).fill(0);
  for (let i = 0, at = offset; i < count; i++) {
    for (let b = 0; b < width; b++) values[i * width + b] = data[at * width + b];
    // The next index, as an odometer counts.
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      at += strides[axis];
      if (++index[axis] < shape[axis]) break;
      at -= strides[axis] * shape[axis];
      index[axis] = 0;
    }
  }
  return values;
}
