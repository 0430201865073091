/** The site, built once for all test files of a run: whoever comes first builds it, and the others wait. */
import { mkdir, rename, rmdir, stat, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';
import { inject } from 'vitest';

const path = (name: string) => fileURLToPath(new URL(name, import.meta.url));

/** The site's folder. Beside its pages it has `trainerGlobals.mjs` for tests, a script of its own. */
export async function builtSite(): Promise<string> {
  const [site, unfinished, lock] = ['site', 'unfinished', 'lock'].map((name) => join(inject('siteFolder'), name));
  while (!(await exists(site))) {
    if (!(await created(lock))) {
      await new Promise((resolve) => setTimeout(resolve, 200));
      continue;
    }
    try {
      if (await exists(site)) break;
      await build({
        configFile: path('../../web/vite.config.ts'),
        logLevel: 'warn',
        build: { outDir: unfinished, emptyOutDir: true, rollupOptions: { input: [path('trainerGlobals.mjs')] } },
      });
      await rename(unfinished, site);
    } finally {
      await rmdir(lock);
    }
  }
  return site;
}

/** Makes `place` a link to it. */
export async function placeSite(place: string): Promise<void> {
  await symlink(await builtSite(), place);
}

const exists = (path: string) =>
  stat(path).then(
    () => true,
    () => false,
  );

/** Whether the folder wasn't there, and is now. */
const created = (path: string) =>
  mkdir(path).then(
    () => true,
    () => false,
  );
