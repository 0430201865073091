/** The folder in which the test files of a run build the site, once for all of them: see `builtSite.ts`. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  interface ProvidedContext {
    siteFolder: string;
  }
}

export default async function setUp(project: TestProject): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), 'receptive-site-'));
  project.provide('siteFolder', folder);
  return () => rm(folder, { recursive: true, force: true });
}
