/** The site, built once for all test files of a run. */
import { rename, symlink } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';
import { onceInRun } from './onceInRun.js';

const path = (name: string) => fileURLToPath(new URL(name, import.meta.url));

/** The site's folder. Beside its pages it has `trainerGlobals.mjs` for tests, a script of its own. */
export function builtSite(): Promise<string> {
  return onceInRun('site', async (site) => {
    const unfinished = `${site}-unfinished`;
    await build({
      configFile: path('../../web/vite.config.ts'),
      logLevel: 'warn',
      build: { outDir: unfinished, emptyOutDir: true, rollupOptions: { input: [path('trainerGlobals.mjs')] } },
    });
    await rename(unfinished, site);
  });
}

/** Makes `place` a link to it. */
export async function placeSite(place: string): Promise<void> {
  await symlink(await builtSite(), place);
}
