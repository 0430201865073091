/** The public namespace `onnx` in Node: also from and to files. */
import { load, metadata, type OnnxModule, type SaveOptions, save } from '../exchange/onnx/index.js';
import type { AnyModule } from '../nn/module.js';
import type { Tensor } from '../tensor/tensor.js';
import { readFile, writeFileAtomically } from './files.js';

export * from '../exchange/onnx/index.js';

/** Writes a network to a file, as `save` does. If something goes wrong, it throws, and the previous file, if there was one, stays as it
 *  is. */
export async function saveFile(
  model: AnyModule,
  example: Tensor | readonly Tensor[],
  path: string,
  options: SaveOptions = {},
): Promise<void> {
  await writeFileAtomically(path, await save(model, example, options));
}

/** The network of a file, as `load` gives it. Throws a one-line error with the path if the file can't be read. */
export async function loadFile<Output extends Tensor | Record<string, Tensor> = Tensor>(
  path: string,
): Promise<OnnxModule<Output>> {
  return load<Output>(await readFile(path), path);
}

/** The texts that a file keeps beside its network, as `metadata` gives them. */
export async function metadataFile(path: string): Promise<Record<string, string>> {
  return metadata(await readFile(path), path);
}
