/** The public namespace `torch` in Node: also from files. */
import { load } from '../exchange/torch.js';
import type { Tensor } from '../tensor/tensor.js';
import { readFile } from './files.js';

export * from '../exchange/torch.js';

/** The tensors of a file, as `load` gives them. Throws a one-line error with the path if the file can't be read. */
export async function loadFile(path: string): Promise<Record<string, Tensor>> {
  return load(await readFile(path), path);
}
