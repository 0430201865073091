/** Whose laws should see a bug in a file: those of the operations that it is for, or that use it by way of other files. */
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { languages } from './mutate.mjs';

/** Files that are not named after the operation, or the only one, that they are for. */
const also = {
  depthwise: ['conv2d'],
  depthwise3x3: ['conv2d'],
  conv2dNotFinite: ['conv2d'],
  conv2dForward: ['conv2d'],
  conv2dBackwardInput: ['conv2d'],
  conv2dBackwardWeight: ['conv2d'],
  forward: ['conv2d'], // of winograd
  backward: ['conv2d'],
  gradNorm: ['gradNorm', 'clipGrad'],
  sum: ['sum', 'mean'],
  matmul: ['matmul', 'linear'],
  tile: ['matmul', 'linear', 'conv2d'],
  tileDirect: ['matmul', 'linear', 'conv2d'],
  rowsOfQuad: ['matmul', 'linear', 'conv2d'],
  rowsOfThread: ['matmul', 'linear', 'conv2d'],
  broadcast: ['add', 'mul'],
  gather: ['imagesOnDevice'],
  localResponseNorm: ['localResponseNorm', 'largeResponses'],
};

/** The operations of each file of a language, by its path in the folder. */
export function operationsByFile(repository, language, operationNames) {
  const { folder, ending } = languages[language];
  const files = readdirSync(join(repository, folder), { recursive: true }).filter((file) => file.endsWith(ending));
  const stem = (file) => basename(file, ending);
  const users = new Map(files.map((file) => [stem(file), new Set()]));
  for (const file of files) {
    if (stem(file) === 'index') continue;
    const text = readFileSync(join(repository, folder, file), 'utf8');
    for (const [, used] of text.matchAll(/ from '[./]+(?:\w+\/)*(\w+)(?:\.js)?'/g)) {
      users.get(used)?.add(stem(file));
    }
    for (const [, used] of text.matchAll(/^\/\/ include (\w+)/gm)) users.get(used)?.add(stem(file));
  }
  const of = (name, seen = new Set()) => {
    if (seen.has(name)) return [];
    seen.add(name);
    const own = also[name] ?? (operationNames.includes(name) ? [name] : []);
    return [...own, ...[...(users.get(name) ?? [])].flatMap((user) => of(user, seen))];
  };
  return Object.fromEntries(files.map((file) => [file, [...new Set(of(stem(file)))]]));
}
