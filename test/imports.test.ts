/** No file of the package imports in a circle, imports of types included: each can be read after those that it stands on. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const top = fileURLToPath(new URL('..', import.meta.url));

/** What a file imports or exports from, of those beside it. */
function importsOf(text: string): string[] {
  return [...text.matchAll(/(?:\bfrom|\bimport)\s*\(?\s*['"](\.[^'"]*)['"]/g)].map(([, path]) => path);
}

/** The first circle that is found, file by file, or null. */
function circleIn(files: ReadonlyMap<string, readonly string[]>): string[] | null {
  const done = new Set<string>();
  const visit = (file: string, path: readonly string[]): string[] | null => {
    if (path.includes(file)) return [...path.slice(path.indexOf(file)), file];
    if (done.has(file)) return null;
    for (const next of files.get(file) ?? []) {
      const circle = visit(next, [...path, file]);
      if (circle) return circle;
    }
    done.add(file);
    return null;
  };
  for (const file of files.keys()) {
    const circle = visit(file, []);
    if (circle) return circle;
  }
  return null;
}

test.each(['src', 'assembly'])('no file of %s imports in a circle', (room) => {
  const names = readdirSync(join(top, room), { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.ts'),
  );
  const files = new Map<string, string[]>();
  for (const name of names) {
    const file = join(top, room, name);
    const paths = importsOf(readFileSync(file, 'utf8')).map((path) => path.replace(/\.(js|ts)$/, ''));
    files.set(
      relative(top, file),
      paths.map((path) => relative(top, `${resolve(dirname(file), path)}.ts`)),
    );
  }
  const made = /^dist\/wasm\/.*\.embedded\.ts$/; // which import nothing
  const others = [...files.values()].flat().filter((file) => !files.has(file) && !made.test(file));
  expect(others).toEqual([]); // every import was understood
  expect(circleIn(files)).toBeNull();
});

test('a circle that is planted is found, of types too', () => {
  const texts = { a: "import type { B } from './b';", b: "export { c } from './c';", c: "const a = import('./a');" };
  const files = new Map(Object.entries(texts).map(([name, text]) => [name, importsOf(text).map((p) => p.slice(2))]));
  expect(circleIn(files)).toEqual(['a', 'b', 'c', 'a']);
  files.set('c', []);
  expect(circleIn(files)).toBeNull();
});
