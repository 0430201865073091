/** Forward hooks: functions that are told of every call of a module. */

/** Takes back what was registered. */
export interface RemovableHandle {
  /** The hook isn't called any more. A second time, it changes nothing. */
  remove(): void;
}

interface Called {
  forward(...inputs: never[]): unknown;
}

/** Gets the inputs and the output of a call. What it returns takes the output's place, unless it is undefined. */
export type Hook = (inputs: unknown[], output: unknown) => unknown;

/** The hooks of each module that has some, in their order. A field of the module would be a part of its state. */
const hooksOf = new WeakMap<Called, Map<symbol, Hook>>();

/** Calls `hook` after every `module.forward`, from now on until its handle removes it. */
export function addForwardHook(module: Called, hook: Hook): RemovableHandle {
  const hooks = hooksOf.get(module) ?? coverForward(module);
  const key = Symbol(); // a function that is registered twice is called twice
  hooks.set(key, hook);
  return {
    remove() {
      if (hooks.delete(key) && hooks.size === 0) uncoverForward(module);
    },
  };
}

/** What the module's own property `forward` was, where it had one. */
const ownForward = new WeakMap<Called, PropertyDescriptor>();

/** Puts a function in the place of `module.forward` that calls it, and then the module's hooks. */
function coverForward(module: Called): Map<symbol, Hook> {
  const hooks = new Map<symbol, Hook>();
  hooksOf.set(module, hooks);
  const own = Object.getOwnPropertyDescriptor(module, 'forward');
  if (own) ownForward.set(module, own);
  const forward = module.forward.bind(module) as (...inputs: unknown[]) => unknown;
  module.forward = (...inputs: unknown[]) => {
    let output = forward(...inputs);
    for (const hook of [...hooks.values()]) output = hook(inputs, output) ?? output;
    return output;
  };
  return hooks;
}

function uncoverForward(module: Called): void {
  hooksOf.delete(module);
  Reflect.deleteProperty(module, 'forward'); // uncovers the class's method
  const own = ownForward.get(module);
  if (own) Object.defineProperty(module, 'forward', own);
  ownForward.delete(module);
}
