/** The source as plain files beside the pages, at their paths in the repository; `virtual:sources` lists them. */
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Plugin } from 'vite';
import { chapterFiles, read, root, sourceFiles } from './repository.js';

const NAME = 'virtual:sources';

export function sources(): Plugin {
  return {
    name: 'sources',
    resolveId: (id) => (id === NAME ? `\0${NAME}` : undefined),
    load: (id) => (id === `\0${NAME}` ? `export default ${JSON.stringify(sourceFiles())};` : undefined),
    generateBundle() {
      // The chapters, too, so that their links lead somewhere for those who read them as they are.
      for (const path of [...sourceFiles(), ...chapterFiles().map(({ path }) => path)]) {
        this.emitFile({ type: 'asset', fileName: path, source: read(path) });
      }
    },
    configureServer({ middlewares }) {
      middlewares.use(async (request, response, next) => {
        const path = new URL(request.url!, 'http://localhost').pathname.slice(1);
        // What a page fetches, and not what Vite's modules import.
        if (request.headers['sec-fetch-dest'] !== 'empty' || !sourceFiles().includes(path)) return next();
        response.setHeader('Content-Type', 'text/plain; charset=utf-8');
        response.end(await readFile(resolve(root, path)));
      });
    },
  };
}
