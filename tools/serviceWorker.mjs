/** Makes `service-worker.js` of the built site in a folder: `web/offline/worker/serviceWorker.ts` with the list of the site's files. */
import { createHash } from 'node:crypto';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';

const NAME = 'service-worker.js';
/** Data of more bytes, and what is read as plain text, are kept when a page has loaded them, and not before. */
const LARGE = 200_000;
const PLAIN = /^(src|assembly|examples|docs|reference)\/|^[^/]*\.(md|txt)$|^LICENSE$/;

/** Also for a folder that has one already, after its files have changed. */
export async function writeServiceWorker(folder) {
  const files = {};
  const onUse = {};
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).replaceAll(sep, '/'));
  for (const path of paths.filter((path) => path !== NAME).sort()) {
    const content = await readFile(join(folder, path));
    const isLarge = path.startsWith('data/') && content.length > LARGE;
    const hash = createHash('sha256').update(content).digest('base64');
    // Of plain text there are many files: a part of the hash tells two versions of one apart.
    if (PLAIN.test(path)) onUse[path] = hash.slice(0, 10);
    else (isLarge ? onUse : files)[path] = `sha256-${hash}`;
  }
  const { output } = await build({
    configFile: false,
    logLevel: 'warn',
    define: { SITE: JSON.stringify({ files, version: hashOf(files), onUse }) },
    build: {
      write: false,
      target: 'es2022',
      rollupOptions: {
        input: fileURLToPath(new URL('../web/offline/worker/serviceWorker.ts', import.meta.url)),
        output: { format: 'iife' },
      },
    },
  });
  await writeFile(join(folder, NAME), output[0].code);
}

const hashOf = (list) => createHash('sha256').update(JSON.stringify(list)).digest('hex').slice(0, 16);
