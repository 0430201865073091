/**
 * `torch`: tensors by name from the bytes of a file that `torch.save(model.state_dict(), FILE)` wrote. No code of the file is run, and
 * what isn't a state dict of tensors is refused by its name.
 *
 * @example
 * model.loadStateDict(torch.load(bytes));
 */
import { parseTorchFile } from '../formats/index.js';
import type { Tensor } from '../tensor/tensor.js';
import { requireBytes, tensorsOf } from './safetensors.js';

/**
 * The tensors of a file, on the host, in its order: f32, f16 and bf16 as float32, f64 as float64, integers and bool as int32, all of them
 * exactly. Views of a storage are copied row by row.
 *
 * Throws a FormatError, before a tensor is made, if the file is damaged, is older than PyTorch 1.6, holds anything but a state dict of
 * tensors, or has an i64 that isn't an int32. `name` is the file's, for messages.
 */
export function load(bytes: Uint8Array, name = 'bytes'): Record<string, Tensor> {
  requireBytes(bytes, 'torch');
  return tensorsOf({ tensors: parseTorchFile(bytes, name), metadata: {} }, name, 'torch');
}
