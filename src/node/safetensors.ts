/** The public namespace `safetensors` in Node: also from and to files. */
import { type FileHandle, open } from 'node:fs/promises';
import { type SaveOptions, save, tensorsOf } from '../exchange/safetensors.js';
import {
  FormatError,
  LENGTH_BYTES,
  parseHeader,
  parseHeaderLength,
  type Safetensors,
  withData,
} from '../formats/index.js';
import type { Tensor } from '../tensor/tensor.js';
import { reasonOf, writeFileAtomically } from './files.js';

export * from '../exchange/index.js';

/** Node reads less than 2 GiB at once. */
const READ_AT_ONCE = 2 ** 30;

/**
 * Writes tensors to a file, with the options of `save`. If something goes wrong, it throws, and the previous file, if there was
 * one, stays as it is.
 */
export async function saveFile(
  tensors: Readonly<Record<string, Tensor>>,
  path: string,
  options: SaveOptions = {},
): Promise<void> {
  await writeFileAtomically(path, await save(tensors, options));
}

/**
 * The tensors of a file, as `load` gives them. The header is checked against the file's size before the data are read. Throws a
 * one-line error with the path if the file can't be read, breaks a rule, or changes its size meanwhile.
 */
export async function loadFile(path: string): Promise<Record<string, Tensor>> {
  return tensorsOf(await readSafetensors(path), path);
}

/** The texts that a file keeps beside its tensors, as `metadata` gives them. */
export async function metadataFile(path: string): Promise<Record<string, string>> {
  return (await readSafetensors(path)).metadata;
}

async function readSafetensors(path: string): Promise<Safetensors> {
  let file: FileHandle | undefined;
  try {
    file = await open(path, 'r');
    return await readOpened(file, path);
  } catch (error) {
    if (error instanceof FormatError) throw error;
    throw new Error(`${path} can't be read: ${reasonOf(error)}`, { cause: error });
  } finally {
    await file?.close();
  }
}

async function readOpened(file: FileHandle, path: string): Promise<Safetensors> {
  const where = `safetensors ${path}`;
  const { size } = await file.stat();

  async function read(begin: number, length: number): Promise<Uint8Array> {
    const bytes = new Uint8Array(length);
    let done = 0;
    while (done < length) {
      const { bytesRead } = await file.read(bytes, done, Math.min(length - done, READ_AT_ONCE), begin + done);
      if (bytesRead === 0) throw new FormatError(`${where}: the file became shorter while it was read`);
      done += bytesRead;
    }
    return bytes;
  }

  const headerLength = parseHeaderLength(await read(0, Math.min(size, LENGTH_BYTES)), size, where);
  const dataBegin = LENGTH_BYTES + headerLength;
  const header = parseHeader(await read(LENGTH_BYTES, headerLength), size - dataBegin, where);
  const data = await read(dataBegin, size - dataBegin);
  const { size: sizeNow } = await file.stat();
  if (sizeNow !== size) {
    throw new FormatError(`${where}: the file changed from ${size} to ${sizeNow} bytes while it was read`);
  }
  return withData(header, data);
}
