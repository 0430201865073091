import type { AnyModule } from './module.js';
import type { Parameter } from './parameter.js';

/** The layers of a model with their paths, in the order of its fields: the modules that have parameters of their own, or no modules
 *  below them. A shared one comes once, with the first of its paths. */
export function namedLayers(model: AnyModule): [string, AnyModule][] {
  const seen = new Set<AnyModule>();
  return model.namedModules().filter(([, module]) => {
    if (seen.has(module)) return false;
    seen.add(module);
    return module.namedChildren().length === 0 || parametersOf(module).length > 0;
  });
}

/** The parameters of the module itself, without those of the modules below. */
export function parametersOf(module: AnyModule): Parameter[] {
  const below = new Set(module.namedChildren().flatMap(([, child]) => child.parameters()));
  return module.parameters().filter((parameter) => !below.has(parameter));
}
