/** Running a model on trial: to see what it does, with memory of another backend behind its tensors. */
import { host } from '../backends/reference/index.js';
import { defaultGenerator } from '../tensor/random.js';
import { Storage } from '../tensor/storage.js';
import { newArray, type TensorBackend } from '../tensor/tensorBackend.js';
import type { AnyModule } from './module.js';

/** Puts memory of this backend, its content undefined, behind the model's tensors. Returns the function that undoes this, and puts back
 *  the modules' modes and the generator as well. */
export function borrow(model: AnyModule, backend: TensorBackend): () => void {
  const modes = model.modules().map((module) => [module, module.training] as const);
  const generator = defaultGenerator.getState(); // dropout draws from it
  const undo = [...model.parameters(), ...model.buffers()].map((tensor) => {
    // Modules read their counters (int32), so those stay on the host.
    const { dtype, numel } = tensor;
    const isCounter = dtype === 'int32';
    const own = tensor.exchange(
      isCounter ? Storage.of(host, dtype, newArray(dtype, numel)) : Storage.allocate(backend, dtype, numel),
    );
    return () => tensor.exchange(own);
  });
  return () => {
    for (const putBack of undo) putBack();
    for (const [module, training] of modes) module.training = training;
    defaultGenerator.setState(generator);
  };
}

/** Has `wrapper` run in place of the module's forward, which it is given. Returns the function that undoes this. */
export function around(module: AnyModule, wrapper: (forward: () => unknown) => unknown): () => void {
  const own = Object.getOwnPropertyDescriptor(module, 'forward');
  const forward = module.forward.bind(module);
  module.forward = (...inputs) => wrapper(() => forward(...inputs));
  return () => {
    Reflect.deleteProperty(module, 'forward'); // uncovers the class's method
    if (own) Object.defineProperty(module, 'forward', own);
  };
}

/** Where each module is in the model, such as `incep1.branch1x1`. A shared one has the first of its paths. */
export function pathsOf(model: AnyModule): Map<AnyModule, string> {
  const paths = new Map<AnyModule, string>();
  for (const [path, module] of model.namedModules()) if (!paths.has(module)) paths.set(module, path);
  return paths;
}
