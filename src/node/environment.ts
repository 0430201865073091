/** What a report says at its head of where it was made. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { arch, availableParallelism, cpus, platform } from 'node:os';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { timerStep } from '../backends/describe.js';
import type { Environment } from '../backends/environment.js';
import { readFile } from './files.js';

export async function environment(): Promise<Environment> {
  const processor = cpus()[0]?.model.trim();
  return {
    runtime: runtime(),
    machine: [`${platform()} ${arch()}`, processor].filter(Boolean).join(', '),
    cores: availableParallelism(),
    isolated: true,
    timerStep: timerStep(),
    version: await versionHere(),
    date: new Date().toISOString(),
  };
}

function runtime(): string {
  const { node, deno } = process.versions; // Deno says which Node it does as
  return deno ? `Deno ${deno}` : `Node ${node}`;
}

const top = fileURLToPath(new URL('../../', import.meta.url));

/** Whether this is a clone, with all that isn't in the package. */
export const isClone = () => existsSync(`${top}.git`);

/** The version in package.json; in a clone, the commit, and whether files have been changed since. */
async function versionHere(): Promise<string> {
  const { version } = JSON.parse(new TextDecoder().decode(await readFile(`${top}package.json`)));
  if (!isClone()) return version;
  try {
    const { stdout } = await promisify(execFile)('git', ['describe', '--always', '--dirty', '--exclude=*'], {
      cwd: top,
    });
    return `${version} (${stdout.trim()})`;
  } catch {
    return version; // no git here
  }
}
